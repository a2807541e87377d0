//! Folders of the machine, as far as they are shown: to choose one, and to make one.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// The most entries of a folder that come at once.
pub const MOST_ENTRIES: u16 = 1000;

/// Where browsing can begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Filesystem {
    /// The folders that are shown to the asker, with all below them.
    pub roots: Vec<Root>,
}

/// Why a folder is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RootKind {
    /// It is Stardeck's own folder of stacks.
    Stacks,
    /// It is the home of the user that Stardeck runs as.
    Home,
    /// An administrator added it in the settings.
    Added,
}

/// A folder that browsing can begin at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Root {
    /// Where it is.
    pub path: String,
    /// Why it is shown.
    pub kind: RootKind,
    /// The room on its disk; absent where it is not there now, as a disk that is not plugged in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub space: Option<Space>,
}

/// The room on a disk, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Space {
    /// All of it.
    pub total: u64,
    /// What Stardeck's user may still fill.
    pub free: u64,
}

/// The part of a folder that is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(default, deny_unknown_fields)]
pub struct BrowseQuery {
    /// The folder: a root, or one below a root.
    pub path: String,
    /// At most this many entries; 1 to 1000, 200 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u16>,
    /// The `cursor` of the part before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A part of what is in a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Folder {
    /// Where it is.
    pub path: String,
    /// The folder that it is in; absent for a root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Whether Stardeck's user may make folders in it.
    pub writable: bool,
    /// What is in it: folders first, then by name. Hidden entries and closed places are left out.
    pub items: Vec<Entry>,
    /// Where the next part starts; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Whether there is so much in it that some was never looked at.
    pub truncated: bool,
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// A folder.
    Folder,
    /// A file.
    File,
    /// A symbolic link. It is shown and never followed.
    Link,
    /// A device, a socket, a pipe. It is shown and never opened.
    Other,
}

/// Something in a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Entry {
    /// Its name; bytes that are no text stand as `\xNN`.
    pub name: String,
    /// Where it is; absent where its name is no text, and it cannot be chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What it is.
    pub kind: EntryKind,
    /// How large a file is, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// When it was last changed.
    pub modified: Timestamp,
    /// Whose it is: a name, or a number where the machine has no name for it.
    pub owner: String,
    /// Who may read, write and enter it, as in `rwxr-x---`.
    pub permissions: String,
}

/// Makes a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MakeFolder {
    /// Where; what it is to be in is there already.
    pub path: String,
}
