//! Streams of JSON objects, one a line: events, stats, progress.

use bytes::{Buf, BytesMut};
use futures_util::{StreamExt, stream};
use serde::de::DeserializeOwned;

use crate::{Error, Result, Stream, wire::Body};

/// No line that Podman writes is this long, not even the statistics of a thousand containers.
const LINE_CAP: usize = 4 << 20;

/// Cuts bytes into lines, however they come.
#[derive(Default)]
pub(crate) struct Lines {
    buffer: BytesMut,
    /// How far the buffer was searched already.
    searched: usize,
}

impl Lines {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole line that is not blank, parsed.
    pub(crate) fn next<T: DeserializeOwned>(&mut self) -> Option<Result<T>> {
        loop {
            let Some(end) = self.buffer[self.searched..].iter().position(|byte| *byte == b'\n') else {
                self.searched = self.buffer.len();
                return (self.searched > LINE_CAP)
                    .then(|| Err(Error::garbled("a stream of JSON", "a line of more than 4 MiB")));
            };
            let line = self.buffer.split_to(self.searched + end);
            self.buffer.advance(1);
            self.searched = 0;
            if let Some(parsed) = parse(&line) {
                return Some(parsed);
            }
        }
    }

    /// What came after the last line end, parsed.
    pub(crate) fn rest<T: DeserializeOwned>(&mut self) -> Option<Result<T>> {
        self.searched = 0;
        parse(&self.buffer.split())
    }
}

fn parse<T: DeserializeOwned>(line: &[u8]) -> Option<Result<T>> {
    let line = line.trim_ascii();
    (!line.is_empty()).then(|| serde_json::from_slice(line).map_err(|error| Error::garbled("a stream of JSON", error)))
}

/// The objects of a body. It ends after the first error.
pub(crate) fn objects<T: DeserializeOwned + Send + 'static>(body: Body) -> Stream<T> {
    let state = Some((body, Lines::default()));
    stream::unfold(state, |state| async {
        let (mut body, mut lines) = state?;
        loop {
            match lines.next() {
                Some(Ok(object)) => return Some((Ok(object), Some((body, lines)))),
                Some(Err(error)) => return Some((Err(error), None)),
                None => {}
            }
            match body.chunk().await {
                Ok(Some(chunk)) => lines.push(&chunk),
                Ok(None) => return lines.rest().map(|last| (last, None)),
                Err(error) => return Some((Err(error), None)),
            }
        }
    })
    .boxed()
}
