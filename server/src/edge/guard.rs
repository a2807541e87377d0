//! What every request passes first, and every reply last.
//!
//! Cookies do not know ports, so that every other program on this machine can make the browser send ours. What tells
//! a request of the desktop's own pages is its `Origin`, and the header that only they can send.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use super::App;
use super::cookies;
use super::error::Fault;
use crate::apps::programs;
use engine::apps::Place;
use proxy::gate::Ends;

const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    connect-src 'self'; img-src 'self' data:; font-src 'self'; worker-src 'self'; manifest-src 'self'; \
    frame-ancestors 'none'; base-uri 'none'; object-src 'none'; form-action 'self'";

/// The headers that every reply carries.
const HEADERS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// The way in and out of the server.
pub(super) async fn pass(State(app): State<App>, request: Request, next: Next) -> Response {
    let id = uuid::Uuid::new_v4().simple().to_string();
    let junk = cookies::junk(request.headers());
    let span = tracing::info_span!("request", %id, method = %request.method(), path = request.uri().path());
    let is_secure = request.extensions().get::<Ends>().is_some_and(|ends| ends.is_secure);
    let is_api = request.uri().path().starts_with("/api/");
    let policy = if is_api { None } else { policy(&app, &request) };
    let policy = policy.unwrap_or(HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    let mut reply = match check(&app, &request) {
        Ok(()) => next.run(request).instrument(span.clone()).await,
        Err(fault) => fault.into_response(),
    };
    span.in_scope(|| tracing::debug!(status = reply.status().as_u16(), "answered"));
    let headers = reply.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    if is_api {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert("x-request-id", id);
    }
    if is_secure {
        cookies::make_secure(headers);
    }
    for expired in junk {
        headers.append(header::SET_COOKIE, expired);
    }
    reply
}

/// The policy of the desktop's pages: they frame its apps, as they are reached from where the page is.
fn policy(app: &App, request: &Request) -> Option<HeaderValue> {
    let ends = request.extensions().get::<Ends>()?;
    let place = Place::read(ends.is_secure, host(request).ok()?, ends.local.port())?;
    let frames = app.engine.frame_sources(&place);
    HeaderValue::from_str(&format!("{CONTENT_SECURITY_POLICY}; frame-src {frames}")).ok()
}

fn check(app: &App, request: &Request) -> Result<(), Fault> {
    let headers = request.headers();
    let host = host(request)?;
    let ends = request.extensions().get::<Ends>().ok_or(Fault::WrongHost)?;
    if !is_ours(app, host, ends) {
        return Err(Fault::WrongHost);
    }
    let path = request.uri().path();
    if !path.starts_with("/api/") {
        return Ok(());
    }
    // What follows there is an app's own path, which is sent on as it is.
    let path = programs::split(path).map_or(path, |(id, _)| id);
    // Ids need no escapes and no empty pieces; without them a path has one spelling.
    if path.contains(['%', ';', '\\']) || path.contains("//") || path.ends_with('/') || path.contains("/.") {
        return Err(Fault::NoRoute);
    }
    let scheme = if ends.is_secure { "https://" } else { "http://" };
    if let Some(origin) = one(headers, header::ORIGIN)? {
        if origin.strip_prefix(scheme) != Some(host) {
            return Err(Fault::WrongOrigin);
        }
    } else if needs_origin(request) {
        return Err(Fault::WrongOrigin);
    }
    // Only secure contexts send it; where it is there it says the same more exactly.
    match headers.get("sec-fetch-site").map(HeaderValue::as_bytes) {
        None | Some(b"same-origin" | b"none") => Ok(()),
        Some(_) => Err(Fault::WrongOrigin),
    }
}

/// The name and port that the request is for.
fn host(request: &Request) -> Result<&str, Fault> {
    let host = one(request.headers(), header::HOST)?;
    let authority = request.uri().authority().map(axum::http::uri::Authority::as_str);
    match (host, authority) {
        (None, _) if request.version() >= Version::HTTP_11 => Err(Fault::Malformed("The Host is missing.")),
        (Some(host), None) if request.uri().path().starts_with('/') => Ok(host),
        (Some(host), Some(authority)) if host == authority && request.method() != Method::CONNECT => Ok(host),
        (None, _) => Err(Fault::WrongHost),
        _ => Err(Fault::Malformed("The request's target is not a path of this server.")),
    }
}

/// The only value of a header; two are one too many.
fn one(headers: &HeaderMap, name: HeaderName) -> Result<Option<&str>, Fault> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Fault::Malformed("A header that has one value came twice."));
    }
    value
        .to_str()
        .map(Some)
        .map_err(|_| Fault::Malformed("A header has characters that it cannot have."))
}

/// A name that somebody else's DNS points here must not be answered (DNS rebinding). An address cannot be pointed.
fn is_ours(app: &App, host: &str, ends: &Ends) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, port),
        _ => (host, "80"),
    };
    if port.is_empty() || port.len() > 5 || !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    if let Ok(address) = name.trim_matches(['[', ']']).parse::<std::net::IpAddr>() {
        return address.to_canonical() == ends.local.ip().to_canonical();
    }
    app.hosts.iter().any(|ours| ours.eq_ignore_ascii_case(name))
}

/// A cookie alone opens a new tab's session or a socket: there the browser must say which page asks.
fn needs_origin(request: &Request) -> bool {
    let headers = request.headers();
    let socket = headers.contains_key(header::UPGRADE) && !headers.contains_key(header::AUTHORIZATION);
    socket || request.uri().path() == "/api/session/bootstrap"
}
