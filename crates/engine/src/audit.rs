//! What was done, by whom: entries, and reading them.

use std::net::IpAddr;

use api::audit::{Entry, Outcome};
use api::page::{Page, PageQuery};

use crate::actor::{Actor, Right};
use crate::error::{Error, Result};
use crate::{Engine, clock, page, store};

/// An entry of what `actor` does.
pub(crate) fn by(actor: &Actor, action: &str, object: &str) -> Entry {
    entry(actor.user().name.as_str(), action, object, actor.peer)
}

/// An entry of somebody who is not an actor.
pub(crate) fn entry(actor: &str, action: &str, object: &str, peer: impl Into<IpAddr>) -> Entry {
    let peer: IpAddr = peer.into();
    Entry {
        id: 0,
        at: clock::now(),
        actor: actor.into(),
        action: action.into(),
        object: object.into(),
        peer: peer.to_string(),
        outcome: Outcome::Done,
    }
}

impl Engine {
    /// Keeps an entry, does what it tells of to its end, also when whoever asked for it has gone, and keeps what came of it.
    pub(crate) async fn audited<T: Send + 'static>(
        &self,
        entry: Entry,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let write = self
            .store
            .write(move |tx| -> Result<i64> { Ok(store::audit::begin(tx, &entry)?) });
        let id = write.await?;
        let engine = self.clone();
        let done = async move {
            let done = work.await;
            let outcome = if done.is_ok() { Outcome::Done } else { Outcome::Failed };
            let write = engine
                .store
                .write(move |tx| -> Result<()> { Ok(store::audit::end(tx, id, outcome)?) });
            if let Err(error) = write.await {
                tracing::warn!(%error, "what came of something was not kept in the audit");
            }
            done
        };
        self.carry_out(done).await
    }

    /// Keeps an entry of what is done already, or is nothing but what it says.
    pub(crate) async fn write_down(&self, entry: Entry) -> Result<()> {
        let write = self
            .store
            .write(move |tx| -> Result<()> { Ok(store::audit::insert(tx, &entry)?) });
        write.await
    }

    /// What was done, the newest first.
    pub async fn audit(&self, actor: &Actor, query: PageQuery) -> Result<Page<Entry>> {
        actor.require(Right::Administer)?;
        let before = query.cursor.as_deref().map(str::parse).transpose();
        let before = before.map_err(|_| Error::invalid("cursor", "That is not a cursor of this list."))?;
        let limit = page::limit(&query);
        let text = query.q.unwrap_or_default();
        let items = self
            .store
            .read(move |db| store::audit::list(db, before, &text, limit))
            .await?;
        let more = items.len() == usize::from(limit);
        let cursor = items.last().filter(|_| more).map(|entry| entry.id.to_string());
        Ok(Page { items, cursor })
    }
}

#[cfg(test)]
mod tests {
    use api::name::UserName;
    use api::settings::SettingsPatch;
    use api::token::{CreateToken, Scope};
    use api::user::{CreateUser, Role};

    use super::*;
    use crate::actor::Via;
    use crate::{Config, KeySource};

    /// An engine on `directory` with one administrator, who has just logged in.
    async fn engine(directory: &std::path::Path) -> (Engine, Actor) {
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
        let engine = Engine::open(config).await.unwrap();
        let user = engine.create_user_from_command_line(account("ada")).await.unwrap();
        let actor = Actor {
            user,
            via: Via::Session("s".into()),
            peer: IpAddr::from([127, 0, 0, 1]),
            elevated: true,
        };
        (engine, actor)
    }

    fn account(name: &str) -> CreateUser {
        CreateUser {
            name: UserName::parse(name).unwrap(),
            password: String::from("violet-anchor-rain").into(),
            role: Role::Administrator,
        }
    }

    #[tokio::test]
    async fn sec_68_what_cannot_be_written_down_is_not_done() {
        let directory = tempfile::tempdir().unwrap();
        let (engine, ada) = engine(directory.path()).await;
        let forgetful = "CREATE TRIGGER forgetful BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END";
        let write = engine
            .store
            .write(move |tx| -> Result<()> { Ok(tx.execute_batch(forgetful)?) });
        write.await.unwrap();

        let token = CreateToken {
            label: "x".into(),
            scope: Scope::Read,
            days: None,
        };
        assert!(matches!(engine.create_token(&ada, token).await, Err(Error::Store(_))));
        assert!(engine.tokens(&ada).await.unwrap().is_empty());
        assert!(
            matches!(engine.begin_factor(&ada).await, Err(Error::Store(_))),
            "no secret is shown"
        );
        assert!(matches!(
            engine.create_user(&ada, account("bob")).await,
            Err(Error::Store(_))
        ));
        assert_eq!(engine.users(&ada).await.unwrap().len(), 1);
        let patch = SettingsPatch {
            folders: Some(Vec::new()),
        };
        assert!(matches!(
            engine.change_settings(&ada, patch).await,
            Err(Error::Store(_))
        ));
        let new = directory.path().join("new");
        let path = new.to_str().unwrap().to_owned();
        let made = engine.make_folder(&ada, api::filesystem::MakeFolder { path }).await;
        assert!(matches!(made, Err(Error::Store(_))) && !new.exists());
    }
}
