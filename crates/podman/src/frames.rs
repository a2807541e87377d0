//! The eight-byte frames that output of containers comes in: `[source, 0, 0, 0, length × 4, bytes…]`.
//!
//! What a frame announces is never allocated: its bytes are passed on as they come, so a frame may reach the reader in
//! several chunks, and one that claims to be huge costs nothing.

use std::collections::VecDeque;

use bytes::{Buf, Bytes, BytesMut};
use futures_util::{StreamExt, stream, stream::BoxStream};

use crate::{Error, Result, Stream};

/// Podman frames single lines and single reads; a frame beyond this is no frame but garbage.
const FRAME_CAP: u32 = 64 << 20;
/// An error that comes as a frame is read up to here.
const MESSAGE_CAP: usize = 4 << 10;
const HEADER: usize = 8;
/// The source of a frame that is Podman's own error.
const FAILURE: u8 = 3;

/// Where output came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Output {
    /// Standard output, or a terminal.
    Stdout,
    /// Standard error.
    Stderr,
}

/// A piece of output. A line may be cut anywhere between two pieces of the same source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Where it came from.
    pub output: Output,
    /// What it is; never empty.
    pub bytes: Bytes,
}

/// How the bytes of a stream are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// In frames.
    Framed,
    /// As they are.
    Raw,
    /// A terminal's: raw by rights, but some versions frame the logs of terminals too. The first bytes tell.
    Terminal,
}

/// Cuts bytes into chunks, however they come.
#[derive(Debug)]
pub(crate) struct Frames {
    framing: Framing,
    /// Bytes that were not looked at yet.
    waiting: VecDeque<Bytes>,
    /// A header that came in part, or an error message.
    held: BytesMut,
    /// The frame that is being passed on: its source and what is left of it.
    current: (u8, u32),
}

impl Frames {
    pub(crate) fn new(framing: Framing) -> Self {
        Self {
            framing,
            waiting: VecDeque::new(),
            held: BytesMut::new(),
            current: (0, 0),
        }
    }

    pub(crate) fn push(&mut self, bytes: Bytes) {
        if !bytes.is_empty() {
            self.waiting.push_back(bytes);
        }
    }

    /// The next chunk; `None` when more bytes are needed.
    pub(crate) fn next(&mut self) -> Option<Result<Chunk>> {
        loop {
            if self.framing == Framing::Raw {
                return self.take(u32::MAX).map(|bytes| {
                    Ok(Chunk {
                        output: Output::Stdout,
                        bytes,
                    })
                });
            }
            let (source, left) = self.current;
            if left == 0 {
                match self.header()? {
                    Ok(current) => self.current = current,
                    Err(error) => return Some(Err(error)),
                }
                continue;
            }
            let bytes = self.take(left)?;
            self.current.1 -= u32::try_from(bytes.len()).unwrap_or(left);
            if source != FAILURE {
                let output = if source == 2 { Output::Stderr } else { Output::Stdout };
                return Some(Ok(Chunk { output, bytes }));
            }
            let room = MESSAGE_CAP - self.held.len().min(MESSAGE_CAP);
            self.held.extend_from_slice(&bytes[..bytes.len().min(room)]);
            if self.current.1 == 0 {
                let message = String::from_utf8_lossy(&self.held.split()).trim().to_owned();
                return Some(Err(Error::Refused { status: 200, message }));
            }
        }
    }

    /// Whether the stream may end here.
    pub(crate) fn is_whole(&self) -> bool {
        self.current.1 == 0 && self.held.is_empty()
    }

    /// Reads the next header, or finds out that there are none.
    fn header(&mut self) -> Option<Result<(u8, u32)>> {
        while self.held.len() < HEADER {
            let wanted = u32::try_from(HEADER - self.held.len()).unwrap_or(0);
            let bytes = self.take(wanted)?;
            self.held.extend_from_slice(&bytes);
            if self.framing == Framing::Terminal && !looks_framed(&self.held) {
                self.framing = Framing::Raw;
                self.waiting.push_front(self.held.split().freeze());
                return Some(Ok((0, 0)));
            }
        }
        self.framing = Framing::Framed;
        let mut header = self.held.split();
        if !looks_framed(&header) {
            return Some(Err(Error::garbled(
                "a stream of frames",
                "a frame without a proper head",
            )));
        }
        let source = header.get_u8();
        header.advance(3);
        let length = header.get_u32();
        if length > FRAME_CAP {
            return Some(Err(Error::garbled("a stream of frames", "a frame of more than 64 MiB")));
        }
        Some(Ok((source, length)))
    }

    /// Takes at most `most` bytes, of one piece.
    fn take(&mut self, most: u32) -> Option<Bytes> {
        let first = self.waiting.front_mut()?;
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        if first.len() > most {
            return Some(first.split_to(most));
        }
        self.waiting.pop_front()
    }
}

/// Whether these first bytes of a header are as they have to be.
fn looks_framed(start: &[u8]) -> bool {
    start
        .iter()
        .take(4)
        .enumerate()
        .all(|(place, byte)| if place == 0 { *byte <= FAILURE } else { *byte == 0 })
}

