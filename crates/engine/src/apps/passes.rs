//! The way from the desktop into an app's own origin: a ticket, once, for a cookie; and the right that the cookie stands
//! for, for as long as its session lives.

use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use api::secret::Secret;
use proxy::Lease;
use rusqlite::Connection;

use super::limit::Meter;
use super::sleep::InUse;
use crate::actor::{Actor, Right, Via};
use crate::error::{Error, Result};
use crate::secret::Hash;
use crate::store::passes::PassRow;
use crate::users::Credentials;
use crate::{Engine, clock, secret, store};

/// How many cookies are remembered at once; others are looked up again.
const REMEMBERED: usize = 8192;
/// Other origins can set cookies of the same name beside ours; so many are looked at.
const COOKIES: usize = 4;

/// The right of one browser to one app at one origin.
#[derive(Clone, Debug)]
pub struct AppPass {
    /// Ends with the right.
    pub lease: Lease,
    /// Whose it is.
    pub user: Arc<str>,
}

/// A right that is made use of.
#[derive(Clone, Debug)]
pub struct Entered {
    /// The right.
    pub pass: AppPass,
    /// Keeps the app awake; held for as long as something of it is open.
    pub in_use: Arc<InUse>,
}

/// The cookies that were looked up and whose right holds.
pub(crate) struct Passes {
    known: Mutex<HashMap<Hash, Known>>,
    meter: Meter,
}

#[derive(Clone)]
struct Known {
    app: Arc<str>,
    origin: Arc<str>,
    pass: AppPass,
}

impl Passes {
    /// None yet. A person may ask one app so many times a second.
    pub(super) fn new(requests: Option<NonZero<u32>>) -> Self {
        Self {
            known: Mutex::default(),
            meter: Meter::new(requests),
        }
    }

    fn find(&self, cookie: &Hash) -> Option<Known> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.get(cookie)?;
        if found.pass.lease.has_ended() {
            known.remove(cookie);
            return None;
        }
        Some(found.clone())
    }

    /// Ends what is open of an app. Whoever may still see it gets in again.
    pub(super) fn end(&self, app: &str) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, known| {
            // A program's token is good for any app.
            let is_meant = *known.app == *app || known.app.is_empty();
            if is_meant {
                known.pass.lease.end();
            }
            !is_meant
        });
    }

    fn remember(&self, cookie: Hash, pass: Known) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.retain(|_, known| !known.pass.lease.has_ended());
        }
        if known.len() < REMEMBERED {
            known.insert(cookie, pass);
        }
    }
}

impl Engine {
    /// Uses a ticket for `app` at `origin`; answers the cookie that the browser is to keep. One that it sends already and
    /// that is as good stays.
    pub async fn enter_app(&self, ticket: &str, app: &str, origin: &str, cookies: &[String]) -> Result<Option<Secret>> {
        let session = self
            .apps
            .tickets
            .take(&Hash::of(ticket), &bound(app, origin), Instant::now())
            .ok_or(Error::WrongTicket)?;
        let id = session.clone();
        let user = self
            .store
            .read(move |db| crate::users::sessions::live_by_id(db, &id, clock::now()));
        user.await?.ok_or(Error::WrongTicket)?;
        let pass = PassRow {
            session,
            app: app.to_owned(),
            origin: origin.to_owned(),
        };
        let held: Vec<Hash> = cookies.iter().take(COOKIES).map(|cookie| Hash::of(cookie)).collect();
        let cookie = secret::generate()?;
        let hash = Hash::of(cookie.expose_secret());
        let is_new = self
            .store
            .write(move |tx| -> Result<bool> {
                for held in held {
                    if store::passes::get(tx, &held)?.as_ref() == Some(&pass) {
                        return Ok(false);
                    }
                }
                store::passes::insert(tx, &hash, &pass, clock::now())?;
                Ok(true)
            })
            .await?;
        Ok(is_new.then_some(cookie))
    }

    /// Whose right to see `app` at `origin` one of these cookies is. `NotLoggedIn` where none is, `Throttled` where it was
    /// used too often of late, `Forbidden` where its owner may not see apps.
    pub async fn app_pass(&self, app: &str, origin: &str, cookies: &[String]) -> Result<Entered> {
        for cookie in cookies.iter().take(COOKIES) {
            let hash = Hash::of(cookie);
            let known = match self.apps.passes.find(&hash) {
                Some(known) => known,
                None => match self.look_up_pass(hash).await? {
                    Some(known) => known,
                    None => continue,
                },
            };
            if *known.app == *app && *known.origin == *origin {
                self.apps.passes.meter.count(&known.pass.user, app, Instant::now())?;
                return Ok(Entered {
                    pass: known.pass,
                    in_use: self.apps.uses.begin(app),
                });
            }
        }
        Err(Error::NotLoggedIn)
    }

