//! A request on its way to an app: its head, and its body as the browser sends it. Nothing of it is kept but the head of one
//! that may be asked again.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, Request};
use http_body::Body as _;
use tokio::io::AsyncWrite;
use tokio::time::{Sleep, sleep};

use super::incoming::Incoming;
use super::outgoing::Outgoing;
use crate::error::Error;
use crate::headers;
use crate::silence::Silence;

/// How long a browser that waits for a word from the app is left waiting; then the body comes without it.
const WAIT_FOR_WORD: Duration = Duration::from_secs(1);
/// A usual head fits.
const USUAL_HEAD: usize = 512;

/// A request on its way.
pub(crate) struct Question {
    /// The head of one that may be asked again, whatever became of it.
    again: Option<Bytes>,
    is_head: bool,
    out: Outgoing,
    is_given_up: bool,
    /// Nothing if there is none, or no more.
    upload: Option<Box<Upload>>,
    /// How many bytes of the body came, where there is one.
    received: Option<Received>,
}

/// How many bytes of a body came so far.
pub(crate) type Received = Arc<AtomicU64>;

struct Upload {
    body: Incoming,
    /// How many bytes are to come; nothing where chunks frame them.
    left: Option<u64>,
    /// The fields that were announced to come after it.
    trailer: Option<HeaderValue>,
    silence: Silence,
    hold: Option<Pin<Box<Sleep>>>,
}

impl Upload {
    fn new(body: Incoming, headers: &HeaderMap, silence: Duration) -> Self {
        let length = headers.get(header::CONTENT_LENGTH);
        let expects = headers.get(header::EXPECT);
        let expects = expects.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"));
        Self {
            body,
            left: length.and_then(|length| length.to_str().ok()?.parse().ok()),
            trailer: headers.get(header::TRAILER).cloned(),
            silence: Silence::new(silence),
            hold: expects.then(|| Box::pin(sleep(WAIT_FOR_WORD))),
        }
    }
}

impl Question {
    /// Takes a request whose headers are those that the app gets. A browser that stops in its middle for `silence` is given
    /// up; one that waits to be told is not asked for the body before the app wants it.
    pub(crate) fn new(request: Request<Incoming>, silence: Duration) -> Self {
        let (parts, body) = request.into_parts();
        let has_body = !body.is_end_stream();
        let mut out = Outgoing::default();
        out.begin(USUAL_HEAD);
        let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
        for word in [parts.method.as_str(), " ", target, " HTTP/1.1\r\n"] {
            out.say(word.as_bytes());
        }
        for (name, value) in &parts.headers {
            out.line(name, value);
        }
        let upload = has_body.then(|| Upload::new(body, &parts.headers, silence));
        if upload.as_ref().is_some_and(|upload| upload.left.is_none()) {
            out.say(b"transfer-encoding: chunked\r\n");
        }
        out.say(b"\r\n");
        Self {
            again: (!has_body && parts.method.is_safe()).then(|| out.gathered()),
            is_head: parts.method == Method::HEAD,
            out,
            is_given_up: false,
            upload: upload.map(Box::new),
            received: has_body.then(Arc::default),
        }
    }

    /// Whether only the head of an answer is asked for.
    pub(crate) fn is_head(&self) -> bool {
        self.is_head
    }

    /// Whether asking it twice is as good as asking it once.
    pub(crate) fn may_be_repeated(&self) -> bool {
        self.again.is_some()
    }

    /// Whether something of it was sent.
    pub(crate) fn has_begun(&self) -> bool {
        self.out.written() > 0
    }

    /// Whether all of it was sent.
    pub(crate) fn is_over(&self) -> bool {
        self.upload.is_none() && self.out.is_empty() && !self.is_given_up
    }

    /// Begins anew for another connection, if nothing was sent or nobody minds; whether it does.
    pub(crate) fn restart(&mut self) -> bool {
        if !self.has_begun() {
            return true;
        }
        let Some(head) = &self.again else { return false };
        self.out = Outgoing::default();
        self.out.say(head);
        true
    }

    /// The app wants the body.
    pub(crate) fn go_on(&mut self) {
        if let Some(upload) = &mut self.upload {
            upload.hold = None;
        }
    }

    /// The app takes no more of it.
    pub(crate) fn give_up(&mut self) {
        self.is_given_up = true;
        self.upload = None;
    }

    /// How many bytes of the body came, where there is one.
    pub(crate) fn received(&self) -> Option<&Received> {
        self.received.as_ref()
    }

    /// Whether the browser still sends: changes whenever it does.
    pub(crate) fn progress(&self) -> (u64, bool) {
        let received = self
            .received
            .as_ref()
            .map_or(0, |received| received.load(Ordering::Relaxed));
        (received, self.is_over())
    }

    /// Sends what can be sent; ready when all of it was.
    pub(crate) fn poll_send(
        &mut self,
        cx: &mut Context<'_>,
        to: &mut (impl AsyncWrite + Unpin),
    ) -> Poll<Result<(), Error>> {
        while !self.is_given_up {
            let mut waits = false;
            while self.upload.is_some() && self.out.has_room() && !waits {
                waits = self.poll_upload(cx)?.is_pending();
            }
            if !self.out.is_empty() {
                ready!(self.out.poll_write(cx, to)).map_err(|error| Error::App(error.into()))?;
            }
            match self.upload {
                None => return Poll::Ready(Ok(())),
                Some(_) if waits => return Poll::Pending,
                Some(_) => {}
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Takes the next of the body.
    fn poll_upload(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let Some(upload) = &mut self.upload else {
            return Poll::Ready(Ok(()));
        };
        if let Some(hold) = &mut upload.hold {
            ready!(hold.as_mut().poll(cx));
            upload.hold = None;
        }
        let frame = match Pin::new(&mut upload.body).poll_frame(cx) {
            Poll::Ready(frame) => frame.transpose()?,
            Poll::Pending => {
                ready!(upload.silence.poll(cx));
                return Poll::Ready(Err(Error::BrowserSilent));
            }
        };
        upload.silence.is_over();
        let (data, trailers) = match frame.map(http_body::Frame::into_data) {
            None => (None, None),
            Some(Ok(data)) => (Some(data), None),
            Some(Err(frame)) => (None, frame.into_trailers().ok()),
        };
        let is_last = data.is_none();
        if let Some(data) = data {
            if let Some(received) = &self.received {
                received.fetch_add(data.len() as u64, Ordering::Relaxed);
            }
            match &mut upload.left {
                None => self.out.chunk(data),
                Some(left) => {
                    let rest = left.checked_sub(data.len() as u64);
                    *left = rest.ok_or_else(|| Error::Browser("its body is longer than it said".into()))?;
                    self.out.data(data);
                }
            }
        }
        match upload.left {
            Some(0) => self.upload = None,
            Some(_) if is_last => return Poll::Ready(Err(Error::Browser("its body is shorter than it said".into()))),
            None if is_last => {
                let trailers = headers::announced(trailers.unwrap_or_else(HeaderMap::new), upload.trailer.as_ref());
                self.out.last_chunk(&trailers);
                self.upload = None;
            }
            _ => {}
        }
        Poll::Ready(Ok(()))
    }
}
