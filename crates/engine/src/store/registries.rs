//! Passwords for registries. They are sealed before they come here.

use api::registry::Registry;
use api::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Result, params};

/// Keeps a password, in place of the one that was there.
pub(crate) fn set(db: &Connection, registry: &Registry, secret: &[u8]) -> Result<()> {
    db.execute(
        "INSERT INTO registries (host, username, secret, created, by) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (host) DO UPDATE SET username = excluded.username, secret = excluded.secret,
             created = excluded.created, by = excluded.by",
        params![
            registry.host,
            registry.username,
            secret,
            registry.created.0,
            registry.by
        ],
    )?;
    Ok(())
}

pub(crate) fn list(db: &Connection) -> Result<Vec<Registry>> {
    db.prepare_cached("SELECT host, username, created, by FROM registries ORDER BY host")?
        .query_map([], |row| {
            Ok(Registry {
                host: row.get(0)?,
                username: row.get(1)?,
                created: Timestamp(row.get(2)?),
                by: row.get(3)?,
            })
        })?
        .collect()
}

/// The name and the sealed password for a registry.
pub(crate) fn get(db: &Connection, host: &str) -> Result<Option<(String, Vec<u8>)>> {
    db.prepare_cached("SELECT username, secret FROM registries WHERE host = ?1")?
        .query_row([host], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

pub(crate) fn delete(db: &Connection, host: &str) -> Result<bool> {
    Ok(db.execute("DELETE FROM registries WHERE host = ?1", [host])? > 0)
}

/// The sealed passwords of all registries, by name.
pub(crate) fn secrets(db: &Connection) -> Result<Vec<(String, Vec<u8>)>> {
    db.prepare("SELECT host, secret FROM registries ORDER BY host")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// Puts a password that was sealed anew in place.
pub(crate) fn reseal(db: &Connection, host: &str, secret: &[u8]) -> Result<()> {
    db.execute(
        "UPDATE registries SET secret = ?2 WHERE host = ?1",
        params![host, secret],
    )?;
    Ok(())
}
