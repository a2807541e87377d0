//! What images, containers and volumes take on the disk, and taking some of it back.

use serde::{Deserialize, Serialize};

/// How many of a kind there are, and how much they take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Share {
    /// How many.
    pub count: u64,
    /// Bytes.
    pub bytes: u64,
}

/// What it all takes on the disk, everybody's things included. Podman looks at every file for it: this takes seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DiskUsage {
    /// Images. Before Podman 5, layers that several share count for each: this is the most that it can be.
    pub images: Share,
    /// What containers wrote to their own files.
    pub containers: Share,
    /// Volumes.
    pub volumes: Share,
    /// The bytes of the disk that holds Stardeck's data.
    pub total: u64,
    /// The bytes of that disk that are free.
    pub free: u64,
}

/// What to remove. Nothing goes that is not named here, and nothing that is in use or that this Stardeck did not make.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Prune {
    /// Images, by id or name. An image is nobody's: unused ones go, whoever fetched them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<String>,
    /// Volumes, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<String>,
    /// Networks, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<String>,
}

/// Something that was to be removed, and was or was not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PrunedItem {
    /// `image`, `volume` or `network`.
    pub kind: String,
    /// As it was named.
    pub name: String,
    /// Why it stays, as a sentence; absent where it is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<String>,
}

/// What became of what was to be removed, each for itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pruned {
    /// In the order in which they were removed: images, volumes, networks.
    pub items: Vec<PrunedItem>,
}
