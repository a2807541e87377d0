//! HTTP/2: the same rules as for HTTP/1.1, and what only HTTP/2 can be flooded with.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version};
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::client::conn::http2::SendRequest;
use hyper::ext::Protocol;
use hyper_util::rt::{TokioExecutor, TokioIo};
use proxy::{Limits, Tls};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::app::{App, PATIENCE};
use crate::deck::Deck;
use crate::tls::{certificate, connect};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

type Body = http_body_util::combinators::UnsyncBoxBody<Bytes, std::convert::Infallible>;

fn empty() -> Body {
    Full::default().boxed_unsync()
}

/// A deck with TLS, before the app at `port`.
struct Secure {
    deck: Deck,
    chain: String,
}

impl Secure {
    async fn before(port: u16, limits: Limits) -> Self {
        let (chain, key) = certificate("notes.localhost");
        let tls = Tls::from_pem(chain.as_bytes(), key.as_bytes()).expect("a certificate");
        let deck = Deck::start(limits, Some(tls)).await;
        deck.point_at(port, 1);
        Self { deck, chain }
    }

    async fn connect(&self) -> Browser {
        let stream = connect(&self.deck, &self.chain, &["h2", "http/1.1"]).await;
        let stream = stream.expect("a connection");
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        let (sender, connection) = hyper::client::conn::http2::Builder::new(TokioExecutor::new())
            .handshake(TokioIo::new(stream))
            .await
            .expect("a handshake");
        Browser {
            sender,
            host: self.deck.host(),
            ended: tokio::spawn(connection),
        }
    }

    /// A connection for frames that are written by hand.
    async fn raw(&self) -> Raw {
        let stream = connect(&self.deck, &self.chain, &["h2"]).await.expect("a connection");
        let mut raw = Raw(stream);
        raw.0
            .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
            .await
            .expect("it is taken");
        raw.send(SETTINGS, 0, 0, b"").await;
        raw
    }
}

struct Browser {
    sender: SendRequest<Body>,
    host: String,
    ended: JoinHandle<hyper::Result<()>>,
}

impl Browser {
    fn request(&self, method: Method, path: &str) -> Request<Body> {
        let mut request = Request::new(empty());
        *request.method_mut() = method;
        *request.uri_mut() = format!("https://{}{path}", self.host).parse().expect("an address");
        *request.version_mut() = Version::HTTP_2;
        request
    }

    async fn send(&mut self, request: Request<Body>) -> Response<Incoming> {
        self.sender.ready().await.expect("it is open");
        let answer = timeout(PATIENCE, self.sender.send_request(request)).await;
        answer.expect("an answer in time").expect("an answer")
    }

    async fn status(&mut self, request: Request<Body>) -> u16 {
        self.send(request).await.status().as_u16()
    }

    /// The status, or nothing if the codec refused the stream.
    async fn verdict(&mut self, request: Request<Body>) -> Option<u16> {
        self.sender.ready().await.expect("it is open");
        let answer = timeout(PATIENCE, self.sender.send_request(request)).await;
        let answer = answer.expect("an answer in time").ok();
        answer.map(|answer| answer.status().as_u16())
    }

    fn socket(&self) -> Request<Body> {
        let mut request = self.request(Method::CONNECT, "/ws");
        request.extensions_mut().insert(Protocol::from_static("websocket"));
        let headers = request.headers_mut();
        headers.insert("sec-websocket-version", HeaderValue::from_static("13"));
        headers.insert("sec-websocket-protocol", HeaderValue::from_static("a, b"));
        request
    }
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;

struct Raw(tokio_rustls::client::TlsStream<tokio::net::TcpStream>);

impl Raw {
    async fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> bool {
        let mut frame = u32::try_from(payload.len()).expect("a frame").to_be_bytes()[1..].to_vec();
        frame.extend([kind, flags]);
        frame.extend(stream.to_be_bytes());
        frame.extend(payload);
        let sent = timeout(PATIENCE, self.0.write_all(&frame)).await;
        sent.expect("it is taken in time").is_ok()
    }

