//! Connections to apps, kept alive between two requests. One that was not left clean is never used again, and none goes
//! from one app, or one container of an app, to another.

use std::collections::{HashMap, VecDeque};
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper_util::rt::TokioIo;
use tokio_util::task::AbortOnDropHandle;

use crate::body::FromBrowser;
use crate::error::Error;
use crate::outlet::{Outlet, Watch};
use crate::route::{AppId, Route, Table, Target, Upstream};
use crate::tls::ToApps;

/// The most idle connections to one app: as many requests as there may be at once without one that has to dial.
const IDLE: usize = 512;
/// For how long a connection is kept idle.
const IDLE_TIME: Duration = Duration::from_secs(30);
/// The largest head that an app may answer with; it is also the most of a body that is read at once.
const LARGEST_HEAD: usize = 256 * 1024;

/// Which connections are alike.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    /// The app.
    pub app: AppId,
    /// Where it is; its generation changes with its container.
    pub upstream: Upstream,
}

/// One connection. Dropping it closes it, whatever is still under way on it.
struct Connection {
    sender: SendRequest<FromBrowser>,
    watch: Watch,
    driver: Driver,
}

/// Who moves a connection's bytes.
enum Driver {
    /// Whoever waits for them, in its own task: nobody has to be woken for each step of an exchange.
    Waiting(BoxFuture<'static, hyper::Result<()>>),
    /// A task of its own, which ends with this value.
    Task(#[expect(dead_code, reason = "is held to be dropped")] AbortOnDropHandle<()>),
    /// Nobody any more: it has ended.
    Nobody,
}

impl Driver {
    /// Moves what can be moved now.
    fn drive(&mut self, cx: &mut Context<'_>) {
        if let Self::Waiting(connection) = self
            && let Poll::Ready(ended) = connection.as_mut().poll(cx)
        {
            if let Err(error) = ended {
                tracing::trace!(%error, "a connection to an app ended");
            }
            *self = Self::Nobody;
        }
    }

    /// Waits for `future`, which comes about by this connection.
    async fn wait_for<F: Future>(&mut self, future: F) -> F::Output {
        let mut future = pin!(future);
        poll_fn(|cx| {
            if let Poll::Ready(output) = future.as_mut().poll(cx) {
                return Poll::Ready(output);
            }
            self.drive(cx);
            future.as_mut().poll(cx)
        })
        .await
    }

    /// Goes on in a task of its own.
    fn detach(&mut self) {
        if let Self::Waiting(connection) = std::mem::replace(self, Self::Nobody) {
            *self = Self::Task(AbortOnDropHandle::new(tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::trace!(%error, "a connection to an app ended");
                }
            })));
        }
    }
}

struct Idle {
    connection: Connection,
    since: Instant,
}

/// All idle connections.
pub(crate) struct Pool {
    idle: Mutex<HashMap<Key, VecDeque<Idle>>>,
    tls: ToApps,
    patience: Duration,
}

/// A connection that serves one exchange.
pub(crate) struct Lent {
    connection: Connection,
    key: Key,
    pool: Arc<Pool>,
}

impl Lent {
    /// Moves what can be moved of the exchange now.
    pub(crate) fn drive(&mut self, cx: &mut Context<'_>) {
        self.connection.driver.drive(cx);
    }

    /// From here on the connection moves by itself, whether or not anybody waits for the answer's body.
    pub(crate) fn detach(&mut self) {
        self.connection.driver.detach();
    }

    /// The exchange is over and left nothing behind: the next may have the connection.
    pub(crate) fn give_back(self) {
        let Self { connection, key, pool } = self;
        connection.watch.rest();
        let mut idle = pool.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let alike = idle.entry(key).or_default();
        let since = Instant::now();
        // The youngest are lent first, so those that a rush has left behind grow old at the front.
        while alike.len() >= IDLE || alike.front().is_some_and(|oldest| since - oldest.since >= IDLE_TIME) {
            alike.pop_front();
        }
        alike.push_back(Idle { connection, since });
    }
}

impl Pool {
    /// An empty pool. A connection may take `patience` to come about.
    pub(crate) fn new(tls: ToApps, patience: Duration) -> Self {
        let idle = Mutex::default();
        Self { idle, tls, patience }
    }

    /// Closes idle connections to whatever is not in `table` any more.
    pub(crate) fn keep(&self, table: &Table) {
        let is_up = |key: &Key| {
            let mut routes = table.routes();
            routes.any(|route| route.app == key.app && route.target == Target::Up(key.upstream))
        };
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|key, _| is_up(key));
    }

    /// Asks an app. The answer's body comes by the connection that is lent with it.
    pub(crate) async fn ask(
        self: &Arc<Self>,
        key: &Key,
        route: &Route,
        mut request: Request<FromBrowser>,
    ) -> Result<(Response<Incoming>, Lent), Error> {
        while let Some(mut connection) = self.take(key) {
            let Connection { sender, watch, driver } = &mut connection;
            if driver.wait_for(sender.ready()).await.is_err() || !watch.is_quiet() {
                continue;
            }
            let again = repeat(&request);
            match driver.wait_for(sender.try_send_request(request)).await {
                Ok(answer) => return Ok((answer, self.lend(connection, key))),
                // The app closed it in that moment: what was not sent, or may be sent twice, is sent anew.
                Err(mut error) => match error.take_message().or(again) {
                    Some(unsent) => request = unsent,
                    None => return Err(Error::App(error.into_error().into())),
                },
            }
        }
        // In a box: few requests dial, and all would carry its room.
        let mut connection = Box::pin(self.dial(key)).await?;
        // A port is given up after its process has ended: if that lives now, the connection is its own.
        if !route.holds_its_port() {
            return Err(Error::Unreachable(std::io::ErrorKind::ConnectionAborted.into()));
        }
        let Connection { sender, driver, .. } = &mut connection;
        let answer = driver.wait_for(sender.send_request(request)).await;
        let answer = answer.map_err(|error| Error::App(error.into()))?;
        Ok((answer, self.lend(connection, key)))
    }

    fn take(&self, key: &Key) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let alike = idle.get_mut(key)?;
        let last = alike.pop_back()?;
        if last.since.elapsed() < IDLE_TIME {
            return Some(last.connection);
        }
        // The last one is the youngest.
        alike.clear();
        None
    }

    async fn dial(&self, key: &Key) -> Result<Connection, Error> {
        let (outlet, watch) = Outlet::connect(&key.upstream, &self.tls, self.patience).await?;
        let shaken = Builder::new()
            .max_buf_size(LARGEST_HEAD)
            .handshake(TokioIo::new(outlet))
            .await;
        let (sender, connection) = shaken.map_err(|error| Error::App(error.into()))?;
        let driver = Driver::Waiting(Box::pin(connection.with_upgrades()));
        Ok(Connection { sender, watch, driver })
    }

    fn lend(self: &Arc<Self>, connection: Connection, key: &Key) -> Lent {
        Lent {
            connection,
            key: key.clone(),
            pool: Arc::clone(self),
        }
    }
}

/// The same request once more, if asking twice is as good as asking once.
fn repeat(request: &Request<FromBrowser>) -> Option<Request<FromBrowser>> {
    let body = request.body().repeat()?;
    if !request.method().is_safe() {
        return None;
    }
    let mut again = Request::new(body);
    request.method().clone_into(again.method_mut());
    request.uri().clone_into(again.uri_mut());
    request.headers().clone_into(again.headers_mut());
    request.extensions().clone_into(again.extensions_mut());
    Some(again)
}
