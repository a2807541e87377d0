//! The replies to mutations that carried an idempotency key.

use api::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Result, params};

use crate::secret::Hash;

/// What is known of a key.
pub(crate) struct ReplyRow {
    pub(crate) request: Hash,
    /// Absent while the first request is still under way.
    pub(crate) reply: Option<(u16, Vec<u8>)>,
    pub(crate) at: Timestamp,
}

pub(crate) fn get(db: &Connection, owner: &str, key: &str) -> Result<Option<ReplyRow>> {
    db.prepare_cached("SELECT request, status, body, at FROM replies WHERE owner = ?1 AND key = ?2")?
        .query_row([owner, key], |row| {
            let status: Option<u16> = row.get(1)?;
            let body: Option<Vec<u8>> = row.get(2)?;
            Ok(ReplyRow {
                request: row.get(0)?,
                reply: status.zip(body),
                at: Timestamp(row.get(3)?),
            })
        })
        .optional()
}

pub(crate) fn begin(db: &Connection, owner: &str, key: &str, request: &Hash, now: Timestamp) -> Result<()> {
    db.execute(
        "INSERT INTO replies (owner, key, request, at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (owner, key) DO UPDATE SET request = excluded.request, at = excluded.at, status = NULL, body = NULL",
        params![owner, key, request, now.0],
    )?;
    Ok(())
}

pub(crate) fn finish(db: &Connection, owner: &str, key: &str, status: u16, body: &[u8]) -> Result<()> {
    db.execute(
        "UPDATE replies SET status = ?3, body = ?4 WHERE owner = ?1 AND key = ?2",
        params![owner, key, status, body],
    )?;
    Ok(())
}

pub(crate) fn forget(db: &Connection, owner: &str, key: &str) -> Result<()> {
    db.execute("DELETE FROM replies WHERE owner = ?1 AND key = ?2", [owner, key])?;
    Ok(())
}

/// Forgets the requests that were under way when the server ended: a repeat carries them out again.
pub(crate) fn forget_unfinished(db: &Connection) -> Result<usize> {
    db.execute("DELETE FROM replies WHERE status IS NULL", [])
}

pub(crate) fn forget_older(db: &Connection, than: Timestamp) -> Result<usize> {
    db.execute("DELETE FROM replies WHERE at < ?1", [than.0])
}