    /// The head of a `GET /` in a table's numbers and plain words.
    fn get(host: &str) -> Vec<u8> {
        let mut block = vec![0x82, 0x87, 0x84, 0x01, u8::try_from(host.len()).expect("a name")];
        block.extend(host.as_bytes());
        block
    }

    /// Reads frames up to one of this kind; what it holds, or nothing if the connection ends before.
    async fn until(&mut self, kind: u8) -> Option<Vec<u8>> {
        loop {
            let mut head = [0; 9];
            let read = timeout(PATIENCE, self.0.read_exact(&mut head)).await;
            read.expect("something comes in time").ok()?;
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            let mut payload = vec![0; length as usize];
            self.0.read_exact(&mut payload).await.ok()?;
            if head[3] == kind {
                return Some(payload);
            }
        }
    }
}

#[tokio::test]
async fn sec_34_22_both_versions_reach_the_app_and_the_browser_by_the_same_rules() {
    const ANSWER: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Frame-Options: DENY\r\nAlt-Svc: clear\r\n\
        Set-Cookie: sd=evil\r\nSet-Cookie: theme=dark; Domain=localhost\r\nClear-Site-Data: \"*\"\r\n\
        Content-Security-Policy: frame-ancestors 'none'; script-src 'self'\r\n\r\nok";
    let app = App::answering(ANSWER).await;
    let secure = Secure::before(app.port, Limits::default()).await;
    let lines = [
        ("cookie", "sd=secret; theme=dark"),
        ("x-forwarded-for", "127.0.0.2"),
        ("x_forwarded_for", "127.0.0.3"),
        ("x-stardeck-token", "secret"),
        ("te", "trailers"),
        ("accept", "text/html"),
    ];

    let mut old = connect(&secure.deck, &secure.chain, &["http/1.1"])
        .await
        .expect("a connection");
    let text: String = lines
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let head = format!(
        "GET /a%2Fb?c HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{text}\r\n",
        secure.deck.host()
    );
    old.write_all(head.as_bytes()).await.expect("it is taken");
    let mut told = String::new();
    old.read_to_string(&mut told).await.expect("an answer");

    let mut browser = secure.connect().await;
    let mut request = browser.request(Method::GET, "/a%2Fb?c");
    for (name, value) in lines {
        // Each cookie by itself, as browsers do.
        for value in value.split("; ") {
            request.headers_mut().append(name, HeaderValue::from_static(value));
        }
    }
    let reply = browser.send(request).await;
    assert_eq!(reply.status(), StatusCode::OK);
    let answered = |headers: &HeaderMap| {
        let mut lines: Vec<String> = headers
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().expect("text")))
            .filter(|line| !line.starts_with("date:"))
            .collect();
        lines.sort();
        lines
    };
    let mut plain: Vec<String> = told
        .lines()
        .skip(1)
        .take_while(|line| !line.is_empty())
        .map(str::to_owned)
        .filter(|line| !line.starts_with("date:") && !line.starts_with("connection:"))
        .collect();
    plain.sort();
    assert_eq!(answered(reply.headers()), plain);
    assert!(
        !plain
            .iter()
            .any(|line| line.contains("evil") || line.contains("alt-svc"))
    );
    assert_eq!(reply.into_body().collect().await.expect("a body").to_bytes(), "ok");
    let sorted = |head: &str| {
        let mut lines: Vec<String> = head.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let heads = app.heads();
    assert_eq!(sorted(&heads[0]), sorted(&heads[1]));
    assert!(heads[1].contains("cookie: theme=dark\r\n"), "{}", heads[1]);
}

