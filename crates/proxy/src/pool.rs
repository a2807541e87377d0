//! Connections to apps, kept alive between two requests. One that was not left clean is never used again, and none goes
//! from one app, or one container of an app, to another.

use std::collections::{HashMap, VecDeque};
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::BytesMut;

use crate::error::Error;
use crate::http1::answer::Head;
use crate::http1::app::{Connection, dial};
use crate::http1::line::Line;
use crate::http1::question::Question;
use crate::http1::stream::Stream;
use crate::route::{AppId, Route, Table, Target, Upstream};
use crate::tls::ToApps;

/// The most idle connections to one app: as many requests as there may be at once without one that has to dial.
const IDLE: usize = 512;
/// For how long a connection is kept idle.
const IDLE_TIME: Duration = Duration::from_secs(30);

/// Which connections are alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// The app.
    pub app: AppId,
    /// Where it is; its generation changes with its container.
    pub upstream: Upstream,
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Few share a port, and each request asks.
        self.upstream.port.hash(state);
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
    answer: Duration,
}

/// A connection that serves one exchange.
pub(crate) struct Lent {
    connection: Connection,
    key: Key,
    pool: Arc<Pool>,
}

impl Lent {
    /// What it is read from.
    pub(crate) fn stream(&mut self) -> &mut Stream {
        &mut self.connection.stream
    }

    /// The stream for good: nobody else will have it.
    pub(crate) fn into_stream(self) -> Stream {
        self.connection.stream
    }

    /// The exchange is over and left nothing behind: the next may have the connection.
    pub(crate) fn give_back(self) {
        let Self { connection, key, pool } = self;
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
    /// An empty pool. A connection may take `patience` to come about, and an app `answer` to begin with one.
    pub(crate) fn new(tls: ToApps, patience: Duration, answer: Duration) -> Self {
        Self {
            idle: Mutex::default(),
            tls,
            patience,
            answer,
        }
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

    /// Asks an app. The answer's body comes by the connection that is lent with it; what was read of it is in `unread`.
    pub(crate) async fn ask(
        self: &Arc<Self>,
        key: Key,
        route: &Route,
        question: &mut Question,
        unread: &mut BytesMut,
        hints: Option<&Line>,
    ) -> Result<(Head, Lent), Error> {
        while let Some(mut connection) = self.take(&key) {
            if !connection.is_quiet(!question.may_be_repeated()) {
                continue;
            }
            match connection.ask(question, unread, hints).await {
                Ok(answer) => return Ok((answer, self.lend(connection, key))),
                // The app closed it in that moment: what was not sent, or may be sent twice, is sent anew.
                Err(Error::App(_)) if question.restart() => unread.clear(),
                Err(error) => return Err(error),
            }
        }
        // In a box: few requests dial, and all would carry its room.
        let stream = Box::pin(dial(&key.upstream, &self.tls, self.patience)).await?;
        // A port is given up after its process has ended: if that lives now, the connection is its own.
        if !route.holds_its_port() {
            return Err(Error::Unreachable(std::io::ErrorKind::ConnectionAborted.into()));
        }
        let mut connection = Connection::new(stream, self.answer);
        let answer = connection.ask(question, unread, hints).await?;
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

    fn lend(self: &Arc<Self>, connection: Connection, key: Key) -> Lent {
        Lent {
            connection,
            key,
            pool: Arc::clone(self),
        }
    }
}
