//! HTTP/2 from browsers: each request becomes what HTTP/1.1 would have made of it, so that what follows knows no difference,
//! and each reply goes the way back. A WebSocket's extended CONNECT (RFC 8441) becomes a handshake with a key of ours.
//!
//! The frames, and what floods of them may do, are the codec's: so many streams at once, so many resets of what nobody has
//! answered yet, so many bytes of headers. What it does not know is here: a connection without a stream ends, and so does
//! one whose browser asks for bytes and does not take them.

use std::collections::HashMap;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{self, HeaderName, HeaderValue};
use http::uri::PathAndQuery;
use http::{Method, Request, Response, StatusCode, Uri, Version};
use http_body::{Body as _, Frame, SizeHint};
use hyper::ext::Protocol;
use hyper::server::conn::http2::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use ring::rand::{SecureRandom, SystemRandom};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, interval};

use crate::body::Body;
use crate::error::Error;
use crate::exchange::Path;
use crate::gate::Ends;
use crate::http1::Incoming;
use crate::http1::head::{Fault, check_fields};

mod blocks;

use blocks::Blocks;

/// The streams of one connection at once; a page with all that it loads has fewer.
const STREAMS: u32 = 100;
/// How many streams a browser may take back before they were looked at, and how many may break the rules.
const RESETS: usize = 20;
/// How much of an upload is taken before the app takes it: for a stream, and for a connection.
const WINDOW: u32 = 256 * 1024;
const WINDOWS: u32 = 1024 * 1024;
/// How much of an answer waits in a stream for the browser to take it.
const WAITING: usize = 128 * 1024;
/// How often a silent browser is asked whether it is there.
const ASK: Duration = Duration::from_secs(30);

/// Serves one connection to its end.
pub(crate) async fn converse<S>(path: Arc<Path>, stream: S, ends: Ends) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (limits, stop) = (path.limits, path.stop.clone());
    let stream = Blocks::new(stream, Arc::clone(&path.large_heads), limits.head_time);
    let presence = Presence::default();
    let here = presence.clone();
    let service = service_fn(move |request| {
        let (path, stream) = (Arc::clone(&path), here.enter());
        async move {
            let reply = path.answer_http2(request, ends, &stream).await;
            Ok::<_, std::convert::Infallible>(reply.map(|inner| Taken { inner, stream }))
        }
    });
    let connection = Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_pending_accept_reset_streams(RESETS)
        .max_local_error_reset_streams(RESETS)
        .max_header_list_size(u32::try_from(limits.head).unwrap_or(u32::MAX))
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOWS)
        .max_send_buf_size(WAITING)
        .keep_alive_interval(ASK)
        .enable_connect_protocol()
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let mut looks = interval(limits.head_time.min(limits.silence) / 2);
    let (mut is_ending, mut idle_looks) = (false, 0);
    loop {
        tokio::select! {
            ended = connection.as_mut() => return ended.map_err(io::Error::other),
            () = stop.ended(), if !is_ending => {
                is_ending = true;
                connection.as_mut().graceful_shutdown();
            }
            _ = looks.tick() => {
                if presence.is_stalled(limits.silence) {
                    return Err(io::ErrorKind::TimedOut.into());
                }
                let has_been_idle = presence.idle_for() >= limits.head_time;
                if has_been_idle && !is_ending {
                    is_ending = true;
                    connection.as_mut().graceful_shutdown();
                } else if has_been_idle {
                    // It was told, and does not go.
                    idle_looks += 1;
                    if idle_looks > 1 {
                        return Ok(());
                    }
                }
            }
        }
    }
}

/// What of a connection is in use.
#[derive(Clone)]
struct Presence(Arc<Mutex<Streams>>);

struct Streams {
    /// Each open stream, with the moment from which on it waits for its browser, if it does.
    open: HashMap<u64, Option<Instant>>,
    next: u64,
    /// When the last one ended.
    since: Instant,
    /// Whether there was one that goes on after its reply; when that ends, its connection alone tells.
    has_tunnel: bool,
}

impl Default for Presence {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Streams {
            open: HashMap::new(),
            next: 0,
            since: Instant::now(),
            has_tunnel: false,
        })))
    }
}

