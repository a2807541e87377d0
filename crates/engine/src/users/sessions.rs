//! A session's two halves → an actor; listing and ending sessions.

use std::net::IpAddr;
use std::time::Duration;

use api::session::{CurrentSession, Session, SessionReply};
use api::time::Timestamp;
use api::user::User;
use rusqlite::Connection;

use super::Caller;
use super::leases::Lease;
use super::login::ELEVATION;
use crate::actor::{Actor, Right, Via};
use crate::error::{Error, Result};
use crate::secret::Hash;
use crate::store::sessions::SessionRow;
use crate::{Engine, audit, clock, secret, store};

/// A session ends after this, however much it is used.
pub(super) const LONGEST: Duration = Duration::from_secs(30 * 24 * 3600);
/// A session ends when it was not used for this long.
const IDLE: Duration = Duration::from_secs(14 * 24 * 3600);
/// How exactly the time of last use is kept.
const TOUCH: Duration = Duration::from_secs(60);
/// Other origins of the same host can set cookies of the same name beside ours; so many are looked at.
const COOKIES: usize = 4;

/// What a request brings to say who asks.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// The values of all cookies that have the session cookie's name.
    pub cookies: Vec<String>,
    /// The value of the session header.
    pub header: Option<String>,
    /// The value behind `Authorization: Bearer`.
    pub bearer: Option<String>,
}

impl Engine {
    /// Says who asks, or why nobody is known.
    pub async fn authenticate(&self, credentials: Credentials, peer: IpAddr) -> Result<Actor> {
        if self.setup_needed() {
            return Err(Error::SetupNeeded);
        }
        match credentials {
            Credentials {
                bearer: Some(_),
                cookies,
                ..
            } if !cookies.is_empty() => Err(Error::invalid(
                "authorization",
                "A request carries a token or a session's cookie, never both.",
            )),
            Credentials {
                bearer: Some(bearer), ..
            } => self.actor_of_token(&bearer, peer).await,
            Credentials { cookies, header, .. } => self.actor_of_session(cookies, header, peer).await,
        }
    }

    async fn actor_of_session(&self, cookies: Vec<String>, header: Option<String>, peer: IpAddr) -> Result<Actor> {
        if cookies.is_empty() {
            return Err(Error::NotLoggedIn);
        }
        let header = header.as_deref().map(Hash::of);
        let now = clock::now();
        let found = self.store.read(move |db| {
            let mut alive = None;
            for (session, user) in live_sessions(db, &cookies, now)? {
                let whole = match &header {
                    Some(header) => store::sessions::has_header(db, &session.id, header)?,
                    None => false,
                };
                if whole {
                    return Ok(Some((session, user, true)));
                }
                alive = Some((session, user, false));
            }
            Ok(alive)
        });
        match found.await? {
            None => Err(Error::NotLoggedIn),
            Some(_) if header.is_none() => Err(Error::HeaderMissing),
            Some((_, _, false)) => Err(Error::SessionChanged),
            Some((session, user, true)) => {
                self.touch_session(&session, now, peer).await;
                Ok(actor(session, user, now, peer))
            }
        }
    }

    /// The session of a cookie alone: enough to know whose ticket may be used, never to act.
    pub(super) async fn session_of_cookie(&self, cookies: Vec<String>, id: String, peer: IpAddr) -> Result<Actor> {
        let now = clock::now();
        let found = self.store.read(move |db| {
            Ok(live_sessions(db, &cookies, now)?
                .into_iter()
                .find(|(session, _)| session.id == id))
        });
        let (session, user) = found.await?.ok_or(Error::WrongTicket)?;
        Ok(actor(session, user, now, peer))
    }

