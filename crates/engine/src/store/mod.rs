//! What is kept: one SQLite database, and the only SQL of the project.
//!
//! One thread writes, each write is one transaction that is on the disk before it is answered (WAL, `synchronous=FULL`);
//! reads go through connections of their own and never wait for a write.
//!
//! - [`open`]: opening, checking, migrating, backing up
//! - the other modules: one a table, functions over a connection

pub(crate) mod apps;
pub(crate) mod audit;
pub(crate) mod builds;
pub(crate) mod desk;
pub(crate) mod factors;
#[cfg(test)]
mod faults;
mod hash;
pub(crate) mod icons;
pub(crate) mod jobs;
pub(crate) mod meta;
mod open;
pub(crate) mod origins;
pub(crate) mod passes;
pub(crate) mod registries;
pub(crate) mod replies;
pub(crate) mod sealed;
pub(crate) mod sessions;
pub(crate) mod stacks;
pub(crate) mod tokens;
pub(crate) mod updates;
pub(crate) mod users;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{Semaphore, mpsc, oneshot};

pub use open::{OpenError, backup, check, restore};

/// How many reads go on at once.
const READERS: usize = 4;

/// Why the database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file system under the database is full.
    #[error("the disk that holds the database is full")]
    Full(#[source] rusqlite::Error),
    /// Anything else that SQLite says.
    #[error("the database failed")]
    Sqlite(#[source] rusqlite::Error),
    /// The writer has ended; the server is on its way down.
    #[error("the database is closed")]
    Closed,
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::Full(error),
            _ => Self::Sqlite(error),
        }
    }
}

type Result<T> = std::result::Result<T, Error>;
type Write = Box<dyn FnOnce(&mut Connection) + Send>;

/// The open database. Clones share it; it closes when the last one is dropped.
#[derive(Clone)]
pub struct Store {
    writer: Arc<Writer>,
    readers: Arc<Readers>,
}

/// The thread that writes. It is waited for at the end, so that a process that ends leaves a database that is closed.
struct Writer {
    writes: Option<mpsc::UnboundedSender<Write>>,
    thread: Option<JoinHandle<()>>,
}

struct Readers {
    free: Semaphore,
    connections: Mutex<Vec<Connection>>,
}

/// A database that was opened and found whole, and in which nothing was changed yet.
pub(crate) struct Found {
    path: PathBuf,
    connection: Connection,
}

impl Found {
    /// Opens the database in `directory`, making an empty one where there is none, and refusing one that is damaged.
    pub(crate) fn open(directory: &std::path::Path) -> std::result::Result<Self, OpenError> {
        let path = open::path_in(directory);
        let connection = open::open(&path)?;
        Ok(Self { path, connection })
    }

    /// What it says about its key.
    pub(crate) fn sealed(&self) -> std::result::Result<sealed::Sealed, OpenError> {
        sealed::look(&self.connection).map_err(|source| OpenError::Unusable {
            path: self.path.clone(),
            source,
        })
    }
}

impl Store {
    /// Brings what was found to the newest schema, and begins to work with it.
    pub(crate) fn start(found: Found) -> std::result::Result<Self, OpenError> {
        let Found { path, mut connection } = found;
        open::migrate(&mut connection, &path)?;
        let connections = (0..READERS)
            .map(|_| open::reader(&path))
            .collect::<std::result::Result<Vec<_>, _>>()?;
        let readers = Arc::new(Readers {
            free: Semaphore::new(READERS),
            connections: Mutex::new(connections),
        });
        let writer = Arc::new(Writer::spawn(connection).map_err(OpenError::Thread)?);
        Ok(Self { writer, readers })
    }

    /// Runs `change` in a transaction. When this returns `Ok`, the change survives a loss of power.
    pub(crate) async fn write<T, E>(
        &self,
        change: impl FnOnce(&Transaction<'_>) -> std::result::Result<T, E> + Send + 'static,
    ) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let write: Write = Box::new(move |connection| {
            // A caller that has gone does not undo what it asked for.
            let _gone = reply.send(transact(connection, change));
        });
        let writes = self.writer.writes.as_ref().ok_or(Error::Closed)?;
        writes.send(write).map_err(|_| Error::Closed)?;
        answer.await.map_err(|_| Error::Closed)?
    }

    /// Brings what the log holds into the database file, so that the file alone is whole.
    pub(crate) async fn settle(&self) -> Result<()> {
        let (reply, answer) = oneshot::channel();
        let write: Write = Box::new(move |connection| {
            let settled = connection.pragma_update(None, "wal_checkpoint", "TRUNCATE");
            // Nobody waits any more where the server was in a hurry.
            let _gone = reply.send(settled.map_err(Error::from));
        });
        let writes = self.writer.writes.as_ref().ok_or(Error::Closed)?;
        writes.send(write).map_err(|_| Error::Closed)?;
        answer.await.map_err(|_| Error::Closed)?
    }

    /// Runs `query` on a connection that cannot write.
    pub(crate) async fn read<T>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T>
    where
        T: Send + 'static,
    {
        let readers = Arc::clone(&self.readers);
        let _turn = self.readers.free.acquire().await.map_err(|_| Error::Closed)?;
        let read = tokio::task::spawn_blocking(move || {
            let connection = readers.lock().pop().ok_or(Error::Closed)?;
            let result = query(&connection);
            readers.lock().push(connection);
            result.map_err(Error::from)
        });
        read.await.map_err(|_| Error::Closed)?
    }
}

impl Readers {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn transact<T, E: From<Error>>(
    connection: &mut Connection,
    change: impl FnOnce(&Transaction<'_>) -> std::result::Result<T, E>,
) -> std::result::Result<T, E> {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(Error::from)?;
    let value = change(&transaction)?;
    transaction.commit().map_err(Error::from)?;
    Ok(value)
}

impl Writer {
    fn spawn(mut connection: Connection) -> std::io::Result<Self> {
        let (writes, mut queue) = mpsc::unbounded_channel::<Write>();
        let thread = std::thread::Builder::new().name("store-writer".into()).spawn(move || {
            while let Some(write) = queue.blocking_recv() {
                write(&mut connection);
            }
        })?;
        Ok(Self {
            writes: Some(writes),
            thread: Some(thread),
        })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.writes = None;
        // A write may itself hold the last clone: a thread does not wait for itself.
        let others = |thread: &JoinHandle<()>| thread.thread().id() != std::thread::current().id();
        if let Some(thread) = self.thread.take().filter(others) {
            // A write that panicked has been answered as such.
            let _panicked = thread.join();
        }
    }
}
