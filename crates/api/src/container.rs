//! Containers as they are listed and inspected.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::system::PodmanState;
use crate::time::Timestamp;

/// What a container is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ContainerState {
    /// Made, and never started.
    Created,
    /// Its process runs.
    Running,
    /// Its processes are frozen.
    Paused,
    /// Stopped on request, on its way to be.
    Stopping,
    /// Its process ended.
    Exited,
    /// It is being removed.
    Removing,
    /// Podman says something that Stardeck does not know.
    Unknown,
}

impl ContainerState {
    /// Whether there is a process.
    #[must_use]
    pub fn is_up(self) -> bool {
        matches!(self, Self::Running | Self::Paused | Self::Stopping)
    }
}

/// What a container's own health check says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// No verdict yet.
    Starting,
    /// The last check was fine.
    Healthy,
    /// Too many checks in a row were not.
    Unhealthy,
}

/// A published port.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Port {
    /// The address on the machine; empty means every address.
    pub host_address: String,
    /// The port on the machine.
    pub host_port: u16,
    /// The port in the container.
    pub container_port: u16,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: String,
}

/// A container as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Container {
    /// Podman's id, whole.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The image, as it was asked for.
    pub image: String,
    /// What it is doing.
    pub state: ContainerState,
    /// What its health check says; absent where it has none, or is down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
    /// When it was made.
    pub created: Timestamp,
    /// When its process started last; absent if never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    /// When its process ended last; absent while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<Timestamp>,
    /// How its process ended last; absent while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// The ports that it publishes.
    pub ports: Vec<Port>,
    /// The stack that it belongs to, ours or another tool's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
    /// The service of that stack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Not made by this Stardeck: shown to administrators, changed only at their explicit word.
    pub foreign: bool,
}

/// Where a container keeps data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Mount {
    /// `volume`, `bind` or `tmpfs`.
    pub kind: String,
    /// The volume's name, or the path on the machine.
    pub source: String,
    /// The path in the container.
    pub target: String,
    /// Whether it may only be read.
    pub read_only: bool,
}

/// A container, looked at closely. Values of its environment are not shown: they may be secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContainerDetail {
    /// What the list says of it.
    #[serde(flatten)]
    pub container: Container,
    /// The image's id.
    pub image_id: String,
    /// The command that runs.
    pub command: Vec<String>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// The names of its environment variables.
    pub environment: Vec<String>,
    /// Where it keeps data.
    pub mounts: Vec<Mount>,
    /// The networks that it is on.
    pub networks: Vec<String>,
    /// Podman's restart policy, such as `unless-stopped`; empty where there is none.
    pub restart_policy: String,
    /// How often Podman restarted it.
    pub restarts: u32,
}

/// The containers, and the point of the event stream that the list stands at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContainerList {
    /// The containers of this part of the list, by name.
    pub items: Vec<Container>,
    /// Where the next part starts; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// The number of the last event that this list includes.
    pub sequence: u64,
    /// Whether Podman answers; where it does not, the list is what was known last.
    pub podman: PodmanState,
}

/// What to remove along with a container.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(default, deny_unknown_fields)]
pub struct RemoveContainer {
    /// Stop it first if it runs; without this a running container is refused.
    pub stop: bool,
}
