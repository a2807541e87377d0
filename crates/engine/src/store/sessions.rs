//! Sessions, and the header halves that their tabs hold.

use api::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use crate::secret::Hash;

/// How many tabs of one session hold a header half at once; the oldest loses its own.
const HEADERS: i64 = 32;

/// A session as it is stored.
#[derive(Clone, Debug)]
pub(crate) struct SessionRow {
    pub(crate) id: String,
    pub(crate) user: String,
    pub(crate) agent: String,
    pub(crate) peer: String,
    pub(crate) created: Timestamp,
    pub(crate) seen: Timestamp,
    pub(crate) expires: Timestamp,
    pub(crate) elevated: Timestamp,
}

const COLUMNS: &str = "id, user, agent, peer, created, seen, expires, elevated";

pub(crate) fn insert(db: &Connection, session: &SessionRow, cookie: &Hash) -> Result<()> {
    db.execute(
        "INSERT INTO sessions (id, user, cookie_hash, agent, peer, created, seen, expires, elevated)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            session.id,
            session.user,
            cookie,
            session.agent,
            session.peer,
            session.created.0,
            session.seen.0,
            session.expires.0,
            session.elevated.0
        ],
    )?;
    Ok(())
}

pub(crate) fn by_cookie(db: &Connection, cookie: &Hash) -> Result<Option<SessionRow>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM sessions WHERE cookie_hash = ?1"))?
        .query_row([cookie], row)
        .optional()
}

pub(crate) fn by_id(db: &Connection, id: &str) -> Result<Option<SessionRow>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM sessions WHERE id = ?1"))?
        .query_row([id], row)
        .optional()
}

pub(crate) fn of_user(db: &Connection, user: &str) -> Result<Vec<SessionRow>> {
    db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM sessions WHERE user = ?1 ORDER BY seen DESC, id"
    ))?
    .query_map([user], row)?
    .collect()
}

pub(crate) fn has_header(db: &Connection, session: &str, header: &Hash) -> Result<bool> {
    db.prepare_cached("SELECT 1 FROM session_headers WHERE hash = ?1 AND session = ?2")?
        .exists(params![header, session])
}

pub(crate) fn add_header(db: &Connection, session: &str, header: &Hash, now: Timestamp) -> Result<()> {
    db.execute(
        "INSERT INTO session_headers (hash, session, created) VALUES (?1, ?2, ?3)",
        params![header, session, now.0],
    )?;
    db.execute(
        "DELETE FROM session_headers WHERE session = ?1 AND hash NOT IN
         (SELECT hash FROM session_headers WHERE session = ?1 ORDER BY created DESC, hash LIMIT ?2)",
        params![session, HEADERS],
    )?;
    Ok(())
}

pub(crate) fn touch(db: &Connection, id: &str, seen: Timestamp, peer: &str) -> Result<()> {
    db.execute(
        "UPDATE sessions SET seen = ?2, peer = ?3 WHERE id = ?1",
        params![id, seen.0, peer],
    )?;
    Ok(())
}

/// Gives the session a new cookie, as every rise in rights does, and notes when the password was given.
pub(crate) fn rotate(db: &Connection, id: &str, cookie: &Hash, elevated: Timestamp) -> Result<bool> {
    let changed = db.execute(
        "UPDATE sessions SET cookie_hash = ?2, elevated = ?3 WHERE id = ?1",
        params![id, cookie, elevated.0],
    )?;
    Ok(changed > 0)
}

/// Ends one session of `user`; false when there is none of that id.
pub(crate) fn delete(db: &Connection, user: &str, id: &str) -> Result<bool> {
    Ok(db.execute("DELETE FROM sessions WHERE id = ?1 AND user = ?2", [id, user])? > 0)
}

/// Ends all sessions of `user` but `except`, and answers which those were.
pub(crate) fn delete_others(db: &Connection, user: &str, except: Option<&str>) -> Result<Vec<String>> {
    db.prepare_cached("DELETE FROM sessions WHERE user = ?1 AND id IS NOT ?2 RETURNING id")?
        .query_map(params![user, except], |row| row.get(0))?
        .collect()
}

/// Forgets the sessions that ended by themselves.
pub(crate) fn delete_expired(db: &Connection, now: Timestamp, idle_since: Timestamp) -> Result<usize> {
    db.execute(
        "DELETE FROM sessions WHERE expires <= ?1 OR seen <= ?2",
        params![now.0, idle_since.0],
    )
}

fn row(row: &Row<'_>) -> Result<SessionRow> {
    Ok(SessionRow {
        id: row.get(0)?,
        user: row.get(1)?,
        agent: row.get(2)?,
        peer: row.get(3)?,
        created: Timestamp(row.get(4)?),
        seen: Timestamp(row.get(5)?),
        expires: Timestamp(row.get(6)?),
        elevated: Timestamp(row.get(7)?),
    })
}
