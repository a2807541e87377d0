//! What was done, by whom.

use api::audit::{Entry, Outcome};
use api::job::Job;
use api::time::Timestamp;
use rusqlite::{Connection, Result, params};

use super::jobs::{read_word, word};

/// Keeps an entry of what is done in the same transaction.
pub(crate) fn insert(db: &Connection, entry: &Entry) -> Result<()> {
    keep(db, entry, Outcome::Done, None)
}

/// Keeps an entry of what is done next; [`end`] says what came of it.
pub(crate) fn begin(db: &Connection, entry: &Entry) -> Result<i64> {
    keep(db, entry, Outcome::Begun, None)?;
    Ok(db.last_insert_rowid())
}

/// Keeps an entry of what a job does; [`job_ended`] says what came of it.
pub(crate) fn of_job(db: &Connection, entry: &Entry, job: &Job) -> Result<()> {
    keep(db, entry, Outcome::Begun, Some(&job.id))
}

fn keep(db: &Connection, entry: &Entry, outcome: Outcome, job: Option<&str>) -> Result<()> {
    let Entry {
        at,
        actor,
        action,
        object,
        peer,
        ..
    } = entry;
    db.execute(
        "INSERT INTO audit (at, actor, action, object, peer, outcome, job) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![at.0, actor, action, object, peer, word(&outcome)?, job],
    )?;
    Ok(())
}

/// Keeps what came of what an entry tells of.
pub(crate) fn end(db: &Connection, id: i64, outcome: Outcome) -> Result<()> {
    db.prepare_cached("UPDATE audit SET outcome = ?2 WHERE id = ?1")?
        .execute(params![id, word(&outcome)?])?;
    Ok(())
}

/// Keeps how a job ended with the entry that tells of it.
pub(super) fn job_ended(db: &Connection, job: &Job) -> Result<()> {
    db.prepare_cached("UPDATE audit SET outcome = ?2 WHERE job = ?1")?
        .execute(params![job.id, word(&job.state)?])?;
    Ok(())
}

/// The entries before `before` (all when absent), newest first.
pub(crate) fn list(db: &Connection, before: Option<i64>, text: &str, limit: u16) -> Result<Vec<Entry>> {
    db.prepare_cached(
        "SELECT id, at, actor, action, object, peer, outcome FROM audit
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
            outcome: read_word(row, 6)?,
        })
    })?
    .collect()
}
