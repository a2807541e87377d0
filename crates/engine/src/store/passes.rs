//! The cookies by which browsers see apps.

use api::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Result, params};

use crate::secret::Hash;

/// How many cookies of one app at one origin a session holds at once; the oldest ends.
const ALIKE: i64 = 4;

/// What a cookie is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PassRow {
    pub(crate) session: String,
    pub(crate) app: String,
    pub(crate) origin: String,
}

pub(crate) fn insert(db: &Connection, hash: &Hash, pass: &PassRow, now: Timestamp) -> Result<()> {
    db.execute(
        "INSERT INTO app_passes (hash, session, app, origin, created) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![hash, pass.session, pass.app, pass.origin, now.0],
    )?;
    db.execute(
        "DELETE FROM app_passes WHERE session = ?1 AND app = ?2 AND origin = ?3 AND hash NOT IN
         (SELECT hash FROM app_passes WHERE session = ?1 AND app = ?2 AND origin = ?3
          ORDER BY created DESC, hash LIMIT ?4)",
        params![pass.session, pass.app, pass.origin, ALIKE],
    )?;
    Ok(())
}

pub(crate) fn get(db: &Connection, hash: &Hash) -> Result<Option<PassRow>> {
    db.prepare_cached("SELECT session, app, origin FROM app_passes WHERE hash = ?1")?
        .query_row([hash], |row| {
            Ok(PassRow {
                session: row.get(0)?,
                app: row.get(1)?,
                origin: row.get(2)?,
            })
        })
        .optional()
}
