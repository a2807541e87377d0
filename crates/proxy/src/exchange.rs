//! One request, in phases: found its app, asked the gate, rewritten, sent on, checked, passed back.

use std::sync::Arc;
use std::time::Instant;

use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, Request, Response, StatusCode, Version};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use crate::access::Tally;
use crate::body::{Body, FromApp, FromBrowser, Upload, full};
use crate::cookies::{Fence, OwnCookies};
use crate::error::{Error, Side};
use crate::gate::{Answer, Ends, Forward, Gate, Otherwise, Pass, Record, Verdict, Visit};
use crate::head::Fault;
use crate::headers::{self, Leg, has_token};
use crate::http2::{self, Stream};
use crate::inlet::{REFUSED, Valve};
use crate::origin;
use crate::pages::Page;
use crate::pool::{Key, Lent, Pool};
use crate::route::{Route, Routes, Target, Upstream};
use crate::serve::Limits;
use crate::upgrade::{self, Handshake};
use crate::worker::at_home;

/// What all requests share.
pub(crate) struct Path {
    /// Where the gate and the desktop live.
    pub home: Handle,
    pub routes: Routes,
    pub gate: Arc<dyn Gate>,
    pub otherwise: Option<Arc<dyn Otherwise>>,
    pub own_cookies: OwnCookies,
    pub pool: Arc<Pool>,
    pub limits: Limits,
    /// Places for heads that are larger than usual.
    pub large_heads: Arc<Semaphore>,
    /// Places for WebSockets.
    pub sockets: Arc<Semaphore>,
    /// Open tunnels.
    pub tunnels: TaskTracker,
    /// Ends them.
    pub stop: CancellationToken,
}

impl Path {
    /// Answers a request.
    pub(crate) async fn answer(&self, request: Request<Incoming>, ends: Ends, valve: &Arc<Valve>) -> Response<Body> {
        if request.method().as_str() == REFUSED {
            let page = valve.fault().map_or(Page::Malformed, page_for_fault);
            return closing(page.reply(None, request.headers()));
        }
        let asks_for_socket = has_token(request.headers(), &header::UPGRADE, "websocket");
        let hints = (request.version() == Version::HTTP_11).then_some(valve);
        let reply = self.route(request, ends, hints).await;
        if reply.status() == StatusCode::SWITCHING_PROTOCOLS {
            valve.open();
            return reply;
        }
        // The inlet waits for the switch and reads no further request.
        if asks_for_socket { closing(reply) } else { reply }
    }

    /// Answers a request that came by HTTP/2.
    pub(crate) async fn answer_http2(&self, request: Request<Incoming>, ends: Ends, stream: &Stream) -> Response<Body> {
        let request = match http2::as_http1(request) {
            Ok(request) => request,
            Err(fault) => return page_for_fault(fault).reply(None, &HeaderMap::new()),
        };
        let reply = self.route(request, ends, None).await;
        if reply.status() == StatusCode::SWITCHING_PROTOCOLS {
            stream.stay();
        }
        http2::from_http1(reply)
    }

    async fn route(&self, request: Request<Incoming>, ends: Ends, hints: Hints<'_>) -> Response<Body> {
        let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        let found = host.and_then(|host| self.routes.now().find(ends.local.port(), host).cloned());
        let Some(route) = found else {
            return match &self.otherwise {
                Some(otherwise) => {
                    let asked = accept_only(request.headers());
                    let answer = self.home.spawn(otherwise.answer(request, ends));
                    match AbortOnDropHandle::new(answer).await {
                        Ok(Answer::Reply(reply)) => reply,
                        Ok(Answer::Forward(forward)) => self.forward(*forward, ends, hints).await,
                        Err(error) => {
                            tracing::error!(%error, "a request of the desktop was not answered");
                            Page::Full.reply(None, &asked)
                        }
                    }
                }
                None => Page::WrongHost.reply(None, request.headers()),
            };
        };
        let mut tally = self.tally(&route, &request, ends);
        let handshake = Handshake::read(request.method(), request.version(), request.headers());
        let page = match self.admit(&route, &request, ends, handshake.is_some()).await {
            Ok((pass, route, upstream)) => {
                let exchange = Exchange {
                    path: self,
                    route: &route,
                    upstream,
                    ends,
                    hints,
                    pass,
                };
                return exchange.conclude(request, handshake, tally).await;
            }
            Err(Refusal::Page(page)) => page,
            Err(Refusal::Reply(reply)) => {
                tally.status(reply.status());
                return *reply;
            }
        };
        tally.status(page.status());
        page.reply(Some(&route), request.headers())
    }

