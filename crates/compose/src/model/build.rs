//! How an image is made.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::service::FileMount;
use super::values::{Bytes, Extensions, Hosts, TextList, Texts, Ulimit, Variables};

/// How an image is made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Build {
    /// The folder, or the address of one, that the build can see.
    pub context: String,
    /// The file with the instructions, seen from the context.
    pub dockerfile: String,
    /// The instructions themselves.
    pub dockerfile_inline: String,
    /// Rights that the build is given.
    pub entitlements: Vec<String>,
    /// Arguments of the instructions.
    pub args: Variables,
    /// Whether and which provenance is attested.
    pub provenance: String,
    /// Whether and which bill of materials is attested.
    pub sbom: String,
    /// SSH keys that the build may use.
    pub ssh: Variables,
    /// Labels of the image.
    pub labels: Texts,
    /// Where layers are taken from.
    pub cache_from: TextList,
    /// Where layers are put.
    pub cache_to: TextList,
    /// Whether nothing is taken from the cache.
    pub no_cache: bool,
    /// Further folders that the build can see, by name.
    pub additional_contexts: Texts,
    /// Whether the base image is always pulled.
    pub pull: bool,
    /// Names of hosts.
    pub extra_hosts: Hosts,
    /// Isolation, on Windows.
    pub isolation: String,
    /// The network of the build.
    pub network: String,
    /// The stage at which to stop.
    pub target: String,
    /// Secrets that the build may read.
    pub secrets: Vec<FileMount>,
    /// The size of `/dev/shm`.
    pub shm_size: Bytes,
    /// Further names of the image.
    pub tags: TextList,
    /// Limits of processes.
    pub ulimits: BTreeMap<String, Ulimit>,
    /// The platforms that it is made for.
    pub platforms: TextList,
    /// Whether the build has all rights.
    pub privileged: bool,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}
