//! A request's body, by whatever version of HTTP it comes.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

use super::wire::Shared;
use crate::error::Error;

/// A request's body as it comes from the browser.
pub struct Incoming(Source);

enum Source {
    Nothing,
    Http1 {
        wire: Shared,
        number: u64,
        /// How much is to come, where that is known.
        left: Option<u64>,
        is_over: bool,
    },
    Hyper(hyper::body::Incoming),
}

impl Incoming {
    /// No body.
    pub(crate) fn nothing() -> Self {
        Self(Source::Nothing)
    }

    /// The body of the request with that number, with its length if it says so.
    pub(crate) fn http1(wire: Shared, number: u64, left: Option<u64>) -> Self {
        Self(Source::Http1 {
            wire,
            number,
            left,
            is_over: false,
        })
    }
}

impl From<hyper::body::Incoming> for Incoming {
    fn from(body: hyper::body::Incoming) -> Self {
        Self(Source::Hyper(body))
    }
}

impl std::fmt::Debug for Incoming {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Incoming")
    }
}

impl http_body::Body for Incoming {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        match &mut self.0 {
            Source::Nothing => Poll::Ready(None),
            Source::Http1 { is_over: true, .. } => Poll::Ready(None),
            Source::Http1 {
                wire,
                number,
                left,
                is_over,
            } => {
                let polled = wire.lock().poll_body(cx, *number);
                if let Poll::Ready(frame) = &polled {
                    let data = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref());
                    // Only what was to come comes.
                    *left = left.map(|left| left - data.map_or(0, |data| data.len() as u64));
                    *is_over = data.is_none() || *left == Some(0);
                }
                polled
            }
            Source::Hyper(body) => {
                let polled = Pin::new(body).poll_frame(cx);
                polled.map(|frame| frame.map(|frame| frame.map_err(|error| Error::Browser(error.into()))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Source::Nothing => true,
            Source::Http1 { is_over, .. } => *is_over,
            Source::Hyper(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Source::Nothing => SizeHint::with_exact(0),
            Source::Http1 { left: Some(left), .. } => SizeHint::with_exact(*left),
            Source::Http1 { .. } => SizeHint::new(),
            Source::Hyper(body) => body.size_hint(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http_body_util::BodyExt;
    use tokio::io::AsyncWriteExt;
    use tokio::net::{TcpListener, TcpStream};

    use super::Incoming;
    use crate::http1::frames::Framing;
    use crate::http1::stream::Stream;
    use crate::http1::wire::Shared;

    #[tokio::test]
    async fn what_is_left_of_a_request_reads_nothing_of_the_next() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (ours, theirs) = tokio::join!(TcpStream::connect(address), listener.accept());
        let (ours, mut theirs) = (ours.expect("a connection"), theirs.expect("a connection").0);
        theirs.write_all(b"helloworld").await.expect("it is taken");

        let wire = Shared::new(Stream::Plain(ours), Duration::from_secs(60));
        let body = |number| Incoming::http1(wire.clone(), number, Some(5));
        let first = wire.lock().begin(Framing::Length(5), false);
        let (read, mut left) = (body(first), body(first));
        assert_eq!(read.collect().await.expect("a body").to_bytes(), "hello");
        let second = wire.lock().begin(Framing::Length(5), false);
        assert!(left.frame().await.expect("a word").is_err());
        assert_eq!(body(second).collect().await.expect("a body").to_bytes(), "world");
    }
}
