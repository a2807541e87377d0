//! Sockets → connections: binding, accepting, draining.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use listenfd::ListenFd;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// How many connections are open at once; the next is closed at the door.
const CONNECTIONS: usize = 4096;
/// The largest request head: other origins of this host can fill the browser's cookies up to it, and no further.
const HEAD: usize = 2 * 1024 * 1024;
/// How long a request head may take to arrive, and how long a connection may idle between two requests.
const HEAD_TIME: Duration = Duration::from_secs(30);
/// How long to wait when the machine has no descriptor left for the next connection.
const EXHAUSTED: Duration = Duration::from_millis(100);

/// The two ends of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ends {
    /// The other end.
    pub peer: SocketAddr,
    /// This end.
    pub local: SocketAddr,
}

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

/// Serves `app` on `listeners` until `stop`, then lets open requests finish for up to `patience`.
pub(crate) async fn serve(listeners: Vec<TcpListener>, app: Router, stop: CancellationToken, patience: Duration) {
    let connections = TaskTracker::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    for listener in listeners {
        let door = accept(
            listener,
            app.clone(),
            stop.clone(),
            connections.clone(),
            Arc::clone(&places),
        );
        connections.spawn(door);
    }
    stop.cancelled().await;
    connections.close();
    if tokio::time::timeout(patience, connections.wait()).await.is_err() {
        tracing::warn!(
            open = connections.len(),
            "connections were still open when the time to drain was over"
        );
    }
}

async fn accept(
    listener: TcpListener,
    app: Router,
    stop: CancellationToken,
    connections: TaskTracker,
    places: Arc<Semaphore>,
) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
                    tracing::warn!(%peer, "too many connections; one was closed at the door");
                    continue;
                };
                let connection = converse(stream, peer, app.clone(), stop.clone());
                connections.spawn(async move {
                    connection.await;
                    drop(place);
                });
            }
            // One connection that failed before it was accepted, or no descriptors left: the door stays open.
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(EXHAUSTED).await;
            }
        }
    }
}

async fn converse(stream: TcpStream, peer: SocketAddr, app: Router, stop: CancellationToken) {
    let Ok(local) = stream.local_addr() else { return };
    let ends = Ends { peer, local };
    // Only a matter of speed.
    let _delay = stream.set_nodelay(true);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ends);
        app.clone().oneshot(request)
    });
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD);
    let connection = http.serve_connection(TokioIo::new(stream), service).with_upgrades();
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "a connection ended badly");
    }
}
