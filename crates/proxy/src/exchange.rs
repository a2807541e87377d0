//! One request, in phases: found its app, asked the gate, rewritten, sent on, checked, passed back.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Instant;

use bytes::BytesMut;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, Request, Response, StatusCode, Version};
use http_body_util::BodyExt;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use crate::access::Tally;
use crate::body::{Body, FromApp};
use crate::cookies::{Fence, OwnCookies};
use crate::error::{Error, Side};
use crate::gate::{Answer, Ends, Forward, Gate, Otherwise, Pass, Record, Verdict, Visit};
use crate::headers::{self, Leg, has_token};
use crate::http1::Incoming;
use crate::http1::head::Fault;
use crate::http1::line::Line;
use crate::http1::question::Question;
use crate::http1::wire::Raw;
use crate::http2::{self, Stream};
use crate::lease::{End, Lease};
use crate::origin;
use crate::pages::Page;
use crate::pool::{Key, Pool};
use crate::route::{Route, Target, Upstream};
use crate::serve::Limits;
use crate::upgrade::{self, Browser, Handshake};
use crate::view::View;
use crate::worker::at_home;

/// What all requests of one thread share.
pub(crate) struct Path {
    /// Where the gate and the desktop live.
    pub home: Handle,
    pub routes: View,
    /// Counted by this thread alone.
    pub gate: Arc<Arc<dyn Gate>>,
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
    /// Ends them, and connections when they can.
    pub stop: Lease,
}

impl Path {
    /// Whether a request is for nobody but the desktop.
    pub(crate) fn is_for_the_desktop(&self, headers: &HeaderMap, ends: Ends) -> bool {
        self.otherwise.is_some() && self.find(headers, ends).is_none()
    }

    fn find(&self, headers: &HeaderMap, ends: Ends) -> Option<Arc<Route>> {
        let host = headers.get(header::HOST)?.to_str().ok()?;
        self.routes.find(ends.local.port(), host)
    }

    /// Answers a request.
    pub(crate) async fn answer(&self, request: Request<Incoming>, ends: Ends, line: &mut Line) -> Response<Body> {
        let asks_for_socket = has_token(request.headers(), &header::UPGRADE, "websocket");
        let reply = self.route(request, ends, line).await;
        // Who asked for a socket and got none may still say what is no HTTP.
        if asks_for_socket && reply.status() != StatusCode::SWITCHING_PROTOCOLS {
            return closing(reply);
        }
        reply
    }

    /// Answers a request that came by HTTP/2.
    pub(crate) async fn answer_http2(
        &self,
        request: Request<hyper::body::Incoming>,
        ends: Ends,
        stream: &Stream,
    ) -> Response<Body> {
        let request = match http2::as_http1(request) {
            Ok(request) => request,
            Err(fault) => return page_for_fault(fault).reply(None, &HeaderMap::new()),
        };
        let reply = self.route(request, ends, &mut Line::default()).await;
        if reply.status() == StatusCode::SWITCHING_PROTOCOLS {
            stream.stay();
        }
        http2::from_http1(reply)
    }

