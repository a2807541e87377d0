//! What registries said of the images of stacks.

use api::name::StackName;
use api::time::Timestamp;
use api::update::StackUpdates;
use rusqlite::{Connection, OptionalExtension, Result, params};

use super::jobs::{json, read_json};

/// Keeps what was said of the images of a generation, in place of what was said before.
pub(crate) fn set(db: &Connection, stack: &StackName, generation: u64, updates: &StackUpdates) -> Result<()> {
    // The stack may have been removed meanwhile.
    db.execute(
        "INSERT INTO updates (stack, generation, checked, images) SELECT name, ?2, ?3, ?4 FROM stacks WHERE name = ?1
         ON CONFLICT (stack) DO UPDATE SET generation = excluded.generation, checked = excluded.checked,
             images = excluded.images",
        params![stack.as_str(), generation, updates.checked.0, json(&updates.images)?],
    )?;
    Ok(())
}

/// What was said of the images of a generation.
pub(crate) fn get(db: &Connection, stack: &StackName, generation: u64) -> Result<Option<StackUpdates>> {
    db.prepare_cached("SELECT checked, images FROM updates WHERE stack = ?1 AND generation = ?2")?
        .query_row(params![stack.as_str(), generation], |row| {
            Ok(StackUpdates {
                checked: Timestamp(row.get(0)?),
                images: read_json(row, 1)?,
            })
        })
        .optional()
}
