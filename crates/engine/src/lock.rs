//! One server a data directory: a lock that the kernel takes back when its holder ends, however it ends.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

/// The held lock.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why the lock was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody has it.
    #[error(
        "another Stardeck (process {holder}) uses the data directory {directory}; stop it first, or choose another with --data-dir"
    )]
    Held {
        /// The process, as it wrote itself.
        holder: String,
        /// The data directory.
        directory: PathBuf,
    },
    /// The file system does not do it.
    #[error("the lock {path} could not be taken; the data directory must be on a file system with locks")]
    Failed {
        /// The lock's file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
}

impl Lock {
    /// Takes the lock of `directory`, at once or not at all.
    pub fn take(directory: &Path) -> Result<Self, LockError> {
        let path = directory.join("lock");
        let failed = |source| LockError::Failed {
            path: path.clone(),
            source,
        };
        let mut options = File::options();
        let mut file = options
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(failed)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => {
                let mut holder = String::new();
                let read = file.read_to_string(&mut holder);
                let holder = read
                    .ok()
                    .map(|_| holder.trim().to_owned())
                    .filter(|text| !text.is_empty());
                let holder = holder.unwrap_or_else(|| "unknown".into());
                return Err(LockError::Held {
                    holder,
                    directory: directory.to_owned(),
                });
            }
            Err(error) => return Err(failed(error.into())),
        }
        let written = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()));
        written.map_err(failed)?;
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_the_first_is() {
        let directory = tempfile::tempdir().unwrap();
        let first = Lock::take(directory.path()).unwrap();
        let refused = Lock::take(directory.path()).unwrap_err().to_string();
        assert!(
            refused.contains(&format!("process {}", std::process::id())),
            "{refused}"
        );
        drop(first);
        Lock::take(directory.path()).unwrap();
    }
}
