//! A WebSocket of the desktop's own. The router that takes it there speaks hyper, and only hyper can hand a connection over
//! in its way: so hyper serves what is left of this one, beginning with the handshake, whose head was read and checked.

use std::io::{self, Cursor};
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, StatusCode};
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::AsyncReadExt;

use super::incoming::Incoming;
use super::line::Line;
use super::wire::Raw;
use crate::exchange::{Path, closing};
use crate::gate::Ends;

/// Serves `raw` from the request on that begins with `head`, and no other after it.
pub(super) async fn serve(path: Arc<Path>, raw: Raw, head: Bytes, ends: Ends) -> io::Result<()> {
    let (limits, stop) = (path.limits, path.stop.clone());
    let Raw { stream, unread } = raw;
    // The stream, and before it what was read from it already.
    let (read, write) = tokio::io::split(stream);
    let before = Cursor::new([&head[..], &unread].concat());
    let replayed = tokio::io::join(before.chain(read), write);
    let service = service_fn(move |request: Request<hyper::body::Incoming>| {
        let path = Arc::clone(&path);
        async move {
            let request = request.map(Incoming::from);
            let reply = path.answer(request, ends, &mut Line::default()).await;
            // What follows was checked by nobody: it is no request.
            let is_switch = reply.status() == StatusCode::SWITCHING_PROTOCOLS;
            Ok::<_, std::convert::Infallible>(if is_switch { reply } else { closing(reply) })
        }
    });
    let connection = Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_time)
        .max_buf_size(limits.head.max(8192) + 1024)
        .serve_connection(TokioIo::new(replayed), service)
        .with_upgrades();
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.ended() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    ended.map_err(io::Error::other)
}
