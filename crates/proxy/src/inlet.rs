//! What stands between a browser's socket and hyper: a head passes whole and checked, or not at all; bodies pass as they
//! come, with their ends watched; and what follows a WebSocket handshake waits until it is known to be no HTTP.
//!
//! In place of a head that is refused hyper reads a request that says only so, and the reply to it closes the connection:
//! replies stay in order, and a refusal is a page like any other.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use futures_util::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::body::Silence;
use crate::chunks::Chunks;
use crate::head::{self, Fault, Framing, Head};

/// The method of the request that stands for a refused one.
pub(crate) const REFUSED: &str = "STARDECK-REFUSED";
const REFUSED_HEAD: &[u8] = b"STARDECK-REFUSED / HTTP/1.1\r\nHost: refused\r\nConnection: close\r\n\r\n";

/// A head up to this size is taken from anybody; for a larger one there has to be a place.
pub(crate) const USUAL_HEAD: usize = 64 * 1024;
/// How much is read at once while a head is awaited, and how much may follow a handshake before it is answered.
const PIECE: usize = 8 * 1024;
/// For how long, and how many bytes, a connection that we close is still read, so that the last reply arrives.
const LINGER: Duration = Duration::from_secs(2);
const LINGER_BYTES: usize = 4 * 1024 * 1024;

/// What the inlet of a connection and its requests tell each other.
#[derive(Debug, Default)]
pub(crate) struct Valve {
    is_open: AtomicBool,
    opened: AtomicWaker,
    fault: Mutex<Option<Fault>>,
    /// What the browser is told before the answer, and who waits until it was.
    hints: Mutex<BytesMut>,
    hinted: AtomicWaker,
}

impl Valve {
    /// From here on the connection is no HTTP: bytes pass as they are.
    pub(crate) fn open(&self) {
        self.is_open.store(true, Ordering::Release);
        self.opened.wake();
    }