    /// The app of a container, and the right of a token to ask it: to read with a token that may read, and to change with
    /// one that may operate.
    pub async fn program_pass(&self, bearer: &str, peer: IpAddr, id: &str, is_safe: bool) -> Result<(String, Entered)> {
        let credentials = Credentials {
            bearer: Some(bearer.to_owned()),
            ..Credentials::default()
        };
        let actor = self.authenticate(credentials, peer).await?;
        actor.require(if is_safe { Right::See } else { Right::Operate })?;
        let app = self.app_of(&actor, id)?;
        let hash = Hash::of_parts(&[b"token", bearer.as_bytes()]);
        let known = match self.apps.passes.find(&hash) {
            Some(known) => known,
            None => self.hold(&actor, hash, "", "").await?,
        };
        self.apps.passes.meter.count(&known.pass.user, &app, Instant::now())?;
        let in_use = self.apps.uses.begin(&app);
        let pass = known.pass;
        Ok((app, Entered { pass, in_use }))
    }

    async fn look_up_pass(&self, cookie: Hash) -> Result<Option<Known>> {
        let now = clock::now();
        let find = move |db: &Connection| {
            let Some(pass) = store::passes::get(db, &cookie)? else {
                return Ok(None);
            };
            let user = crate::users::sessions::live_by_id(db, &pass.session, now)?;
            Ok(user.map(|user| (pass, user)))
        };
        let Some((pass, user)) = self.store.read(find).await? else {
            return Ok(None);
        };
        let actor = Actor {
            user,
            via: Via::Session(pass.session.clone()),
            peer: std::net::Ipv4Addr::UNSPECIFIED.into(),
            elevated: false,
        };
        actor.require(Right::See)?;
        if !self.may_open(&actor, &pass.app) {
            return Err(Error::Forbidden {
                need: "a role that may see this app",
            });
        }
        self.hold(&actor, cookie, &pass.app, &pass.origin).await.map(Some)
    }

    /// Remembers the right behind `hash` until it ends.
    async fn hold(&self, actor: &Actor, hash: Hash, app: &str, origin: &str) -> Result<Known> {
        // Checks once more that the session lives, after it was noted that something is open under it.
        let lease = self.lease(actor).await?;
        let end = Lease::new();
        let (ended, stopping) = (end.clone(), self.stopping.clone());
        self.tasks.spawn(async move {
            tokio::select! {
                () = lease.ended() => {}
                () = ended.ended() => return,
                () = stopping.cancelled() => return,
            }
            ended.end();
        });
        let known = Known {
            app: app.into(),
            origin: origin.into(),
            pass: AppPass {
                lease: end,
                user: actor.user.name.as_str().into(),
            },
        };
        self.apps.passes.remember(hash, known.clone());
        Ok(known)
    }
}

/// What a ticket is good for.
pub(super) fn bound(app: &str, origin: &str) -> String {
    format!("{app} {origin}")
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use tokio::sync::oneshot;

    use super::*;
    use crate::{Config, KeySource};

    async fn engine(directory: &std::path::Path) -> Engine {
        let config = Config {
            data_dir: directory.join("data"),
            key: KeySource {
                credentials: None,
                file: directory.join("key"),
            },
            podman: podman::Podman::new(directory.join("no podman")),
            domain: None,
            reach: crate::stacks::Reach::default(),
            check_updates: None,
            app_requests: None,
            home: Some(directory.to_owned()),
            closed: Vec::new(),
        };
        Engine::open(config).await.unwrap()
    }

    #[tokio::test]
    async fn a_database_that_stalls_holds_up_nobody_who_was_let_in_before() {
        let directory = tempfile::tempdir().unwrap();
        let engine = engine(directory.path()).await;
        let known = Known {
            app: "notes".into(),
            origin: "http://notes".into(),
            pass: AppPass {
                lease: Lease::new(),
                user: "ada".into(),
            },
        };
        engine.apps.passes.remember(Hash::of("cookie"), known);

        // Every connection of the database waits for a word, the one that writes too.
        let (mut holds, mut stalled) = (Vec::new(), Vec::new());
        for n in 0..16 {
            let (hold, held) = oneshot::channel::<()>();
            let (begun, begins) = oneshot::channel::<()>();
            let wait = move || {
                let _ = begun.send(());
                let _ = held.blocking_recv();
            };
            holds.push(hold);
            let store = engine.store.clone();
            stalled.push(tokio::spawn(async move {
                if n == 0 {
                    let write = store.write(move |_| -> Result<()> {
                        wait();
                        Ok(())
                    });
                    return write.await.unwrap();
                }
                let read = store.read(move |_| {
                    wait();
                    Ok(())
                });
                read.await.unwrap();
            }));
            if n < 5 {
                begins.await.unwrap();
            }
        }

        let ask = |cookie: &str| [cookie.to_owned()];
        for _ in 0..100 {
            let entered = engine.app_pass("notes", "http://notes", &ask("cookie")).now_or_never();
            assert_eq!(&*entered.expect("it waits for nothing").unwrap().pass.user, "ada");
        }
        let cookie = ask("another");
        let mut unknown = std::pin::pin!(engine.app_pass("notes", "http://notes", &cookie));
        assert!(unknown.as_mut().now_or_never().is_none(), "only the database knows it");
        drop(holds);
        assert!(matches!(unknown.await, Err(Error::NotLoggedIn)));
        for stalled in stalled {
            stalled.await.unwrap();
        }
    }
}
