//! The roots that somebody may browse, and what is done below them. It blocks.

use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use api::filesystem::{BrowseQuery, Entry, Folder, MOST_ENTRIES, Root, RootKind, Space};
use rustix::fs::{Access, AtFlags, Mode, accessat, fstatvfs, fsync, mkdirat};
use rustix::io::Errno;

use super::list::{self, Owners, Rank, below};
use super::walk::{self, Closed};
use crate::error::{Error, Result};

/// How many entries come when nobody says.
const USUAL_ENTRIES: u16 = 200;
/// How many names of a folder are read at most.
const MOST_NAMES: usize = 200_000;
/// The longest name.
const NAME_BYTES: usize = 255;

/// The folders that are shown to somebody.
#[derive(Debug)]
pub(super) struct Tree {
    roots: Vec<(PathBuf, RootKind)>,
    closed: Closed,
    most_names: usize,
}

/// A folder that was found.
struct Found {
    dir: OwnedFd,
    path: String,
    is_root: bool,
}

impl Tree {
    /// The tree below `roots`, without what is at `closed`.
    pub(super) fn new(roots: Vec<(PathBuf, RootKind)>, closed: &[PathBuf]) -> Self {
        Self {
            roots,
            closed: Closed::look_up(closed),
            most_names: MOST_NAMES,
        }
    }

    #[cfg(test)]
    pub(super) fn reading_at_most(self, most_names: usize) -> Self {
        Self { most_names, ..self }
    }

    /// Where browsing can begin.
    pub(super) fn roots(&self) -> Vec<Root> {
        let root = |(path, kind): &(PathBuf, RootKind)| {
            let space = self.open_root(path, *kind).and_then(|dir| fstatvfs(&dir)).ok();
            Root {
                path: path.to_string_lossy().into_owned(),
                kind: *kind,
                space: space.map(|space| Space {
                    total: space.f_blocks.saturating_mul(space.f_frsize),
                    free: space.f_bavail.saturating_mul(space.f_frsize),
                }),
            }
        };
        self.roots.iter().map(root).collect()
    }

    /// Whether `path` could be a root.
    pub(super) fn could_show(&self, path: &Path) -> bool {
        self.open_root(path, RootKind::Added).is_ok()
    }

    /// A part of a folder.
    pub(super) fn browse(&self, query: &BrowseQuery) -> Result<Folder> {
        let after = query.cursor.as_deref().map(|cursor| {
            Rank::decode(cursor).ok_or_else(|| Error::invalid("cursor", "That is not a cursor of this list."))
        });
        let after = after.transpose()?;
        let limit = query.limit.unwrap_or(USUAL_ENTRIES).clamp(1, MOST_ENTRIES);
        let found = self.find(&query.path)?;
        let refused = |errno| refusal(&query.path, errno);
        let dir = walk::readable(&found.dir).map_err(refused)?;
        let names = list::names(&dir, after.as_ref(), limit.into(), self.most_names).map_err(refused)?;
        let owners = Owners::read();
        let entry = |rank| list::entry(&dir, rank, &found.path, &self.closed, &owners);
        let parent = found.path.rsplit_once('/').map(|(parent, _)| match parent {
            "" => "/".to_owned(),
            parent => parent.to_owned(),
        });
        Ok(Folder {
            parent: parent.filter(|_| !found.is_root),
            writable: accessat(&dir, ".", Access::WRITE_OK | Access::EXEC_OK, AtFlags::EACCESS).is_ok(),
            items: names.ranks.iter().filter_map(entry).collect(),
            cursor: names.ranks.last().filter(|_| names.more).map(Rank::encode),
            truncated: names.truncated,
            path: found.path,
        })
    }

    /// Makes a folder in one that is there.
    pub(super) fn make(&self, path: &str) -> Result<Entry> {
        let (parent, name) = new_name(path)?;
        let found = self.find(parent)?;
        let refused = |errno| refusal(path, errno);
        let dir = walk::readable(&found.dir).map_err(refused)?;
        mkdirat(&dir, name, Mode::from_raw_mode(0o755)).map_err(refused)?;
        fsync(&dir).map_err(refused)?;
        let stat = walk::stat_at(&dir, name).map_err(refused)?;
        let path = below(&found.path, name);
        Ok(list::shown(name.to_owned(), Some(path), &stat, &Owners::read()))
    }

    /// The folder at `path`, from the root that is nearest to it.
    fn find(&self, path: &str) -> Result<Found> {
        let absent = || Error::not_found("folder", path);
        let names = walk::names(Path::new(path)).ok_or_else(absent)?;
        let beneath = |(root, kind): &(PathBuf, RootKind)| {
            let depth = walk::names(root).filter(|root| names.starts_with(root))?.len();
            Some((depth, root.clone(), *kind))
        };
        let nearest = self.roots.iter().filter_map(beneath).max();
        let (depth, root, kind) = nearest.ok_or_else(absent)?;
        let rest = &names[depth..];
        if rest.iter().any(|name| name.starts_with('.')) {
            return Err(absent());
        }
        let found = self
            .open_root(&root, kind)
            .and_then(|root| self.closed.walk(root, rest.iter().copied()));
        Ok(Found {
            dir: found.map_err(|errno| refusal(path, errno))?,
            path: format!("/{}", names.join("/")),
            is_root: rest.is_empty(),
        })
    }

    fn open_root(&self, path: &Path, kind: RootKind) -> rustix::io::Result<OwnedFd> {
        let names = walk::names(path).ok_or(Errno::NOENT)?;
        let nothing = Closed::default();
        // Stardeck's data directory is closed; its folder of stacks, which is in it, is not.
        let closed = if kind == RootKind::Stacks {
            &nothing
        } else {
            &self.closed
        };
        closed.walk(walk::top()?, names.into_iter())
    }
}

/// The folder that a new one is to be in, and the name of the new one, if it is a good one.
pub(super) fn new_name(path: &str) -> Result<(&str, &str)> {
    let (parent, name) = path
        .trim_end_matches('/')
        .rsplit_once('/')
        .ok_or_else(|| Error::not_found("folder", path))?;
    let bad = name.is_empty()
        || name.len() > NAME_BYTES
        || name.starts_with('.')
        || name.trim() != name
        || name.chars().any(char::is_control);
    if bad {
        return Err(Error::invalid(
            "path",
            format!(
                "The name of a folder is 1 to {NAME_BYTES} bytes, begins with no dot, neither begins nor ends with a space, and has no control characters."
            ),
        ));
    }
    Ok((parent, name))
}

fn refusal(path: &str, errno: Errno) -> Error {
    match errno {
        Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::XDEV | Errno::NAMETOOLONG | Errno::INVAL => {
            Error::not_found("folder", path)
        }
        Errno::ACCESS | Errno::PERM | Errno::ROFS => Error::Forbidden {
            need: "rights on that folder, which the user that Stardeck runs as does not have",
        },
        Errno::EXIST => Error::Conflict {
            code: "folder_exists",
            message: format!("There is something at {path} already."),
            hint: "Choose another name.",
        },
        Errno::NOSPC | Errno::DQUOT => Error::Conflict {
            code: "folder_disk_full",
            message: format!("There is no room left on the disk of {path}."),
            hint: "Free some space on it.",
        },
        errno => Error::File {
            what: "a folder that is shown",
            source: errno.into(),
        },
    }
}
