//! WebSockets: a checked handshake, and after it bytes in both directions that nobody looks at.

use std::io;
use std::mem::MaybeUninit;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Buf, Bytes, BytesMut};
use futures_util::future::poll_fn;
use http::header::{self, HeaderMap};
use http::{Method, Version};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use ring::digest::{Context as Digest, SHA1_FOR_LEGACY_USE_ONLY};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::oneshot;

use crate::access::Tally;
use crate::error::Error;
use crate::headers::{has_token, tokens};
use crate::http1::stream::Stream;
use crate::http1::wire::Raw;
use crate::lease::End;

/// What every WebSocket server adds to the key before it digests it (RFC 6455, section 1.3).
const MAGIC: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// How much is passed on at once.
const PIECE: usize = 16 * 1024;
/// For how long one side may go on speaking after the other has said its last byte.
const HALF_CLOSED: Duration = Duration::from_secs(30);

/// A browser's handshake, as far as the app's answer must fit it.
#[derive(Debug)]
pub(crate) struct Handshake {
    accept: String,
    protocols: Vec<String>,
}

impl Handshake {
    /// The handshake in a request, if it is a whole one.
    pub(crate) fn read(method: &Method, version: Version, headers: &HeaderMap) -> Option<Self> {
        if !headers.contains_key(header::UPGRADE) {
            return None;
        }
        let upgrades = version == Version::HTTP_11
            && method == Method::GET
            && !headers.contains_key(header::TRANSFER_ENCODING)
            && headers.get(header::CONTENT_LENGTH).is_none_or(|length| length == "0")
            && has_token(headers, &header::CONNECTION, "upgrade")
            && is_only(headers, &header::UPGRADE, "websocket")
            && is_only(headers, &header::SEC_WEBSOCKET_VERSION, "13");
        let mut keys = headers.get_all(header::SEC_WEBSOCKET_KEY).iter();
        let (key, None) = (keys.next()?.as_bytes(), keys.next()) else {
            return None;
        };
        let is_key = STANDARD.decode(key).is_ok_and(|key| key.len() == 16);
        if !upgrades || !is_key {
            return None;
        }
        let mut digest = Digest::new(&SHA1_FOR_LEGACY_USE_ONLY);
        digest.update(key);
        digest.update(MAGIC);
        Some(Self {
            accept: STANDARD.encode(digest.finish()),
            protocols: tokens(headers, &header::SEC_WEBSOCKET_PROTOCOL)
                .map(str::to_owned)
                .collect(),
        })
    }

    /// Whether the headers of a 101 answer this handshake and no other.
    pub(crate) fn check(&self, answer: &HeaderMap) -> Result<(), Error> {
        let upgrades =
            has_token(answer, &header::CONNECTION, "upgrade") && is_only(answer, &header::UPGRADE, "websocket");
        if !upgrades {
            return Err(Error::AppUnruly(
                "it switched to another protocol than the one that was asked for",
            ));
        }
        let mut accepts = answer.get_all(header::SEC_WEBSOCKET_ACCEPT).iter();
        if accepts.next().map(header::HeaderValue::as_bytes) != Some(self.accept.as_bytes()) || accepts.next().is_some()
        {
            return Err(Error::AppUnruly("its handshake is for another key"));
        }
        let mut chosen = tokens(answer, &header::SEC_WEBSOCKET_PROTOCOL);
        let is_offered = chosen
            .next()
            .is_none_or(|protocol| self.protocols.iter().any(|offered| offered == protocol));
        if !is_offered || chosen.next().is_some() {
            return Err(Error::AppUnruly("it chose a subprotocol that was not offered"));
        }
        Ok(())
    }
}

/// Whether a header stands there once and says only `word`.
fn is_only(headers: &HeaderMap, name: &header::HeaderName, word: &str) -> bool {
    let mut values = headers.get_all(name).iter();
    let value = values.next().map(|value| value.as_bytes().trim_ascii());
    value.is_some_and(|value| value.eq_ignore_ascii_case(word.as_bytes())) && values.next().is_none()
}

/// The browser's end of a tunnel, that is handed over when the switch was answered.
pub(crate) enum Browser {
    /// From a connection of ours.
    Ours(oneshot::Receiver<Raw>),
    /// From one that hyper serves.
    Hyper(OnUpgrade),
}

