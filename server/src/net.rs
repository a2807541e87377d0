//! Sockets: binding, serving, draining.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result};
use listenfd::ListenFd;
use proxy::{Proxy, Tls};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::TlsWhere;

/// Takes the sockets that systemd hands over, or binds `addresses`.
pub(crate) async fn bind(addresses: &[SocketAddr]) -> Result<Vec<TcpListener>> {
    let mut handed = ListenFd::from_env();
    let mut listeners = Vec::new();
    for index in 0..handed.len() {
        let socket = handed
            .take_tcp_listener(index)
            .context("a socket that was handed over is not a TCP listener")?;
        let Some(socket) = socket else { continue };
        socket.set_nonblocking(true)?;
        listeners.push(TcpListener::from_std(socket)?);
    }
    if !listeners.is_empty() {
        return Ok(listeners);
    }
    for address in addresses {
        let listener = TcpListener::bind(address).await.with_context(|| {
            format!("cannot listen on {address}: is another program there? Choose another with --listen")
        })?;
        listeners.push(listener);
    }
    Ok(listeners)
}

/// Serves the `listeners` as they come, with TLS where it holds, until `stop`, then lets open requests finish for up to `patience`.
pub(crate) async fn serve(
    mut listeners: mpsc::UnboundedReceiver<TcpListener>,
    proxy: Proxy,
    tls: Option<(TlsWhere, Tls)>,
    stop: CancellationToken,
    patience: Duration,
) {
    let serving = TaskTracker::new();
    loop {
        let listener = tokio::select! {
            () = stop.cancelled() => break,
            listener = listeners.recv() => listener,
        };
        let Some(listener) = listener else { break };
        let proxy = proxy.clone();
        let is_covered = |holds: TlsWhere| listener.local_addr().is_ok_and(|address| holds.holds(address));
        let tls = tls
            .as_ref()
            .filter(|(holds, _)| is_covered(*holds))
            .map(|(_, tls)| tls.clone());
        serving.spawn(async move { proxy.serve(listener, tls).await });
    }
    stop.cancelled().await;
    serving.close();
    if tokio::time::timeout(patience, serving.wait()).await.is_err() {
        tracing::warn!("connections were still open when the time to drain was over");
    }
}
