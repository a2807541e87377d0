//! Volumes: where containers keep data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::thing::{Owner, UsedBy};
use crate::time::Timestamp;

/// A volume as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Volume {
    /// Its name.
    pub name: String,
    /// What keeps it, mostly `local`.
    pub driver: String,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// Who made it.
    pub owner: Owner,
    /// The stack that it was made for, ours or another tool's. It outlives the stack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
    /// Whether Podman made it for one container without being given a name.
    pub anonymous: bool,
    /// Its size in bytes as the last look at the disk found it (`/system/disk`); absent before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Whether a container uses it, also one that the asker may not see; such a volume is not removed.
    pub in_use: bool,
    /// The containers that use it, stopped ones too, as far as the asker may see them.
    pub used_by: Vec<UsedBy>,
}

/// A volume, looked at closely.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VolumeDetail {
    /// What the list says of it.
    #[serde(flatten)]
    pub volume: Volume,
    /// Where it is on the machine.
    pub mountpoint: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// The names of its driver's options; their values may be secrets.
    pub options: Vec<String>,
}

/// A volume to be made. It is one of Podman's own; what has driver options is made by a stack, under its policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateVolume {
    /// Its name: a letter or digit, then letters, digits, `.`, `_` and `-`.
    pub name: String,
}