/// Passes bytes on in both directions, until both are over or somebody ends it.
pub(crate) async fn tunnel(browser: Browser, app: Raw, mut lease: End, mut stop: End, mut tally: Tally) {
    let (mut up, mut down) = (Direction::default(), Direction::after(app.unread));
    let ended = {
        let mut run = pin!(async {
            match browser {
                Browser::Ours(browser) => {
                    let browser = browser.await.map_err(|error| Error::Browser(error.into()))?;
                    up = Direction::after(browser.unread);
                    copy(browser.stream, app.stream, &mut up, &mut down).await
                }
                Browser::Hyper(browser) => {
                    let browser = browser.await.map_err(|error| Error::Browser(error.into()))?;
                    copy(TokioIo::new(browser), app.stream, &mut up, &mut down).await
                }
            }
        });
        poll_fn(|cx| {
            if lease.poll(cx).is_ready() {
                return Poll::Ready(Err(Error::LeaseEnded));
            }
            if stop.poll(cx).is_ready() {
                return Poll::Ready(Ok(()));
            }
            run.as_mut().poll(cx)
        })
        .await
    };
    tally.received(up.bytes);
    tally.sent(down.bytes);
    if let Err(error) = ended {
        tally.fail(&error);
    }
}

async fn copy<B>(mut browser: B, mut app: Stream, up: &mut Direction, down: &mut Direction) -> Result<(), Error>
where
    B: AsyncRead + AsyncWrite + Unpin,
{
    let mut half_closed = None;
    poll_fn(|cx| {
        let to_app = up.poll(cx, &mut browser, &mut app);
        let to_browser = down.poll(cx, &mut app, &mut browser);
        match (to_app, to_browser) {
            (Poll::Ready(Ok(())), Poll::Ready(Ok(()))) => Poll::Ready(Ok(())),
            (Poll::Ready(Err(Failed::Source(error))), _) | (_, Poll::Ready(Err(Failed::Sink(error)))) => {
                Poll::Ready(Err(Error::Browser(error.into())))
            }
            (Poll::Ready(Err(Failed::Sink(error))), _) | (_, Poll::Ready(Err(Failed::Source(error)))) => {
                Poll::Ready(Err(Error::App(error.into())))
            }
            (Poll::Pending, Poll::Pending) => Poll::Pending,
            _ => {
                let timer = half_closed.get_or_insert_with(|| Box::pin(tokio::time::sleep(HALF_CLOSED)));
                timer.as_mut().poll(cx).map(Ok)
            }
        }
    })
    .await
}

/// One direction. While nothing moves it holds no buffer: what is read lies on the stack, and is kept only if the other
/// side does not take it at once.
#[derive(Default)]
struct Direction {
    kept: Bytes,
    bytes: u64,
    at: At,
}

#[derive(Default, PartialEq)]
enum At {
    #[default]
    Open,
    Ending,
    Over,
}

/// Which end of a direction failed.
enum Failed {
    Source(io::Error),
    Sink(io::Error),
}

impl Direction {
    /// Begins with what was read before.
    fn after(read: BytesMut) -> Self {
        Self {
            bytes: read.len() as u64,
            kept: read.freeze(),
            at: At::Open,
        }
    }

    fn poll<R, W>(&mut self, cx: &mut Context<'_>, from: &mut R, to: &mut W) -> Poll<Result<(), Failed>>
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        loop {
            while !self.kept.is_empty() {
                let count = ready!(Pin::new(&mut *to).poll_write(cx, &self.kept)).map_err(Failed::Sink)?;
                if count == 0 {
                    return Poll::Ready(Err(Failed::Sink(io::ErrorKind::WriteZero.into())));
                }
                self.kept.advance(count);
            }
            match self.at {
                At::Over => return Poll::Ready(Ok(())),
                At::Ending => {
                    ready!(Pin::new(&mut *to).poll_shutdown(cx)).map_err(Failed::Sink)?;
                    self.at = At::Over;
                    continue;
                }
                At::Open => {}
            }
            let mut piece = [MaybeUninit::uninit(); PIECE];
            let mut buffer = ReadBuf::uninit(&mut piece);
            let polled = Pin::new(&mut *from).poll_read(cx, &mut buffer);
            if polled.map_err(Failed::Source)?.is_pending() {
                ready!(Pin::new(&mut *to).poll_flush(cx)).map_err(Failed::Sink)?;
                return Poll::Pending;
            }
            let read = buffer.filled();
            if read.is_empty() {
                self.at = At::Ending;
                continue;
            }
            self.bytes += read.len() as u64;
            let written = match Pin::new(&mut *to).poll_write(cx, read).map_err(Failed::Sink)? {
                Poll::Ready(count) => count,
                Poll::Pending => 0,
            };
            if written < read.len() {
                self.kept = Bytes::copy_from_slice(&read[written..]);
            }
        }
    }
}
