//! A mutation that is sent twice under one key happens once: its reply is kept and given again.

use std::time::Duration;

use crate::actor::Actor;
use crate::error::{Error, Result};
use crate::secret::Hash;
use crate::{Engine, clock, store};

/// How long a reply is kept.
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// What is known of a request with a key.
pub enum Repeat {
    /// Nothing: carry it out, and say what came of it.
    First(Reply),
    /// It was carried out: this was the reply.
    Again {
        /// The reply's status.
        status: u16,
        /// The reply's body.
        body: Vec<u8>,
    },
}

/// The promise to say what came of a request. Dropped without a word, the key is free again.
pub struct Reply {
    engine: Engine,
    owner: String,
    key: String,
    said: bool,
}

impl Engine {
    /// Looks whether the actor has sent a request under `key` before; `request` is all of it that matters.
    pub async fn repeat(&self, actor: &Actor, key: &str, request: &[&[u8]]) -> Result<Repeat> {
        if key.is_empty() || key.len() > 128 || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::invalid(
                "idempotency-key",
                "A key has 1 to 128 printable characters and no spaces.",
            ));
        }
        let (owner, kept_key, request) = (actor.user.id.clone(), key.to_owned(), Hash::of_parts(request));
        let now = clock::now();
        let write = self.store.write(move |tx| -> Result<Option<(u16, Vec<u8>)>> {
            let known = store::replies::get(tx, &owner, &kept_key)?;
            match known.filter(|known| clock::after(known.at, KEPT) > now) {
                None => store::replies::begin(tx, &owner, &kept_key, &request, now)?,
                Some(known) if known.request != request => {
                    return Err(Error::Conflict {
                        code: "key_reused",
                        message: "Another request was sent under this idempotency key.".into(),
                        hint: "Take a new key for each request.",
                    });
                }
                Some(known) => match known.reply {
                    Some(reply) => return Ok(Some(reply)),
                    None => {
                        return Err(Error::Conflict {
                            code: "still_running",
                            message: "The first request under this idempotency key is still under way.".into(),
                            hint: "Wait a moment, then send it again.",
                        });
                    }
                },
            }
            Ok(None)
        });
        match write.await? {
            Some((status, body)) => Ok(Repeat::Again { status, body }),
            None => Ok(Repeat::First(Reply {
                engine: self.clone(),
                owner: actor.user.id.clone(),
                key: key.to_owned(),
                said: false,
            })),
        }
    }

    /// Forgets what nobody will ask for again.
    pub(crate) async fn forget_old_replies(&self) -> Result<()> {
        let than = clock::before(clock::now(), KEPT);
        let write = self.store.write(move |tx| -> Result<()> {
            store::replies::forget_older(tx, than)?;
            Ok(())
        });
        write.await
    }
}

impl Reply {
    /// Keeps the reply. Failures of the server's own are not kept: a repeat tries again.
    pub async fn say(mut self, status: u16, body: Vec<u8>) -> Result<()> {
        if status >= 500 {
            return Ok(());
        }
        self.said = true;
        let (owner, key) = (self.owner.clone(), self.key.clone());
        let write = self
            .engine
            .store
            .write(move |tx| -> Result<()> { Ok(store::replies::finish(tx, &owner, &key, status, &body)?) });
        write.await
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        if self.said {
            return;
        }
        let (engine, owner, key) = (self.engine.clone(), self.owner.clone(), self.key.clone());
        self.engine.tasks.spawn(async move {
            let write = engine
                .store
                .write(move |tx| -> Result<()> { Ok(store::replies::forget(tx, &owner, &key)?) });
            if let Err(error) = write.await {
                tracing::warn!(%error, "an idempotency key could not be freed");
            }
        });
    }
}
