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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// Feeds `bytes` in pieces of `size`, and returns what comes up to the first error.
    fn read(bytes: &[u8], size: usize) -> (Vec<Value>, Option<Error>) {
        let mut lines = Lines::default();
        let mut read = Vec::new();
        for piece in bytes.chunks(size) {
            lines.push(piece);
            while let Some(object) = lines.next::<Value>() {
                match object {
                    Ok(object) => read.push(object),
                    Err(error) => return (read, Some(error)),
                }
            }
        }
        match lines.rest() {
            Some(Ok(object)) => read.push(object),
            Some(Err(error)) => return (read, Some(error)),
            None => {}
        }
        (read, None)
    }

    #[test]
    fn objects_survive_being_split_anywhere() {
        let bytes = b"{\"a\":\"x\\ny\"}\r\n\n  \n{\"b\":2}\n{\"c\":3}";
        for size in 1..=bytes.len() {
            let (objects, error) = read(bytes, size);
            assert_eq!(
                objects,
                [json!({ "a": "x\ny" }), json!({ "b": 2 }), json!({ "c": 3 })],
                "by {size}"
            );
            assert!(error.is_none());
        }
    }

    #[test]
    fn what_is_no_object_is_an_error_after_the_good_ones() {
        for garbage in ["{\"b\":", "\u{0}\u{1}", "}{", "{\"b\":2}{\"c\":3}", "nul"] {
            let (objects, error) = read(format!("{{\"a\":1}}\n{garbage}\n{{\"d\":4}}\n").as_bytes(), 7);
            assert_eq!(objects, [json!({ "a": 1 })], "{garbage}");
            assert!(matches!(error, Some(Error::Garbled { .. })), "{garbage}");
        }
    }

    #[test]
    fn a_line_without_end_is_given_up() {
        let (objects, error) = read(&vec![b' '; LINE_CAP + 2], 64 << 10);
        assert!(objects.is_empty() && matches!(error, Some(Error::Garbled { .. })));
    }
}
