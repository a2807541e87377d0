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
