//! Opening the database: make, check, migrate, back up. It reports and refuses; it never repairs silently.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use rusqlite_migration::{M, Migrations, SchemaVersion};

/// Marks the file as Stardeck's; the first migration sets it.
const APPLICATION_ID: i32 = 0x5344_6b01;

/// The schema, step by step. A step that has been released is never edited.
const STEPS: [&str; 9] = [
    include_str!("migrations/0001-foundations.sql"),
    include_str!("migrations/0002-apps.sql"),
    include_str!("migrations/0003-stacks.sql"),
    include_str!("migrations/0004-desk.sql"),
    include_str!("migrations/0005-apps-as-set.sql"),
    include_str!("migrations/0006-registries.sql"),
    include_str!("migrations/0007-sources.sql"),
    include_str!("migrations/0008-builds.sql"),
    include_str!("migrations/0009-outcomes.sql"),
];

static MIGRATIONS: LazyLock<Migrations<'static>> =
    LazyLock::new(|| Migrations::new(STEPS.iter().map(|step| M::up(step)).collect()));

/// Why the database cannot be used. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// SQLite cannot open the file at all.
    #[error(
        "the database {path} cannot be opened; look at the rights of the file and its directory, or put a backup back with `stardeck admin restore FILE`"
    )]
    Unusable {
        /// The database.
        path: PathBuf,
        /// What SQLite says.
        #[source]
        source: rusqlite::Error,
    },
    /// The file is somebody else's.
    #[error("{path} is a database, but not one of Stardeck; choose another data directory")]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The integrity check found damage.
    #[error(
        "the database {path} is damaged and is left as it is; put a backup back with `stardeck admin restore FILE`. SQLite says: {report}"
    )]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What the check found.
        report: String,
    },
    /// A newer Stardeck has written it.
    #[error(
        "the database {path} has schema {found}, and this Stardeck knows up to {known}; install the newer Stardeck again, or put a backup back with `stardeck admin restore FILE`"
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its schema version.
        found: usize,
        /// The newest that this program knows.
        known: usize,
    },
    /// A migration failed; nothing of it was kept.
    #[error(
        "the database {path} could not be brought to the new schema and is as it was; a copy is beside it in backups/"
    )]
    Migration {
        /// The database.
        path: PathBuf,
        /// What went wrong.
        #[source]
        source: rusqlite_migration::Error,
    },
    /// A copy of the database cannot be put in its place.
    #[error("the copy of the database at {path} cannot be put in its place")]
    Copies {
        /// The copy.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// A backup could not be written or read.
    #[error("the backup {path} could not be written")]
    Backup {
        /// The backup.
        path: PathBuf,
        /// What SQLite says.
        #[source]
        source: rusqlite::Error,
    },
    /// The machine has no thread left.
    #[error("no thread for the database writer")]
    Thread(#[source] std::io::Error),
}

pub(super) fn path_in(directory: &Path) -> PathBuf {
    directory.join("stardeck.db")
}

pub(super) fn open(path: &Path) -> Result<Connection, OpenError> {
    let unusable = |source| unusable(path, source);
    let connection = Connection::open(path).map_err(unusable)?;
    restrict(path);
    // Until it is known to be the right one, not even its log is folded in when it closes.
    let keep_log = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
    keep_log.map_err(unusable)?;
    configure(&connection).map_err(unusable)?;
    refuse_foreign(&connection, path)?;
    integrity(&connection, path)?;
    Ok(connection)
}

pub(super) fn reader(path: &Path) -> Result<Connection, OpenError> {
    let unusable = |source| unusable(path, source);
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI)
        .map_err(unusable)?;
    connection.busy_timeout(Duration::from_secs(5)).map_err(unusable)?;
    Ok(connection)
}

/// Looks at the database in `directory` without changing it.
pub fn check(directory: &Path) -> Result<(), OpenError> {
    let path = path_in(directory);
    let connection = reader(&path)?;
    refuse_foreign(&connection, &path)?;
    integrity(&connection, &path)
}

/// Copies the database in `directory`, also one in use, to the new file `to`, by SQLite's own backup.
pub fn backup(directory: &Path, to: &Path) -> Result<(), OpenError> {
    let path = path_in(directory);
    let source = reader(&path)?;
    copy(&source, to)
}

/// Puts the database `from` in place of the one in `directory`, whose lock the caller holds. A database that is damaged
/// or of another program is refused. Answers where the one before is kept.
pub fn restore(directory: &Path, from: &Path) -> Result<Option<PathBuf>, OpenError> {
    let source = reader(from)?;
    refuse_foreign(&source, from)?;
    integrity(&source, from)?;
    let path = path_in(directory);
    let fresh = path.with_extension("restored");
    remove_database(&fresh)?;
    copy(&source, &fresh)?;
    let kept = path
        .exists()
        .then(|| path.with_extension(format!("before-{}", crate::clock::now().0)));
    if let Some(kept) = &kept {
        // With its log: a damaged database may have its last good pages there.
        for end in ["", "-wal"] {
            rename_if_there(&with_end(&path, end), &with_end(kept, end))?;
        }
        remove_if_there(&with_end(&path, "-shm"))?;
    }
    rename_if_there(&fresh, &path)?;
    Ok(kept)
}

