//! Name and password → a session.

use std::time::{Duration, Instant};

use api::name::UserName;
use api::secret::Secret;
use api::session::{ChangePassword, ElevateRequest, LoginRequest, SessionReply};
use api::user::User;

use super::Caller;
use super::password::Passwords;
use super::sessions::shown;
use super::throttle::Subject;
use crate::actor::{Actor, Right};
use crate::error::{Error, Result};
use crate::secret::Hash;
use crate::store::sessions::SessionRow;
use crate::{Engine, audit, clock, secret, store};

/// A session that was just opened: what the browser is given.
pub struct Opened {
    /// The cookie half.
    pub cookie: Secret,
    /// Marks the browser as one that has logged in before.
    pub device: Secret,
    /// The reply, with the header half.
    pub reply: SessionReply,
}

impl Engine {
    /// Logs somebody in. A wrong name and a wrong password cost and say the same. An account with a second factor is
    /// asked for its code.
    pub async fn login(&self, request: LoginRequest, device: Option<&str>, caller: &Caller) -> Result<Opened> {
        if self.setup_needed() {
            return Err(Error::SetupNeeded);
        }
        let name = UserName::parse(&request.name).ok();
        let device = device.map(Hash::of);
        let account = self.store.read(move |db| {
            let Some(account) = name.map(|name| store::users::by_name(db, &name)).transpose()?.flatten() else {
                return Ok(None);
            };
            let known = device
                .map(|device| store::users::knows_device(db, &account.user.id, &device))
                .transpose()?;
            Ok(Some((account, known == Some(true))))
        });
        let account = account.await?;
        let known_device = device.filter(|_| account.as_ref().is_some_and(|(_, known)| *known));
        let subjects = subjects(&request.name, known_device, caller);
        self.throttle.begin(&subjects, Instant::now())?;

        let hash = account.as_ref().map(|(account, _)| account.password_hash.clone());
        // A name that nobody has may be a password in the wrong field, which no log is to hold.
        let known = account.as_ref().map(|(account, _)| account.user.name.to_string());
        let right = self.passwords.verify(&request.password, hash).await?;
        let Some((account, _)) = account.filter(|(account, _)| right && !account.user.disabled) else {
            tracing::warn!(name = known, peer = %caller.peer, "a login failed");
            return Err(Error::WrongCredentials);
        };
        self.throttle.right(&subjects);
        if let Some(challenge) = self.challenge(&account, known_device).await? {
            return Err(Error::CodeNeeded { challenge });
        }
        self.log_in(account.user, caller).await
    }

    pub(super) async fn log_in(&self, user: User, caller: &Caller) -> Result<Opened> {
        tracing::info!(user = %user.name, peer = %caller.peer, "somebody logged in");
        self.open_session(user, caller).await
    }

    pub(super) async fn open_session(&self, user: User, caller: &Caller) -> Result<Opened> {
        let now = clock::now();
        let (cookie, header, device) = (secret::generate()?, secret::generate()?, secret::generate()?);
        let row = SessionRow {
            id: uuid::Uuid::new_v4().to_string(),
            user: user.id.clone(),
            agent: caller.agent.chars().take(256).collect(),
            peer: caller.peer.to_string(),
            created: now,
            seen: now,
            expires: clock::after(now, super::sessions::LONGEST),
            elevated: now,
        };
        let hashes = [&cookie, &header, &device].map(|secret| Hash::of(secret.expose_secret()));
        let entry = audit::entry(user.name.as_str(), "session.open", &row.id, caller.peer);
        let stored = row.clone();
        let write = self.store.write(move |tx| -> Result<()> {
            store::sessions::insert(tx, &stored, &hashes[0])?;
            store::sessions::add_header(tx, &stored.id, &hashes[1], now)?;
            store::users::remember_device(tx, &stored.user, &hashes[2], now)?;
            store::audit::insert(tx, &entry)?;
            Ok(())
        });
        write.await?;
        let reply = SessionReply {
            token: header,
            session: shown(row, true),
            user,
            machine: self.machine.clone(),
            version: crate::VERSION.into(),
        };
        Ok(Opened { cookie, device, reply })
    }

    /// The password again: opens, for ten minutes, what needs it. Answers the session's new cookie.
    pub async fn elevate(&self, actor: &Actor, request: ElevateRequest) -> Result<Secret> {
        actor.require(Right::OwnAccount)?;
        let session = actor.session().ok_or(Error::NotLoggedIn)?.to_owned();
        self.verify_own_password(actor, &request.password).await?;
        self.rotate(actor, session).await
    }

    /// Changes one's own password, ends the account's other sessions, and answers this one's new cookie.
    pub async fn change_password(&self, actor: &Actor, request: ChangePassword) -> Result<Secret> {
        actor.require(Right::OwnAccount)?;
        let session = actor.session().ok_or(Error::NotLoggedIn)?.to_owned();
        self.verify_own_password(actor, &request.current).await?;
        Passwords::check_new(&request.new, actor.user.name.as_str())?;
        let password_hash = self.passwords.hash(&request.new).await?;
        let (user, kept) = (actor.user.id.clone(), session.clone());
        let entry = audit::by(actor, "user.password", actor.user.name.as_str());
        let write = self.store.write(move |tx| -> Result<Vec<String>> {
            let mut account = store::users::by_id(tx, &user)?.ok_or(Error::NotLoggedIn)?;
            account.password_hash = password_hash;
            store::users::update(tx, &account)?;
            store::audit::insert(tx, &entry)?;
            Ok(store::sessions::delete_others(tx, &user, Some(&kept))?)
        });
        for ended in write.await? {
            self.leases.end(&ended);
        }
        self.rotate(actor, session).await
    }

    async fn verify_own_password(&self, actor: &Actor, password: &Secret) -> Result<()> {
        let subjects = [Subject::Account(format!("(again) {}", actor.user.id))];
        self.throttle.begin(&subjects, Instant::now())?;
        let id = actor.user.id.clone();
        let account = self.store.read(move |db| store::users::by_id(db, &id)).await?;
        let hash = account.map(|account| account.password_hash);
        if !self.passwords.verify(password, hash).await? {
            return Err(Error::WrongCredentials);
        }
        self.throttle.right(&subjects);
        Ok(())
    }

    async fn rotate(&self, actor: &Actor, session: String) -> Result<Secret> {
        let cookie = secret::generate()?;
        let hash = Hash::of(cookie.expose_secret());
        let entry = audit::by(actor, "session.elevate", &session);
        let now = clock::now();
        let write = self.store.write(move |tx| -> Result<bool> {
            store::audit::insert(tx, &entry)?;
            Ok(store::sessions::rotate(tx, &session, &hash, now)?)
        });
        if write.await? {
            Ok(cookie)
        } else {
            Err(Error::NotLoggedIn)
        }
    }
}

/// Until when a password counts as just given.
pub(super) const ELEVATION: Duration = Duration::from_secs(600);

fn subjects(name: &str, known_device: Option<Hash>, caller: &Caller) -> Vec<Subject> {
    if let Some(device) = known_device {
        return vec![Subject::Device(device)];
    }
    let account: String = name.trim().chars().take(64).flat_map(char::to_lowercase).collect();
    let network = caller.peer.into();
    vec![
        Subject::AccountFrom(account.clone(), network),
        Subject::Account(account),
        Subject::Anybody(network),
    ]
}
