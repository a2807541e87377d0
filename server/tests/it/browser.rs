//! A browser's part of the conversation: cookies, the session's header, the origin. No more than the tests need, and
//! each of it can be bent.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use api::event::Frame;
use futures_util::StreamExt;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{HeaderMap, Request};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{self, client::IntoClientRequest};

use crate::PASSWORD;

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Reply {
    pub(crate) fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The code of a refusal.
    pub(crate) fn code(&self) -> String {
        self.json::<Value>()["error"]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}

/// A browser, or what pretends to be one.
#[derive(Clone)]
pub(crate) struct Browser {
    pub server: SocketAddr,
    /// The address that it connects from.
    pub from: IpAddr,
    /// The `Host` that it names, and with it the origin of its page.
    pub host: String,
    pub cookies: BTreeMap<String, String>,
    /// The header half of the session.
    pub token: Option<String>,
    /// More headers, on every request.
    pub extra: Vec<(String, String)>,
}

impl Browser {
    /// A new one, on the desktop's page at `address`.
    pub(crate) fn new(address: &str) -> Self {
        let host = address.strip_prefix("http://").unwrap().to_owned();
        Self {
            server: host.parse().unwrap(),
            from: Ipv4Addr::LOCALHOST.into(),
            host,
            cookies: BTreeMap::new(),
            token: None,
            extra: Vec::new(),
        }
    }

    /// The same, but knowing nothing.
    pub(crate) fn fresh(&self) -> Self {
        Self {
            cookies: BTreeMap::new(),
            token: None,
            extra: Vec::new(),
            ..self.clone()
        }
    }

    pub(crate) async fn setup(&mut self, token: &str, name: &str) -> Reply {
        self.enter(
            "/api/setup",
            json!({"token": token, "name": name, "password": PASSWORD}),
        )
        .await
    }

    pub(crate) async fn login(&mut self, name: &str, password: &str) -> Reply {
        self.enter("/api/login", json!({"name": name, "password": password}))
            .await
    }

    /// Logs in where that is known to work.
    pub(crate) async fn logged_in(&self, name: &str) -> Self {
        let mut browser = self.fresh();
        let reply = browser.login(name, PASSWORD).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        browser
    }

    /// The second step of a login.
    pub(crate) async fn login_code(&mut self, challenge: &str, code: &str) -> Reply {
        self.enter("/api/login/code", json!({"challenge": challenge, "code": code}))
            .await
    }

    async fn enter(&mut self, path: &str, body: Value) -> Reply {
        let reply = self.post(path, body).await;
        if reply.status == 200 {
            self.token = reply.json::<Value>()["token"].as_str().map(str::to_owned);
        }
        reply
    }

    /// Makes an account, and a browser that is logged in as it. `self` is an administrator.
    pub(crate) async fn with_user(&mut self, name: &str, role: &str) -> Self {
        let reply = self
            .post("/api/users", json!({"name": name, "password": PASSWORD, "role": role}))
            .await;
        assert_eq!(reply.status, 201, "{reply:?}");
        self.logged_in(name).await
    }

    /// Makes an API token, and a client that has only that.
    pub(crate) async fn with_token(&mut self, scope: &str) -> Self {
        let reply = self.post("/api/tokens", json!({"label": scope, "scope": scope})).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        let secret = reply.json::<Value>()["secret"].as_str().unwrap().to_owned();
        Self {
            extra: vec![("authorization".into(), format!("Bearer {secret}"))],
            ..self.fresh()
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Reply {
        self.send("GET", path, None).await
    }

    pub(crate) async fn post(&mut self, path: &str, body: Value) -> Reply {
        self.send("POST", path, Some(body)).await
    }

    /// Sends a request to a server that may be gone before it answers.
    pub(crate) async fn send_if_it_lives(&mut self, method: &str, path: &str, body: Option<Value>) -> Option<Reply> {
        let request = self.page(method, path, body);
        let stream = self.try_connect().await.ok()?;
        Self::try_exchange(stream, request).await.ok()
    }

    /// Sends a request as a page of the desktop would.
    pub(crate) async fn send(&mut self, method: &str, path: &str, body: Option<Value>) -> Reply {
        let reply = self.exchange(self.page(method, path, body)).await;
        self.keep_cookies(&reply.headers);
        reply
    }

    /// Sends what is no JSON; `extra` says what it is.
    pub(crate) async fn send_upload(&self, method: &str, path: &str, body: Vec<u8>) -> Reply {
        let mut request = self.page(method, path, None);
        *request.body_mut() = Full::new(body.into());
        self.exchange(request).await
    }

    /// Sends any bytes, said to be JSON, as a page of the desktop would.
    pub(crate) async fn send_bytes(&self, method: &str, path: &str, body: Option<Vec<u8>>) -> Reply {
        let mut request = self.page(method, path, None);
        if let Some(body) = body {
            let json = hyper::header::HeaderValue::from_static("application/json");
            request.headers_mut().insert("content-type", json);
            *request.body_mut() = Full::new(body.into());
        }
        self.exchange(request).await
    }

    fn page(&self, method: &str, path: &str, body: Option<Value>) -> Request<Full<Bytes>> {
        let mut request = Request::builder().method(method).uri(path).header("host", &self.host);
        if body.is_some() || method != "GET" {
            request = request.header("origin", format!("http://{}", self.host));
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in self.credentials() {
            request = request.header(name, value);
        }
        let body = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        request.body(Full::new(body)).unwrap()
    }

    fn credentials(&self) -> Vec<(String, String)> {
        let mut headers = self.extra.clone();
        if !self.cookies.is_empty() {
            let pairs: Vec<String> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            headers.push(("cookie".into(), pairs.join("; ")));
        }
        headers.extend(
            self.token
                .iter()
                .map(|token| ("x-stardeck-token".into(), token.clone())),
        );
        headers
    }

    /// Sends a request without a body, and with no header but those of `extra` and the cookies.
    pub(crate) async fn get_as(&self, method: &str, path: &str) -> Reply {
        self.exchange(self.bare(method, path)).await
    }

    fn bare(&self, method: &str, path: &str) -> Request<Full<Bytes>> {
        let mut request = Request::builder().method(method).uri(path).header("host", &self.host);
        for (name, value) in self.credentials() {
            request = request.header(name, value);
        }
        request.body(Full::default()).unwrap()
    }

    /// Reads what `path` answers until it ends, well or not.
    pub(crate) async fn until_closed(&self, path: &str) {
        let stream = TokioIo::new(self.connect().await);
        let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        let mut body = sender.send_request(self.bare("GET", path)).await.unwrap().into_body();
        while let Some(Ok(_)) = body.frame().await {}
    }

    /// Asks for `path` so often on one connection, and answers with the first 429.
    pub(crate) async fn flood(&self, path: &str, times: usize) -> Option<Reply> {
        let stream = TokioIo::new(self.connect().await);
        let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        for _ in 0..times {
            sender.ready().await.unwrap();
            let (parts, body) = sender.send_request(self.bare("GET", path)).await.unwrap().into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            if parts.status == 429 {
                return Some(Reply {
                    status: 429,
                    headers: parts.headers,
                    body,
                });
            }
        }
        None
    }

    /// Sends a request just as it is.
    pub(crate) async fn exchange(&self, request: Request<Full<Bytes>>) -> Reply {
        Self::try_exchange(self.connect().await, request).await.unwrap()
    }

    async fn try_exchange(stream: TcpStream, request: Request<Full<Bytes>>) -> hyper::Result<Reply> {
        let (mut sender, connection) = {
            let mut http = hyper::client::conn::http1::Builder::new();
            http.max_headers(1000).handshake(TokioIo::new(stream)).await?
        };
        tokio::spawn(connection);
        let (parts, body) = sender.send_request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
        })
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        self.try_connect().await.unwrap()
    }

    async fn try_connect(&self) -> std::io::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::new(self.from, 0))?;
        socket.connect(self.server).await
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for line in headers.get_all("set-cookie") {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.into(), value.into());
            }
        }
    }

    /// A ticket for the event stream.
    pub(crate) async fn ticket(&mut self) -> String {
        self.ticket_for("/api/events").await
    }

    /// A ticket for one path.
    pub(crate) async fn ticket_for(&mut self, route: &str) -> String {
        let reply = self.post("/api/tickets", json!({"route": route})).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json::<Value>()["ticket"].as_str().unwrap().to_owned()
    }

    /// Opens the event stream.
    pub(crate) async fn events(&mut self, query: &str) -> Events {
        let ticket = self.ticket().await;
        let origin = format!("http://{}", self.host);
        self.socket(&format!("/api/events?ticket={ticket}{query}"), Some(&origin))
            .await
            .unwrap()
    }

    /// Tries to open a WebSocket; the status when it is refused.
    pub(crate) async fn socket(&self, path: &str, origin: Option<&str>) -> Result<Events, u16> {
        let mut request = format!("ws://{}{path}", self.host).into_client_request().unwrap();
        let headers = request.headers_mut();
        for (name, value) in self.credentials() {
            headers.insert(
                hyper::header::HeaderName::try_from(name).unwrap(),
                value.parse().unwrap(),
            );
        }
        if let Some(origin) = origin {
            headers.insert("origin", origin.parse().unwrap());
        }
        match tokio_tungstenite::client_async(request, self.connect().await).await {
            Ok((socket, _)) => Ok(Events { socket }),
            Err(tungstenite::Error::Http(reply)) => Err(reply.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }
}

/// An open event stream.
pub(crate) struct Events {
    socket: WebSocketStream<TcpStream>,
}

impl Events {
    /// The next message that says something; `None` when the stream is over.
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        loop {
            match self.next_of().await? {
                Frame::Pulse => {}
                frame => return Some(frame),
            }
        }
    }

    /// The next message, of whatever stream.
    pub(crate) async fn next_of<T: DeserializeOwned>(&mut self) -> Option<T> {
        loop {
            match self.socket.next().await?.ok()? {
                tungstenite::Message::Text(text) => return Some(serde_json::from_str(&text).unwrap()),
                tungstenite::Message::Close(_) => return None,
                _ => {}
            }
        }
    }

    /// The first message that `wanted` takes.
    pub(crate) async fn until<T>(&mut self, what: &str, mut wanted: impl FnMut(Frame) -> Option<T>) -> T {
        let found = async {
            loop {
                let frame = self
                    .next()
                    .await
                    .unwrap_or_else(|| panic!("the stream ended before: {what}"));
                if let Some(found) = wanted(frame) {
                    return found;
                }
            }
        };
        let patience = std::time::Duration::from_secs(20);
        tokio::time::timeout(patience, found)
            .await
            .unwrap_or_else(|_| panic!("waited in vain for: {what}"))
    }
}