    /// Who is logged in, by a cookie alone: enough to be led to an app's own origin, where it takes more, and to nothing else.
    pub async fn visitor(&self, cookies: Vec<String>, peer: IpAddr) -> Result<Actor> {
        if self.setup_needed() {
            return Err(Error::SetupNeeded);
        }
        let now = clock::now();
        let mut found = self.store.read(move |db| live_sessions(db, &cookies, now)).await?;
        match found.len() {
            0 => Err(Error::NotLoggedIn),
            1 => {
                let (session, user) = found.remove(0);
                Ok(actor(session, user, now, peer))
            }
            _ => Err(Error::SessionChanged),
        }
    }

    /// Gives a new tab of a browser that is logged in its own header half. The edge has checked the origin.
    pub async fn bootstrap(&self, cookies: Vec<String>, caller: &Caller) -> Result<SessionReply> {
        if self.setup_needed() {
            return Err(Error::SetupNeeded);
        }
        let now = clock::now();
        let mut found = self.store.read(move |db| live_sessions(db, &cookies, now)).await?;
        let (session, user) = match found.len() {
            0 => return Err(Error::NotLoggedIn),
            1 => found.remove(0),
            // Two live sessions under one name: one of them was planted. Neither is trusted.
            _ => return Err(Error::SessionChanged),
        };
        let header = secret::generate()?;
        let (id, hash) = (session.id.clone(), Hash::of(header.expose_secret()));
        let write = self
            .store
            .write(move |tx| -> Result<()> { Ok(store::sessions::add_header(tx, &id, &hash, now)?) });
        write.await?;
        self.touch_session(&session, now, caller.peer).await;
        Ok(SessionReply {
            token: header,
            session: shown(session, true),
            user,
            machine: self.machine.clone(),
            version: crate::VERSION.into(),
        })
    }

    /// Who the actor is.
    pub async fn current(&self, actor: &Actor) -> Result<CurrentSession> {
        let session = match actor.session().map(str::to_owned) {
            Some(id) => self.store.read(move |db| store::sessions::by_id(db, &id)).await?,
            None => None,
        };
        let user = actor.user.id.clone();
        let factor = self.store.read(move |db| store::factors::get(db, &user)).await?;
        let until = session
            .as_ref()
            .map(|session| clock::after(session.elevated, ELEVATION));
        Ok(CurrentSession {
            session: session.map(|session| shown(session, true)),
            user: actor.user.clone(),
            elevated_until: until.filter(|_| actor.elevated),
            factor: factor.is_some_and(|factor| factor.confirmed),
            machine: self.machine.clone(),
            version: crate::VERSION.into(),
        })
    }

    /// The actor's own sessions, the last used first.
    pub async fn sessions(&self, actor: &Actor) -> Result<Vec<Session>> {
        actor.require(Right::OwnAccount)?;
        let user = actor.user.id.clone();
        let rows = self.store.read(move |db| store::sessions::of_user(db, &user)).await?;
        let current = actor.session().map(str::to_owned);
        let shown = |row: SessionRow| {
            let is_current = current.as_deref() == Some(row.id.as_str());
            shown(row, is_current)
        };
        Ok(rows.into_iter().map(shown).collect())
    }

    /// Ends one of the actor's own sessions, and what is open under it.
    pub async fn end_session(&self, actor: &Actor, id: &str) -> Result<()> {
        actor.require(Right::OwnAccount)?;
        let (user, session) = (actor.user.id.clone(), id.to_owned());
        let entry = audit::by(actor, "session.end", id);
        let write = self.store.write(move |tx| -> Result<()> {
            if !store::sessions::delete(tx, &user, &session)? {
                return Err(Error::not_found("session", &session));
            }
            Ok(store::audit::insert(tx, &entry)?)
        });
        write.await?;
        self.leases.end(id);
        Ok(())
    }

    /// Ends the actor's current session.
    pub async fn logout(&self, actor: &Actor) -> Result<()> {
        let id = actor.session().ok_or(Error::NotLoggedIn)?;
        self.end_session(actor, id).await
    }

