//! Second factors. Their secrets are sealed before they come here.

use rusqlite::{Connection, OptionalExtension, Result, params};

/// A factor as it is stored.
pub(crate) struct FactorRow {
    pub(crate) user: String,
    pub(crate) secret: Vec<u8>,
    pub(crate) confirmed: bool,
}

/// Begins a factor, in place of one that was begun before; false where one is in force.
pub(crate) fn begin(db: &Connection, user: &str, secret: &[u8]) -> Result<bool> {
    let changed = db.execute(
        "INSERT INTO factors (user, secret) VALUES (?1, ?2)
         ON CONFLICT (user) DO UPDATE SET secret = excluded.secret WHERE confirmed = 0",
        params![user, secret],
    )?;
    Ok(changed > 0)
}

pub(crate) fn get(db: &Connection, user: &str) -> Result<Option<FactorRow>> {
    db.prepare_cached("SELECT secret, confirmed FROM factors WHERE user = ?1")?
        .query_row([user], |row| {
            Ok(FactorRow {
                user: user.to_owned(),
                secret: row.get(0)?,
                confirmed: row.get(1)?,
            })
        })
        .optional()
}

/// How many steps ahead a step that was used may lie before the clock has been set back since: ten minutes.
const AHEAD: i64 = 20;

/// Uses a step of `factor`, which is in force from then on; false where the step was used, or another factor has taken
/// its place. A step that was used while the clock was far ahead keeps nobody out once it is right again.
pub(crate) fn use_step(db: &Connection, factor: &FactorRow, step: i64) -> Result<bool> {
    let changed = db.execute(
        "UPDATE factors SET confirmed = 1, used_step = ?4
         WHERE user = ?1 AND secret = ?2 AND confirmed = ?3
         AND (used_step < ?4 OR used_step > ?4 + ?5)",
        params![factor.user, factor.secret, factor.confirmed, step, AHEAD],
    )?;
    Ok(changed > 0)
}

pub(crate) fn delete(db: &Connection, user: &str) -> Result<bool> {
    Ok(db.execute("DELETE FROM factors WHERE user = ?1", [user])? > 0)
}

/// The sealed secrets of all accounts, by account.
pub(crate) fn secrets(db: &Connection) -> Result<Vec<(String, Vec<u8>)>> {
    db.prepare("SELECT user, secret FROM factors ORDER BY user")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// Puts a secret that was sealed anew in place.
pub(crate) fn reseal(db: &Connection, user: &str, secret: &[u8]) -> Result<()> {
    db.execute("UPDATE factors SET secret = ?2 WHERE user = ?1", params![user, secret])?;
    Ok(())
}
