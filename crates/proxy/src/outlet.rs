//! A connection to an app: what it says without being asked never becomes the answer to somebody's question.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use rustix::net::{RecvFlags, Shutdown, recv, shutdown};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::error::Error;
use crate::route::{Trust, Upstream};
use crate::tls::ToApps;

/// A socket that the pool can look at while hyper reads and writes it.
pub(crate) struct Socket(Arc<TcpStream>);

impl AsyncRead for Socket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.0.poll_read_ready(cx))?;
            let before = out.filled().len();
            let tried = self.0.try_io(Interest::READABLE, || {
                let room = out.remaining();
                match self.0.try_read_buf(out)? {
                    // Less than there is room for: whoever reads again first waits for more to come.
                    count if (1..room).contains(&count) => Err(io::ErrorKind::WouldBlock.into()),
                    _ => Ok(()),
                }
            });
            match tried {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && out.filled().len() == before => {}
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Poll::Ready(Err(error)),
                _ => return Poll::Ready(Ok(())),
            }
        }
    }
}

impl Socket {
    fn poll_with(
        &self,
        cx: &mut Context<'_>,
        write: impl Fn(&TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.0.poll_write_ready(cx))?;
            match write(&self.0) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                written => return Poll::Ready(written),
            }
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_with(cx, |socket| socket.try_write(bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_with(cx, |socket| socket.try_write_vectored(slices))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match shutdown(&*self.0, Shutdown::Write) {
            Ok(()) | Err(rustix::io::Errno::NOTCONN) => Poll::Ready(Ok(())),
            Err(error) => Poll::Ready(Err(error.into())),
        }
    }
}

/// The pool's look at a connection.
pub(crate) struct Watch {
    socket: Arc<TcpStream>,
    is_asked: Arc<AtomicBool>,
}

impl Watch {
    /// Whether nothing waits to be read between two questions, not even the end.
    pub(crate) fn is_quiet(&self) -> bool {
        let mut byte = [0; 1];
        let peeked = recv(&*self.socket, &mut byte, RecvFlags::PEEK | RecvFlags::DONTWAIT);
        peeked.is_err_and(|error| error == rustix::io::Errno::AGAIN)
    }

    /// The question is answered. What the app says until the next one is nobody's.
    pub(crate) fn rest(&self) {
        self.is_asked.store(false, Ordering::Release);
    }
}

enum Stream {
    Plain(Socket),
    Tls(Box<TlsStream<Socket>>),
}

/// One connection to an app.
pub(crate) struct Outlet {
    stream: Stream,
    is_asked: Arc<AtomicBool>,
}

impl Outlet {
    /// Connects to `upstream`.
    pub(crate) async fn connect(upstream: &Upstream, tls: &ToApps, patience: Duration) -> Result<(Self, Watch), Error> {
        let dial = async {
            let socket = TcpStream::connect(upstream.address()).await?;
            socket.set_nodelay(true)?;
            let socket = Arc::new(socket);
            let stream = Socket(Arc::clone(&socket));
            let Some(trust) = upstream.tls else {
                return Ok((socket, Stream::Plain(stream)));
            };
            let config = match trust {
                Trust::Roots => &tls.roots,
                Trust::Any => &tls.any,
            };
            let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
            let stream = TlsConnector::from(Arc::clone(config)).connect(name, stream).await?;
            Ok((socket, Stream::Tls(Box::new(stream))))
        };
        let dialled = timeout(patience, dial)
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        let (socket, stream) = dialled.map_err(Error::Unreachable)?;
        let is_asked = Arc::new(AtomicBool::new(false));
        let watch = Watch {
            socket,
            is_asked: Arc::clone(&is_asked),
        };
        Ok((Self { stream, is_asked }, watch))
    }
}

impl AsyncRead for Outlet {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = out.filled().len();
        ready!(match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, out),
            Stream::Tls(stream) => Pin::new(stream).poll_read(cx, out),
        })?;
        if out.filled().len() > before && !self.is_asked.load(Ordering::Acquire) {
            out.set_filled(before);
            return Poll::Ready(Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the app spoke without being asked",
            )));
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Outlet {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.is_asked.store(true, Ordering::Release);
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.is_asked.store(true, Ordering::Release);
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, slices),
            Stream::Tls(stream) => Pin::new(stream).poll_write_vectored(cx, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match &self.stream {
            Stream::Plain(stream) => stream.is_write_vectored(),
            Stream::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
