//! A connection to an app: asks, and reads the head of the answer. What the app says without being asked never becomes the
//! answer to somebody's question.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::BytesMut;
use http::StatusCode;
use http::header::{self, HeaderValue};
use rustix::net::{RecvFlags, recv};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, Interest, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::{TlsConnector, TlsStream};

use super::answer::{Head, Progress};
use super::line::Line;
use super::question::Question;
use super::stream::Stream;
use crate::error::Error;
use crate::route::{Trust, Upstream};
use crate::silence::Silence;
use crate::tls::ToApps;

/// How much of an answer is read at once until its head is there.
const PIECE: usize = 16 * 1024;
/// How often an app may answer with a status before the real one.
const INTERIM: usize = 10;

/// Connects to `upstream`.
pub(crate) async fn dial(upstream: &Upstream, tls: &ToApps, patience: Duration) -> Result<Stream, Error> {
    let dial = async {
        let socket = TcpStream::connect(upstream.address()).await?;
        socket.set_nodelay(true)?;
        let Some(trust) = upstream.tls else {
            return Ok(Stream::Plain(socket));
        };
        let config = match trust {
            Trust::Roots => &tls.roots,
            Trust::Any => &tls.any,
        };
        let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
        let stream = TlsConnector::from(Arc::clone(config)).connect(name, socket).await?;
        Ok(Stream::Tls(Box::new(TlsStream::Client(stream))))
    };
    let dialled = timeout(patience, dial).await;
    let dialled = dialled.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
    dialled.map_err(Error::Unreachable)
}

/// One connection. Dropping it closes it, whatever is still under way on it.
pub(crate) struct Connection {
    pub stream: Stream,
    silence: Silence,
}

impl Connection {
    /// Over `stream`, an app may be silent for so long before its answer begins.
    pub(crate) fn new(stream: Stream, answer: Duration) -> Self {
        Self {
            stream,
            silence: Silence::new(answer),
        }
    }

    /// Whether nothing waits to be read between two questions, not even the end. What came before the events of this turn
    /// of the reactor is known without asking the kernel, which is enough where a question can be repeated; `for_sure` asks.
    pub(crate) fn is_quiet(&mut self, for_sure: bool) -> bool {
        let look = |socket: &TcpStream| {
            let peeked = recv(socket, &mut [0; 1], RecvFlags::PEEK | RecvFlags::DONTWAIT);
            match peeked {
                Err(rustix::io::Errno::AGAIN) => Err(io::ErrorKind::WouldBlock.into()),
                _ => Ok(()),
            }
        };
        let is_quiet = |looked: io::Result<()>| looked.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock);
        match &mut self.stream {
            Stream::Plain(socket) if for_sure => is_quiet(look(socket)),
            Stream::Plain(socket) => is_quiet(socket.try_io(Interest::READABLE, || look(socket))),
            Stream::Tls(stream) => {
                let mut byte = [0; 1];
                let mut nobody = Context::from_waker(Waker::noop());
                let read = Pin::new(&mut *stream).poll_read(&mut nobody, &mut ReadBuf::new(&mut byte));
                read.is_pending() && is_quiet(look(stream.get_ref().0))
            }
        }
    }

    /// Asks, and reads the head of the answer. What was read behind it is in `unread` then, and the question may still be on
    /// its way.
    pub(crate) async fn ask(
        &mut self,
        question: &mut Question,
        unread: &mut BytesMut,
        hints: Option<&Line>,
    ) -> Result<Head, Error> {
        let mut progress = Progress::default();
        self.silence.is_over();
        for _ in 0..=INTERIM {
            let head = poll_fn(|cx| self.poll_head(cx, question, &mut progress, unread)).await?;
            match head.response.status() {
                StatusCode::CONTINUE => question.go_on(),
                StatusCode::EARLY_HINTS => {
                    if let Some(line) = hints {
                        let links = head.response.headers().get_all(header::LINK);
                        line.hint(links.iter().map(HeaderValue::as_bytes));
                        line.tell().await;
                    }
                }
                status if status.is_informational() && status != StatusCode::SWITCHING_PROTOCOLS => {}
                _ => return Ok(head),
            }
        }
        Err(Error::AppUnruly("it does not come to its answer"))
    }

    /// Moves the question on, and reads the next head that the app says.
    fn poll_head(
        &mut self,
        cx: &mut Context<'_>,
        question: &mut Question,
        progress: &mut Progress,
        unread: &mut BytesMut,
    ) -> Poll<Result<Head, Error>> {
        let before = question.progress();
        match question.poll_send(cx, &mut self.stream) {
            // It may have answered before it stopped listening.
            Poll::Ready(Err(Error::App(_))) if question.has_begun() => question.give_up(),
            Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            _ => {}
        }
        let mut is_new = !unread.is_empty();
        loop {
            if is_new && let Some(head) = progress.take(unread, question.is_head()).map_err(Error::AppUnruly)? {
                return Poll::Ready(Ok(head));
            }
            let mut piece = [MaybeUninit::uninit(); PIECE];
            let mut buffer = ReadBuf::uninit(&mut piece);
            match Pin::new(&mut self.stream).poll_read(cx, &mut buffer) {
                Poll::Pending => break,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(Error::App(error.into()))),
                Poll::Ready(Ok(())) if buffer.filled().is_empty() => {
                    let error = io::Error::from(io::ErrorKind::UnexpectedEof);
                    return Poll::Ready(Err(Error::App(error.into())));
                }
                Poll::Ready(Ok(())) => unread.extend_from_slice(buffer.filled()),
            }
            is_new = true;
        }
        if question.progress() != before {
            self.silence.is_over();
        }
        self.silence.poll(cx).map(|()| Err(Error::AppSilent))
    }
}
