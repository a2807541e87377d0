//! Why the vault refuses.

use std::path::PathBuf;

/// What the vault answers with.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the vault refuses. What concerns the key says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something is sealed, and its key is not there.
    #[error(
        "the key {path} is missing, and without it what is encrypted cannot be read; put the file back, or name it with --key-file (no new one was made)"
    )]
    Missing {
        /// Where the key should be.
        path: PathBuf,
    },
    /// Others may read the key.
    #[error(
        "the key {path} may be read by others (mode {mode:04o}); `chmod 600` it, and if somebody may have read it, rotate it with `stardeck admin rotate-key`"
    )]
    Exposed {
        /// The key's file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The file does not hold a key.
    #[error("{path} does not hold a key; put the right file back, or name it with --key-file")]
    NotAKey {
        /// The file.
        path: PathBuf,
    },
    /// The key's file cannot be read or written.
    #[error("the key {path} cannot be read or written; look at the rights of the file and its directory")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The key was handed over by the service manager: it is changed there.
    #[error(
        "the key is the credential {path}, which its owner changes: put a new key on a line before the old one there"
    )]
    Credential {
        /// The credential.
        path: PathBuf,
    },
    /// The record was sealed under a key that is not on the ring.
    #[error("that was encrypted under another key")]
    UnknownKey,
    /// The record is damaged, or stands in another place than it was sealed for.
    #[error("what is encrypted is damaged, or was moved from its place")]
    Damaged,
    /// The system gives no random bytes.
    #[error("the system gives no random bytes")]
    NoRandomness,
}
