//! One HTTP/1.1 request on a connection of its own over the unix socket, and its reply.
//!
//! A connection costs a tenth of a millisecond here, so none is kept: whatever holds the reply's body owns the
//! connection, and dropping the one closes the other. That is also how a stream ends.

use std::{path::PathBuf, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, TryStreamExt, stream, stream::BoxStream};
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Either, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper_util::rt::TokioIo;
use serde::{Serialize, de::DeserializeOwned};
use tokio::{
    net::UnixStream,
    task::JoinHandle,
    time::{sleep, timeout},
};

use crate::{Error, Result};

/// The version of the API that is asked for. Newer Podmans answer it in the same shape; with a newer prefix they
/// would not.
const LIBPOD: &str = "/v4.0.0/libpod";
/// The prefix of the few calls that only Docker's API has well.
const COMPAT: &str = "/v1.40";
/// No answer that is read whole is ever this long.
const REPLY_CAP: usize = 64 << 20;

/// Where Podman is, and how long it may take.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) socket: PathBuf,
    pub(crate) deadline: Duration,
}

type BodyStream = BoxStream<'static, std::io::Result<Frame<Bytes>>>;
type SendBody = Either<Full<Bytes>, StreamBody<BodyStream>>;

/// A request that is being put together.
pub(crate) struct Call {
    method: Method,
    path: String,
    query: String,
    headers: HeaderMap,
    body: SendBody,
    /// A name that cannot be in a path: nothing can be called that, so the call ends as "not found".
    bad_name: Option<String>,
}

impl Call {
    fn new(method: Method, path: String) -> Self {
        Self {
            method,
            path,
            query: String::new(),
            headers: HeaderMap::new(),
            body: Either::Left(Full::default()),
            bad_name: None,
        }
    }

    pub(crate) fn get(path: &str) -> Self {
        Self::new(Method::GET, format!("{LIBPOD}/{path}"))
    }

    pub(crate) fn post(path: &str) -> Self {
        Self::new(Method::POST, format!("{LIBPOD}/{path}"))
    }

    pub(crate) fn put(path: &str) -> Self {
        Self::new(Method::PUT, format!("{LIBPOD}/{path}"))
    }

    pub(crate) fn delete(path: &str) -> Self {
        Self::new(Method::DELETE, format!("{LIBPOD}/{path}"))
    }

    /// A call of Docker's API instead of Podman's own.
    pub(crate) fn compat(method: Method, path: &str) -> Self {
        Self::new(method, format!("{COMPAT}/{path}"))
    }

    /// Adds the name or id of one thing as a path segment.
    pub(crate) fn name(mut self, name: &str) -> Self {
        if name.is_empty() || name == "." || name == ".." || name.contains('/') {
            self.bad_name = Some(name.to_owned());
        }
        self.path.push('/');
        self.path
            .extend(form_urlencoded::byte_serialize(name.as_bytes()).map(|part| part.replace('+', "%20")));
        self
    }

    /// Adds an image reference, which may have slashes, as path segments.
    pub(crate) fn reference(self, reference: &str) -> Self {
        reference.split('/').fold(self, Call::name)
    }

    /// Adds a path segment that is not a name.
    pub(crate) fn then(mut self, word: &str) -> Self {
        self.path.push('/');
        self.path.push_str(word);
        self
    }

    #[allow(
        clippy::needless_pass_by_value,
        reason = "calls read better without a reference to each number"
    )]
    pub(crate) fn query(mut self, key: &str, value: impl ToString) -> Self {
        self.query.push(if self.query.is_empty() { '?' } else { '&' });
        self.query.push_str(key);
        self.query.push('=');
        self.query
            .extend(form_urlencoded::byte_serialize(value.to_string().as_bytes()));
        self
    }

    pub(crate) fn header(mut self, name: header::HeaderName, value: &'static str) -> Self {
        self.headers.insert(name, header::HeaderValue::from_static(value));
        self
    }

    /// Adds a header that is not to be seen.
    pub(crate) fn secret_header(mut self, name: header::HeaderName, value: &str) -> Self {
        // Only base64 comes here, which always is a header's value.
        if let Ok(mut value) = header::HeaderValue::from_str(value) {
            value.set_sensitive(true);
            self.headers.insert(name, value);
        }
        self
    }

    pub(crate) fn json(mut self, body: &impl Serialize) -> Self {
        // Only a map with keys that are no strings cannot be written, and there is none in this crate's requests.
        let text = serde_json::to_vec(body).unwrap_or_default();
        self.body = Either::Left(Full::from(text));
        self.header(header::CONTENT_TYPE, "application/json")
    }

    /// Sends `body` as it comes; always plain tar in this crate.
    pub(crate) fn tar(mut self, body: BoxStream<'static, std::io::Result<Bytes>>) -> Self {
        self.body = Either::Right(StreamBody::new(body.map_ok(Frame::data).boxed()));
        self.header(header::CONTENT_TYPE, "application/x-tar")
    }

    fn words(&self) -> String {
        format!(
            "{} {}",
            self.method,
            self.path.strip_prefix(LIBPOD).unwrap_or(&self.path)
        )
    }
}

