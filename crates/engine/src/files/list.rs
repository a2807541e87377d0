//! What is in a folder: read whole, kept in part, looked at closely in smaller part.

use std::collections::{BTreeSet, HashMap};
use std::ffi::CString;
use std::os::fd::OwnedFd;

use api::filesystem::{Entry, EntryKind};
use api::time::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustix::fs::{Dir, FileType, Statx};
use rustix::io::Result;

use super::walk::{Closed, stat_at};

/// Where an entry stands in the order: folders first, then by name without regard to case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    other: bool,
    lower: Vec<u8>,
    name: CString,
}

impl Rank {
    fn new(other: bool, name: CString) -> Self {
        Self {
            other,
            lower: name.to_bytes().to_ascii_lowercase(),
            name,
        }
    }

    /// As a cursor.
    pub(super) fn encode(&self) -> String {
        let mut bytes = vec![u8::from(self.other)];
        bytes.extend(self.name.to_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// A cursor that this program gave.
    pub(super) fn decode(cursor: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (other, name) = bytes.split_first()?;
        Some(Self::new(*other != 0, CString::new(name).ok()?))
    }
}

/// The entries of a folder that come after a place in the order, in order.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) ranks: BTreeSet<Rank>,
    /// Whether there are more after them.
    pub(super) more: bool,
    /// Whether the folder has more names than are ever read.
    pub(super) truncated: bool,
}

/// Reads up to `most` names of `dir`, and keeps the first `limit` of those after `after`. Hidden ones are passed over.
pub(super) fn names(dir: &OwnedFd, after: Option<&Rank>, limit: usize, most: usize) -> Result<Names> {
    let mut names = Names {
        ranks: BTreeSet::new(),
        more: false,
        truncated: false,
    };
    let mut entries = Dir::read_from(dir)?;
    let mut read = 0;
    while let Some(entry) = entries.read() {
        let entry = entry?;
        if read == most {
            names.truncated = true;
            break;
        }
        read += 1;
        if entry.file_name().to_bytes().starts_with(b".") {
            continue;
        }
        let kind = match entry.file_type() {
            // Some file systems do not say it in passing.
            FileType::Unknown => stat_at(dir, entry.file_name()).map_or(FileType::Unknown, |stat| kind_of(&stat)),
            kind => kind,
        };
        let rank = Rank::new(kind != FileType::Directory, entry.file_name().to_owned());
        if after.is_some_and(|after| rank <= *after) {
            continue;
        }
        names.ranks.insert(rank);
        if names.ranks.len() > limit {
            names.ranks.pop_last();
            names.more = true;
        }
    }
    Ok(names)
}

/// How an entry looks; absent where it has gone meanwhile, or is closed.
pub(super) fn entry(dir: &OwnedFd, rank: &Rank, at: &str, closed: &Closed, owners: &Owners) -> Option<Entry> {
    let stat = stat_at(dir, rank.name.as_c_str()).ok()?;
    if closed.has(&stat) {
        return None;
    }
    let bytes = rank.name.to_bytes();
    let text = std::str::from_utf8(bytes).ok();
    Some(shown(
        text.map_or_else(|| escaped(bytes), str::to_owned),
        text.map(|name| below(at, name)),
        &stat,
        owners,
    ))
}

/// An entry of that name, at that path.
pub(super) fn shown(name: String, path: Option<String>, stat: &Statx, owners: &Owners) -> Entry {
    let kind = match kind_of(stat) {
        FileType::Directory => EntryKind::Folder,
        FileType::RegularFile => EntryKind::File,
        FileType::Symlink => EntryKind::Link,
        _ => EntryKind::Other,
    };
    let (seconds, nanoseconds) = (stat.stx_mtime.tv_sec, i64::from(stat.stx_mtime.tv_nsec));
    let milliseconds = seconds.saturating_mul(1000).saturating_add(nanoseconds / 1_000_000);
    Entry {
        name,
        path,
        kind,
        size: (kind == EntryKind::File).then_some(stat.stx_size),
        modified: Timestamp(milliseconds),
        owner: owners.name(stat.stx_uid),
        permissions: permissions(stat.stx_mode),
    }
}

/// The path of `name` in the folder at `path`.
pub(super) fn below(path: &str, name: &str) -> String {
    format!("{}/{name}", path.trim_end_matches('/'))
}

fn kind_of(stat: &Statx) -> FileType {
    FileType::from_raw_mode(stat.stx_mode.into())
}

fn permissions(mode: u16) -> String {
    let bit = |place: usize| mode & (0o400 >> place) != 0;
    let letters = "rwxrwxrwx".chars().enumerate();
    letters
        .map(|(place, letter)| if bit(place) { letter } else { '-' })
        .collect()
}

fn escaped(name: &[u8]) -> String {
    let mut text = String::new();
    for chunk in name.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

/// The names of the machine's users.
#[derive(Debug, Default)]
pub(super) struct Owners(HashMap<u32, String>);

impl Owners {
    /// Those that are in the machine's own list.
    pub(super) fn read() -> Self {
        let list = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        let name = |line: &str| {
            let mut fields = line.split(':');
            let (name, number) = (fields.next()?, fields.nth(1)?);
            Some((number.parse().ok()?, name.to_owned()))
        };
        Self(list.lines().filter_map(name).collect())
    }

    fn name(&self, number: u32) -> String {
        self.0.get(&number).cloned().unwrap_or_else(|| number.to_string())
    }
}
