//! What containers print, line by line.

use std::collections::VecDeque;

use futures_util::{StreamExt, stream};
use jiff::Timestamp;

use super::{Containers, Logs};
use crate::{
    Result, Stream,
    frames::{Chunk, Output},
};

/// A line is kept up to here; what follows of it is left out.
const LONGEST: usize = 16 << 10;
/// The longest time that Podman writes before a line, with the space after it.
const STAMP: usize = 40;

/// A line of a container's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// Where it came from.
    pub output: Output,
    /// When it was printed, where Podman says so.
    pub at: Option<Timestamp>,
    /// What it says, without its end; what is no UTF-8 in it is replaced.
    pub text: String,
}

impl Containers {
    /// A container's log, line by line, with times. It ends when the container does, or at once without `follow`.
    ///
    /// # Errors
    /// As [`logs`](Self::logs).
    pub async fn log_lines(&self, id: &str, logs: &Logs) -> Result<Stream<LogLine>> {
        let logs = Logs {
            timestamps: true,
            ..*logs
        };
        let chunks = self.logs(id, &logs).await?;
        let state = (Some(chunks), Splitter::default(), VecDeque::new());
        let lines = stream::unfold(state, |(mut chunks, mut splitter, mut ready)| async move {
            loop {
                if let Some(line) = ready.pop_front() {
                    return Some((Ok(line), (chunks, splitter, ready)));
                }
                match chunks.as_mut()?.next().await {
                    Some(Ok(chunk)) => splitter.push(&chunk, &mut ready),
                    Some(Err(error)) => return Some((Err(error), (None, splitter, ready))),
                    None => {
                        splitter.finish(&mut ready);
                        chunks = None;
                    }
                }
            }
        });
        Ok(lines.boxed())
    }
}

/// Cuts chunks into lines, each source apart.
#[derive(Default)]
struct Splitter {
    /// What came of a line of standard output, and of standard error.
    begun: [Vec<u8>; 2],
}

impl Splitter {
    fn push(&mut self, chunk: &Chunk, ready: &mut VecDeque<LogLine>) {
        let begun = &mut self.begun[usize::from(chunk.output == Output::Stderr)];
        for piece in chunk.bytes.split_inclusive(|byte| *byte == b'\n') {
            let room = (LONGEST + STAMP).saturating_sub(begun.len());
            let whole = piece.last() == Some(&b'\n');
            let text = &piece[..piece.len() - usize::from(whole)];
            begun.extend_from_slice(&text[..text.len().min(room)]);
            if whole {
                ready.push_back(line(chunk.output, begun));
                begun.clear();
            }
        }
    }

    fn finish(&mut self, ready: &mut VecDeque<LogLine>) {
        for (output, begun) in [Output::Stdout, Output::Stderr].into_iter().zip(&mut self.begun) {
            if !begun.is_empty() {
                ready.push_back(line(output, begun));
                begun.clear();
            }
        }
    }
}

/// A line as Podman writes it: its time, a space, and what was printed.
fn line(output: Output, bytes: &[u8]) -> LogLine {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_suffix('\r').unwrap_or(&text);
    let stamped = text
        .split_once(' ')
        .and_then(|(stamp, rest)| Some((stamp.parse::<Timestamp>().ok()?, rest)));
    match stamped {
        Some((at, rest)) => LogLine {
            output,
            at: Some(at),
            text: rest.to_owned(),
        },
        // An empty line may come as its time alone.
        None => match text.parse::<Timestamp>() {
            Ok(at) => LogLine {
                output,
                at: Some(at),
                text: String::new(),
            },
            Err(_) => LogLine {
                output,
                at: None,
                text: text.to_owned(),
            },
        },
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn lines(chunks: &[(Output, &[u8])]) -> Vec<LogLine> {
        let (mut splitter, mut ready) = (Splitter::default(), VecDeque::new());
        for (output, bytes) in chunks {
            let chunk = Chunk {
                output: *output,
                bytes: Bytes::copy_from_slice(bytes),
            };
            splitter.push(&chunk, &mut ready);
        }
        splitter.finish(&mut ready);
        ready.into()
    }

    #[test]
    fn lines_are_put_together_from_pieces_each_source_apart() {
        let seen = lines(&[
            (
                Output::Stdout,
                b"2026-01-02T03:04:05.5Z one\n2026-01-02T03:04:05.6+00:00 tw",
            ),
            (Output::Stderr, b"2026-01-02T03:04:05.7Z trouble\r\n"),
            (Output::Stdout, b"o\n2026-01-02T03:04:05.8Z \nunstamped \xff"),
        ]);
        let said: Vec<_> = seen.iter().map(|line| (line.output, line.text.as_str())).collect();
        let wanted = [
            (Output::Stdout, "one"),
            (Output::Stderr, "trouble"),
            (Output::Stdout, "two"),
            (Output::Stdout, ""),
            (Output::Stdout, "unstamped \u{fffd}"),
        ];
        assert_eq!(said, wanted);
        assert_eq!(seen[0].at.unwrap().as_millisecond(), 1_767_323_045_500);
        assert_eq!(seen[4].at, None);
    }

    #[test]
    fn a_line_without_end_is_cut() {
        let long = vec![b'x'; LONGEST * 3];
        let seen = lines(&[(Output::Stdout, &long), (Output::Stdout, b"y\nnext\n")]);
        assert_eq!(seen.len(), 2);
        assert!(seen[0].text.len() <= LONGEST + STAMP, "{}", seen[0].text.len());
        assert_eq!(seen[1].text, "next");
    }
}
