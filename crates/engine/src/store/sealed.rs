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
        anything: holds(db, "factors")? || holds(db, "registries")? || has_generations(db)?,
    })
}

/// Whether a table has rows; one that this database does not have yet has none.
fn holds(db: &Connection, table: &str) -> Result<bool> {
    let known = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1)";
    let there: bool = db.query_row(known, [table], |row| row.get(0))?;
    Ok(there && db.query_row(&format!("SELECT EXISTS (SELECT 1 FROM {table})"), [], |row| row.get(0))?)
}

/// Whether anything of a generation is sealed; an older database cannot have that.
fn has_generations(db: &Connection) -> Result<bool> {
    let column = "SELECT EXISTS (SELECT 1 FROM pragma_table_info('generations') WHERE name = 'sealed')";
    let known: bool = db.query_row(column, [], |row| row.get(0))?;
    if !known {
        return Ok(false);
    }
    let sealed = "SELECT EXISTS (SELECT 1 FROM generations WHERE sealed IS NOT NULL)";
    db.query_row(sealed, [], |row| row.get(0))
}

pub(crate) fn set_check(db: &Connection, check: &str) -> Result<()> {
    meta::set(db, CHECK, check)
}
