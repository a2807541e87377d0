//! A browser's connection: a request, its reply, the next request. One that is refused is answered by a page like any other,
//! in its turn, and is the last.

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use http::header::HeaderMap;
use http::{Method, Request, Response, StatusCode, Version};
use tokio::io::AsyncWrite;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use super::desktop;
use super::frames::Framing;
use super::head::{self, Fault, Head};
use super::incoming::Incoming;
use super::line::Line;
use super::reply::{Asked, Reply};
use super::stream::Stream;
use super::wire::Shared;
use crate::body::Body;
use crate::exchange::{Path, page_for_fault};
use crate::gate::Ends;
use crate::lease::End;
use crate::silence::Silence;

/// A head up to this size is taken from anybody; for a larger one there has to be a place.
pub(crate) const USUAL_HEAD: usize = 64 * 1024;
/// For how long, and how many bytes, a connection that we close is still read, so that the last reply arrives.
const LINGER: Duration = Duration::from_secs(2);
const LINGER_BYTES: usize = 4 * 1024 * 1024;

/// Serves one connection to its end.
pub(crate) async fn converse(path: Arc<Path>, stream: Stream, ends: Ends) -> io::Result<()> {
    let wire = Shared::new(stream, path.limits.silence);
    let mut line = Line::new(wire.clone());
    let mut listener = Listener::new(&path);
    loop {
        let next = poll_fn(|cx| listener.poll_next(cx, &path, &wire)).await?;
        let Arrived { bytes, head, request } = match next {
            Some(Ok(arrived)) => arrived,
            Some(Err(fault)) => {
                refuse(&path, &wire, fault).await?;
                return close_lingering(&wire).await;
            }
            None => return close(&wire).await,
        };
        if head.is_handshake && path.is_for_the_desktop(request.headers(), ends) {
            drop(line);
            let Some(raw) = wire.into_raw() else { return Ok(()) };
            return desktop::serve(path, raw, bytes, ends).await;
        }
        drop(bytes);
        let asked = Asked {
            version: request.version(),
            is_head: request.method() == Method::HEAD,
            takes_trailers: head.takes_trailers,
            keeps_alive: head.keeps_alive,
        };
        let request = with_body(&wire, head, request);
        let reply = {
            let mut answer = pin!(path.answer(request, ends, &mut line));
            let answered = poll_fn(|cx| match answer.as_mut().poll(cx) {
                Poll::Ready(reply) => Poll::Ready(Some(reply)),
                Poll::Pending => wire.lock().poll_gone(cx).map(|()| None),
            });
            answered.await
        };
        let Some(reply) = reply else { return Ok(()) };
        let is_switch = reply.status() == StatusCode::SWITCHING_PROTOCOLS;
        let goes_on = write(&path, &wire, asked, reply).await?;
        if is_switch {
            // Whoever waits for the connection may have been stopped meanwhile.
            let _ = line.switched().zip(wire.into_raw()).map(|(taker, raw)| taker.send(raw));
            return Ok(());
        }
        if !wire.lock().is_clean() || head.is_handshake {
            return close_lingering(&wire).await;
        }
        if !goes_on {
            return close(&wire).await;
        }
    }
}

/// A request without its body.
struct Arrived {
    /// All of its head.
    bytes: Bytes,
    head: Head,
    request: Request<()>,
}

/// Waits for requests.
struct Listener {
    /// How much of the head that is arriving was searched for its end.
    searched: usize,
    /// Its place, if it is a large one.
    place: Option<OwnedSemaphorePermit>,
    time: Silence,
    stop: End,
}

impl Listener {
    fn new(path: &Path) -> Self {
        Self {
            searched: 0,
            place: None,
            time: Silence::new(path.limits.head_time),
            stop: path.stop.watch(),
        }
    }

