//! A browser's connection while one of its requests is answered: the body of the request is read from it by whoever takes
//! it, words for the browser are put on it by whoever has some, and the task that answers writes the reply.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::Frame;
use tokio::io::{AsyncRead, ReadBuf};

use super::chunks::Piece;
use super::frames::{Frames, Framing};
use super::outgoing::Outgoing;
use super::stream::{Room, Stream};
use crate::error::Error;
use crate::silence::Silence;

/// How much is read at once while a head is awaited, and how much of what follows a request is read before its reply.
const PIECE: usize = 8 * 1024;

/// A connection's stream, and what is known of the bytes on it.
pub(crate) struct Wire {
    pub stream: Stream,
    /// Bytes that were read and belong to nobody yet.
    pub unread: BytesMut,
    /// What was said to the browser and is not written yet.
    out: Outgoing,
    /// Which request is being answered, and what of its body is still to come.
    number: u64,
    frames: Frames,
    is_broken: bool,
    /// Whether the browser sends the body only when it is told to.
    waits_for_word: bool,
    room: Room,
    untaken: Silence,
}

/// A wire in the hands of its connection and of the body of the request that is being answered.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Mutex<Wire>>);

impl Shared {
    /// Puts `stream` to use. A browser that takes nothing for `silence` is given up.
    pub(crate) fn new(stream: Stream, silence: Duration) -> Self {
        Self(Arc::new(Mutex::new(Wire {
            stream,
            unread: BytesMut::new(),
            out: Outgoing::default(),
            number: 0,
            frames: Frames::of_browser(Framing::Length(0)),
            is_broken: false,
            waits_for_word: false,
            room: Room::default(),
            untaken: Silence::new(silence),
        })))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Wire> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The stream, and what was read from it and belongs to nobody, if nobody else holds it.
    pub(crate) fn into_raw(self) -> Option<Raw> {
        let wire = Arc::into_inner(self.0)?.into_inner();
        let Wire { stream, unread, .. } = wire.unwrap_or_else(PoisonError::into_inner);
        Some(Raw { stream, unread })
    }
}

/// A connection that is HTTP no more.
pub(crate) struct Raw {
    pub stream: Stream,
    /// What was read from it before.
    pub unread: BytesMut,
}

impl Wire {
    /// The next request begins; answers its number.
    pub(crate) fn begin(&mut self, framing: Framing, waits_for_word: bool) -> u64 {
        self.number += 1;
        self.frames = Frames::of_browser(framing);
        self.waits_for_word = waits_for_word && !self.frames.is_over();
        self.number
    }

    /// The reply begins, behind what was said before it; from here on the browser is told nothing else.
    pub(crate) fn begin_reply(&mut self) -> Outgoing {
        self.waits_for_word = false;
        std::mem::take(&mut self.out)
    }

    /// Whether all of the request was read. What of it is there already and was not wanted is dropped first.
    pub(crate) fn is_clean(&mut self) -> bool {
        while !self.is_broken && !self.frames.is_over() {
            match self.frames.next(&mut self.unread) {
                Ok(Some(_)) => {}
                Ok(None) => return false,
                Err(_) => self.is_broken = true,
            }
        }
        if self.unread.is_empty() {
            // Nothing is kept while the next request is waited for.
            self.unread = BytesMut::new();
        }
        !self.is_broken
    }

    /// Reads what follows a head, or more of one; answers how much, 0 at the end. Nothing is kept while nothing comes.
    pub(crate) fn poll_more(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut piece = [MaybeUninit::uninit(); PIECE];
        let mut buffer = ReadBuf::uninit(&mut piece);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer))?;
        if self.unread.is_empty() {
            self.unread = BytesMut::from(buffer.filled());
        } else {
            self.unread.extend_from_slice(buffer.filled());
        }
        Poll::Ready(Ok(buffer.filled().len()))
    }

    /// The next of the body of the request with that number.
    pub(crate) fn poll_body(&mut self, cx: &mut Context<'_>, number: u64) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if number != self.number || self.is_broken {
            return broken("the request is over");
        }
        while !self.frames.is_over() {
            match self.frames.next(&mut self.unread) {
                Ok(Some(Piece::Data(data))) => return Poll::Ready(Some(Ok(Frame::data(data)))),
                Ok(Some(Piece::End(trailers))) if trailers.is_empty() => break,
                Ok(Some(Piece::End(trailers))) => return Poll::Ready(Some(Ok(Frame::trailers(trailers)))),
                Ok(None) => {}
                Err(_) => {
                    self.is_broken = true;
                    return broken("a chunked body breaks the rules");
                }
            }
            if std::mem::take(&mut self.waits_for_word) {
                self.out.say(b"HTTP/1.1 100 Continue\r\n\r\n");
            }
            // What is not taken now goes before the reply.
            let told = self.poll_tell(cx);
            let read = match told {
                Poll::Ready(Err(error)) => Err(error),
                _ => ready!(self.room.poll_fill(cx, &mut self.stream, &mut self.unread)),
            };
            match read {
                Ok(0) => {
                    self.is_broken = true;
                    return broken("it ended in the middle of a request");
                }
                Ok(_) => {}
                Err(error) => {
                    self.is_broken = true;
                    return broken(error);
                }
            }
        }
        Poll::Ready(None)
    }

    /// Says words that come before the reply.
    pub(crate) fn say(&mut self, words: &[u8]) {
        self.out.say(words);
    }

    /// Tells the browser what is to come before the reply.
    pub(crate) fn poll_tell(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.out.is_empty() {
            return Poll::Ready(Ok(()));
        }
        let mut out = std::mem::take(&mut self.out);
        let polled = self.poll_write(cx, &mut out);
        self.out = out;
        polled
    }

    /// Writes what was said. A browser that does not take it is given up after a while.
    pub(crate) fn poll_write(&mut self, cx: &mut Context<'_>, out: &mut Outgoing) -> Poll<io::Result<()>> {
        let before = out.written();
        let polled = out.poll_write(cx, &mut self.stream);
        if polled.is_ready() || out.written() > before {
            self.untaken.is_over();
        }
        if polled.is_pending() && self.untaken.poll(cx).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        polled
    }

    /// Ready when the browser has gone while it is being answered. What it asks meanwhile is read up to a piece.
    pub(crate) fn poll_gone(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // Whoever reads the body sees it there.
        while self.frames.is_over() && self.unread.is_empty() {
            match ready!(self.poll_more(cx)) {
                Ok(0) | Err(_) => return Poll::Ready(()),
                Ok(_) => {}
            }
        }
        Poll::Pending
    }
}

fn broken(why: impl Into<crate::error::Cause>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
    Poll::Ready(Some(Err(Error::Browser(why.into()))))
}
