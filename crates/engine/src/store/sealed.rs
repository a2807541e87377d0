//! What tells whether the database was used with a key, and with which. Read before anything is changed.

use rusqlite::{Connection, Result};

use super::meta;

/// The name of the check value.
const CHECK: &str = "key_check";

/// What a database that was just opened says about its key.
#[derive(Default)]
pub(crate) struct Sealed {
    pub(crate) deck: Option<String>,
    /// The check value: a text that was sealed with the key.
    pub(crate) check: Option<String>,
    /// Whether anything else is sealed.
    pub(crate) anything: bool,
}

pub(crate) fn look(db: &Connection) -> Result<Sealed> {
    let tables = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))?;
    if tables == 0 {
        return Ok(Sealed::default());
    }
    Ok(Sealed {
        deck: meta::get(db, "deck")?,
        check: meta::get(db, CHECK)?,
        anything: db.query_row("SELECT EXISTS (SELECT 1 FROM factors)", [], |row| row.get(0))?,
    })
}

pub(crate) fn set_check(db: &Connection, check: &str) -> Result<()> {
    meta::set(db, CHECK, check)
}
