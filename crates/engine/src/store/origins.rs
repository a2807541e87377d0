//! Where the files of stacks came from.

use api::name::StackName;
use api::source::Origin;
use rusqlite::{Connection, OptionalExtension, Result, params};

use super::jobs::{json, read_json};

/// Keeps where the files of a stack came from, and the commit that they were of.
pub(crate) fn set(db: &Connection, stack: &StackName, origin: &Origin, found: Option<&str>) -> Result<()> {
    db.execute(
        "INSERT INTO stack_origins (stack, origin, found) VALUES (?1, ?2, ?3)
         ON CONFLICT (stack) DO UPDATE SET origin = excluded.origin, found = excluded.found",
        params![stack.as_str(), json(origin)?, found],
    )?;
    Ok(())
}

/// Where the files of a stack came from.
pub(crate) fn get(db: &Connection, stack: &StackName) -> Result<Option<Origin>> {
    db.prepare_cached("SELECT origin FROM stack_origins WHERE stack = ?1")?
        .query_row([stack.as_str()], |row| read_json(row, 0))
        .optional()
}