    async fn route(&self, request: Request<Incoming>, ends: Ends, line: &mut Line) -> Response<Body> {
        let Some(route) = self.find(request.headers(), ends) else {
            return match &self.otherwise {
                Some(otherwise) => {
                    let accept = Accept::of(request.headers());
                    let answer = self.home.spawn(otherwise.answer(request, ends));
                    match AbortOnDropHandle::new(answer).await {
                        Ok(Answer::Reply(reply)) => reply,
                        Ok(Answer::Forward(forward)) => self.forward(*forward, ends, line).await,
                        Err(error) => {
                            tracing::error!(%error, "a request of the desktop was not answered");
                            Page::Full.reply(None, &accept.into_headers())
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
                tally.passed(pass.who, pass.held);
                let exchange = Exchange {
                    path: self,
                    route: &route,
                    upstream,
                    ends,
                    line,
                    lease: pass.lease,
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
    async fn forward(&self, forward: Forward, ends: Ends, line: &mut Line) -> Response<Body> {
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
        tally.passed(pass.who, pass.held);
        let exchange = Exchange {
            path: self,
            route: &route,
            upstream,
            ends,
            line,
            lease: pass.lease,
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
            Verdict::Pass(pass) if !pass.lease.has_ended() => pass,
            Verdict::Pass(_) => return Err(Refusal::Page(Page::NotLoggedIn)),
            Verdict::Page(page) => return Err(Refusal::Page(page)),
            Verdict::Reply(reply) => return Err(Refusal::Reply(reply)),
        };
        // The gate may have taken its time, and woken the app: where it is, the table of this moment says.
        let now = self.routes.find(route.listener, route.own.authority());
        let Some(now) = now.filter(|now| now.app == route.app) else {
            return Err(Refusal::Page(Page::Gone));
        };
        let upstream = target(now.target).map_err(Refusal::Page)?;
        Ok((pass, now, upstream))
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
    line: &'a mut Line,
    /// The right that it needs.
    lease: Lease,
}

impl Exchange<'_> {
    /// Asks the app, and answers with what it says or with the page that says why it does not.
    async fn conclude(
        self,
        request: Request<Incoming>,
        handshake: Option<Handshake>,
        mut tally: Tally,
    ) -> Response<Body> {
        let route = self.route;
        let accept = Accept::of(request.headers());
        let place = match handshake
            .as_ref()
            .map(|_| Arc::clone(&self.path.sockets).try_acquire_owned())
        {
            Some(Err(_)) => {
                tracing::warn!(app = %route.app, "too many WebSockets; one was refused");
                let reply = Page::Full.reply(Some(route), &accept.into_headers());
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
        let reply = page_for(&failed).reply(Some(route), &accept.into_headers());
        tally.status(reply.status());
        if failed.side() == Side::Browser {
            closing(reply)
        } else {
            reply
        }
    }

    async fn run(
        self,
        mut request: Request<Incoming>,
        socket: Option<(Handshake, OwnedSemaphorePermit)>,
        tally: &mut Tally,
    ) -> Result<Response<Body>, Error> {
        let socket = socket.map(|(handshake, place)| Socket {
            handshake,
            place,
            browser: match self.line.switch() {
                Some(browser) => Browser::Ours(browser),
                None => Browser::Hyper(hyper::upgrade::on(&mut request)),
            },
        });
        let may_hint = request.version() == Version::HTTP_11;
        headers::request(request.headers_mut(), &self.leg(), socket.is_some());
        let mut question = Question::new(request, self.path.limits.silence);
        let mut unread = BytesMut::new();
        let mut end = self.line.end_of(&self.lease);
        let asked = {
            let key = Key {
                app: self.route.app.clone(),
                upstream: self.upstream,
            };
            let hints = may_hint.then_some(&*self.line);
            let asked = self.path.pool.ask(key, self.route, &mut question, &mut unread, hints);
            let mut asked = pin!(asked);
            poll_fn(|cx| match end.poll(cx) {
                Poll::Ready(()) => Poll::Ready(Err(Error::LeaseEnded)),
                Poll::Pending => asked.as_mut().poll(cx),
            })
            .await
        };
        if let Some(received) = question.received() {
            tally.received(received.load(Ordering::Relaxed));
        }
        let (head, lent) = asked?;
        let mut answer = head.response;
        tally.status(answer.status());
        if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
            let app = Raw {
                stream: lent.into_stream(),
                unread,
            };
            self.switch(&mut answer, app, socket, end, tally)?;
            return Ok(answer.map(|()| Body::default()));
        }
        self.line.keep(end);
        headers::response(answer.headers_mut(), &self.leg());
        let lent = (lent, head.keeps_alive);
        let body = FromApp::new(head.framing, unread, lent, question, self.lease, tally.hand_over());
        Ok(answer.map(|()| body.boxed_unsync()))
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

    /// Lets browser and app speak freely, if the app's switch is an answer to the browser's handshake.
    fn switch(
        &self,
        answer: &mut Response<()>,
        app: Raw,
        socket: Option<Socket>,
        end: End,
        tally: &mut Tally,
    ) -> Result<(), Error> {
        let Some(socket) = socket else {
            return Err(Error::AppUnruly("it switched protocols without being asked"));
        };
        socket.handshake.check(answer.headers())?;
        let (tally, stop) = (tally.hand_over(), self.path.stop.watch());
        self.path.tunnels.spawn(async move {
            upgrade::tunnel(socket.browser, app, end, stop, tally).await;
            drop(socket.place);
        });
        headers::response(answer.headers_mut(), &self.leg());
        let headers = answer.headers_mut();
        headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        Ok(())
    }
}

/// A WebSocket that is asked for.
struct Socket {
    handshake: Handshake,
    place: OwnedSemaphorePermit,
    browser: Browser,
}

/// The page for what is no request.
pub(crate) fn page_for_fault(fault: Fault) -> Page {
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
        Error::AppUnruly(_) => Page::Unruly,
        // Podman's forwarder takes a connection before anything listens in the container, and closes it again.
        _ => Page::NotAnswering,
    }
}

/// What a page has to know of a request that is gone by then.
struct Accept(Option<HeaderValue>);

impl Accept {
    fn of(headers: &HeaderMap) -> Self {
        Self(headers.get(header::ACCEPT).cloned())
    }

    fn into_headers(self) -> HeaderMap {
        self.0.into_iter().map(|accept| (header::ACCEPT, accept)).collect()
    }
}

/// The reply as the last of its connection.
pub(crate) fn closing(mut reply: Response<Body>) -> Response<Body> {
    reply
        .headers_mut()
        .insert(header::CONNECTION, HeaderValue::from_static("close"));
    reply
}
