//! May this request see this app? The engine says; here it is asked, and answered in the proxy's words.

use std::borrow::Cow;

use api::secret::Secret;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use bytes::Bytes;
use engine::apps::ENTER;
use engine::{Engine, Error};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hyper::Response;
use proxy::gate::{Gate, Pass, Record, Verdict, Visit};
use proxy::pages::Page;
use proxy::route::Target;
use proxy::{Body, full};

use super::access::AccessLog;
use crate::edge::cookies;

/// The gate of the apps.
pub(super) struct Keeper {
    engine: Engine,
    log: AccessLog,
}

impl Keeper {
    /// Asks `engine`, and writes what came of it to `log`.
    pub(super) fn new(engine: Engine, log: AccessLog) -> Self {
        Self { engine, log }
    }

    async fn look(&self, visit: Visit<'_>) -> Verdict {
        let (app, origin) = (visit.route.app.as_str(), visit.route.own.as_str());
        let name = cookies::of_app(app);
        let held = cookies::values(visit.headers, &name);
        if visit.uri.path() == ENTER {
            return match self.enter(visit, &name, &held).await {
                Ok(reply) => Verdict::Reply(Box::new(reply)),
                Err(error) => Verdict::Page(page(&error)),
            };
        }
        match self.engine.app_pass(app, origin, &held).await {
            Ok(entered) => {
                if opens(visit) {
                    let (user, peer) = (&entered.pass.user, visit.ends.peer.ip());
                    self.engine.wake_app(app, user, peer.to_canonical()).await;
                }
                Verdict::Pass(Pass {
                    lease: entered.pass.lease,
                    who: entered.pass.user,
                    held: Some(entered.in_use),
                })
            }
            Err(error) => Verdict::Page(page(&error)),
        }
    }

    /// Takes a ticket for a cookie, and sends the browser on to the app.
    async fn enter(&self, visit: Visit<'_>, name: &str, held: &[String]) -> engine::Result<Response<Body>> {
        if *visit.method != Method::GET {
            return Err(Error::WrongTicket);
        }
        let (mut ticket, mut path) = (Cow::default(), Cow::Borrowed("/"));
        for (key, value) in form_urlencoded::parse(visit.uri.query().unwrap_or_default().as_bytes()) {
            match &*key {
                "t" => ticket = value,
                "to" if Engine::is_app_path(&value) => path = value,
                _ => {}
            }
        }
        let route = visit.route;
        let cookie = self
            .engine
            .enter_app(&ticket, route.app.as_str(), route.own.as_str(), held);
        Ok(lead_on(&path, cookie.await?, name, route.own.scheme() == "https"))
    }
}

impl Gate for Keeper {
    fn ask<'a>(&'a self, visit: Visit<'a>) -> BoxFuture<'a, Verdict> {
        self.look(visit).boxed()
    }

    fn record(&self, record: Record) {
        self.log.write(record);
    }
}

/// Whether a person opens an app by this that may sleep. What a page of it asks for does not wake it.
fn opens(visit: Visit<'_>) -> bool {
    if matches!(visit.route.target, Target::Up(_) | Target::Gone) || visit.is_socket || *visit.method != Method::GET {
        return false;
    }
    let is = |name: &str, word: &str| {
        let value = visit.headers.get(name).and_then(|value| value.to_str().ok());
        value.map(|value| value.contains(word))
    };
    // Only secure contexts say it; others say what they can show.
    is("sec-fetch-mode", "navigate").unwrap_or_else(|| is("accept", "text/html") == Some(true))
}

/// The way on to `path`, with the cookie that opens it.
fn lead_on(path: &str, cookie: Option<Secret>, name: &str, is_secure: bool) -> Response<Body> {
    let mut reply = Response::new(full(Bytes::new()));
    *reply.status_mut() = StatusCode::SEE_OTHER;
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            reply.headers_mut().append(name, value);
        }
    };
    let path = path.parse::<PathAndQuery>().map_or(Cow::Borrowed("/"), |_| path.into());
    set(header::LOCATION, &path);
    set(header::CACHE_CONTROL, "no-store");
    set(header::REFERRER_POLICY, "no-referrer");
    if let Some(cookie) = cookie {
        set(header::SET_COOKIE, &cookies::app(name, &cookie, is_secure));
    }
    reply
}

fn page(error: &Error) -> Page {
    match error {
        Error::NotLoggedIn => Page::NotLoggedIn,
        Error::WrongTicket => Page::WrongTicket,
        Error::Forbidden { .. } => Page::NoRight,
        Error::Throttled { retry_after } => Page::TooMany {
            retry_after: u32::try_from(*retry_after).unwrap_or(u32::MAX),
        },
        error => {
            tracing::warn!(error = error as &dyn std::error::Error, "the gate could not be asked");
            Page::Full
        }
    }
}
