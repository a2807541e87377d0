//! The one way out of the crate: who loads a compose file hands over a way to read files.

/// Reads files for a load. Paths are absolute, and written with `/`.
///
/// Who implements this decides what may be read: a server refuses what is outside a stack's folder, a browser knows
/// only what is in its editor.
pub trait Files {
    /// The bytes of a file, or [`FileError::TooLarge`] where it has more than `limit`.
    fn read(&self, path: &str, limit: usize) -> Result<Vec<u8>, FileError>;

    /// What a path leads to.
    fn kind(&self, path: &str) -> Option<FileKind>;

    /// The path with symbolic links resolved; as it is where that cannot be told.
    fn real_path(&self, path: &str) -> String {
        path.to_owned()
    }
}

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A file that can be read.
    File,
    /// A folder.
    Folder,
}

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It is not there.
    #[error("it is not there")]
    NotFound,
    /// It has more bytes than a load takes.
    #[error("it is larger than {limit} bytes")]
    TooLarge {
        /// How many it may have.
        limit: usize,
    },
    /// It is a folder.
    #[error("it is a folder")]
    Folder,
    /// It may not be read.
    #[error("{0}")]
    Denied(String),
    /// It could not be read.
    #[error("{0}")]
    Failed(String),
}

/// No files at all: for a text that stands alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _path: &str, _limit: usize) -> Result<Vec<u8>, FileError> {
        Err(FileError::NotFound)
    }

    fn kind(&self, _path: &str) -> Option<FileKind> {
        None
    }
}