    /// A hold on something that stays open, which ends when the actor's right to it does.
    pub async fn lease(&self, actor: &Actor) -> Result<Lease> {
        // Registered first and checked after, so that an end in between is not missed.
        let (lease, expires) = match &actor.via {
            Via::Session(id) => {
                let lease = self.leases.take(id, &actor.user.id);
                let id = id.clone();
                let row = self.store.read(move |db| store::sessions::by_id(db, &id)).await?;
                (lease, row.ok_or(Error::NotLoggedIn)?.expires)
            }
            Via::Token(id, _) => {
                let lease = self.leases.take(id, &actor.user.id);
                let (user, id) = (actor.user.id.clone(), id.clone());
                let tokens = self.store.read(move |db| store::tokens::of_user(db, &user)).await?;
                let token = tokens
                    .into_iter()
                    .find(|token| token.id == id)
                    .ok_or(Error::NotLoggedIn)?;
                (lease, token.expires.unwrap_or(Timestamp(i64::MAX)))
            }
        };
        Ok(lease.until(expires))
    }

    /// Forgets what has ended by itself. Called now and then.
    pub(crate) async fn forget_ended_sessions(&self) -> Result<()> {
        let now = clock::now();
        let write = self.store.write(move |tx| -> Result<()> {
            store::sessions::delete_expired(tx, now, clock::before(now, IDLE))?;
            Ok(())
        });
        write.await
    }

    async fn touch_session(&self, session: &SessionRow, now: Timestamp, peer: IpAddr) {
        if now < clock::after(session.seen, TOUCH) {
            return;
        }
        let (id, peer) = (session.id.clone(), peer.to_string());
        let write = self
            .store
            .write(move |tx| -> Result<()> { Ok(store::sessions::touch(tx, &id, now, &peer)?) });
        // A full disk must not lock anybody out of looking.
        if let Err(error) = write.await {
            tracing::warn!(%error, "the time of a session's last use was not kept");
        }
    }
}

/// Whose session that is, if it is alive.
pub(crate) fn live_by_id(db: &Connection, id: &str, now: Timestamp) -> rusqlite::Result<Option<User>> {
    let Some(session) = store::sessions::by_id(db, id)? else {
        return Ok(None);
    };
    if is_over(&session, now) {
        return Ok(None);
    }
    let account = store::users::by_id(db, &session.user)?;
    Ok(account
        .filter(|account| !account.user.disabled)
        .map(|account| account.user))
}

fn is_over(session: &SessionRow, now: Timestamp) -> bool {
    // One that was begun while the clock was ahead would live for that much longer.
    session.expires <= now || clock::after(session.seen, IDLE) <= now || clock::is_ahead(session.created, now)
}

fn live_sessions(db: &Connection, cookies: &[String], now: Timestamp) -> rusqlite::Result<Vec<(SessionRow, User)>> {
    let mut live: Vec<(SessionRow, User)> = Vec::new();
    for cookie in cookies.iter().take(COOKIES) {
        let Some(session) = store::sessions::by_cookie(db, &Hash::of(cookie))? else {
            continue;
        };
        if is_over(&session, now) || live.iter().any(|(other, _)| other.id == session.id) {
            continue;
        }
        if let Some(account) = store::users::by_id(db, &session.user)?
            && !account.user.disabled
        {
            live.push((session, account.user));
        }
    }
    Ok(live)
}

fn actor(session: SessionRow, user: User, now: Timestamp, peer: IpAddr) -> Actor {
    let elevated = session.elevated <= now && now < clock::after(session.elevated, ELEVATION);
    Actor {
        user,
        via: Via::Session(session.id),
        peer,
        elevated,
    }
}

pub(super) fn shown(row: SessionRow, current: bool) -> Session {
    Session {
        id: row.id,
        current,
        agent: row.agent,
        peer: row.peer,
        created: row.created,
        seen: row.seen,
        expires: row.expires,
    }
}