    /// Tells the browser of `links` before the answer. hyper writes nothing between two answers.
    pub(crate) fn hint<'a>(&self, links: impl Iterator<Item = &'a [u8]>) {
        let mut hints = self.hints();
        hints.extend_from_slice(b"HTTP/1.1 103 Early Hints\r\n");
        for link in links {
            for part in [b"link: ", link, b"\r\n"] {
                hints.extend_from_slice(part);
            }
        }
        hints.extend_from_slice(b"\r\n");
    }

    /// Waits until the browser was told.
    pub(crate) async fn hinted(&self) {
        poll_fn(|cx| {
            self.hinted.register(cx.waker());
            if self.hints().is_empty() {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }

    fn hints(&self) -> MutexGuard<'_, BytesMut> {
        self.hints.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why the last head was refused.
    pub(crate) fn fault(&self) -> Option<Fault> {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A browser's connection, checked.
pub(crate) struct Inlet<S> {
    io: S,
    at: At,
    /// Bytes that were read and not yet checked.
    pending: BytesMut,
    /// Bytes that were checked and not yet taken.
    passed: BytesMut,
    valve: Arc<Valve>,
    largest_head: usize,
    /// Places for large heads, over all connections, and ours if we have one.
    places: Arc<Semaphore>,
    place: Option<OwnedSemaphorePermit>,
    untaken: Silence,
    linger: Option<(Silence, usize)>,
}

enum At {
    Head { searched: usize },
    Length(u64),
    Chunked(Chunks),
    Handshake,
    Raw,
    Refused,
}

impl At {
    fn after(head: Head) -> Self {
        match head.framing {
            _ if head.is_handshake => Self::Handshake,
            Framing::Length(0) => Self::Head { searched: 0 },
            Framing::Length(length) => Self::Length(length),
            Framing::Chunked => Self::Chunked(Chunks::new()),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Inlet<S> {
    /// Stands before `io`. Large heads need one of the `places`; a browser that takes nothing for `silence` is given up.
    pub(crate) fn new(io: S, largest_head: usize, places: Arc<Semaphore>, silence: Duration) -> (Self, Arc<Valve>) {
        let valve = Arc::new(Valve::default());
        let inlet = Self {
            io,
            at: At::Head { searched: 0 },
            pending: BytesMut::new(),
            passed: BytesMut::new(),
            valve: Arc::clone(&valve),
            largest_head,
            places,
            place: None,
            untaken: Silence::new(silence),
            linger: None,
        };
        (inlet, valve)
    }

    /// Takes a head from the pending bytes, if it is all there.
    fn take_head(&mut self, searched: usize) {
        let blank = self
            .pending
            .chunks(2)
            .take(2)
            .take_while(|pair| pair == b"\r\n")
            .count()
            * 2;
        self.pending.advance(blank);
        let from = searched.saturating_sub(3 + blank);
        let verdict = match find_end(&self.pending, from) {
            Ok(Some(end)) if end <= self.largest_head => {
                head::check(&self.pending[..end]).map(|head| Some((end, head)))
            }
            Ok(None) if self.pending.len() <= self.largest_head && self.has_place() => Ok(None),
            Ok(_) => Err(Fault::TooLarge),
            Err(fault) => Err(fault),
        };
        self.at = match verdict {
            Ok(None) => At::Head {
                searched: self.pending.len(),
            },
            Ok(Some((end, head))) => {
                self.passed = self.pending.split_to(end);
                At::after(head)
            }
            Err(fault) => {
                *self.valve.fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault);
                self.pending.clear();
                self.passed = BytesMut::from(REFUSED_HEAD);
                At::Refused
            }
        };
    }

    /// Whether the pending head may grow on.
    fn has_place(&mut self) -> bool {
        if self.pending.len() > USUAL_HEAD && self.place.is_none() {
            self.place = Arc::clone(&self.places).try_acquire_owned().ok();
            return self.place.is_some();
        }
        true
    }

    /// How many of `bytes`, which follow what was read of a body, belong to it.
    fn in_body(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (belong, is_over) = match &mut self.at {
            At::Length(left) => {
                let here = (*left).min(bytes.len() as u64);
                *left -= here;
                // At most the length of a slice.
                (here as usize, *left == 0)
            }
            At::Chunked(chunks) => match chunks.read(bytes) {
                Ok(Some(end)) => (end, true),
                Ok(None) => (bytes.len(), false),
                Err(_) => {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "a chunked body breaks the rules",
                    ));
                }
            },
            _ => (bytes.len(), false),
        };
        if is_over {
            self.at = At::Head { searched: 0 };
        }
        Ok(belong)
    }

    /// Reads into the pending bytes; answers how many there were, 0 at the end.
    fn poll_pending(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut piece = [MaybeUninit::uninit(); PIECE];
        let mut buffer = ReadBuf::uninit(&mut piece);
        ready!(Pin::new(&mut self.io).poll_read(cx, &mut buffer))?;
        self.pending.extend_from_slice(buffer.filled());
        Poll::Ready(Ok(buffer.filled().len()))
    }

    /// Reads right into `out` where a head begins. One that comes at once and is well formed stays there; of any other
    /// nothing does, and all bytes wait to be looked at.
    fn poll_head(&mut self, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = out.filled().len();
        ready!(Pin::new(&mut self.io).poll_read(cx, out))?;
        let read = &out.filled()[before..];
        let whole = match find_end(read, 0) {
            Ok(Some(end)) if end <= self.largest_head.min(USUAL_HEAD) && !read.starts_with(b"\r\n") => {
                head::check(&read[..end]).ok().map(|head| (end, head))
            }
            _ => None,
        };
        let taken = whole.map_or(0, |(end, head)| {
            self.at = At::after(head);
            end
        });
        self.pending.extend_from_slice(&read[taken..]);
        out.set_filled(before + taken);
        Poll::Ready(Ok(()))
    }

    /// Reads a body right into `out`; what is beyond its end goes to the pending bytes.
    fn poll_body(&mut self, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = out.filled().len();
        ready!(Pin::new(&mut self.io).poll_read(cx, out))?;
        let belong = self.in_body(&out.filled()[before..])?;
        self.pending.extend_from_slice(&out.filled()[before + belong..]);
        out.set_filled(before + belong);
        Poll::Ready(Ok(()))
    }

    /// After our last byte: reads on for a while, for a close with unread bytes would tear the reply from the browser.
    fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let (silence, left) = self.linger.get_or_insert_with(|| (Silence::new(LINGER), LINGER_BYTES));
        let mut piece = [0; PIECE];
        while *left > 0 && silence.poll(cx).is_pending() {
            let mut buffer = ReadBuf::new(&mut piece);
            match ready!(Pin::new(&mut self.io).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => *left = left.saturating_sub(buffer.filled().len()),
                _ => break,
            }
        }
        Poll::Ready(())
    }

    /// Writes what the browser is to be told before the answer. Only called when nothing of an earlier one is left.
    fn poll_hints(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut hints = self.valve.hints();
        if hints.is_empty() {
            return Poll::Ready(Ok(()));
        }
        while !hints.is_empty() {
            let count = ready!(Pin::new(&mut self.io).poll_write(cx, &hints))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            hints.advance(count);
        }
        self.valve.hinted.wake();
        Poll::Ready(Ok(()))
    }

    fn watch_taking<T>(&mut self, cx: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.untaken.is_over();
            return polled;
        }
        if matches!(self.at, At::Raw) {
            return Poll::Pending;
        }
        ready!(self.untaken.poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

/// The end of a head, if it is there. A line feed alone is refused at once: the end might never come.
fn find_end(bytes: &[u8], from: usize) -> Result<Option<usize>, Fault> {
    for at in (from..bytes.len()).filter(|&at| bytes[at] == b'\n') {
        if at == 0 || bytes[at - 1] != b'\r' {
            return Err(Fault::Malformed);
        }
        if at >= 3 && bytes[at - 3..at] == *b"\r\n\r" {
            return Ok(Some(at + 1));
        }
    }
    Ok(None)
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Inlet<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            if !this.passed.is_empty() {
                let count = this.passed.len().min(out.remaining());
                out.put_slice(&this.passed.split_to(count));
                if this.passed.is_empty() {
                    this.place = None;
                }
                return Poll::Ready(Ok(()));
            }
            if !matches!(this.at, At::Raw) && this.valve.is_open.load(Ordering::Acquire) {
                this.at = At::Raw;
            }
            match this.at {
                At::Head { searched: 0 } if this.pending.is_empty() => {
                    let before = out.filled().len();
                    ready!(this.poll_head(cx, out))?;
                    if out.filled().len() > before || this.pending.is_empty() {
                        return Poll::Ready(Ok(()));
                    }
                }
                At::Head { searched } => {
                    if this.pending.len() > searched {
                        this.take_head(searched);
                    } else if ready!(this.poll_pending(cx))? == 0 {
                        return Poll::Ready(Ok(()));
                    }
                }
                At::Length(_) | At::Chunked(_) if this.pending.is_empty() => return this.poll_body(cx, out),
                At::Length(_) | At::Chunked(_) => {
                    let mut bytes = std::mem::take(&mut this.pending);
                    let belong = this.in_body(&bytes)?;
                    this.passed = bytes.split_to(belong);
                    this.pending = bytes;
                }
                At::Handshake => {
                    this.valve.opened.register(cx.waker());
                    if this.valve.is_open.load(Ordering::Acquire) {
                        continue;
                    }
                    if this.pending.len() >= PIECE {
                        return Poll::Pending;
                    }
                    if ready!(this.poll_pending(cx))? == 0 {
                        return Poll::Ready(Ok(()));
                    }
                }
                At::Raw if this.pending.is_empty() => return Pin::new(&mut this.io).poll_read(cx, out),
                At::Raw => this.passed = std::mem::take(&mut this.pending),
                // The reply ends the connection; until it has gone nothing more is read.
                At::Refused => return Poll::Pending,
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Inlet<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.io).poll_write(cx, bytes);
        self.watch_taking(cx, polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.io).poll_write_vectored(cx, slices);
        self.watch_taking(cx, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = match self.poll_hints(cx) {
            Poll::Ready(Ok(())) => Pin::new(&mut self.io).poll_flush(cx),
            other => other,
        };
        self.watch_taking(cx, polled)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.linger.is_none() {
            ready!(Pin::new(&mut self.io).poll_shutdown(cx))?;
        }
        if matches!(self.at, At::Length(_) | At::Chunked(_) | At::Refused | At::Handshake) {
            ready!(self.poll_linger(cx));
        }
        Poll::Ready(Ok(()))
    }
}
