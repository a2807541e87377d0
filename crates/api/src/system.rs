//! The machine, Podman, and whether they are well.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// Whether Podman answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PodmanState {
    /// Not tried yet.
    Connecting,
    /// It answers, and its events are followed.
    Connected,
    /// Its socket is missing or refuses.
    Unreachable,
    /// It takes calls and does not answer them.
    NotResponding,
}

/// Podman as it was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Podman {
    /// Whether it answers.
    pub state: PodmanState,
    /// Its version; absent until it has answered once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Whether it runs without root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rootless: Option<bool>,
    /// What it cannot do on this machine, each as a sentence with what follows from it.
    pub limits: Vec<String>,
}

/// The machine that Stardeck runs on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Host {
    /// Its name.
    pub name: String,
    /// Its operating system, as it calls itself.
    pub os: String,
    /// Its kernel.
    pub kernel: String,
    /// How many processors it has.
    pub cpus: u32,
    /// Its memory in bytes.
    pub memory: u64,
    /// The bytes of memory that are in use.
    pub memory_used: u64,
    /// The load of the last minute, in hundredths.
    pub load: u32,
}

/// What this is and where it runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct System {
    /// The server's version.
    pub version: String,
    /// The identity of this Stardeck, which its containers carry as a label.
    pub deck: String,
    /// When the server started.
    pub started: Timestamp,
    /// Podman.
    pub podman: Podman,
    /// The machine.
    pub host: Host,
}

/// The reply to a health probe: no detail, as it needs no login.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HealthReply {
    /// `ok`, or one word for what is not.
    pub status: String,
}
