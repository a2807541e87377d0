//! Bodies in both directions: passed on frame by frame, counted, with a limit on silence, and never kept.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_util::task::AtomicWaker;
use http::StatusCode;
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use tokio::sync::Notify;
use tokio::time::{Instant, Sleep};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use crate::access::Tally;
use crate::error::Error;
use crate::headers;
use crate::pool::Lent;

/// A reply's body.
pub type Body = UnsyncBoxBody<Bytes, Error>;

/// A body that is there already.
pub fn full(bytes: Bytes) -> Body {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}

/// How often an app may answer with a status before the real one.
const INTERIM: usize = 10;

/// What is known of a request's body from outside.
#[derive(Debug, Default)]
pub(crate) struct Upload {
    received: AtomicU64,
    is_over: AtomicBool,
    is_broken: AtomicBool,
    is_silent: AtomicBool,
    /// Whether the app has said that it wants it; only asked where the browser waits to be told.
    is_wanted: AtomicBool,
    wanted: AtomicWaker,
    interim: AtomicUsize,
    flooded: Notify,
}

impl Upload {
    /// The app has answered with a status before the real one; whether there were not too many of those.
    pub(crate) fn interim(&self, status: StatusCode) -> bool {
        if status == StatusCode::CONTINUE {
            self.is_wanted.store(true, Ordering::Release);
            self.wanted.wake();
        }
        let is_flood = self.interim.fetch_add(1, Ordering::Relaxed) >= INTERIM;
        if is_flood {
            self.flooded.notify_one();
        }
        !is_flood
    }

    /// Waits until there were too many of those.
    pub(crate) async fn flooded(&self) {
        self.flooded.notified().await;
    }

    /// Whether the app has all of it.
    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }

    /// Whether the browser broke it off.
    pub(crate) fn is_broken(&self) -> bool {
        self.is_broken.load(Ordering::Acquire)
    }

    /// Whether the browser stopped in its middle.
    pub(crate) fn is_silent(&self) -> bool {
        self.is_silent.load(Ordering::Acquire)
    }

    /// Its bytes so far.
    pub(crate) fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }
}

/// How long a browser that waits for a word from the app is left waiting; then the body comes without it.
const WAIT_FOR_CONTINUE: Duration = Duration::from_secs(1);

/// A request's body on its way to the app.
pub(crate) struct FromBrowser {
    /// Nothing if there is no body.
    inner: Option<Incoming>,
    upload: Arc<Upload>,
    silence: Silence,
    hold: Option<Pin<Box<Sleep>>>,
}

impl FromBrowser {
    /// Takes a request's body. With `expects` it is not touched before the app wants it.
    pub(crate) fn new(inner: Incoming, expects: bool, silence: Duration) -> (Self, Arc<Upload>) {
        let upload = Arc::new(Upload::default());
        let is_empty = inner.is_end_stream();
        upload.is_over.store(is_empty, Ordering::Release);
        let body = Self {
            inner: (!is_empty).then_some(inner),
            upload: Arc::clone(&upload),
            silence: Silence::new(silence),
            hold: expects.then(|| Box::pin(tokio::time::sleep(WAIT_FOR_CONTINUE))),
        };
        (body, upload)
    }

    /// The same once more, if there is none.
    pub(crate) fn repeat(&self) -> Option<Self> {
        self.inner.is_none().then(|| Self {
            inner: None,
            upload: Arc::clone(&self.upload),
            silence: Silence::new(self.silence.limit),
            hold: None,
        })
    }

    fn poll_wanted(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(hold) = &mut self.hold else {
            return Poll::Ready(());
        };
        self.upload.wanted.register(cx.waker());
        if !self.upload.is_wanted.load(Ordering::Acquire) {
            ready!(hold.as_mut().poll(cx));
        }
        self.hold = None;
        Poll::Ready(())
    }
}

