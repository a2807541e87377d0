//! Apps: the ids, names and ports of ours that outlive their containers.

use api::app::AppSettings;
use api::time::Timestamp;
use rusqlite::types::{FromSqlError, Type};
use rusqlite::{Connection, Error, OptionalExtension, Result, Row, params};

use crate::secret::Hash;

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
    /// What people have set for it.
    pub(crate) settings: AppSettings,
    /// The picture that somebody has sent.
    pub(crate) own_icon: Option<Hash>,
    /// The picture that it shows itself.
    pub(crate) app_icon: Option<Hash>,
}

const COLUMNS: &str = "id, slug, stack, service, port, detected, door, settings,
    (SELECT hash FROM app_icons WHERE app = id AND source = 'own'),
    (SELECT hash FROM app_icons WHERE app = id AND source = 'app')";

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

/// Keeps what is set for an app; answers whether there is one.
pub(crate) fn set(db: &Connection, id: &str, settings: &AppSettings) -> Result<bool> {
    let json = serde_json::to_string(settings).map_err(|error| Error::ToSqlConversionFailure(error.into()))?;
    let changed = db.execute("UPDATE apps SET settings = ?2 WHERE id = ?1", params![id, json])?;
    Ok(changed > 0)
}

fn row(row: &Row<'_>) -> Result<AppRow> {
    let settings: String = row.get(7)?;
    let settings = serde_json::from_str(&settings)
        .map_err(|error| Error::FromSqlConversionFailure(7, Type::Text, FromSqlError::other(error).into()))?;
    Ok(AppRow {
        id: row.get(0)?,
        slug: row.get(1)?,
        stack: row.get(2)?,
        service: row.get(3)?,
        port: row.get(4)?,
        detected: row.get(5)?,
        door: row.get(6)?,
        settings,
        own_icon: row.get(8)?,
        app_icon: row.get(9)?,
    })
}
