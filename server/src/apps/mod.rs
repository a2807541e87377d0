//! Apps in windows: what joins the proxy to the engine.
//!
//! - [`gate`]: may this request see this app, and the way in by a ticket
//! - [`desk`]: what is for no app is for the desktop
//! - [`programs`]: apps by a path of the API, for whoever is no browser
//! - [`doors`]: a port for each app that has no host name of its own
//! - [`access`]: what was asked of apps, on the disk

pub(crate) mod access;
mod desk;
pub(crate) mod doors;
mod gate;
pub(crate) mod programs;

use std::collections::HashSet;
use std::sync::Arc;

use anyhow::{Context, Result};
use axum::Router;
use engine::Engine;
use proxy::{Config, Limits, OwnCookies, Proxy};
use tokio_util::sync::CancellationToken;

use access::AccessLog;

/// The largest request head: other origins of this host can fill the browser's cookies up to it, and no further.
const HEAD: usize = 2 * 1024 * 1024;

/// The proxy of the apps, which the desktop's own `router` stands behind on the listeners of these `ports`.
pub(crate) fn proxy(
    engine: &Engine,
    router: Router,
    ports: HashSet<u16>,
    log: AccessLog,
    stop: CancellationToken,
) -> Result<Proxy> {
    let config = Config {
        // Every name of ours begins so, those of apps too.
        own_cookies: OwnCookies::new([crate::edge::cookies::SESSION]),
        limits: Limits {
            head: HEAD,
            ..Limits::default()
        },
        roots: proxy::no_roots(),
        routes: engine.app_routes(),
        gate: Arc::new(gate::Keeper::new(engine.clone(), log)),
        otherwise: Some(Arc::new(desk::Desk::new(engine.clone(), router, ports))),
    };
    config.build(stop).context("preparing the proxy of the apps")
}
