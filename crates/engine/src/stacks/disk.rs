//! Stacks on the disk: `stacks/NAME/compose.yaml` and `.env`, plain files that any editor may change.
//!
//! Folders and files are opened without following a symbolic link, so that a name never leads elsewhere. What is
//! written is whole or not there, and on the disk before it is answered.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use api::name::StackName;
use api::stack::StackFiles;
use rustix::fs::{AtFlags, Mode, OFlags, mkdirat, openat, renameat, unlinkat};
use rustix::io::Errno;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// The names of the two files.
const COMPOSE: &str = "compose.yaml";
const ENV: &str = ".env";

/// The folder of all stacks.
#[derive(Clone, Debug)]
pub(crate) struct Disk {
    root: PathBuf,
}

impl Disk {
    pub(crate) fn new(data_dir: &Path) -> Self {
        // Podman and compose files name it, so it is absolute.
        let data_dir = std::path::absolute(data_dir).unwrap_or_else(|_| data_dir.to_owned());
        Self {
            root: data_dir.join("stacks"),
        }
    }

    /// The folder of all stacks.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Makes the folder of all stacks where there is none.
    pub(crate) fn make_root(&self) -> std::io::Result<()> {
        make(rustix::fs::CWD, &self.root)
    }

    /// The folder of one stack.
    pub(crate) fn home(&self, name: &StackName) -> PathBuf {
        self.root.join(name.as_str())
    }

    /// The files of a stack.
    pub(crate) fn read(&self, name: &StackName) -> Result<StackFiles> {
        let folder = self.folder(name).map_err(failed)?;
        let compose = text(&folder, COMPOSE)?.unwrap_or_default();
        let env = text(&folder, ENV)?.unwrap_or_default();
        Ok(StackFiles {
            version: version(&compose, &env),
            compose,
            env,
        })
    }

    /// Writes the files of a stack, and makes its folder where there is none.
    pub(crate) fn write(&self, name: &StackName, compose: &str, env: &str) -> Result<StackFiles> {
        let write = || -> std::io::Result<()> {
            make(rustix::fs::CWD, &self.root)?;
            let root = folder_at(rustix::fs::CWD, &self.root)?;
            make(&root, Path::new(name.as_str()))?;
            rustix::fs::fsync(&root)?;
            let folder = folder_at(&root, Path::new(name.as_str()))?;
            replace(&folder, COMPOSE, compose.as_bytes())?;
            replace(&folder, ENV, env.as_bytes())?;
            Ok(rustix::fs::fsync(&folder)?)
        };
        write().map_err(failed)?;
        Ok(StackFiles {
            version: version(compose, env),
            compose: compose.to_owned(),
            env: env.to_owned(),
        })
    }

    /// Writes files beside the two, whose paths were [checked](beside). Folders on the way are made, links not followed.
    pub(crate) fn write_beside(&self, name: &StackName, files: &BTreeMap<String, Vec<u8>>) -> Result<()> {
        let write = || -> std::io::Result<()> {
            for (path, bytes) in files {
                let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
                let mut folder = self.folder(name)?;
                for part in folders.split('/').filter(|part| !part.is_empty()) {
                    make(&folder, Path::new(part))?;
                    rustix::fs::fsync(&folder)?;
                    folder = folder_at(&folder, Path::new(part))?;
                }
                replace(&folder, file, bytes)?;
                rustix::fs::fsync(&folder)?;
            }
            Ok(())
        };
        write().map_err(failed)
    }

    /// A file beside the two; `None` where there is none, or where a link stands in the way.
    pub(crate) fn read_beside(&self, name: &StackName, path: &str) -> Option<Vec<u8>> {
        let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
        let mut folder = self.folder(name).ok()?;
        for part in folders.split('/').filter(|part| !part.is_empty()) {
            folder = folder_at(&folder, Path::new(part)).ok()?;
        }
        bytes(&folder, file).ok()?
    }

    /// Removes the files of a stack, and its folder where nothing else is in it: what a service keeps there stays.
    pub(crate) fn remove(&self, name: &StackName) -> Result<()> {
        let remove = || -> std::io::Result<()> {
            let folder = match self.folder(name) {
                Ok(folder) => folder,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
                Err(error) => return Err(error),
            };
            for file in [COMPOSE, ENV] {
                absent_is_fine(unlinkat(&folder, file, AtFlags::empty()))?;
            }
            rustix::fs::fsync(&folder)?;
            let root = folder_at(rustix::fs::CWD, &self.root)?;
            match unlinkat(&root, name.as_str(), AtFlags::REMOVEDIR) {
                Err(Errno::NOTEMPTY | Errno::EXIST) => Ok(()),
                result => absent_is_fine(result),
            }
        };
        remove().map_err(failed)
    }

    fn folder(&self, name: &StackName) -> std::io::Result<OwnedFd> {
        let root = folder_at(rustix::fs::CWD, &self.root)?;
        folder_at(&root, Path::new(name.as_str()))
    }
}

/// What changes with every byte of either text.
pub(crate) fn version(compose: &str, env: &str) -> String {
    let mut hash = Sha256::new();
    hash.update((compose.len() as u64).to_be_bytes());
    hash.update(compose);
    hash.update(env);
    data_encoding::HEXLOWER.encode(&hash.finalize()[..16])
}

fn folder_at(at: impl std::os::fd::AsFd, path: &Path) -> std::io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(openat(at, path, flags, Mode::empty())?)
}

fn make(at: impl std::os::fd::AsFd, path: &Path) -> std::io::Result<()> {
    match mkdirat(at, path, Mode::RWXU) {
        Err(Errno::EXIST) => Ok(()),
        result => Ok(result?),
    }
}

