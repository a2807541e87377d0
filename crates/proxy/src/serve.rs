//! Listeners → connections → requests, and their end.

use std::io;
use std::net::SocketAddr;
use std::num::NonZero;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use rustls::RootCertStore;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::{TlsAcceptor, TlsStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::cookies::OwnCookies;
use crate::error::Error;
use crate::exchange::Path;
use crate::gate::{Ends, Gate, Otherwise};
use crate::http1::{browser, stream::Stream};
use crate::http2;
use crate::lease::Lease;
use crate::pool::Pool;
use crate::route::Routes;
use crate::tls::{HTTP2, Tls, ToApps};
use crate::view::View;
use crate::worker::Worker;

/// How long and how much.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many threads move bytes.
    pub threads: NonZero<usize>,
    /// The connections from browsers that are open at once, over all listeners; the next is turned away at the door.
    pub connections: usize,
    /// The WebSockets of apps that are open at once; the next is refused.
    pub sockets: usize,
    /// The largest head of a request, in bytes. Other origins of this host can fill the browser's cookies up to it.
    pub head: usize,
    /// How many heads of more than 64 KiB may be on their way at once.
    pub large_heads: usize,
    /// How long a head may take to arrive, a TLS handshake too, and how long a connection may idle between two requests.
    pub head_time: Duration,
    /// How long a browser may neither send nor take anything in the middle of a message.
    pub silence: Duration,
    /// How long a connection to an app may take to come about.
    pub connect: Duration,
    /// How long an app may be silent before its answer begins.
    pub answer: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            threads: available_parallelism().unwrap_or(NonZero::<usize>::MIN),
            connections: 16 * 1024,
            sockets: 10_000,
            head: 1024 * 1024,
            large_heads: 64,
            head_time: Duration::from_secs(30),
            silence: Duration::from_secs(60),
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(300),
        }
    }
}

/// What a proxy is made of.
pub struct Config {
    /// Stardeck's own cookies.
    pub own_cookies: OwnCookies,
    /// Its limits.
    pub limits: Limits,
    /// Whose certificates apps with TLS may show, unless they may show any.
    pub roots: RootCertStore,
    /// The routes, which whoever holds them replaces.
    pub routes: Routes,
    /// Who may see what.
    pub gate: Arc<dyn Gate>,
    /// What answers requests that are for no app. Without it they are refused.
    pub otherwise: Option<Arc<dyn Otherwise>>,
}

impl Config {
    /// Makes the proxy, in the runtime that the gate and the desktop live in. It runs until `stop`.
    pub fn build(self, stop: CancellationToken) -> Result<Proxy, Error> {
        let to_apps = ToApps::build(self.roots)?;
        let large_heads = Arc::new(Semaphore::new(self.limits.large_heads));
        let sockets = Arc::new(Semaphore::new(self.limits.sockets));
        let tunnels = TaskTracker::new();
        let workers = (0..self.limits.threads.get()).map(|_| {
            let path = Path {
                home: Handle::current(),
                routes: View::of(&self.routes),
                gate: Arc::new(Arc::clone(&self.gate)),
                otherwise: self.otherwise.clone(),
                own_cookies: self.own_cookies.clone(),
                pool: Arc::new(Pool::new(to_apps.clone(), self.limits.connect, self.limits.answer)),
                limits: self.limits,
                large_heads: Arc::clone(&large_heads),
                sockets: Arc::clone(&sockets),
                tunnels: tunnels.clone(),
                stop: Lease::new(),
            };
            Worker::start(path, stop.clone())
        });
        Ok(Proxy {
            workers: workers.collect::<io::Result<_>>().map_err(Error::Worker)?,
            places: Arc::new(Semaphore::new(self.limits.connections)),
            routes: self.routes,
            tunnels,
            stop,
        })
    }
}

/// How long to wait when the machine has no descriptor left for the next connection.
const EXHAUSTED: Duration = Duration::from_millis(100);

/// What a connection hears that there is no place for.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// The byte path.
#[derive(Clone)]
pub struct Proxy {
    workers: Arc<[Arc<Worker>]>,
    places: Arc<Semaphore>,
    routes: Routes,
    tunnels: TaskTracker,
    stop: CancellationToken,
}

impl Proxy {
    /// Serves a listener until the end, then lets open requests finish. Its port is what routes call their listener.
    pub async fn serve(&self, listener: TcpListener, tls: Option<Tls>) {
        let connections = TaskTracker::new();
        let mut tables = self.routes.watch();
        loop {
            let accepted = tokio::select! {
                () = self.stop.cancelled() => break,
                Ok(()) = tables.changed() => {
                    let now = self.routes.now();
                    self.workers.iter().for_each(|worker| worker.path.pool.keep(&now));
                    continue;
                }
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => self.take(stream, peer, tls.clone(), &connections),
                // One connection that failed before it was accepted, or no descriptors left: the door stays open.
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(EXHAUSTED).await;
                }
            }
        }
        connections.close();
        connections.wait().await;
        self.tunnels.close();
        self.tunnels.wait().await;
    }

    /// Hands a connection to one of the workers, if there is a place for it.
    fn take(&self, stream: TcpStream, peer: SocketAddr, tls: Option<Tls>, connections: &TaskTracker) {
        let place = Arc::clone(&self.places).try_acquire_owned().ok();
        let Some((place, taken)) = place.zip(Worker::least_busy(&self.workers)) else {
            tracing::warn!(%peer, "too many connections; one was turned away at the door");
            if tls.is_none() {
                // Whoever takes it not at once has lost it.
                let _ = stream.try_write(FULL);
            }
            return;
        };
        let handle = taken.worker().handle.clone();
        let talk = async move {
            let path = Arc::clone(&taken.worker().path);
            // It leaves the reactor of the listener for the worker's own.
            let ended = match stream.into_std().and_then(TcpStream::from_std) {
                Ok(stream) => welcome(path, stream, peer, tls).await,
                Err(error) => Err(error),
            };
            if let Err(error) = ended {
                tracing::debug!(%peer, %error, "a connection ended badly");
            }
            drop((taken, place));
        };
        connections.spawn_on(talk, &handle);
    }
}

async fn welcome(path: Arc<Path>, stream: TcpStream, peer: SocketAddr, tls: Option<Tls>) -> io::Result<()> {
    let ends = Ends {
        peer,
        local: stream.local_addr()?,
        is_secure: tls.is_some(),
    };
    stream.set_nodelay(true)?;
    let Some(tls) = tls else {
        return browser::converse(path, Stream::Plain(stream), ends).await;
    };
    let shaken = timeout(path.limits.head_time, TlsAcceptor::from(tls.config()).accept(stream)).await;
    let stream = shaken.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))?;
    if stream.get_ref().1.alpn_protocol() == Some(HTTP2) {
        return http2::converse(path, stream, ends).await;
    }
    browser::converse(path, Stream::Tls(Box::new(TlsStream::Server(stream))), ends).await
}
