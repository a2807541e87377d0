//! What was done, by whom: entries, and reading them.

use std::net::IpAddr;

use api::audit::Entry;
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
    }
}

impl Engine {
    /// Keeps an entry, before what it tells of is done.
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
