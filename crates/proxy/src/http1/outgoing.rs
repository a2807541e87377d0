//! Bytes on their way out: heads and small pieces are gathered, so that a short message is one write; a large piece goes out
//! as it is, behind what was gathered.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use http::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::io::AsyncWrite;

/// A piece from this size on is not copied.
const LARGE: usize = 4 * 1024;
/// So much is gathered before it has to go.
const ENOUGH: usize = 16 * 1024;

/// What was said and not written yet.
#[derive(Default)]
pub(crate) struct Outgoing {
    gathered: BytesMut,
    /// Comes behind what was gathered.
    large: Bytes,
    /// Comes behind that.
    end: &'static [u8],
    /// How many bytes were written ever.
    written: u64,
}

impl Outgoing {
    /// How many bytes were written ever.
    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    /// Whether all that was said is written.
    pub(crate) fn is_empty(&self) -> bool {
        self.gathered.is_empty() && self.large.is_empty() && self.end.is_empty()
    }

    /// Whether more may be said before something is written.
    pub(crate) fn has_room(&self) -> bool {
        self.large.is_empty() && self.end.is_empty() && self.gathered.len() < ENOUGH
    }

    /// Says some words.
    pub(crate) fn say(&mut self, words: &[u8]) {
        self.gathered.extend_from_slice(words);
    }

    /// Makes room for a head of about that size.
    pub(crate) fn begin(&mut self, head: usize) {
        self.gathered.reserve(head);
    }

    /// A copy of what was gathered.
    pub(crate) fn gathered(&self) -> Bytes {
        Bytes::copy_from_slice(&self.gathered)
    }

    /// Says a header line.
    pub(crate) fn line(&mut self, name: &HeaderName, value: &HeaderValue) {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            self.gathered.extend_from_slice(part);
        }
    }

    /// Says a part of a body.
    pub(crate) fn data(&mut self, data: Bytes) {
        if data.len() < LARGE {
            self.gathered.extend_from_slice(&data);
        } else {
            self.large = data;
        }
    }

    /// Says a part of a body as a chunk; an empty one would be the last.
    pub(crate) fn chunk(&mut self, data: Bytes) {
        if data.is_empty() {
            return;
        }
        let mut size = [0; 18];
        let mut at = size.len() - 2;
        size[at..].copy_from_slice(b"\r\n");
        let mut left = data.len();
        while left > 0 {
            at -= 1;
            size[at] = b"0123456789abcdef"[left & 15];
            left >>= 4;
        }
        self.say(&size[at..]);
        self.data(data);
        if self.large.is_empty() {
            self.say(b"\r\n");
        } else {
            self.end = b"\r\n";
        }
    }

    /// Says that a chunked body is over, with what comes after it.
    pub(crate) fn last_chunk(&mut self, trailers: &HeaderMap) {
        self.say(b"0\r\n");
        for (name, value) in trailers {
            self.line(name, value);
        }
        self.say(b"\r\n");
    }

    /// Writes all that was said.
    pub(crate) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        to: &mut (impl AsyncWrite + Unpin),
    ) -> Poll<io::Result<()>> {
        while !self.is_empty() {
            let parts = [&self.gathered[..], &self.large[..], self.end];
            let mut there = parts.iter().filter(|part| !part.is_empty());
            let polled = match (there.next(), there.next()) {
                (Some(only), None) => Pin::new(&mut *to).poll_write(cx, only),
                _ => Pin::new(&mut *to).poll_write_vectored(cx, &parts.map(IoSlice::new)),
            };
            let count = ready!(polled)?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.advance(count);
        }
        // Nothing is kept for the next message: many connections wait long for one.
        self.gathered = BytesMut::new();
        Pin::new(to).poll_flush(cx)
    }

    fn advance(&mut self, mut count: usize) {
        self.written += count as u64;
        let here = count.min(self.gathered.len());
        self.gathered.advance(here);
        count -= here;
        let here = count.min(self.large.len());
        self.large.advance(here);
        count -= here;
        self.end = &self.end[count..];
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use bytes::Bytes;
    use http::HeaderMap;
    use tokio::io::AsyncReadExt;

    use super::{LARGE, Outgoing};

    #[tokio::test]
    async fn pieces_arrive_in_order_however_little_is_taken_at_once() {
        let large = vec![b'x'; LARGE];
        for room in [1, 7, 1 << 20] {
            let (mut ours, mut theirs) = tokio::io::duplex(room);
            let reader = tokio::spawn(async move {
                let mut read = Vec::new();
                theirs.read_to_end(&mut read).await.expect("it is there");
                read
            });
            let mut outgoing = Outgoing::default();
            outgoing.say(b"head ");
            outgoing.chunk(Bytes::new());
            outgoing.chunk(Bytes::from_static(b"small"));
            outgoing.chunk(large.clone().into());
            assert!(!outgoing.has_room());
            poll_fn(|cx| outgoing.poll_write(cx, &mut ours))
                .await
                .expect("it is taken");
            let trailers = HeaderMap::from_iter([("x-a".parse().expect("a name"), "b".parse().expect("a value"))]);
            outgoing.last_chunk(&trailers);
            poll_fn(|cx| outgoing.poll_write(cx, &mut ours))
                .await
                .expect("it is taken");
            drop(ours);
            let expected = [b"head 5\r\nsmall\r\n1000\r\n", &large[..], b"\r\n0\r\nx-a: b\r\n\r\n"];
            let read = reader.await.expect("no panic");
            assert!(read == expected.concat(), "{room} at once");
            assert_eq!(outgoing.written(), read.len() as u64);
        }
    }
}