#[tokio::test]
async fn sec_30_31_32_what_is_refused_in_http_1_is_refused_in_http_2() {
    let app = App::answering(OK).await;
    let secure = Secure::before(app.port, Limits::default()).await;
    let mut browser = secure.connect().await;
    let with = |name: &'static str, values: &[&'static str]| {
        let mut request = browser.request(Method::GET, "/");
        for value in values {
            request.headers_mut().append(name, HeaderValue::from_static(value));
        }
        request
    };
    let mut elsewhere = browser.request(Method::GET, "/");
    *elsewhere.uri_mut() = "https://evil.test/".parse().expect("an address");
    let mut post = browser.request(Method::POST, "/");
    post.headers_mut()
        .insert("origin", HeaderValue::from_static("https://evil.test"));
    let cases = [
        (with("host", &["evil.test"]), Some(400)),
        (with("content-type", &["a/b", "c/d"]), Some(400)),
        (with("content_length", &["5"]), Some(400)),
        (with("transfer_encoding", &["chunked"]), Some(400)),
        (with("host_", &["evil.test"]), Some(400)),
        (with("content-length", &["5"]), None),
        (elsewhere, Some(421)),
        (post, Some(403)),
        (browser.request(Method::TRACE, "/"), Some(405)),
        (browser.request(Method::CONNECT, ""), Some(405)),
        (browser.request(Method::OPTIONS, "*"), Some(400)),
    ];
    for (request, status) in cases {
        let what = format!("{request:?}");
        let mut browser = secure.connect().await;
        assert_eq!(browser.verdict(request).await, status, "{what}");
    }
    assert_eq!(browser.status(browser.request(Method::GET, "/")).await, 200);
    assert_eq!(app.dials(), 1);
}

#[tokio::test]
async fn sec_43_44_a_socket_over_http_2_loses_and_changes_no_byte() {
    let app = App::start(|mut wire, _, heads| async move {
        let head = wire.head().await.expect("a handshake");
        let key = head.lines().find_map(|line| line.strip_prefix("sec-websocket-key: "));
        let accept = accept(key.expect("a key of the proxy's"));
        heads.add(head);
        wire.write(format!(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: b\r\n\r\nfirst"
        ))
        .await;
        loop {
            let bytes = std::mem::take(&mut wire.buffer);
            if !wire.write(&bytes).await || !wire.more().await {
                return;
            }
        }
    })
    .await;
    let secure = Secure::before(app.port, Limits::default()).await;
    let mut browser = secure.connect().await;
    let reply = browser.send(browser.socket()).await;
    assert_eq!(reply.status(), StatusCode::OK);
    assert_eq!(reply.headers()["sec-websocket-protocol"], "b");
    for gone in ["connection", "upgrade", "sec-websocket-accept"] {
        assert!(!reply.headers().contains_key(gone), "{gone}");
    }
    let socket = hyper::upgrade::on(reply).await.expect("a tunnel");
    let (mut read, mut write) = tokio::io::split(TokioIo::new(socket));
    let large: Vec<u8> = (0..3_000_000_u32).map(|index| index.to_le_bytes()[1]).collect();
    let copy = async {
        let mut found = vec![0; 5 + large.len()];
        read.read_exact(&mut found).await.expect("all comes back");
        found
    };
    let (found, sent) = tokio::join!(copy, write.write_all(&large));
    sent.expect("all is taken");
    assert!(found[..5] == *b"first" && found[5..] == large);
    let head = app.heads().remove(0);
    assert!(head.starts_with("GET /ws HTTP/1.1\r\n"), "{head}");
    // The right to it ends: so does the tunnel, and not the connection.
    secure.deck.door.lease.end();
    assert_eq!(read.read(&mut [0; 1]).await.unwrap_or(0), 0);
}

/// What answers a key (RFC 6455, section 1.3).
fn accept(key: &str) -> String {
    let mut digest = ring::digest::Context::new(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY);
    digest.update(key.as_bytes());
    digest.update(b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, digest.finish())
}

#[tokio::test]
async fn sec_02_21_a_socket_of_another_page_is_refused_over_http_2_too() {
    let app = App::answering(OK).await;
    let secure = Secure::before(app.port, Limits::default()).await;
    let mut browser = secure.connect().await;
    let mut foreign = browser.socket();
    foreign
        .headers_mut()
        .insert("origin", HeaderValue::from_static("https://evil.test"));
    assert_eq!(browser.status(foreign).await, 403);
    *secure.deck.door.page.lock().expect("no panic") = Some(proxy::pages::Page::NotLoggedIn);
    assert_eq!(browser.status(browser.socket()).await, 401);
    assert_eq!(app.dials(), 0);
}