impl Presence {
    fn streams(&self) -> MutexGuard<'_, Streams> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self) -> Stream {
        let mut streams = self.streams();
        streams.next += 1;
        let id = streams.next;
        streams.open.insert(id, None);
        let of = self.clone();
        Stream { id, of }
    }

    fn idle_for(&self) -> Duration {
        let streams = self.streams();
        if streams.open.is_empty() && !streams.has_tunnel {
            streams.since.elapsed()
        } else {
            Duration::ZERO
        }
    }

    fn is_stalled(&self, limit: Duration) -> bool {
        let streams = self.streams();
        let mut waiting = streams.open.values().flatten();
        waiting.any(|since| since.elapsed() >= limit)
    }
}

/// One open stream; it ends with this value.
pub(crate) struct Stream {
    id: u64,
    of: Presence,
}

impl Stream {
    /// The stream goes on after its reply.
    pub(crate) fn stay(&self) {
        self.of.streams().has_tunnel = true;
    }

    fn waits(&self, since: Option<Instant>) {
        self.of.streams().open.insert(self.id, since);
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let mut streams = self.of.streams();
        streams.open.remove(&self.id);
        streams.since = Instant::now();
    }
}

/// A reply's body: what was asked for and not taken since shows in its stream.
struct Taken {
    inner: Body,
    stream: Stream,
}

impl http_body::Body for Taken {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        this.stream.waits(None);
        let frame = ready!(Pin::new(&mut this.inner).poll_frame(cx));
        this.stream.waits(Some(Instant::now()));
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// Makes a request what HTTP/1.1 would have made of it, or refuses it for the reasons that hold there.
pub(crate) fn as_http1(request: Request<hyper::body::Incoming>) -> Result<Request<Incoming>, Fault> {
    let (mut parts, body) = request.into_parts();
    let protocol = parts.extensions.remove::<Protocol>();
    let is_socket = protocol.is_some_and(|protocol| protocol.as_str() == "websocket");
    if parts.method == Method::CONNECT && !is_socket {
        return Err(Fault::Method);
    }
    let headers = &mut parts.headers;
    if let Some(authority) = parts.uri.authority() {
        let authority = HeaderValue::try_from(authority.as_str()).map_err(|_| Fault::Malformed)?;
        let mut hosts = headers.get_all(header::HOST).iter();
        if hosts.any(|host| *host != authority) {
            return Err(Fault::Malformed);
        }
        headers.insert(header::HOST, authority);
    }
    // A browser may send each cookie in a line of its own, for its own tables' sake.
    let cookies: Vec<&[u8]> = headers
        .get_all(header::COOKIE)
        .iter()
        .map(HeaderValue::as_bytes)
        .collect();
    if cookies.len() > 1 {
        let line = HeaderValue::from_bytes(&cookies.join(&b"; "[..])).map_err(|_| Fault::Malformed)?;
        headers.insert(header::COOKIE, line);
    }
    let lines = headers
        .iter()
        .map(|(name, value)| (name.as_str().as_bytes(), value.as_bytes()));
    let length = check_fields(lines)?;
    if length.is_some_and(|length| length > 0) && (is_socket || body.is_end_stream()) {
        return Err(Fault::Malformed);
    }
    let path = parts.uri.path_and_query().map_or("", PathAndQuery::as_str);
    let is_path = path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
    let path = Uri::try_from(path).ok().filter(|_| is_path);
    parts.uri = path.ok_or(Fault::Malformed)?;
    parts.version = Version::HTTP_11;
    for hop in [header::CONNECTION, header::UPGRADE, header::SEC_WEBSOCKET_KEY] {
        headers.remove(hop);
    }
    if is_socket {
        parts.method = Method::GET;
        headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::SEC_WEBSOCKET_KEY, key().ok_or(Fault::Malformed)?);
    }
    Ok(Request::from_parts(parts, Incoming::from(body)))
}

/// A key as a browser would choose one.
fn key() -> Option<HeaderValue> {
    let mut key = [0; 16];
    SystemRandom::new().fill(&mut key).ok()?;
    HeaderValue::try_from(STANDARD.encode(key)).ok()
}

/// Makes a reply what HTTP/2 says instead: a switch of protocols is a success, and connections have no headers.
pub(crate) fn from_http1(mut reply: Response<Body>) -> Response<Body> {
    const HOPS: [HeaderName; 4] = [
        header::CONNECTION,
        header::UPGRADE,
        header::TRANSFER_ENCODING,
        header::SEC_WEBSOCKET_ACCEPT,
    ];
    if reply.status() == StatusCode::SWITCHING_PROTOCOLS {
        *reply.status_mut() = StatusCode::OK;
    }
    for hop in HOPS {
        reply.headers_mut().remove(hop);
    }
    reply
}
