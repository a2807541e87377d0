//! API tokens: for programs, in place of a session.

use std::net::IpAddr;
use std::time::Duration;

use api::token::{CreateToken, NewToken, Token};

use crate::actor::{Actor, Right, Via};
use crate::error::{Error, Result};
use crate::secret::Hash;
use crate::{Engine, audit, clock, secret, store};

/// What a token starts with, so that people and scanners know one when they see it.
const PREFIX: &str = "sdt_";
/// How exactly the time of last use is kept.
const TOUCH: Duration = Duration::from_secs(60);

impl Engine {
    pub(super) async fn actor_of_token(&self, bearer: &str, peer: IpAddr) -> Result<Actor> {
        let hash = Hash::of(bearer);
        let found = self.store.read(move |db| {
            let Some(row) = store::tokens::by_hash(db, &hash)? else {
                return Ok(None);
            };
            Ok(store::users::by_id(db, &row.user)?.map(|account| (row.token, account.user)))
        });
        let now = clock::now();
        // One that was made while the clock was ahead would live for that much longer.
        let within = |token: &Token, expires| now < expires && !clock::is_ahead(token.created, now);
        let alive = |token: &Token| token.expires.is_none_or(|expires| within(token, expires));
        let (token, user) = found
            .await?
            .filter(|(token, user)| alive(token) && !user.disabled)
            .ok_or(Error::NotLoggedIn)?;
        if token.seen.is_none_or(|seen| clock::after(seen, TOUCH) <= now) {
            let id = token.id.clone();
            let write = self
                .store
                .write(move |tx| -> Result<()> { Ok(store::tokens::touch(tx, &id, now)?) });
            if let Err(error) = write.await {
                tracing::warn!(%error, "the time of a token's last use was not kept");
            }
        }
        Ok(Actor {
            user,
            via: Via::Token(token.id, token.scope),
            peer,
            elevated: false,
        })
    }

    /// The actor's own tokens.
    pub async fn tokens(&self, actor: &Actor) -> Result<Vec<Token>> {
        actor.require(Right::OwnAccount)?;
        let user = actor.user.id.clone();
        Ok(self.store.read(move |db| store::tokens::of_user(db, &user)).await?)
    }

    /// Makes a token. Its secret is shown this once.
    pub async fn create_token(&self, actor: &Actor, request: CreateToken) -> Result<NewToken> {
        actor.require_elevated(Right::OwnAccount)?;
        let label = request.label.trim();
        if label.is_empty() || label.chars().count() > 100 || label.chars().any(char::is_control) {
            return Err(Error::invalid("label", "A label has 1 to 100 printable characters."));
        }
        let mut random = secret::generate()?.expose_secret().to_owned();
        random.insert_str(0, PREFIX);
        let now = clock::now();
        let days = request
            .days
            .map(|days| Duration::from_secs(u64::from(days.max(1)) * 24 * 3600));
        let token = Token {
            id: uuid::Uuid::new_v4().to_string(),
            label: label.to_owned(),
            scope: request.scope,
            created: now,
            seen: None,
            expires: days.map(|days| clock::after(now, days)),
        };
        let (user, stored, hash) = (actor.user.id.clone(), token.clone(), Hash::of(&random));
        let entry = audit::by(actor, "token.create", label);
        let write = self.store.write(move |tx| -> Result<()> {
            store::tokens::insert(tx, &user, &stored, &hash)?;
            Ok(store::audit::insert(tx, &entry)?)
        });
        write.await?;
        Ok(NewToken {
            secret: random.into(),
            token,
        })
    }

    /// Ends one of the actor's own tokens, and what is open under it.
    pub async fn revoke_token(&self, actor: &Actor, id: &str) -> Result<()> {
        actor.require(Right::OwnAccount)?;
        let (user, token) = (actor.user.id.clone(), id.to_owned());
        let entry = audit::by(actor, "token.revoke", id);
        let write = self.store.write(move |tx| -> Result<()> {
            if !store::tokens::delete(tx, &user, &token)? {
                return Err(Error::not_found("token", &token));
            }
            Ok(store::audit::insert(tx, &entry)?)
        });
        write.await?;
        self.leases.end(id);
        Ok(())
    }
}
