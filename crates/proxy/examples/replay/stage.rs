//! A proxy and an app of its own for each file: the app keeps every byte that it reads.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use proxy::gate::{Gate, Pass, Record, Verdict, Visit};
use proxy::route::{AppId, Origin, Route, Routes, Table, Target, Upstream};
use proxy::{Config, Lease, Limits, OwnCookies};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::Result;

/// For how long a request may be incomplete; then the connection ends, and with it the replay.
const PATIENCE: Duration = Duration::from_secs(2);

type Seen = Arc<Mutex<Vec<Vec<u8>>>>;

pub(crate) struct Stage {
    port: u16,
    seen: Seen,
    stop: CancellationToken,
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

struct Open;

impl Gate for Open {
    fn ask<'a>(&'a self, _visit: Visit<'a>) -> BoxFuture<'a, Verdict> {
        let pass = Pass {
            lease: Lease::new(),
            who: "ada".into(),
            held: None,
        };
        async move { Verdict::Pass(pass) }.boxed()
    }

    fn record(&self, _record: Record) {}
}

impl Stage {
    /// A proxy that knows these hosts.
    pub(crate) async fn start(hosts: &[String]) -> Result<Self> {
        let (app, listener) = (
            TcpListener::bind("127.0.0.1:0").await?,
            TcpListener::bind("127.0.0.1:0").await?,
        );
        let (upstream, port) = (app.local_addr()?.port(), listener.local_addr()?.port());
        let (seen, stop) = (Seen::default(), CancellationToken::new());
        tokio::spawn(run(app, Arc::clone(&seen)));
        let routes = Routes::default();
        let known = hosts
            .iter()
            .filter_map(|host| Origin::parse(&format!("http://{host}")).ok());
        let target = Target::Up(Upstream {
            port: upstream,
            inside: upstream,
            tls: None,
            generation: 1,
        });
        let (id, desktop) = (AppId::parse("notes")?, Origin::parse("http://stardeck.localhost")?);
        routes.replace(Table::new(known.map(|own| Route {
            app: id.clone(),
            name: "Notes".to_owned(),
            listener: port,
            own,
            desktop: desktop.clone(),
            shares_host: false,
            rewrite_host: false,
            target,
            process: None,
        })));
        let config = Config {
            own_cookies: OwnCookies::new(["sd"]),
            limits: Limits {
                head_time: PATIENCE,
                silence: PATIENCE,
                ..Limits::default()
            },
            roots: proxy::no_roots(),
            routes,
            gate: Arc::new(Open),
            otherwise: None,
        };
        let proxy = config.build(stop.clone())?;
        tokio::spawn(async move { proxy.serve(listener, None).await });
        Ok(Self { port, seen, stop })
    }

    /// Sends `bytes` at once; answers the statuses of what comes back until the proxy closes.
    pub(crate) async fn replay(&self, bytes: &[u8]) -> Result<String> {
        let mut browser = TcpStream::connect(("127.0.0.1", self.port)).await?;
        // What is refused early is not read to its end.
        let _ = browser.write_all(bytes).await;
        let mut answers = Vec::new();
        // A reset after the answer is an end, too.
        let _ = browser.read_to_end(&mut answers).await;
        let text = String::from_utf8_lossy(&answers);
        let answers = text.split("HTTP/1.").skip(1);
        let statuses: Vec<&str> = answers.filter_map(|answer| answer.get(2..5)).collect();
        Ok(if statuses.is_empty() {
            "closed".to_owned()
        } else {
            statuses.join("+")
        })
    }

    /// What the app has read, by connection.
    pub(crate) fn seen(&self) -> Vec<Vec<u8>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn run(listener: TcpListener, seen: Seen) {
    while let Ok((stream, _)) = listener.accept().await {
        let number = {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.push(Vec::new());
            seen.len() - 1
        };
        tokio::spawn(answer(stream, Arc::clone(&seen), number));
    }
}

/// Answers each request when it is there as a whole. The proxy's own writer spells them, so little has to be understood.
async fn answer(mut stream: TcpStream, seen: Seen, number: usize) {
    let mut pending = Vec::new();
    loop {
        let before = pending.len();
        if stream.read_buf(&mut pending).await.unwrap_or(0) == 0 {
            return;
        }
        seen.lock().unwrap_or_else(PoisonError::into_inner)[number].extend_from_slice(&pending[before..]);
        while let Some(end) = end(&pending) {
            pending.drain(..end);
            if stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                .await
                .is_err()
            {
                return;
            }
        }
    }
}

/// Where the first request ends, if it is all there.
fn end(bytes: &[u8]) -> Option<usize> {
    let find = |mark: &[u8], from: usize| {
        let found = bytes[from..].windows(mark.len()).position(|window| window == mark);
        found.map(|at| from + at + mark.len())
    };
    let head = find(b"\r\n\r\n", 0)?;
    let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
    if text.contains("\r\ntransfer-encoding: chunked\r\n") {
        let last = if bytes[head..].starts_with(b"0\r\n") {
            head
        } else {
            find(b"\r\n0\r\n", head)? - 3
        };
        return find(b"\r\n\r\n", last);
    }
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
    let end = head + length.map_or(Some(0), |length| length.parse().ok())?;
    (bytes.len() >= end).then_some(end)
}