/// A reply whose status is a success; the body is still to be read.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
}

/// The body of a reply, and with it the connection.
pub(crate) struct Body {
    incoming: Incoming,
    _connection: Connection,
}

/// The task that moves the bytes of one connection.
struct Connection(JoinHandle<()>);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Body {
    /// The next piece; `None` at the proper end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>> {
        while let Some(frame) = self.incoming.frame().await {
            if let Ok(data) = frame.map_err(Error::from_hyper)?.into_data()
                && !data.is_empty()
            {
                return Ok(Some(data));
            }
        }
        Ok(None)
    }

    /// The pieces, up to the proper end or the first error.
    pub(crate) fn stream(self) -> BoxStream<'static, Result<Bytes>> {
        stream::unfold(Some(self), |body| async {
            let mut body = body?;
            match body.chunk().await {
                Ok(chunk) => chunk.map(|chunk| (Ok(chunk), Some(body))),
                Err(error) => Some((Err(error), None)),
            }
        })
        .boxed()
    }

    async fn whole(mut self) -> Result<Bytes> {
        let mut whole = BytesMut::new();
        while let Some(chunk) = self.chunk().await? {
            if whole.len() + chunk.len() > REPLY_CAP {
                return Err(Error::garbled("an answer without end", "more than 64 MiB"));
            }
            whole.extend_from_slice(&chunk);
        }
        Ok(whole.freeze())
    }
}

impl Wire {
    /// Sends the call and reads the whole answer, all within the deadline.
    async fn whole(self: &Arc<Self>, call: Call) -> Result<(StatusCode, HeaderMap, Bytes)> {
        let after = self.deadline;
        let words = call.words();
        let answer = async {
            let reply = self.send(call).await?;
            Ok((reply.status, reply.headers, reply.body.whole().await?))
        };
        timeout(after, answer)
            .await
            .unwrap_or(Err(Error::Deadline { call: words, after }))
    }

    /// Sends the call and parses the answer.
    pub(crate) async fn json<T: DeserializeOwned>(self: &Arc<Self>, call: Call) -> Result<T> {
        let (_, _, body) = self.whole(call).await?;
        serde_json::from_slice(&body).map_err(|error| Error::garbled("JSON", error))
    }

    /// Sends the call; the answer has nothing to say but that it is a success, and how.
    pub(crate) async fn done(self: &Arc<Self>, call: Call) -> Result<(StatusCode, HeaderMap)> {
        self.whole(call).await.map(|(status, headers, _)| (status, headers))
    }

    /// Sends a call that may rightly take long, because it waits for a container, and parses the answer. It fails when
    /// Podman gives no sign of life beside it; that too takes no longer than the deadline.
    pub(crate) async fn patient<T: DeserializeOwned>(self: &Arc<Self>, call: Call) -> Result<T> {
        let body = self.beside_pulse(call).await?;
        serde_json::from_slice(&body).map_err(|error| Error::garbled("JSON", error))
    }

    /// As [`Wire::patient`]; the answer has nothing to say but that it is a success.
    pub(crate) async fn patient_done(self: &Arc<Self>, call: Call) -> Result<()> {
        self.beside_pulse(call).await.map(drop)
    }

    async fn beside_pulse(self: &Arc<Self>, call: Call) -> Result<Bytes> {
        let answer = async { self.send(call).await?.body.whole().await };
        tokio::select! {
            answer = answer => answer,
            error = self.pulse() => Err(error),
        }
    }

