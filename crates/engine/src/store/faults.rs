//! Fault tests of the database file, numbered as in the security contract.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::{OpenError, meta, open};

/// A directory in memory where there is one: these tests open a database thousands of times.
fn directory() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let builder = tempfile::Builder::new();
    if memory.is_dir() {
        builder.tempdir_in(memory).unwrap()
    } else {
        builder.tempdir().unwrap()
    }
}

fn database(directory: &Path) -> PathBuf {
    open::path_in(directory)
}

/// Opens a database as a server does at start.
fn opened(path: &Path) -> Result<Connection, OpenError> {
    let mut connection = open::open(path)?;
    open::migrate(&mut connection, path)?;
    Ok(connection)
}

fn value(connection: &Connection, key: &str) -> Option<String> {
    meta::get(connection, key).unwrap()
}

#[test]
fn fault_17_a_log_that_was_cut_anywhere_in_its_last_transaction_is_the_state_before_or_after_it() {
    let source = directory();
    let path = database(source.path());
    let log = path.with_extension("db-wal");
    let writer = opened(&path).unwrap();
    meta::set(&writer, "first", "kept").unwrap();
    let before = usize::try_from(log.metadata().unwrap().len()).unwrap();
    meta::set(&writer, "last", "cut").unwrap();
    let (file, log) = (std::fs::read(&path).unwrap(), std::fs::read(&log).unwrap());
    assert!(log.len() > before, "the last transaction is at the end of the log");

    let target = directory();
    let path = database(target.path());
    for length in before..=log.len() {
        for left in ["db-shm", "db-wal"] {
            let _absent = std::fs::remove_file(path.with_extension(left));
        }
        std::fs::write(&path, &file).unwrap();
        std::fs::write(path.with_extension("db-wal"), &log[..length]).unwrap();
        let connection = opened(&path).unwrap_or_else(|error| panic!("cut at {length}: {error}"));
        assert_eq!(value(&connection, "first").as_deref(), Some("kept"), "cut at {length}");
        let last = value(&connection, "last");
        assert_eq!(last.is_some(), length == log.len(), "cut at {length}: {last:?}");
    }
}

#[test]
fn fault_17_the_index_of_the_log_may_be_gone() {
    let source = directory();
    let path = database(source.path());
    let writer = opened(&path).unwrap();
    meta::set(&writer, "key", "kept").unwrap();
    let target = directory();
    for end in ["db", "db-wal"] {
        std::fs::copy(path.with_extension(end), database(target.path()).with_extension(end)).unwrap();
    }
    let connection = opened(&database(target.path())).unwrap();
    assert_eq!(value(&connection, "key").as_deref(), Some("kept"));
}

#[test]
fn fault_17_a_database_that_cannot_be_written_is_refused_or_whole() {
    let source = directory();
    let path = database(source.path());
    drop(opened(&path).unwrap());
    let before = std::fs::read(&path).unwrap();
    let read_only = |path: &Path, on: bool| {
        let mut rights = path.metadata().unwrap().permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut rights, if on { 0o500 } else { 0o700 });
        std::fs::set_permissions(path, rights).unwrap();
    };
    read_only(&path, true);
    read_only(source.path(), true);
    match opened(&path) {
        // Root, and the owner who may change the rights, are not kept out by them.
        Ok(connection) => assert_eq!(value(&connection, "none"), None),
        Err(OpenError::Unusable { .. }) => {}
        Err(other) => panic!("{other}"),
    }
    read_only(source.path(), false);
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn fault_18_a_damaged_page_is_reported_and_nothing_is_changed() {
    let source = directory();
    let path = database(source.path());
    drop(opened(&path).unwrap());
    let whole = std::fs::read(&path).unwrap();
    // The first page holds the header and the schema; the others hold the tables.
    for page in 1..whole.len() / 4096 {
        let mut damaged = whole.clone();
        damaged[page * 4096..page * 4096 + 64].fill(0xa5);
        std::fs::write(&path, &damaged).unwrap();
        let refused = opened(&path).map(drop).unwrap_err();
        assert!(matches!(refused, OpenError::Damaged { .. }), "page {page}: {refused}");
        assert_eq!(std::fs::read(&path).unwrap(), damaged, "page {page}");
    }
    std::fs::write(&path, b"not a database at all, but something of the same name").unwrap();
    assert!(matches!(opened(&path).map(drop), Err(OpenError::Damaged { .. })));
}

#[test]
fn fault_20_a_migration_that_is_stopped_anywhere_leaves_the_schema_as_it_was() {
    let source = directory();
    let path = database(source.path());
    let mut stopped = 0;
    for steps in 1.. {
        let mut connection = Connection::open(&path).unwrap();
        let mut left = steps;
        let stop = move || {
            left -= 1;
            left <= 0
        };
        connection.progress_handler(10, Some(stop)).unwrap();
        let done = open::migrate(&mut connection, &path).is_ok();
        drop(connection);
        if done {
            break;
        }
        stopped += 1;
        let connection = Connection::open(&path).unwrap();
        let tables: i64 = connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
            .unwrap();
        let version: i64 = connection
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .unwrap();
        assert!(
            (tables == 0) == (version == 0),
            "stopped after {steps}: {tables} tables at version {version}"
        );
    }
    assert!(stopped > 5, "it was stopped at {stopped} places");
    let connection = opened(&path).unwrap();
    assert_eq!(value(&connection, "none"), None);
}