/// Checks where a file beside the two is to lie: in the folder of the stack, under a plain name, and not where Stardeck
/// keeps something itself.
pub(crate) fn beside(path: &str) -> Result<()> {
    let parts: Vec<&str> = path.split('/').collect();
    let plain = |part: &&str| {
        let named = !part.is_empty() && !matches!(*part, "." | "..") && part.len() <= 200;
        named && !part.contains(['\0', '\\']) && !part.ends_with(".new")
    };
    let own = matches!(path, COMPOSE | ENV) || parts[0] == crate::spec::KEPT;
    if own || parts.len() > 16 || !parts.iter().all(plain) {
        let message = format!("{path:?} is not a path of a file beside compose.yaml and .env.");
        return Err(Error::invalid("files", message));
    }
    Ok(())
}

/// The text of a file; `None` where there is none.
fn text(folder: &OwnedFd, name: &'static str) -> Result<Option<String>> {
    let Some(bytes) = bytes(folder, name)? else {
        return Ok(None);
    };
    let text = String::from_utf8(bytes);
    text.map(Some)
        .map_err(|_| Error::invalid("compose", format!("{name} on the disk is not UTF-8 text.")))
}

/// What is in a file; `None` where there is none.
fn bytes(folder: &OwnedFd, name: &str) -> Result<Option<Vec<u8>>> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let file = match openat(folder, name, flags, Mode::empty()) {
        Ok(file) => File::from(file),
        Err(Errno::NOENT) => return Ok(None),
        Err(error) => return Err(failed(error.into())),
    };
    let most = compose::limits::FILE_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 == most {
        return Err(Error::invalid("compose", format!("{name} on the disk is too large.")));
    }
    Ok(Some(bytes))
}

/// Gives a file a new text, so that whoever reads it sees the old one or the new one.
fn replace(folder: &OwnedFd, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let fresh = format!("{name}.new");
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut file = File::from(openat(folder, &fresh, flags, Mode::RUSR | Mode::WUSR)?);
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(renameat(folder, &fresh, folder, name)?)
}

fn absent_is_fine(result: rustix::io::Result<()>) -> std::io::Result<()> {
    match result {
        Err(Errno::NOENT) => Ok(()),
        result => Ok(result?),
    }
}

fn failed(source: std::io::Error) -> Error {
    Error::File {
        what: "the files of a stack",
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disk() -> (tempfile::TempDir, Disk, StackName) {
        let directory = tempfile::tempdir().unwrap();
        let disk = Disk::new(directory.path());
        (directory, disk, StackName::parse("web").unwrap())
    }

    #[test]
    fn what_is_written_is_read_and_nobody_else_may() {
        use std::os::unix::fs::PermissionsExt;
        let (_directory, disk, name) = disk();
        let written = disk.write(&name, "services: {}\n", "A=1\n").unwrap();
        assert_eq!(disk.read(&name).unwrap(), written);
        let mode = |path: PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(disk.home(&name)), 0o700);
        assert_eq!(mode(disk.home(&name).join(".env")), 0o600);
        assert_ne!(
            disk.write(&name, "services: {}\n", "A=2\n").unwrap().version,
            written.version
        );
        assert_ne!(version("a", "b"), version("ab", ""), "the two texts are told apart");
    }

    #[test]
    fn removing_keeps_what_is_not_ours() {
        let (_directory, disk, name) = disk();
        disk.write(&name, "services: {}\n", "").unwrap();
        std::fs::write(disk.home(&name).join("data"), "dear").unwrap();
        disk.remove(&name).unwrap();
        assert!(disk.home(&name).join("data").exists() && !disk.home(&name).join("compose.yaml").exists());
        std::fs::remove_file(disk.home(&name).join("data")).unwrap();
        disk.remove(&name).unwrap();
        assert!(!disk.home(&name).exists());
        disk.remove(&name).unwrap();
    }

    #[test]
    fn files_beside_stay_inside() {
        let (directory, disk, name) = disk();
        disk.write(&name, "services: {}\n", "").unwrap();
        let file = |path: &str| BTreeMap::from([(path.to_owned(), b"x".to_vec())]);
        beside("conf/web/site.conf").unwrap();
        disk.write_beside(&name, &file("conf/web/site.conf")).unwrap();
        assert_eq!(disk.read_beside(&name, "conf/web/site.conf").unwrap(), b"x");
        for path in [
            "",
            "/etc/passwd",
            "../x",
            "a/../../x",
            "a//b",
            ".env",
            "compose.yaml",
            ".stardeck/x",
            "a/",
            "a.new",
        ] {
            assert!(beside(path).is_err(), "{path}");
        }
        std::os::unix::fs::symlink(directory.path(), disk.home(&name).join("link")).unwrap();
        assert!(disk.write_beside(&name, &file("link/x")).is_err());
        assert!(!directory.path().join("x").exists());
    }

    #[test]
    fn a_link_is_not_followed() {
        let (directory, disk, name) = disk();
        disk.write(&name, "services: {}\n", "").unwrap();
        std::fs::remove_file(disk.home(&name).join(".env")).unwrap();
        std::fs::write(directory.path().join("secret"), "x").unwrap();
        std::os::unix::fs::symlink(directory.path().join("secret"), disk.home(&name).join(".env")).unwrap();
        assert!(disk.read(&name).is_err());
        let other = StackName::parse("other").unwrap();
        std::os::unix::fs::symlink(disk.home(&name), disk.home(&other)).unwrap();
        assert!(disk.read(&other).is_err() && disk.write(&other, "x", "").is_err());
    }
}
