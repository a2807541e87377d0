//! Apps: the ids, names and ports of ours that outlive their containers.

use api::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};

/// An app as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AppRow {
    pub(crate) id: String,
    /// The label of its host names.
    pub(crate) slug: String,
    pub(crate) stack: String,
    pub(crate) service: String,
    /// The port in the container.
    pub(crate) port: u16,
    /// Found by asking, not named by a label.
    pub(crate) detected: bool,
    /// The port of ours, once one was needed.
    pub(crate) door: Option<u16>,
}

const COLUMNS: &str = "id, slug, stack, service, port, detected, door";

pub(crate) fn all(db: &Connection) -> Result<Vec<AppRow>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM apps ORDER BY id"))?
        .query_map([], row)?
        .collect()
}

/// Keeps an app, unless its service and port have one already; answers the one that is kept.
pub(crate) fn keep(db: &Connection, app: &AppRow, now: Timestamp) -> Result<AppRow> {
    db.execute(
        "INSERT INTO apps (id, slug, stack, service, port, detected, door, created)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (stack, service, port) DO NOTHING",
        params![
            app.id,
            app.slug,
            app.stack,
            app.service,
            app.port,
            app.detected,
            app.door,
            now.0
        ],
    )?;
    db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM apps WHERE stack = ?1 AND service = ?2 AND port = ?3"
    ))?
    .query_row(params![app.stack, app.service, app.port], row)
}

pub(crate) fn has_slug(db: &Connection, slug: &str) -> Result<bool> {
    db.prepare_cached("SELECT 1 FROM apps WHERE slug = ?1")?.exists([slug])
}

/// Gives an app its port of ours, once and for all; answers the one that it has.
pub(crate) fn give_door(db: &Connection, id: &str, door: u16) -> Result<Option<u16>> {
    db.execute(
        "UPDATE apps SET door = ?2 WHERE id = ?1 AND door IS NULL",
        params![id, door],
    )?;
    let given = db
        .prepare_cached("SELECT door FROM apps WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    Ok(given.flatten())
}

fn row(row: &Row<'_>) -> Result<AppRow> {
    Ok(AppRow {
        id: row.get(0)?,
        slug: row.get(1)?,
        stack: row.get(2)?,
        service: row.get(3)?,
        port: row.get(4)?,
        detected: row.get(5)?,
        door: row.get(6)?,
    })
}