    /// Asks for a sign of life again and again, and ends with why there is none any more.
    pub(crate) async fn pulse(self: &Arc<Self>) -> Error {
        loop {
            if let Err(error) = self.done(Call::get("_ping")).await {
                return error;
            }
            sleep(self.deadline / 2).await;
        }
    }

    /// Sends the call and hands back the body to be read as it comes. The deadline is for the head alone.
    pub(crate) async fn open(self: &Arc<Self>, call: Call) -> Result<Reply> {
        let after = self.deadline;
        let words = call.words();
        timeout(after, self.send(call))
            .await
            .unwrap_or(Err(Error::Deadline { call: words, after }))
    }

    /// Sends the call without any deadline. A status that is no success becomes an error here.
    pub(crate) async fn send(self: &Arc<Self>, call: Call) -> Result<Reply> {
        let (response, connection) = self.exchange(call).await?;
        let (parts, incoming) = response.into_parts();
        let body = Body {
            incoming,
            _connection: connection,
        };
        if parts.status.is_success() || parts.status == StatusCode::NOT_MODIFIED {
            return Ok(Reply {
                status: parts.status,
                headers: parts.headers,
                body,
            });
        }
        Err(refusal(parts.status, &body.whole().await?))
    }

    /// Sends the call and takes the connection over, raw in both directions.
    pub(crate) async fn upgrade(self: &Arc<Self>, call: Call) -> Result<TokioIo<hyper::upgrade::Upgraded>> {
        let call = call
            .header(header::CONNECTION, "Upgrade")
            .header(header::UPGRADE, "tcp");
        let after = self.deadline;
        let words = call.words();
        let taken = async {
            let (response, connection) = self.exchange(call).await?;
            if response.status() != StatusCode::SWITCHING_PROTOCOLS {
                let (parts, incoming) = response.into_parts();
                return Err(refusal(
                    parts.status,
                    &Body {
                        incoming,
                        _connection: connection,
                    }
                    .whole()
                    .await?,
                ));
            }
            hyper::upgrade::on(response)
                .await
                .map(TokioIo::new)
                .map_err(Error::from_hyper)
        };
        timeout(after, taken)
            .await
            .unwrap_or(Err(Error::Deadline { call: words, after }))
    }

    async fn exchange(self: &Arc<Self>, call: Call) -> Result<(http::Response<Incoming>, Connection)> {
        if let Some(name) = call.bad_name {
            return Err(Error::NotFound {
                message: format!("nothing can be named {name:?}"),
            });
        }
        let mut request = Request::builder()
            .method(call.method)
            .uri(call.path + &call.query)
            .header(header::HOST, "podman")
            .body(call.body)
            .map_err(|error| Error::garbled("a request of ours", error))?;
        request.headers_mut().extend(call.headers);

        let stream = UnixStream::connect(&self.socket)
            .await
            .map_err(|source| Error::Unreachable {
                socket: self.socket.clone(),
                source,
            })?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(Error::from_hyper)?;
        let connection = Connection(tokio::spawn(async move {
            // Its failure is also the failure of the request or body that waits for it, and is told there.
            let _ = connection.with_upgrades().await;
        }));
        let response = sender.send_request(request).await.map_err(Error::from_hyper)?;
        Ok((response, connection))
    }
}

/// Podman's refusal in its own words.
fn refusal(status: StatusCode, body: &[u8]) -> Error {
    #[derive(Default, serde::Deserialize)]
    #[serde(default)]
    struct Words {
        message: String,
        cause: String,
    }
    let words = serde_json::from_slice::<Words>(body).unwrap_or_default();
    let message = match (
        words.message,
        String::from_utf8_lossy(&body[..body.len().min(1000)]).trim(),
    ) {
        (message, _) if !message.is_empty() => message,
        (_, "") => format!("HTTP status {status}"),
        (_, text) => text.to_owned(),
    };
    // The cause is one of Podman's own fixed errors. 4.3 answers 500 to some of them that 5.x has a status for.
    match (status, words.cause.as_str()) {
        (StatusCode::NOT_FOUND, _) | (_, "no such image" | "image not known") => Error::NotFound { message },
        (StatusCode::CONFLICT, _) | (_, "container state improper" | "that name is already in use") => {
            Error::Conflict { message }
        }
        _ => Error::Refused {
            status: status.as_u16(),
            message,
        },
    }
}
