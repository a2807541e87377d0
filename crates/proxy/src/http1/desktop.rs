//! A WebSocket of the desktop's own. The router that takes it there speaks hyper, and only hyper can hand a connection over
//! in its way: so hyper serves what is left of this one, beginning with the handshake, whose head was read and checked.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use http::{Request, StatusCode};
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::incoming::Incoming;
use super::line::Line;
use super::stream::Stream;
use super::wire::Raw;
use crate::exchange::{Path, closing};
use crate::gate::Ends;

/// Serves `raw` from the request on that begins with `head`, and no other after it.
pub(super) async fn serve(path: Arc<Path>, raw: Raw, head: Bytes, ends: Ends) -> io::Result<()> {
    let (limits, stop) = (path.limits, path.stop.clone());
    let Raw { stream, unread } = raw;
    let before = [&head[..], &unread].concat().into();
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
        .serve_connection(TokioIo::new(Replayed { before, stream }), service)
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

/// A stream, and before it what was read from it already.
struct Replayed {
    before: Bytes,
    stream: Stream,
}

impl AsyncRead for Replayed {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.before.is_empty() {
            return Pin::new(&mut self.stream).poll_read(cx, out);
        }
        let count = self.before.len().min(out.remaining());
        out.put_slice(&self.before[..count]);
        self.before.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Replayed {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
