//! The proxy, with a gate that lets everybody pass: what the other proxies do too.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use proxy::gate::{Gate, Pass, Record, Verdict, Visit};
use proxy::route::{AppId, Origin, Route, Routes, Table, Target, Upstream};
use proxy::{Config, Lease, Limits, OwnCookies};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::Result;

struct Open(Pass);

impl Gate for Open {
    fn ask<'a>(&'a self, _visit: Visit<'a>) -> BoxFuture<'a, Verdict> {
        let pass = self.0.clone();
        async move { Verdict::Pass(pass) }.boxed()
    }

    fn record(&self, _record: Record) {}
}

/// Starts the proxy for the app at `port`, which may want to be called by its own address; answers the proxy's port.
pub(crate) async fn start(port: u16, rewrite_host: bool) -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let own = listener.local_addr()?.port();
    let routes = Routes::default();
    let upstream = Upstream {
        port,
        inside: port,
        tls: None,
        generation: 1,
    };
    routes.replace(Table::new([Route {
        app: AppId::parse("bench")?,
        name: "Bench".to_owned(),
        listener: own,
        own: Origin::parse(&format!("http://127.0.0.1:{own}"))?,
        desktop: Origin::parse("http://stardeck.localhost:7070")?,
        shares_host: true,
        rewrite_host,
        target: Target::Up(upstream),
        process: None,
    }]));
    let gate = Open(Pass {
        lease: Lease::new(),
        who: "ada".into(),
        held: None,
    });
    let config = Config {
        own_cookies: OwnCookies::new(["sd"]),
        limits: Limits::default(),
        roots: proxy::no_roots(),
        routes,
        gate: Arc::new(gate),
        otherwise: None,
    };
    let proxy = config.build(CancellationToken::new())?;
    tokio::spawn(async move { proxy.serve(listener, None).await });
    Ok(own)
}
