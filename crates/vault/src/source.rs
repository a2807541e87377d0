//! Where the key lies: a credential that the service manager hands over, or a file of its own that only its user reads.

use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::ring::Ring;

/// The credential's name in the directory of credentials.
const CREDENTIAL: &str = "master";
/// No file of keys is larger.
const LARGEST: u64 = 64 * 1024;

/// Where to look for the key.
#[derive(Clone, Debug)]
pub struct KeySource {
    /// The directory of credentials (`$CREDENTIALS_DIRECTORY`), where there is one; the credential `master` in it wins.
    pub credentials: Option<PathBuf>,
    /// The key's file, outside of what it is for: a copy of the database alone is to be useless.
    pub file: PathBuf,
}

impl KeySource {
    /// Where the key is read from.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.credential().unwrap_or_else(|| self.file.clone())
    }

    pub(crate) fn read_or_make(&self, must_exist: bool) -> Result<Ring> {
        if let Some(credential) = self.credential() {
            // Its rights are not looked at: the manager grants it by access lists, which show as a group's.
            let file = File::open(&credential).map_err(failed(&credential))?;
            let content = content(&credential, &file)?;
            let ring = Ring::from_bytes(&content).or_else(|| Ring::parse(&content));
            return ring.ok_or(Error::NotAKey { path: credential });
        }
        let path = &self.file;
        match File::open(path) {
            Ok(file) => read(path, &file),
            Err(error) if error.kind() == ErrorKind::NotFound && must_exist => {
                Err(Error::Missing { path: path.clone() })
            }
            Err(error) if error.kind() == ErrorKind::NotFound => self.make(),
            Err(error) => Err(failed(path)(error)),
        }
    }

    /// Writes the keys in place of the ones before: whoever reads finds these or those, whenever the power goes.
    pub(crate) fn replace(&self, ring: &Ring) -> Result<()> {
        if let Some(path) = self.credential() {
            return Err(Error::Credential { path });
        }
        let fresh = self.write_fresh(ring)?;
        fs::rename(&fresh, &self.file).map_err(failed(&self.file))?;
        self.sync_directory()
    }

    fn make(&self) -> Result<Ring> {
        let path = &self.file;
        if let Some(directory) = path.parent() {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(directory)
                .map_err(failed(path))?;
        }
        let fresh = self.write_fresh(&Ring::generate()?)?;
        // A link, unlike a rename, fails where another server has made the key in the meantime: that one counts then.
        let linked = fs::hard_link(&fresh, path);
        fs::remove_file(&fresh).map_err(failed(path))?;
        match linked {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(failed(path)(error)),
            _ => self.sync_directory()?,
        }
        read(path, &File::open(path).map_err(failed(path))?)
    }

    /// Writes the keys to a new file beside the right one, to the disk.
    fn write_fresh(&self, ring: &Ring) -> Result<PathBuf> {
        let mut name = self.file.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{:016x}", u64::from_ne_bytes(crate::random()?)));
        let fresh = self.file.with_file_name(name);
        let write = || -> io::Result<()> {
            let mut file = File::options().write(true).create_new(true).mode(0o600).open(&fresh)?;
            file.write_all(ring.text().as_bytes())?;
            file.sync_all()
        };
        write().map_err(failed(&self.file))?;
        Ok(fresh)
    }

    fn sync_directory(&self) -> Result<()> {
        let directory = self.file.parent().filter(|directory| !directory.as_os_str().is_empty());
        let directory = File::open(directory.unwrap_or(Path::new(".")));
        directory
            .and_then(|directory| directory.sync_all())
            .map_err(failed(&self.file))
    }

    fn credential(&self) -> Option<PathBuf> {
        let path = self.credentials.as_ref()?.join(CREDENTIAL);
        path.exists().then_some(path)
    }
}

fn read(path: &Path, file: &File) -> Result<Ring> {
    let meta = file.metadata().map_err(failed(path))?;
    let mode = meta.permissions().mode() & 0o7777;
    if !meta.is_file() {
        return Err(Error::NotAKey { path: path.to_owned() });
    }
    if mode & 0o077 != 0 {
        return Err(Error::Exposed {
            path: path.to_owned(),
            mode,
        });
    }
    Ring::parse(&content(path, file)?).ok_or_else(|| Error::NotAKey { path: path.to_owned() })
}

fn content(path: &Path, file: &File) -> Result<Zeroizing<Vec<u8>>> {
    let mut content = Zeroizing::new(Vec::with_capacity(4096));
    file.take(LARGEST).read_to_end(&mut content).map_err(failed(path))?;
    Ok(content)
}

fn failed(path: &Path) -> impl Fn(io::Error) -> Error + Clone {
    let path = path.to_owned();
    move |source| Error::File {
        path: path.clone(),
        source,
    }
}