#[tokio::test]
async fn sec_33_40_bodies_with_trailers_and_expectations_pass_over_http_2() {
    let app = App::start(|mut wire, _, heads| async move {
        heads.add(wire.head().await.expect("a head"));
        wire.write("HTTP/1.1 100 Continue\r\n\r\n").await;
        heads.add(
            wire.until("\r\n0\r\nx-up: 1\r\n\r\n")
                .await
                .expect("a body with its trailers"),
        );
        wire.write(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Down\r\n\r\n\
             2\r\nok\r\n0\r\nX-Down: 2\r\nSet-Cookie: sd=evil\r\n\r\n",
        )
        .await;
        wire.closed().await;
    })
    .await;
    let secure = Secure::before(app.port, Limits::default()).await;
    let mut browser = secure.connect().await;
    let trailers = HeaderMap::from_iter([
        ("x-up".parse().expect("a name"), HeaderValue::from_static("1")),
        ("cookie".parse().expect("a name"), HeaderValue::from_static("sd=evil")),
    ]);
    let frames = [Frame::data(Bytes::from_static(b"hello")), Frame::trailers(trailers)];
    let stream = futures_util::stream::iter(frames.map(Ok));
    let mut request = browser
        .request(Method::POST, "/")
        .map(|_| StreamBody::new(stream).boxed_unsync());
    request
        .headers_mut()
        .insert("trailer", HeaderValue::from_static("x-up"));
    request.headers_mut().insert("te", HeaderValue::from_static("trailers"));
    request
        .headers_mut()
        .insert("expect", HeaderValue::from_static("100-continue"));
    let reply = browser.send(request).await;
    let body = reply.into_body().collect().await.expect("a body");
    let down = body.trailers().expect("trailers").clone();
    assert_eq!((down.len(), down["x-down"].as_bytes()), (1, &b"2"[..]));
    assert_eq!(body.to_bytes(), "ok");
    assert!(app.heads()[0].contains("expect: 100-continue\r\n"));
}

#[tokio::test]
async fn sec_39_streams_that_are_taken_back_at_once_end_their_connection_and_reach_no_app_in_numbers() {
    let app = App::answering(OK).await;
    let secure = Secure::before(app.port, Limits::default()).await;
    let mut raw = secure.raw().await;
    let head = Raw::get(&secure.deck.host());
    for stream in (1..20_000).step_by(2) {
        let is_open =
            raw.send(HEADERS, 5, stream, &head).await && raw.send(RESET, 0, stream, &8_u32.to_be_bytes()).await;
        if !is_open {
            break;
        }
    }
    let farewell = raw.until(GOAWAY).await;
    // Whether the farewell still arrives is the kernel's affair; that it is one for too much is ours.
    assert!(farewell.is_none_or(|farewell| farewell[7] == 11));
    assert!(app.dials() < 200, "{} dials", app.dials());
    let mut browser = secure.connect().await;
    assert_eq!(browser.status(browser.request(Method::GET, "/")).await, 200);
}

#[tokio::test]
async fn sec_39_a_flood_of_settings_or_of_headers_without_an_end_is_bounded() {
    let app = App::answering(OK).await;
    let secure = Secure::before(app.port, Limits::default()).await;
    let mut raw = secure.raw().await;
    for _ in 0..2000 {
        if !raw.send(SETTINGS, 0, 0, b"").await || !raw.send(PING, 0, 0, b"12345678").await {
            break;
        }
        // A browser that floods reads its answers, or the kernel's buffers end it.
        raw.until(PING).await;
    }
    const CONTINUATION: u8 = 9;
    let mut endless = secure.raw().await;
    // Not the last of its headers, and none that follows is.
    endless.send(HEADERS, 1, 1, &Raw::get(&secure.deck.host())).await;
    let mut line = vec![0x00, 0x01, b'x', 0x7f, 0xa1, 0x7d];
    line.resize(6 + 127 + 0x21 + (0x7d << 7), b'a');
    let mut sent = 0;
    while sent < 1000 && endless.send(CONTINUATION, 0, 1, &line).await {
        sent += 1;
    }
    assert!(sent < 1000, "16 MB of headers were taken");
    assert_eq!(app.dials(), 0);
    let mut browser = secure.connect().await;
    assert_eq!(browser.status(browser.request(Method::GET, "/")).await, 200);
}