fn remove_database(path: &Path) -> Result<(), OpenError> {
    ["", "-wal", "-shm"]
        .iter()
        .try_for_each(|end| remove_if_there(&with_end(path, end)))
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

fn rename_if_there(from: &Path, to: &Path) -> Result<(), OpenError> {
    match std::fs::rename(from, to) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(OpenError::Copies {
            path: to.to_owned(),
            source: error,
        }),
        _ => Ok(()),
    }
}

fn remove_if_there(path: &Path) -> Result<(), OpenError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(OpenError::Copies {
            path: path.to_owned(),
            source: error,
        }),
        _ => Ok(()),
    }
}

fn copy(source: &Connection, to: &Path) -> Result<(), OpenError> {
    let failed = |source| OpenError::Backup {
        path: to.to_owned(),
        source,
    };
    let mut target = Connection::open(to).map_err(failed)?;
    restrict(to);
    let backup = rusqlite::backup::Backup::new(source, &mut target).map_err(failed)?;
    backup.run_to_completion(256, Duration::ZERO, None).map_err(failed)
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "secure_delete", true)
}

fn refuse_foreign(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    let unusable = |source| unusable(path, source);
    let id: i32 = connection
        .pragma_query_value(None, "application_id", |row| row.get(0))
        .map_err(unusable)?;
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(unusable)?;
    if id == APPLICATION_ID || (id == 0 && tables == 0) {
        return Ok(());
    }
    Err(OpenError::Foreign { path: path.to_owned() })
}

fn integrity(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    let report = connection.prepare("PRAGMA quick_check(5)").and_then(|mut check| {
        check
            .query_map([], |row| row.get::<_, String>(0))?
            .collect::<Result<Vec<_>, _>>()
    });
    let report = match report {
        Ok(lines) if lines == ["ok"] => return Ok(()),
        Ok(lines) => lines.join("; "),
        Err(error) => error.to_string(),
    };
    Err(OpenError::Damaged {
        path: path.to_owned(),
        report,
    })
}

pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), OpenError> {
    let failed = |source| OpenError::Migration {
        path: path.to_owned(),
        source,
    };
    let known = STEPS.len();
    let found = match MIGRATIONS.current_version(connection).map_err(failed)? {
        SchemaVersion::NoneSet => 0,
        SchemaVersion::Inside(version) | SchemaVersion::Outside(version) => version.get(),
    };
    if found > known {
        return Err(OpenError::Newer {
            path: path.to_owned(),
            found,
            known,
        });
    }
    if found > 0 && found < known {
        let backups = path.with_file_name("backups");
        std::fs::create_dir_all(&backups).map_err(|source| OpenError::Copies {
            path: backups.clone(),
            source,
        })?;
        copy(connection, &backups.join(format!("before-schema-{known}.db")))?;
    }
    if found == known {
        return Ok(());
    }
    MIGRATIONS.to_latest(connection).map_err(failed)?;
    connection
        .pragma_update(None, "application_id", APPLICATION_ID)
        .and_then(|()| connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false))
        .map_err(|source| unusable(path, source))?;
    Ok(())
}

fn unusable(path: &Path, source: rusqlite::Error) -> OpenError {
    match source.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => OpenError::Damaged {
            path: path.to_owned(),
            report: source.to_string(),
        },
        _ => OpenError::Unusable {
            path: path.to_owned(),
            source,
        },
    }
}

/// The database holds hashes and names: nobody else on the machine reads it.
fn restrict(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    if let Err(error) = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)) {
        tracing::warn!(path = %path.display(), %error, "the rights of the database could not be narrowed");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_the_frozen_one() {
        let mut connection = Connection::open_in_memory().unwrap();
        MIGRATIONS.to_latest(&mut connection).unwrap();
        let mut query = connection
            .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type DESC, name")
            .unwrap();
        let schema: Vec<String> = query
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        expect_test::expect_file!["schema.sql"].assert_eq(&format!("{};\n", schema.join(";\n\n")));
    }

    #[test]
    fn a_newer_schema_is_refused_and_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = path_in(directory.path());
        migrate(&mut open(&path).unwrap(), &path).unwrap();
        Connection::open(&path)
            .unwrap()
            .pragma_update(None, "user_version", 999)
            .unwrap();
        let refused = migrate(&mut open(&path).unwrap(), &path).unwrap_err();
        assert!(matches!(refused, OpenError::Newer { found: 999, .. }), "{refused}");
    }

    #[test]
    fn a_database_of_another_program_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = path_in(directory.path());
        Connection::open(&path)
            .unwrap()
            .execute_batch("CREATE TABLE theirs (x)")
            .unwrap();
        assert!(matches!(open(&path).unwrap_err(), OpenError::Foreign { .. }));
    }
}