/// The chunks of a stream of bytes. It ends after the first error.
pub(crate) fn chunks(bytes: BoxStream<'static, Result<Bytes>>, framing: Framing) -> Stream<Chunk> {
    stream::unfold(Some((bytes, Frames::new(framing))), |state| async {
        let (mut bytes, mut frames) = state?;
        loop {
            match frames.next() {
                Some(Ok(chunk)) => return Some((Ok(chunk), Some((bytes, frames)))),
                Some(Err(error)) => return Some((Err(error), None)),
                None => {}
            }
            match bytes.next().await {
                Some(Ok(more)) => frames.push(more),
                Some(Err(error)) => return Some((Err(error), None)),
                None if frames.is_whole() => return None,
                None => return Some((Err(Error::Interrupted { source: None }), None)),
            }
        }
    })
    .boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(source: u8, text: &str) -> Vec<u8> {
        let length = u32::try_from(text.len()).expect("a short text");
        [&[source, 0, 0, 0], &length.to_be_bytes()[..], text.as_bytes()].concat()
    }

    /// Feeds `bytes` in pieces of `size` and joins what comes out; the flag tells whether it may end there.
    fn read(framing: Framing, bytes: &[u8], size: usize) -> (Result<Vec<(Output, String)>>, bool) {
        let mut frames = Frames::new(framing);
        let mut read: Vec<(Output, String)> = Vec::new();
        for piece in bytes.chunks(size) {
            frames.push(Bytes::copy_from_slice(piece));
            while let Some(chunk) = frames.next() {
                let chunk = match chunk {
                    Ok(chunk) => chunk,
                    Err(error) => return (Err(error), false),
                };
                let text = String::from_utf8(chunk.bytes.to_vec()).expect("plain text");
                match read.last_mut() {
                    Some((output, so_far)) if *output == chunk.output => so_far.push_str(&text),
                    _ => read.push((chunk.output, text)),
                }
            }
        }
        (Ok(read), frames.is_whole())
    }

    #[test]
    fn frames_survive_being_split_anywhere() {
        let bytes = [
            frame(1, "out one\n"),
            frame(1, ""),
            frame(2, "err\n"),
            frame(0, "in\n"),
            frame(1, "x"),
        ]
        .concat();
        for size in 1..=bytes.len() {
            let (read, whole) = read(Framing::Framed, &bytes, size);
            let wanted = [
                (Output::Stdout, "out one\n"),
                (Output::Stderr, "err\n"),
                (Output::Stdout, "in\nx"),
            ];
            assert_eq!(
                read.expect("good frames"),
                wanted.map(|(output, text)| (output, text.to_owned())),
                "by {size}"
            );
            assert!(whole, "by {size}");
        }
    }

    #[test]
    fn a_cut_frame_is_not_whole_wherever_it_is_cut() {
        let bytes = frame(2, "abc");
        for end in 1..bytes.len() {
            let (read, whole) = read(Framing::Framed, &bytes[..end], 2);
            assert!(read.is_ok() && !whole, "cut at {end}");
        }
    }

    #[test]
    fn hostile_lengths_cost_no_memory() {
        let mut bytes = vec![1, 0, 0, 0];
        bytes.extend(FRAME_CAP.to_be_bytes());
        bytes.extend(b"little");
        let mut frames = Frames::new(Framing::Framed);
        frames.push(Bytes::from(bytes));
        let chunk = frames.next().expect("what there is").expect("is passed on");
        assert_eq!(&chunk.bytes[..], b"little");
        assert_eq!((frames.held.capacity(), frames.is_whole()), (0, false));
        for length in [FRAME_CAP + 1, u32::MAX] {
            let header = [&[1, 0, 0, 0], &length.to_be_bytes()[..]].concat();
            assert!(
                matches!(read(Framing::Framed, &header, 3).0, Err(Error::Garbled { .. })),
                "{length}"
            );
        }
    }

    #[test]
    fn garbage_is_an_error_and_no_panic() {
        for garbage in [
            &b"HTTP/1.1 500 "[..],
            &[9, 0, 0, 0, 0, 0, 0, 1, 65],
            &[1, 0, 7, 0, 0, 0, 0, 1, 65],
        ] {
            assert!(
                matches!(read(Framing::Framed, garbage, 5).0, Err(Error::Garbled { .. })),
                "{garbage:?}"
            );
        }
    }

    #[test]
    fn an_error_frame_is_podmans_own_refusal() {
        let bytes = [frame(1, "a"), frame(3, "no such exec session\n")].concat();
        for size in 1..=bytes.len() {
            let refusal = read(Framing::Framed, &bytes, size).0.expect_err("an error frame");
            assert!(matches!(refusal, Error::Refused { message, .. } if message == "no such exec session"));
        }
    }

    #[test]
    fn a_terminals_stream_is_read_raw_or_framed_as_it_comes() {
        for size in 1..12 {
            let raw = read(Framing::Terminal, b"\x1b[1mhello", size).0.expect("raw bytes");
            assert_eq!(raw, [(Output::Stdout, "\x1b[1mhello".to_owned())], "by {size}");
            let framed = read(Framing::Terminal, &[frame(1, "hel"), frame(1, "lo")].concat(), size).0;
            assert_eq!(
                framed.expect("frames"),
                [(Output::Stdout, "hello".to_owned())],
                "by {size}"
            );
        }
    }
}