#[tokio::test]
async fn sec_39_large_heads_share_few_places_and_none_may_take_for_ever() {
    const CONTINUATION: u8 = 9;
    let app = App::answering(OK).await;
    let limits = Limits {
        large_heads: 1,
        head_time: Duration::from_millis(500),
        ..Limits::default()
    };
    let secure = Secure::before(app.port, limits).await;
    // A line of 10,000 letters under a name that no table keeps.
    let mut line = vec![0x00, 0x01, b'x', 0x7f, 0x91, 0x4d];
    line.resize(6 + 10_000, b'a');
    let large = async |raw: &mut Raw, is_whole: bool| {
        raw.send(HEADERS, 1, 1, &Raw::get(&secure.deck.host())).await;
        for left in (0..8).rev() {
            let flags = if is_whole && left == 0 { 4 } else { 0 };
            raw.send(CONTINUATION, flags, 1, &line).await;
        }
    };
    let mut first = secure.raw().await;
    large(&mut first, true).await;
    first.until(HEADERS).await.expect("an answer");
    // One that never ends has the only place until its time is over; then others have it again.
    let begun = async || {
        let mut endless = secure.raw().await;
        large(&mut endless, false).await;
        endless
    };
    let other = async || {
        let mut other = secure.raw().await;
        large(&mut other, true).await;
        other.until(HEADERS).await.is_some()
    };
    let mut endless = begun().await;
    loop {
        tokio::select! {
            biased;
            // One of the others had the place just then, and this is the one that is refused: once more.
            _refused = endless.until(GOAWAY) => endless = begun().await,
            is_answered = other() => if !is_answered { break },
        }
    }
    while endless.until(GOAWAY).await.is_some() {}
    // One that arrives slowly for want of a processor is given up as the endless one was, and may try again.
    let answered = async { while !other().await {} };
    timeout(PATIENCE, answered).await.expect("others have the place again");
}

#[tokio::test]
async fn sec_39_more_streams_than_there_may_be_are_refused_and_the_others_go_on() {
    let app = App::start(|mut wire, _, _| async move {
        wire.head().await;
        wire.closed().await;
    })
    .await;
    let secure = Secure::before(app.port, Limits::default()).await;
    let mut raw = secure.raw().await;
    let head = Raw::get(&secure.deck.host());
    raw.until(SETTINGS).await.expect("its settings");
    for stream in (1..=201).step_by(2) {
        raw.send(HEADERS, 5, stream, &head).await;
    }
    let refused = raw.until(RESET).await.expect("the hundred and first is refused");
    assert_eq!(refused, 7_u32.to_be_bytes());
}

#[tokio::test]
async fn sec_39_an_idle_connection_and_one_that_takes_nothing_are_given_up() {
    let app = App::start(|mut wire, _, _| async move {
        wire.head().await;
        wire.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
            .await;
        let piece = vec![0; 1024 * 1024];
        while wire.write(&piece).await {}
    })
    .await;
    let limits = Limits {
        head_time: Duration::from_millis(200),
        silence: Duration::from_millis(400),
        ..Limits::default()
    };
    let secure = Secure::before(app.port, limits).await;
    let idle = secure.connect().await;
    let ended = timeout(PATIENCE, idle.ended).await.expect("it ends in time");
    ended.expect("no panic").expect("it was told to go");
    let mut mute = connect(&secure.deck, &secure.chain, &["h2"])
        .await
        .expect("a connection");
    let read = timeout(PATIENCE, mute.read(&mut [0; 64]))
        .await
        .expect("it ends in time");
    assert!(
        read.is_err() || read.is_ok_and(|count| count < 64),
        "nobody said a word"
    );
    let mut raw = secure.raw().await;
    raw.send(HEADERS, 5, 1, &Raw::get(&secure.deck.host())).await;
    // Of what the window has room for not a byte is given back.
    raw.until(DATA).await.expect("an answer");
    while raw.until(DATA).await.is_some() {}
}
