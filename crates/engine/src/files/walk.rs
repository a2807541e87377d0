//! From the root of the machine to a folder, one open folder after the other.
//!
//! No step follows a symbolic link, and none leads up; so whoever renames, links or mounts in between changes which
//! folder is found, and never that it is one below the root that was asked for. What is closed is known by what it is,
//! not by its name: another way to it is closed as well.

use std::collections::BTreeSet;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Mode, OFlags, ResolveFlags, Statx, StatxFlags, openat, openat2, statx};
use rustix::io::{Errno, Result};

/// What a file or folder is, whatever it is called: its device and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Identity(u32, u32, u64);

impl Identity {
    pub(super) fn of(stat: &Statx) -> Self {
        Self(stat.stx_dev_major, stat.stx_dev_minor, stat.stx_ino)
    }
}

/// Places that are shown to nobody, with all below them.
#[derive(Debug, Default)]
pub(super) struct Closed(BTreeSet<Identity>);

impl Closed {
    /// Those of `places` that are there.
    pub(super) fn look_up(places: &[PathBuf]) -> Self {
        let identity = |place: &PathBuf| statx(CWD, place, quietly(), StatxFlags::BASIC_STATS).ok();
        let found = places.iter().filter_map(identity);
        Self(found.map(|stat| Identity::of(&stat)).collect())
    }

    pub(super) fn has(&self, stat: &Statx) -> bool {
        self.0.contains(&Identity::of(stat))
    }

    /// Goes on from `dir` along `names`. What is closed is as if it were not there.
    pub(super) fn walk<'a>(&self, dir: OwnedFd, names: impl Iterator<Item = &'a str>) -> Result<OwnedFd> {
        let mut dir = dir;
        for name in names {
            dir = step(&dir, name)?;
            if self.has(&stat_of(&dir)?) {
                return Err(Errno::NOENT);
            }
        }
        Ok(dir)
    }
}

/// The root of the machine.
pub(super) fn top() -> Result<OwnedFd> {
    openat(CWD, "/", flags(), Mode::empty())
}

/// The names of an absolute path, if each of them is one.
pub(super) fn names(path: &Path) -> Option<Vec<&str>> {
    let names: Vec<&str> = path
        .to_str()?
        .strip_prefix('/')?
        .split('/')
        .filter(|name| !name.is_empty())
        .collect();
    let plain = |name: &&str| *name != "." && *name != ".." && !name.contains('\0');
    names.iter().all(plain).then_some(names)
}

/// Opens a folder for reading that was found.
pub(super) fn readable(dir: &OwnedFd) -> Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    openat(dir, ".", flags, Mode::empty())
}

/// What there is to know about `name` in `dir`, itself and not what it points to.
pub(super) fn stat_at(dir: impl AsFd, name: impl rustix::path::Arg) -> Result<Statx> {
    let flags = quietly() | AtFlags::SYMLINK_NOFOLLOW;
    statx(dir, name, flags, StatxFlags::BASIC_STATS)
}

fn stat_of(dir: &OwnedFd) -> Result<Statx> {
    statx(dir, "", quietly() | AtFlags::EMPTY_PATH, StatxFlags::BASIC_STATS)
}

/// Nothing is mounted for being looked at, and no server on the network is waited for where that can be helped.
fn quietly() -> AtFlags {
    AtFlags::NO_AUTOMOUNT | AtFlags::STATX_DONT_SYNC
}

/// The folder `name` in `dir`; neither a link nor anything else, which is not even opened.
fn step(dir: &OwnedFd, name: &str) -> Result<OwnedFd> {
    let beneath = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS | ResolveFlags::NO_SYMLINKS;
    match openat2(dir, name, flags(), Mode::empty(), beneath) {
        // A kernel or a filter without it: of a single name, which is neither `.` nor `..`, this says the same.
        Err(Errno::NOSYS | Errno::PERM) => openat(dir, name, flags(), Mode::empty()),
        opened => opened,
    }
}

fn flags() -> OFlags {
    OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC
}
