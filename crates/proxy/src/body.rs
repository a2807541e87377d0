//! Replies' bodies: an app's is passed on as it comes, counted, and never kept.

use std::io;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http_body::{Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use tokio::io::ReadHalf;
use tokio_util::task::AbortOnDropHandle;

use crate::access::Tally;
use crate::error::Error;
use crate::headers;
use crate::http1::chunks::Piece;
use crate::http1::frames::{Frames, Framing};
use crate::http1::question::{Question, Received};
use crate::http1::stream::{Room, Stream};
use crate::lease::{End, Lease};
use crate::pool::Lent;

/// A reply's body.
pub type Body = UnsyncBoxBody<Bytes, Error>;

/// A body that is there already.
pub fn full(bytes: Bytes) -> Body {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}

/// An app's body on its way to the browser. When it is over, its connection is lent to the next.
pub(crate) struct FromApp {
    from: From,
    unread: BytesMut,
    room: Room,
    frames: Frames,
    received: Option<Received>,
    lease: Lease,
    ended: Option<End>,
    tally: Tally,
}

/// Where an app's body comes from.
enum From {
    /// A connection, which may be lent again if its app keeps it.
    Lent { lent: Lent, keeps_alive: bool },
    /// A connection that the request is still being sent on. Neither may wait for the other.
    Split {
        stream: ReadHalf<Stream>,
        /// Nothing when it has ended.
        upload: Option<AbortOnDropHandle<Result<(), Error>>>,
    },
    /// All of it came.
    Nowhere,
}

impl FromApp {
    /// Takes an app's body, the connection that it comes by with what was read from it, and what it depends on.
    pub(crate) fn new(
        framing: Framing,
        unread: BytesMut,
        (lent, keeps_alive): (Lent, bool),
        question: Question,
        lease: Lease,
        tally: Tally,
    ) -> Self {
        let frames = Frames::of_app(framing);
        let received = question.received().cloned();
        let from = if question.is_over() {
            From::Lent { lent, keeps_alive }
        } else if frames.is_over() {
            From::Nowhere
        } else {
            split(lent, question)
        };
        let mut body = Self {
            from,
            unread,
            room: Room::default(),
            frames,
            received,
            lease,
            ended: None,
            tally,
        };
        if body.frames.is_over() {
            body.finish();
        }
        body
    }

    /// Gives the connection back if nothing of this exchange is still to come on it, else closes it.
    fn finish(&mut self) {
        if let From::Lent {
            lent,
            keeps_alive: true,
        } = std::mem::replace(&mut self.from, From::Nowhere)
            && self.unread.is_empty()
        {
            lent.give_back();
        }
    }

    fn fail(&mut self, error: Error) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        self.from = From::Nowhere;
        self.tally.fail(&error);
        Poll::Ready(Some(Err(error)))
    }

    /// Reads on; answers how much, 0 at the end.
    fn poll_more(&mut self, cx: &mut Context<'_>) -> Poll<Result<usize, Error>> {
        let (room, unread) = (&mut self.room, &mut self.unread);
        let read = match &mut self.from {
            From::Lent { lent, .. } => room.poll_fill(cx, lent.stream(), unread),
            From::Split { stream, upload } => {
                let read = room.poll_fill(cx, stream, unread);
                if read.is_pending()
                    && let Some(sending) = upload
                    && let Poll::Ready(sent) = Pin::new(sending).poll(cx)
                {
                    *upload = None;
                    // What fails of a request fails its answer.
                    if let Ok(Err(error)) = sent {
                        return Poll::Ready(Err(error));
                    }
                }
                read
            }
            From::Nowhere => Poll::Ready(Ok(0)),
        };
        read.map_err(|error| Error::App(error.into()))
    }
}

/// Lets `question` go on in a task of its own, whether or not anybody waits for the answer's body.
fn split(lent: Lent, mut question: Question) -> From {
    let (stream, mut to) = tokio::io::split(lent.into_stream());
    let upload = tokio::spawn(async move { std::future::poll_fn(|cx| question.poll_send(cx, &mut to)).await });
    From::Split {
        stream,
        upload: Some(AbortOnDropHandle::new(upload)),
    }
}

impl http_body::Body for FromApp {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        if this.lease.has_ended() {
            return this.fail(Error::LeaseEnded);
        }
        while !this.frames.is_over() {
            let Ok(piece) = this.frames.next(&mut this.unread) else {
                return this.fail(Error::AppUnruly("its body breaks the rules of chunks"));
            };
            if this.frames.is_over() {
                this.finish();
            }
            match piece {
                Some(Piece::Data(data)) => {
                    this.tally.add(data.len());
                    return Poll::Ready(Some(Ok(Frame::data(data))));
                }
                Some(Piece::End(mut trailers)) => {
                    headers::trailers(&mut trailers);
                    return Poll::Ready((!trailers.is_empty()).then(|| Ok(Frame::trailers(trailers))));
                }
                None => {}
            }
            let Poll::Ready(read) = this.poll_more(cx) else {
                ready!(this.ended.get_or_insert_with(|| this.lease.watch()).poll(cx));
                return this.fail(Error::LeaseEnded);
            };
            match read {
                Ok(0) if this.frames.close() => this.finish(),
                Ok(0) => return this.fail(Error::App(io::Error::from(io::ErrorKind::UnexpectedEof).into())),
                Ok(_) => {}
                Err(error) => return this.fail(error),
            }
        }
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.frames.is_over()
    }

    fn size_hint(&self) -> SizeHint {
        self.frames.left().map_or_else(SizeHint::new, SizeHint::with_exact)
    }
}

impl Drop for FromApp {
    fn drop(&mut self) {
        if let Some(received) = &self.received {
            self.tally.received(received.load(Ordering::Relaxed));
        }
    }
}