    /// The next request, or why it is refused; nothing if none comes, or not in time.
    fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        path: &Path,
        wire: &Shared,
    ) -> Poll<io::Result<Option<Result<Arrived, Fault>>>> {
        let mut wire = wire.lock();
        loop {
            if wire.unread.len() > self.searched
                && let Some(next) = self.take(path, &mut wire.unread).transpose()
            {
                (self.searched, self.place) = (0, None);
                self.time.is_over();
                let arrived = next.and_then(|bytes| {
                    let (head, request) = head::read(&bytes)?;
                    Ok(Arrived { bytes, head, request })
                });
                return Poll::Ready(Ok(Some(arrived)));
            }
            match wire.poll_more(cx) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Ok(None)),
                Poll::Ready(Ok(_)) => {}
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => break,
            }
        }
        if wire.unread.is_empty() && self.stop.poll(cx).is_ready() {
            return Poll::Ready(Ok(None));
        }
        self.time.poll(cx).map(|()| Ok(None))
    }

    /// Takes a head from `unread`, if it is all there.
    fn take(&mut self, path: &Path, unread: &mut BytesMut) -> Result<Option<Bytes>, Fault> {
        let pairs = unread.chunks(2).take(2);
        let blank = pairs.take_while(|pair| pair == b"\r\n").count() * 2;
        unread.advance(blank);
        match head::find_end(unread, self.searched.saturating_sub(3 + blank))? {
            Some(end) if end <= path.limits.head => Ok(Some(if end == unread.len() {
                std::mem::take(unread).freeze()
            } else {
                unread.split_to(end).freeze()
            })),
            None if unread.len() <= path.limits.head && self.has_place(path, unread.len()) => {
                self.searched = unread.len();
                Ok(None)
            }
            _ => Err(Fault::TooLarge),
        }
    }

    /// Whether a head of that size may grow on.
    fn has_place(&mut self, path: &Path, size: usize) -> bool {
        if size > USUAL_HEAD && self.place.is_none() {
            self.place = Arc::clone(&path.large_heads).try_acquire_owned().ok();
            return self.place.is_some();
        }
        true
    }
}

/// The request with the body that follows its head.
fn with_body(wire: &Shared, head: Head, request: Request<()>) -> Request<Incoming> {
    let number = wire.lock().begin(head.framing, head.waits_for_word);
    let body = match head.framing {
        Framing::Length(0) => Incoming::nothing(),
        Framing::Length(length) => Incoming::http1(wire.clone(), number, Some(length)),
        Framing::Chunked | Framing::Close => Incoming::http1(wire.clone(), number, None),
    };
    request.map(|()| body)
}

/// Writes a reply; whether the connection goes on after it.
async fn write(path: &Path, wire: &Shared, asked: Asked, reply: Response<Body>) -> io::Result<bool> {
    let asked = Asked {
        keeps_alive: asked.keeps_alive && !path.stop.has_ended(),
        ..asked
    };
    let mut out = wire.lock().begin_reply();
    let mut reply = Reply::begin(&mut out, asked, reply);
    poll_fn(|cx| {
        loop {
            let said = reply.poll_say(cx, &mut out);
            let has_news = !out.is_empty();
            if has_news {
                ready!(wire.lock().poll_write(cx, &mut out))?;
            }
            match said {
                Poll::Ready(said) => return Poll::Ready(said.map(|()| reply.keeps_alive).map_err(io::Error::other)),
                Poll::Pending if has_news => {}
                Poll::Pending => {
                    ready!(wire.lock().poll_gone(cx));
                    return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
                }
            }
        }
    })
    .await
}

/// Answers what is no request.
async fn refuse(path: &Path, wire: &Shared, fault: Fault) -> io::Result<()> {
    let asked = Asked {
        version: Version::HTTP_11,
        is_head: false,
        takes_trailers: false,
        keeps_alive: false,
    };
    let page = page_for_fault(fault).reply(None, &HeaderMap::new());
    write(path, wire, asked, page).await.map(|_| ())
}

/// Says that nothing more comes.
async fn close(wire: &Shared) -> io::Result<()> {
    let closed = poll_fn(|cx| Pin::new(&mut wire.lock().stream).poll_shutdown(cx));
    timeout(LINGER, closed).await.unwrap_or(Ok(()))
}

/// The same, and reads on for a while: a close with unread bytes would tear the reply from the browser.
async fn close_lingering(wire: &Shared) -> io::Result<()> {
    close(wire).await?;
    let mut left = LINGER_BYTES;
    let heard = poll_fn(|cx| {
        let mut wire = wire.lock();
        while left > 0 {
            wire.unread.clear();
            match ready!(wire.poll_more(cx)) {
                Ok(count @ 1..) => left = left.saturating_sub(count),
                _ => break,
            }
        }
        Poll::Ready(())
    });
    // Whoever still speaks then is not heard.
    let _ = timeout(LINGER, heard).await;
    Ok(())
}
