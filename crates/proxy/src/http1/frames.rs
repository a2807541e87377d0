//! Where a message's body ends, and what it holds up to there.

use bytes::{Bytes, BytesMut};

use super::chunks::{Chunks, Piece};
use super::head::Fault;

/// How a body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// After so many bytes, or there is none.
    Length(u64),
    /// By its last chunk.
    Chunked,
    /// With its connection. Only apps do that.
    Close,
}

/// A body that is being read.
#[derive(Debug)]
pub(crate) enum Frames {
    /// So many bytes are to come.
    Length(u64),
    /// Chunks are to come.
    Chunked(Chunks),
    /// What comes belongs to it.
    Close,
}

impl Frames {
    /// A browser's body.
    pub(crate) fn of_browser(framing: Framing) -> Self {
        Self::new(framing, Chunks::of_browser)
    }

    /// An app's body.
    pub(crate) fn of_app(framing: Framing) -> Self {
        Self::new(framing, Chunks::of_app)
    }

    fn new(framing: Framing, chunks: impl FnOnce() -> Chunks) -> Self {
        match framing {
            Framing::Length(length) => Self::Length(length),
            Framing::Chunked => Self::Chunked(chunks()),
            Framing::Close => Self::Close,
        }
    }

    /// Whether all of it was taken.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self, Self::Length(0))
    }

    /// How much is still to come, where that is known.
    pub(crate) fn left(&self) -> Option<u64> {
        match self {
            Self::Length(left) => Some(*left),
            _ => None,
        }
    }

    /// Its connection has ended: whether it ended with it as it may.
    pub(crate) fn close(&mut self) -> bool {
        let is_whole = matches!(self, Self::Close | Self::Length(0));
        *self = Self::Length(0);
        is_whole
    }

    /// Takes the next of what it holds from `bytes`, if it is there. What comes after its end stays.
    pub(crate) fn next(&mut self, bytes: &mut BytesMut) -> Result<Option<Piece>, Fault> {
        match self {
            Self::Chunked(chunks) => {
                let piece = chunks.next(bytes)?;
                if matches!(piece, Some(Piece::End(_))) {
                    *self = Self::Length(0);
                }
                Ok(piece)
            }
            Self::Length(left) => {
                // At most the length of a slice.
                let here = (*left).min(bytes.len() as u64) as usize;
                *left -= here as u64;
                Ok(some(take(bytes, here)))
            }
            Self::Close => Ok(some(std::mem::take(bytes).freeze())),
        }
    }
}

/// The first `count` of `bytes`; all of them without a count of who shares them.
fn take(bytes: &mut BytesMut, count: usize) -> Bytes {
    if count == bytes.len() {
        std::mem::take(bytes).freeze()
    } else {
        bytes.split_to(count).freeze()
    }
}

fn some(data: Bytes) -> Option<Piece> {
    (!data.is_empty()).then_some(Piece::Data(data))
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;

    use super::{Frames, Framing, Piece};

    #[test]
    fn however_a_body_is_cut_it_holds_the_same_and_leaves_what_follows() {
        for (framing, bytes, held, follows) in [
            (Framing::Length(5), "helloGET /", "hello", "GET /"),
            (Framing::Length(0), "GET /", "", "GET /"),
            (
                Framing::Chunked,
                "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\nGET /",
                "hello",
                "GET /",
            ),
            (Framing::Close, "hello", "hello", ""),
        ] {
            for first in 0..bytes.len() {
                let mut frames = Frames::of_app(framing);
                let (mut buffer, mut found) = (BytesMut::new(), Vec::new());
                for piece in [&bytes[..first], &bytes[first..]] {
                    buffer.extend_from_slice(piece.as_bytes());
                    while !frames.is_over()
                        && let Some(piece) = frames.next(&mut buffer).expect("a body")
                    {
                        if let Piece::Data(data) = piece {
                            found.extend_from_slice(&data);
                        }
                    }
                }
                assert_eq!(
                    (&found[..], &buffer[..]),
                    (held.as_bytes(), follows.as_bytes()),
                    "{bytes} cut at {first}"
                );
                assert_eq!(frames.is_over(), framing != Framing::Close);
            }
        }
    }

    #[test]
    fn only_a_body_without_a_length_may_end_with_its_connection() {
        for (framing, may) in [
            (Framing::Length(1), false),
            (Framing::Length(0), true),
            (Framing::Chunked, false),
            (Framing::Close, true),
        ] {
            assert_eq!(Frames::of_app(framing).close(), may, "{framing:?}");
        }
    }
}
