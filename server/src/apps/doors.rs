//! A port of ours for each app, where the desktop is reached by an address or a name that has no names below it.
//!
//! A port is bound when its app is first opened that way, on the addresses that the desktop listens on, and from then on
//! at every start.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};

use anyhow::Result;
use engine::Engine;
use engine::apps::routes::DOORS;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};

/// The ports that are bound, and the way of new ones to whoever serves them.
pub(crate) struct Doors {
    addresses: Vec<IpAddr>,
    bound: Mutex<HashSet<u16>>,
    serve: mpsc::UnboundedSender<TcpListener>,
}

impl Doors {
    /// Binds on `addresses`, and hands what is bound to `serve`.
    pub(crate) fn new(addresses: HashSet<IpAddr>, serve: mpsc::UnboundedSender<TcpListener>) -> Self {
        Self {
            addresses: addresses.into_iter().collect(),
            bound: Mutex::default(),
            serve,
        }
    }

    /// Binds the ports that apps have from before.
    pub(crate) async fn reopen(&self, engine: &Engine) {
        for (app, door) in engine.app_doors() {
            let mut bound = self.bound.lock().await;
            if let Err(error) = self.bind(&mut bound, door).await {
                tracing::warn!(%app, door, %error, "an app's port is another program's now; its windows stay empty until it is free");
            }
        }
    }

    /// Sees to it that the app has a port that is bound. Where it has none, it gets one that is free.
    pub(crate) async fn open(&self, engine: &Engine, app: &str) -> engine::Result<()> {
        let mut bound = self.bound.lock().await;
        let doors = engine.app_doors();
        if let Some((_, door)) = doors.iter().find(|(id, _)| id == app) {
            if let Err(error) = self.bind(&mut bound, *door).await {
                tracing::warn!(%app, door, %error, "an app's port is another program's now");
            }
            return Ok(());
        }
        for door in DOORS.filter(|door| doors.iter().all(|(_, taken)| taken != door)) {
            if self.bind(&mut bound, door).await.is_ok() {
                engine.give_door(app, door).await?;
                return Ok(());
            }
        }
        Ok(())
    }

    async fn bind(&self, bound: &mut HashSet<u16>, door: u16) -> Result<()> {
        if bound.contains(&door) {
            return Ok(());
        }
        let mut listeners = Vec::new();
        for address in &self.addresses {
            listeners.push(TcpListener::bind(SocketAddr::new(*address, door)).await?);
        }
        for listener in listeners {
            self.serve.send(listener)?;
        }
        bound.insert(door);
        Ok(())
    }
}