    /// Answers a request whose sender has shown who it is by itself, and that no browser sends: what comes back has the
    /// rights of no page, wherever it is shown.
    async fn forward(&self, forward: Forward, ends: Ends, hints: Hints<'_>) -> Response<Body> {
        let Forward { route, pass, request } = forward;
        let mut tally = self.tally(&route, &request, ends);
        let upstream = match target(route.target) {
            Ok(upstream) => upstream,
            Err(page) => {
                tally.status(page.status());
                return page.reply(None, request.headers());
            }
        };
        let handshake = Handshake::read(request.method(), request.version(), request.headers());
        let exchange = Exchange {
            path: self,
            route: &route,
            upstream,
            ends,
            hints,
            pass,
        };
        let mut reply = exchange.conclude(request, handshake, tally).await;
        let headers = reply.headers_mut();
        headers.remove(header::SET_COOKIE);
        headers.append(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        reply
    }

    fn tally(&self, route: &Arc<Route>, request: &Request<Incoming>, ends: Ends) -> Tally {
        let record = Record {
            route: Arc::clone(route),
            who: None,
            peer: ends.peer,
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            status: 0,
            sent: 0,
            received: 0,
            time: std::time::Duration::ZERO,
            failed: None,
        };
        Tally::new(Arc::clone(&self.gate), record, Instant::now())
    }

    /// Everything that is asked before anything is dialled.
    async fn admit(
        &self,
        route: &Arc<Route>,
        request: &Request<Incoming>,
        ends: Ends,
        is_socket: bool,
    ) -> Result<(Pass, Arc<Route>, Upstream), Refusal> {
        let (method, headers) = (request.method(), request.headers());
        if matches!(*method, Method::CONNECT | Method::TRACE) {
            return Err(Refusal::Page(Page::Method));
        }
        // Whoever asks for a socket, whole handshake or not, is judged as one who does.
        let asks_for_socket = is_socket || headers.contains_key(header::SEC_WEBSOCKET_KEY);
        if !origin::may_ask(method, headers, asks_for_socket, &route.own) {
            return Err(Refusal::Page(Page::ForeignOrigin));
        }
        let visit = Visit {
            route,
            ends,
            method,
            uri: request.uri(),
            headers,
            is_socket,
        };
        let pass = match at_home(&self.home, self.gate.ask(visit)).await {
            Verdict::Pass(pass) if !pass.lease.is_cancelled() => pass,
            Verdict::Pass(_) => return Err(Refusal::Page(Page::NotLoggedIn)),
            Verdict::Page(page) => return Err(Refusal::Page(page)),
            Verdict::Reply(reply) => return Err(Refusal::Reply(reply)),
        };
        // The gate may have taken its time, and woken the app: where it is, the table of this moment says.
        let now = self.routes.now();
        let now = now
            .find(route.listener, route.own.authority())
            .filter(|now| now.app == route.app);
        let Some(now) = now else {
            return Err(Refusal::Page(Page::Gone));
        };
        let upstream = target(now.target).map_err(Refusal::Page)?;
        Ok((pass, Arc::clone(now), upstream))
    }
}

/// Where an app is, or the page that says why it is nowhere.
fn target(target: Target) -> Result<Upstream, Page> {
    match target {
        Target::Up(upstream) => Ok(upstream),
        Target::Starting => Err(Page::Starting),
        Target::Stopped => Err(Page::Stopped),
        Target::Gone => Err(Page::Gone),
    }
}

enum Refusal {
    Page(Page),
    Reply(Box<Response<Body>>),
}

/// One request that the gate let pass.
struct Exchange<'a> {
    path: &'a Path,
    route: &'a Arc<Route>,
    upstream: Upstream,
    ends: Ends,
    hints: Hints<'a>,
    pass: Pass,
}

