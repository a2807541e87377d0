//! A proxy on a port of its own, with a gate that the test holds.

use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use proxy::gate::{Gate, Otherwise, Pass, Record, Verdict, Visit};
use proxy::pages::Page;
use proxy::route::{AppId, Origin, Route, Routes, Table, Target, Trust, Upstream};
use proxy::{Config, Lease, Limits, OwnCookies, Tls};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::app::{PATIENCE, Wire};

/// Lets everybody pass while `page` is empty.
pub(crate) struct Door {
    pub(crate) lease: Lease,
    pub(crate) page: Mutex<Option<Page>>,
    records: mpsc::UnboundedSender<Record>,
    told: tokio::sync::Mutex<mpsc::UnboundedReceiver<Record>>,
    /// Handed out with each pass.
    pub(crate) held: Arc<()>,
}

impl Gate for Door {
    fn ask<'a>(&'a self, _visit: Visit<'a>) -> BoxFuture<'a, Verdict> {
        let verdict = match *self.page.lock().expect("no panic") {
            Some(page) => Verdict::Page(page),
            None => Verdict::Pass(Pass {
                lease: self.lease.clone(),
                who: "ada".into(),
                held: Some(Arc::clone(&self.held) as Arc<_>),
            }),
        };
        async move { verdict }.boxed()
    }

    fn record(&self, record: Record) {
        self.records.send(record).expect("the receiver lives as long");
    }
}

impl Door {
    /// Waits for the next record.
    pub(crate) async fn record(&self) -> Record {
        let mut told = self.told.lock().await;
        let record = tokio::time::timeout(PATIENCE, told.recv()).await;
        record.expect("a record in time").expect("the sender lives as long")
    }
}

/// A proxy with one listener.
pub(crate) struct Deck {
    pub(crate) port: u16,
    pub(crate) routes: Routes,
    pub(crate) door: Arc<Door>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Drop for Deck {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Deck {
    /// A proxy for the app at `port`. It has one thread, for each has connections to the app of its own.
    pub(crate) async fn before(port: u16) -> Self {
        let one = Limits {
            threads: std::num::NonZero::<usize>::MIN,
            ..Limits::default()
        };
        let deck = Self::start(one, None).await;
        deck.point_at(port, 1);
        deck
    }

    /// A proxy on the desktop's listener.
    pub(crate) async fn shared(desktop: impl Otherwise) -> Self {
        Self::make(Limits::default(), None, Some(Arc::new(desktop))).await
    }

    /// A proxy without a route.
    pub(crate) async fn start(limits: Limits, tls: Option<Tls>) -> Self {
        Self::make(limits, tls, None).await
    }

    async fn make(limits: Limits, tls: Option<Tls>, otherwise: Option<Arc<dyn Otherwise>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (routes, stop) = (Routes::default(), CancellationToken::new());
        let (records, told) = mpsc::unbounded_channel();
        let door = Arc::new(Door {
            lease: Lease::new(),
            page: Mutex::default(),
            records,
            told: tokio::sync::Mutex::new(told),
            held: Arc::default(),
        });
        let config = Config {
            own_cookies: OwnCookies::new(["sd"]),
            limits,
            roots: rustls::RootCertStore::empty(),
            routes: routes.clone(),
            gate: Arc::clone(&door) as Arc<dyn Gate>,
            otherwise,
        };
        let proxy = config.build(stop.clone()).expect("a proxy");
        let task = tokio::spawn(async move { proxy.serve(listener, tls).await });
        Self {
            port,
            routes,
            door,
            stop,
            task,
        }
    }

    /// Tells the proxy to end.
    pub(crate) fn end(&self) {
        self.stop.cancel();
    }

    /// Waits until it has.
    pub(crate) async fn ended(&mut self) {
        let ended = tokio::time::timeout(PATIENCE, &mut self.task).await;
        ended.expect("it ends in time").expect("it ends well");
    }

    /// The one route, to be changed.
    pub(crate) fn route(&self, target: Target) -> Route {
        Route {
            app: AppId::parse("notes").expect("an id"),
            name: "Notes".to_owned(),
            listener: self.port,
            own: Origin::parse(&format!("http://{}", self.host())).expect("an origin"),
            desktop: Origin::parse("http://stardeck.localhost:7070").expect("an origin"),
            shares_host: false,
            rewrite_host: false,
            target,
            process: None,
        }
    }

    pub(crate) fn point_at(&self, port: u16, generation: u64) {
        let upstream = Upstream {
            port,
            inside: port,
            tls: None,
            generation,
        };
        self.routes.replace(Table::new([self.route(Target::Up(upstream))]));
    }

    pub(crate) fn point_at_tls(&self, port: u16, trust: Trust) {
        let upstream = Upstream {
            port,
            inside: port,
            tls: Some(trust),
            generation: 1,
        };
        self.routes.replace(Table::new([self.route(Target::Up(upstream))]));
    }

    /// What the app's `Host` has to be.
    pub(crate) fn host(&self) -> String {
        format!("notes.localhost:{}", self.port)
    }

    /// A new connection of a browser.
    pub(crate) async fn connect(&self) -> Browser {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await.expect("it listens");
        Browser {
            wire: Wire::new(stream),
            host: self.host(),
        }
    }

    /// One `GET` on a connection of its own: head and body.
    pub(crate) async fn get(&self, path: &str) -> (String, String) {
        let mut browser = self.connect().await;
        browser
            .send(&format!(
                "GET {path} HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n"
            ))
            .await;
        let head = browser.wire.head().await.expect("an answer");
        (head, browser.wire.rest().await)
    }
}

/// A browser's connection.
pub(crate) struct Browser {
    pub(crate) wire: Wire,
    host: String,
}

impl Browser {
    /// Sends `text`, with `HOST` in it replaced.
    pub(crate) async fn send(&mut self, text: &str) {
        let text = text.replace("HOST", &self.host);
        self.wire.write(text).await;
    }
}
