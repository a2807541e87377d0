//! How a service is run, how much it may use, and how it is developed.

use serde::{Deserialize, Serialize};

use super::service::Hook;
use super::values::{Bytes, DeviceCount, Duration, Extensions, TextList, Texts};

/// How a service is run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Deploy {
    /// `replicated`, `global` or a kind of job.
    pub mode: String,
    /// How many containers.
    pub replicas: Option<i64>,
    /// Labels of the service.
    pub labels: Texts,
    /// How an update goes.
    pub update_config: Option<UpdateConfig>,
    /// How an update is taken back.
    pub rollback_config: Option<UpdateConfig>,
    /// What it may use.
    pub resources: Resources,
    /// When a container is started again.
    pub restart_policy: Option<RestartPolicy>,
    /// On which machines.
    pub placement: Placement,
    /// How it is reached.
    pub endpoint_mode: String,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}

/// How an update goes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateConfig {
    /// How many containers at a time.
    pub parallelism: Option<u64>,
    /// How long to wait between them.
    pub delay: Duration,
    /// What to do where it fails.
    pub failure_action: String,
    /// How long to watch for failures.
    pub monitor: Duration,
    /// How many failures are too many.
    pub max_failure_ratio: f32,
    /// Whether the new container starts before the old one stops.
    pub order: String,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}

/// What a service may use.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Resources {
    /// At the most.
    pub limits: Option<Resource>,
    /// At the least.
    pub reservations: Option<Resource>,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}

/// An amount of what a machine has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Resource {
    /// Processors.
    pub cpus: f32,
    /// Memory.
    pub memory: Bytes,
    /// Processes.
    pub pids: i64,
    /// Devices.
    pub devices: Vec<DeviceRequest>,
    /// Things that a machine is said to have.
    pub generic_resources: Vec<GenericResource>,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}

/// Devices that a service needs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeviceRequest {
    /// What they can do, such as `gpu`.
    pub capabilities: Vec<String>,
    /// What drives them.
    pub driver: String,
    /// How many.
    pub count: DeviceCount,
    /// Which ones.
    pub device_ids: Vec<String>,
    /// Options of the driver.
    pub options: Texts,
}

/// Something that a machine is said to have.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GenericResource {
    /// Something that is counted.
    pub discrete_resource_spec: Option<DiscreteResource>,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}

/// A number of something.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DiscreteResource {
    /// Of what.
    pub kind: String,
    /// How many.
    pub value: i64,
}

/// When a container is started again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RestartPolicy {
    /// `none`, `on-failure` or `any`.
    pub condition: String,
    /// How long to wait before.
    pub delay: Option<Duration>,
    /// How often.
    pub max_attempts: Option<u64>,
    /// How long a container must run to count as started.
    pub window: Option<Duration>,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}

/// On which machines a service runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Placement {
    /// What a machine must be.
    pub constraints: Vec<String>,
    /// What it had better be.
    pub preferences: Vec<Preference>,
    /// How many containers on one machine.
    pub max_replicas_per_node: u64,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}

/// What a machine had better be.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preference {
    /// The label over whose values containers are spread.
    pub spread: String,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}

/// How a service is developed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Develop {
    /// What to do when files change.
    pub watch: Vec<Watch>,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}

/// What to do when files change.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Watch {
    /// Where the files are.
    pub path: String,
    /// What to do.
    pub action: String,
    /// Where they go in the container.
    pub target: String,
    /// What to run then.
    pub exec: Hook,
    /// Which files count.
    pub include: TextList,
    /// Which files do not.
    pub ignore: TextList,
    /// Whether files are copied at the start.
    pub initial_sync: bool,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}
