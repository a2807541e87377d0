//! The only call upwards: may this request see this app? Whoever uses this crate answers.

use std::any::Any;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use http::{HeaderMap, Method, Request, Response, Uri};

use crate::body::Body;
use crate::error::Side;
use crate::http1::Incoming;
use crate::lease::Lease;
use crate::pages::Page;
use crate::route::Route;

/// The two ends of a connection from a browser.
#[derive(Clone, Copy, Debug)]
pub struct Ends {
    /// The other end.
    pub peer: SocketAddr,
    /// This end.
    pub local: SocketAddr,
    /// Whether the connection is encrypted.
    pub is_secure: bool,
}

/// A request that asks to see an app, as it came from the browser.
#[derive(Clone, Copy, Debug)]
pub struct Visit<'a> {
    /// The app, at the address that was asked for.
    pub route: &'a Arc<Route>,
    /// The connection.
    pub ends: Ends,
    /// The method.
    pub method: &'a Method,
    /// The target.
    pub uri: &'a Uri,
    /// The headers, with the session's cookies still among them.
    pub headers: &'a HeaderMap,
    /// Whether a WebSocket is asked for.
    pub is_socket: bool,
}

/// The right to see an app, for as long as it lasts.
#[derive(Clone, Debug)]
pub struct Pass {
    /// Ends with the right; whatever is open then closes at once.
    pub lease: Lease,
    /// Who it is, for the access log.
    pub who: Arc<str>,
    /// Dropped when the request is over, or the socket that it opened.
    pub held: Option<Arc<dyn Any + Send + Sync>>,
}

/// What the gate says.
#[derive(Debug)]
pub enum Verdict {
    /// The request goes on to the app.
    Pass(Pass),
    /// It ends with one of the proxy's pages.
    Page(Page),
    /// The gate has answered it itself.
    Reply(Box<Response<Body>>),
}

/// What became of a request, for the access log.
#[derive(Clone, Debug)]
pub struct Record {
    /// The app's id.
    pub route: Arc<Route>,
    /// Who asked, if the gate let them pass.
    pub who: Option<Arc<str>>,
    /// From where.
    pub peer: SocketAddr,
    /// The method.
    pub method: Method,
    /// The path, without its query.
    pub path: String,
    /// The status of the answer.
    pub status: u16,
    /// The bytes of the answer's body, or all that the app sent through a tunnel.
    pub sent: u64,
    /// The bytes of the request's body, or all that the browser sent through a tunnel.
    pub received: u64,
    /// From the request's head to the last byte.
    pub time: Duration,
    /// Whose side failed, if one did.
    pub failed: Option<Side>,
}

/// Decides, and is told what came of it.
pub trait Gate: Send + Sync + 'static {
    /// May this request see this app? Nothing is dialled before the answer.
    fn ask<'a>(&'a self, visit: Visit<'a>) -> BoxFuture<'a, Verdict>;

    /// A request has ended. Must not block.
    fn record(&self, record: Record);
}

/// Answers requests that are for no app on a listener that the apps share with the desktop.
pub trait Otherwise: Send + Sync + 'static {
    /// Answers `request`. WebSockets upgrade as with any hyper server.
    fn answer(&self, request: Request<Incoming>, ends: Ends) -> BoxFuture<'static, Answer>;
}

/// What becomes of a request that is for no app by its address.
#[derive(Debug)]
pub enum Answer {
    /// This is the answer.
    Reply(Response<Body>),
    /// It is for an app all the same.
    Forward(Box<Forward>),
}

/// A request of a program for an app, which named the app in its path and has shown who sends it.
#[derive(Debug)]
pub struct Forward {
    /// The app.
    pub route: Arc<Route>,
    /// The right to see it.
    pub pass: Pass,
    /// The request as the app is to get it, without what showed who sends it.
    pub request: Request<Incoming>,
}
