//! What images of stacks were built of.

use std::collections::BTreeMap;

use api::name::StackName;
use rusqlite::{Connection, Result, params};

/// An image that was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Built {
    /// Changes with all that it was built of.
    pub(crate) fingerprint: String,
    /// The id of the image.
    pub(crate) id: String,
}

/// Keeps what an image was built of, in place of what was kept before.
pub(crate) fn set(db: &Connection, stack: &StackName, image: &str, fingerprint: &str, id: &str) -> Result<()> {
    // The stack may have been removed meanwhile.
    db.execute(
        "INSERT INTO builds (stack, image, fingerprint, id) SELECT name, ?2, ?3, ?4 FROM stacks WHERE name = ?1
         ON CONFLICT (stack, image) DO UPDATE SET fingerprint = excluded.fingerprint, id = excluded.id",
        params![stack.as_str(), image, fingerprint, id],
    )?;
    Ok(())
}

/// What the images of a stack were built of, by their names.
pub(crate) fn of(db: &Connection, stack: &StackName) -> Result<BTreeMap<String, Built>> {
    let mut query = db.prepare_cached("SELECT image, fingerprint, id FROM builds WHERE stack = ?1")?;
    let built = query.query_map([stack.as_str()], |row| {
        Ok((
            row.get(0)?,
            Built {
                fingerprint: row.get(1)?,
                id: row.get(2)?,
            },
        ))
    })?;
    built.collect()
}
