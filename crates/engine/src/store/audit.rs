//! What was done, by whom.

use api::audit::Entry;
use api::time::Timestamp;
use rusqlite::{Connection, Result, params};

pub(crate) fn insert(db: &Connection, entry: &Entry) -> Result<()> {
    db.execute(
        "INSERT INTO audit (at, actor, action, object, peer) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![entry.at.0, entry.actor, entry.action, entry.object, entry.peer],
    )?;
    Ok(())
}

/// The entries before `before` (all when absent), newest first.
pub(crate) fn list(db: &Connection, before: Option<i64>, text: &str, limit: u16) -> Result<Vec<Entry>> {
    db.prepare_cached(
        "SELECT id, at, actor, action, object, peer FROM audit
         WHERE id < ?1 AND (?2 = '' OR instr(lower(actor || ' ' || action || ' ' || object || ' ' || peer), ?2) > 0)
         ORDER BY id DESC LIMIT ?3",
    )?
    .query_map(params![before.unwrap_or(i64::MAX), text.to_lowercase(), limit], |row| {
        Ok(Entry {
            id: row.get(0)?,
            at: Timestamp(row.get(1)?),
            actor: row.get(2)?,
            action: row.get(3)?,
            object: row.get(4)?,
            peer: row.get(5)?,
        })
    })?
    .collect()
}