impl http_body::Body for FromBrowser {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        ready!(this.poll_wanted(cx));
        let Some(inner) = &mut this.inner else {
            return Poll::Ready(None);
        };
        let polled = Pin::new(&mut *inner).poll_frame(cx);
        let failed = match polled {
            Poll::Ready(Some(Ok(mut frame))) => {
                this.silence.is_over();
                if let Some(data) = frame.data_ref() {
                    this.upload.received.fetch_add(data.len() as u64, Ordering::Relaxed);
                } else if let Some(trailers) = frame.trailers_mut() {
                    headers::trailers(trailers);
                    this.upload.is_over.store(true, Ordering::Release);
                }
                if inner.is_end_stream() {
                    this.upload.is_over.store(true, Ordering::Release);
                }
                return Poll::Ready(Some(Ok(frame)));
            }
            Poll::Ready(None) => {
                this.upload.is_over.store(true, Ordering::Release);
                return Poll::Ready(None);
            }
            Poll::Ready(Some(Err(error))) => Error::Browser(error.into()),
            Poll::Pending => {
                ready!(this.silence.poll(cx));
                this.upload.is_silent.store(true, Ordering::Release);
                Error::BrowserSilent
            }
        };
        this.upload.is_broken.store(true, Ordering::Release);
        Poll::Ready(Some(Err(failed)))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Incoming::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.as_ref().map_or(SizeHint::with_exact(0), Incoming::size_hint)
    }
}

/// An app's body on its way to the browser. When it is over, its connection is lent to the next.
pub(crate) struct FromApp {
    inner: Incoming,
    lent: Option<Lent>,
    upload: Arc<Upload>,
    lease: CancellationToken,
    ended: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
    failed: Option<Error>,
    tally: Tally,
}

impl FromApp {
    /// Takes an app's body, the connection that it comes by, and what it depends on.
    pub(crate) fn new(
        inner: Incoming,
        lent: Lent,
        upload: Arc<Upload>,
        lease: CancellationToken,
        tally: Tally,
    ) -> Self {
        let mut body = Self {
            inner,
            lent: Some(lent),
            upload,
            lease,
            ended: None,
            failed: None,
            tally,
        };
        if body.inner.is_end_stream() {
            body.finish();
        } else if !body.upload.is_over()
            && let Some(lent) = &mut body.lent
        {
            // The app answers while it is still being sent to. Neither may wait for the other.
            lent.detach();
        }
        body
    }

    /// The next of what the app says, which comes by its connection.
    fn poll_inner(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(cx);
        match &mut self.lent {
            Some(lent) if polled.is_pending() => lent.drive(cx),
            _ => return polled,
        }
        Pin::new(&mut self.inner).poll_frame(cx)
    }

    /// Gives the connection back if nothing of this exchange is still to come on it, else closes it.
    fn finish(&mut self) {
        if let Some(lent) = self.lent.take()
            && self.upload.is_over()
        {
            lent.give_back();
        }
    }

    fn fail(&mut self, error: Error) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        self.lent = None;
        self.tally.fail(&error);
        Poll::Ready(Some(Err(error)))
    }
}

impl http_body::Body for FromApp {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        if let Some(error) = this.failed.take() {
            return this.fail(error);
        }
        if this.lease.is_cancelled() {
            return this.fail(Error::LeaseEnded);
        }
        match this.poll_inner(cx) {
            Poll::Ready(Some(Ok(mut frame))) => {
                if let Some(data) = frame.data_ref() {
                    this.tally.add(data.len());
                } else if let Some(trailers) = frame.trailers_mut() {
                    headers::trailers(trailers);
                }
                if this.inner.is_end_stream() {
                    this.finish();
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(None) => {
                this.finish();
                Poll::Ready(None)
            }
            // hyper throws away what it has not written yet when a body fails: it gets a turn to write before it hears.
            Poll::Ready(Some(Err(error))) => {
                this.failed = Some(Error::App(error.into()));
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Poll::Pending => {
                let lease = &this.lease;
                let ended = this
                    .ended
                    .get_or_insert_with(|| Box::pin(lease.clone().cancelled_owned()));
                ready!(ended.as_mut().poll(cx));
                this.fail(Error::LeaseEnded)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for FromApp {
    fn drop(&mut self) {
        self.tally.received(self.upload.received());
    }
}

/// A limit on how long nothing happens.
pub(crate) struct Silence {
    limit: Duration,
    sleep: Option<Pin<Box<Sleep>>>,
    is_running: bool,
}

impl Silence {
    pub(crate) fn new(limit: Duration) -> Self {
        Self {
            limit,
            sleep: None,
            is_running: false,
        }
    }

    /// Something happened.
    pub(crate) fn is_over(&mut self) {
        self.is_running = false;
    }

    /// Nothing happens: ready once that has lasted for too long.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let limit = self.limit;
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        if !self.is_running {
            sleep.as_mut().reset(Instant::now() + limit);
            self.is_running = true;
        }
        pin!(sleep).poll(cx)
    }
}
