//! The frames of HTTP/2 read along with the codec, for what it does not know: that a large head needs one of the places
//! that all connections share, as in HTTP/1.1, and that no head may take for ever to arrive.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::http1::browser::USUAL_HEAD;
use crate::silence::Silence;

/// What a client says before its first frame.
const PREFACE: usize = 24;
/// The length, type, flags and stream that each frame begins with.
const HEADER: usize = 9;
const HEADERS: u8 = 1;
const CONTINUATION: u8 = 9;
const END_HEADERS: u8 = 4;

/// A browser's connection, read along.
pub(crate) struct Blocks<S> {
    /// Places for large heads, over all connections, and ours if we have one, given back before the connection closes.
    places: Arc<Semaphore>,
    place: Option<OwnedSemaphorePermit>,
    io: S,
    frames: Frames,
    unfinished: Silence,
}

impl<S> Blocks<S> {
    /// Stands before `io`. Large heads need one of the `places`, and any has to be there in `time`.
    pub(crate) fn new(io: S, places: Arc<Semaphore>, time: Duration) -> Self {
        Self {
            places,
            place: None,
            io,
            frames: Frames::default(),
            unfinished: Silence::new(time),
        }
    }

    /// Sees to it that the head that is arriving has a place, if it needs one.
    fn provide(&mut self) -> io::Result<()> {
        let Some(size) = self.frames.block else {
            self.place = None;
            self.unfinished.is_over();
            return Ok(());
        };
        if size > USUAL_HEAD && self.place.is_none() {
            let place = Arc::clone(&self.places).try_acquire_owned();
            let place = place.map_err(|_| io::Error::other("there is no place for another large head"))?;
            self.place = Some(place);
        }
        Ok(())
    }
}

/// Where among the frames a connection is.
struct Frames {
    /// The bytes of the preface or of a payload that are still to come.
    skip: usize,
    header: [u8; HEADER],
    /// How much of the next frame's header is there.
    known: usize,
    /// The bytes of the head that is arriving, if one is.
    block: Option<usize>,
    /// Whether it ends with the frame that is arriving.
    is_last: bool,
}

impl Default for Frames {
    fn default() -> Self {
        Self {
            skip: PREFACE,
            header: [0; HEADER],
            known: 0,
            block: None,
            is_last: false,
        }
    }
}

impl Frames {
    /// Reads on, up to where a head has grown or is whole; answers how far that is.
    fn read(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0;
        while at < bytes.len() {
            let skipped = self.skip.min(bytes.len() - at);
            self.skip -= skipped;
            at += skipped;
            if self.skip == 0 && self.is_last {
                (self.block, self.is_last) = (None, false);
                return at;
            }
            let wanted = if self.skip == 0 { HEADER - self.known } else { 0 };
            let here = wanted.min(bytes.len() - at);
            self.header[self.known..self.known + here].copy_from_slice(&bytes[at..at + here]);
            self.known += here;
            at += here;
            if self.known == HEADER {
                self.begin();
                return at;
            }
        }
        at
    }

    fn begin(&mut self) {
        let [high, middle, low, kind, flags, ..] = self.header;
        self.known = 0;
        self.skip = usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low);
        if matches!(kind, HEADERS | CONTINUATION) {
            self.block = Some(self.block.unwrap_or(0) + self.skip);
            self.is_last = flags & END_HEADERS != 0;
            if self.is_last && self.skip == 0 {
                (self.block, self.is_last) = (None, false);
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Blocks<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = out.filled().len();
        if Pin::new(&mut this.io).poll_read(cx, out)?.is_pending() {
            if this.frames.block.is_some() && this.unfinished.poll(cx).is_ready() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            return Poll::Pending;
        }
        let mut read = &out.filled()[before..];
        while !read.is_empty() {
            let count = this.frames.read(read);
            this.provide()?;
            read = &read[count..];
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Blocks<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::{CONTINUATION, END_HEADERS, Frames, HEADERS, PREFACE};

    fn frame(kind: u8, flags: u8, length: u16) -> Vec<u8> {
        let [high, low] = length.to_be_bytes();
        let mut frame = vec![0, high, low, kind, flags, 0, 0, 0, 1];
        frame.resize(frame.len() + usize::from(length), 0xff);
        frame
    }

    #[test]
    fn a_head_is_measured_over_all_of_its_frames_however_they_arrive() {
        let bytes = [
            vec![b'x'; PREFACE],
            frame(4, END_HEADERS, 6),
            frame(HEADERS, 0, 300),
            frame(CONTINUATION, 0, 400),
            frame(CONTINUATION, END_HEADERS, 5),
            frame(0, END_HEADERS, 1000),
            frame(HEADERS, END_HEADERS, 0),
            frame(HEADERS, END_HEADERS, 7),
        ]
        .concat();
        for step in [1, 7, bytes.len()] {
            let (mut frames, mut sizes) = (Frames::default(), Vec::new());
            for mut piece in bytes.chunks(step) {
                while !piece.is_empty() {
                    piece = &piece[frames.read(piece)..];
                    if sizes.last() != Some(&frames.block) {
                        sizes.push(frames.block);
                    }
                }
            }
            let expected = [None, Some(300), Some(700), Some(705), None, Some(7), None];
            assert_eq!(sizes, expected, "{step} at once");
        }
    }
}