/// The way of an app's hints to the browser, where there is one.
type Hints<'a> = Option<&'a Arc<Valve>>;

impl Exchange<'_> {
    /// Asks the app, and answers with what it says or with the page that says why it does not.
    async fn conclude(
        self,
        request: Request<Incoming>,
        handshake: Option<Handshake>,
        mut tally: Tally,
    ) -> Response<Body> {
        tally.passed(&self.pass);
        let route = self.route;
        let asked = accept_only(request.headers());
        let place = match handshake
            .as_ref()
            .map(|_| Arc::clone(&self.path.sockets).try_acquire_owned())
        {
            Some(Err(_)) => {
                tracing::warn!(app = %route.app, "too many WebSockets; one was refused");
                let reply = Page::Full.reply(Some(route), &asked);
                tally.status(reply.status());
                return reply;
            }
            Some(Ok(place)) => Some(place),
            None => None,
        };
        let socket = handshake.zip(place);
        let failed = match self.run(request, socket, &mut tally).await {
            Ok(reply) => return reply,
            Err(failed) => failed,
        };
        tally.fail(&failed);
        let reply = page_for(&failed).reply(Some(route), &asked);
        tally.status(reply.status());
        if failed.side() == Side::Browser {
            closing(reply)
        } else {
            reply
        }
    }

    async fn run(
        &self,
        mut request: Request<Incoming>,
        socket: Option<(Handshake, OwnedSemaphorePermit)>,
        tally: &mut Tally,
    ) -> Result<Response<Body>, Error> {
        let socket = socket.map(|(handshake, place)| (handshake, place, hyper::upgrade::on(&mut request)));
        let (request, upload) = self.to_app(request, socket.is_some());
        let asked = tokio::select! {
            biased;
            () = self.pass.lease.cancelled() => Err(Error::LeaseEnded),
            asked = self.ask(request, &upload) => asked,
        };
        let (mut answer, lent) = match asked.and_then(|(answer, lent)| check(&answer).map(|()| (answer, lent))) {
            Ok(asked) => asked,
            Err(error) => {
                tally.received(upload.received());
                return Err(error);
            }
        };
        if let Some(valve) = self.hints {
            valve.hinted().await;
        }
        tally.status(answer.status());
        if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
            return self.switch(answer, lent, socket, tally);
        }
        headers::response(answer.headers_mut(), &self.leg());
        *answer.version_mut() = Version::HTTP_11;
        let lease = self.pass.lease.clone();
        let tally = tally.hand_over();
        Ok(answer.map(|body| FromApp::new(body, lent, upload, lease, tally).boxed_unsync()))
    }

    fn leg(&self) -> Leg<'_> {
        Leg {
            route: self.route,
            upstream: &self.upstream,
            peer: self.ends.peer.ip(),
            fence: Fence {
                own: &self.path.own_cookies,
                shared: self.route.shares_host.then_some(&self.route.app),
            },
        }
    }

    /// The request as the app gets it.
    fn to_app(&self, request: Request<Incoming>, is_socket: bool) -> (Request<FromBrowser>, Arc<Upload>) {
        let (parts, body) = request.into_parts();
        let expects = parts.headers.get(header::EXPECT);
        let expects = expects.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"));
        let (body, upload) = FromBrowser::new(body, expects, self.path.limits.silence);
        let mut request = Request::new(body);
        *request.method_mut() = parts.method;
        *request.uri_mut() = parts.uri;
        *request.headers_mut() = parts.headers;
        headers::request(request.headers_mut(), &self.leg(), is_socket);
        let (counted, valve) = (Arc::clone(&upload), self.hints.cloned());
        hyper::ext::on_informational(&mut request, move |answer| {
            let may_hint = counted.interim(answer.status()) && answer.status() == StatusCode::EARLY_HINTS;
            if let Some(valve) = valve.as_ref().filter(|_| may_hint) {
                valve.hint(answer.headers().get_all(header::LINK).iter().map(HeaderValue::as_bytes));
            }
        });
        (request, upload)
    }

    async fn ask(&self, request: Request<FromBrowser>, upload: &Upload) -> Result<(Response<Incoming>, Lent), Error> {
        let key = Key {
            app: self.route.app.clone(),
            upstream: self.upstream,
        };
        let asked = tokio::select! {
            asked = self.path.pool.ask(&key, self.route, request) => asked,
            () = upload.flooded() => Err(Error::AppUnruly("it does not come to its answer")),
            () = silent(upload, self.path.limits.answer) => Err(Error::AppSilent),
        };
        match asked {
            Err(Error::App(cause)) if upload.is_silent() => {
                tracing::trace!(%cause, "the browser stopped in the middle of a request");
                Err(Error::BrowserSilent)
            }
            Err(Error::App(cause)) if upload.is_broken() => Err(Error::Browser(cause)),
            asked => asked,
        }
    }

    /// Lets browser and app speak freely, if the app's switch is an answer to the browser's handshake.
    fn switch(
        &self,
        mut answer: Response<Incoming>,
        mut lent: Lent,
        socket: Option<(Handshake, OwnedSemaphorePermit, OnUpgrade)>,
        tally: &mut Tally,
    ) -> Result<Response<Body>, Error> {
        let Some((handshake, place, browser)) = socket else {
            return Err(Error::AppUnruly("it switched protocols without being asked"));
        };
        handshake.check(answer.headers())?;
        let tally = tally.hand_over();
        let app = hyper::upgrade::on(&mut answer);
        lent.detach();
        let (lease, stop) = (self.pass.lease.clone(), self.path.stop.clone());
        self.path.tunnels.spawn(async move {
            upgrade::tunnel(browser, app, lease, stop, tally).await;
            drop((lent, place));
        });
        headers::response(answer.headers_mut(), &self.leg());
        let headers = answer.headers_mut();
        headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        Ok(answer.map(|_| full(bytes::Bytes::new())))
    }
}

