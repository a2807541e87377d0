//! Pictures of apps: those that people have sent, and those that the apps themselves show.

use rusqlite::{Connection, OptionalExtension, Result, params};

use crate::secret::Hash;

/// Whose picture it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// Somebody has sent it.
    Own,
    /// The app shows it.
    App,
}

impl Source {
    fn word(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::App => "app",
        }
    }
}

/// Keeps the picture of an app in place of the one before.
pub(crate) fn put(db: &Connection, app: &str, source: Source, hash: &Hash, png: &[u8]) -> Result<()> {
    db.execute(
        "INSERT INTO app_icons (app, source, hash, png) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (app, source) DO UPDATE SET hash = excluded.hash, png = excluded.png",
        params![app, source.word(), hash, png],
    )?;
    Ok(())
}

/// Forgets the picture of an app.
pub(crate) fn remove(db: &Connection, app: &str, source: Source) -> Result<()> {
    db.execute(
        "DELETE FROM app_icons WHERE app = ?1 AND source = ?2",
        params![app, source.word()],
    )?;
    Ok(())
}

/// The picture of an app with that hash.
pub(crate) fn get(db: &Connection, app: &str, hash: &Hash) -> Result<Option<Vec<u8>>> {
    db.prepare_cached("SELECT png FROM app_icons WHERE app = ?1 AND hash = ?2")?
        .query_row(params![app, hash], |row| row.get(0))
        .optional()
}