/// Refuses an answer whose end two readers could see in two places. hyper has refused what has no end at all.
fn check<B>(answer: &Response<B>) -> Result<(), Error> {
    let headers = answer.headers();
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    let Some(coding) = codings.next() else { return Ok(()) };
    if headers.contains_key(header::CONTENT_LENGTH) {
        return Err(Error::AppUnruly("it has both a length and a transfer coding"));
    }
    if !coding.as_bytes().eq_ignore_ascii_case(b"chunked") || codings.next().is_some() {
        return Err(Error::AppUnruly("it has an unknown transfer coding"));
    }
    Ok(())
}

/// Waits until neither side has moved for `limit` while the app owes an answer.
async fn silent(upload: &Upload, limit: std::time::Duration) {
    loop {
        let before = (upload.received(), upload.is_over());
        tokio::time::sleep(limit).await;
        if before == (upload.received(), upload.is_over()) {
            return;
        }
    }
}

fn page_for_fault(fault: Fault) -> Page {
    match fault {
        Fault::TooLarge => Page::HeadTooLarge,
        Fault::Method => Page::Method,
        Fault::Malformed => Page::Malformed,
    }
}

fn page_for(error: &Error) -> Page {
    match error {
        Error::Browser(_) => Page::Malformed,
        Error::BrowserSilent => Page::TooSlow,
        Error::AppSilent => Page::Silent,
        Error::LeaseEnded => Page::NotLoggedIn,
        // Podman's forwarder takes a connection before anything listens in the container, and closes it again.
        Error::App(cause) if cause.downcast_ref().is_some_and(hyper::Error::is_incomplete_message) => {
            Page::NotAnswering
        }
        Error::App(cause) if cause.downcast_ref().is_some_and(hyper::Error::is_parse) => Page::Unruly,
        Error::AppUnruly(_) => Page::Unruly,
        _ => Page::NotAnswering,
    }
}

/// What a page has to know of a request that is gone by then.
fn accept_only(headers: &HeaderMap) -> HeaderMap {
    let accept = headers.get(header::ACCEPT).cloned();
    accept.into_iter().map(|accept| (header::ACCEPT, accept)).collect()
}

fn closing(mut reply: Response<Body>) -> Response<Body> {
    reply
        .headers_mut()
        .insert(header::CONNECTION, HeaderValue::from_static("close"));
    reply
}
