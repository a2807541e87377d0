//! A service.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::build::Build;
use super::deploy::{Deploy, Develop, DeviceRequest};
use super::values::{
    Bytes, Command, Duration, Extensions, FileMode, Hosts, Test, TextList, TextLists, Texts, Ulimit, Variables,
};

/// A service: how to make and run a container.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Service {
    /// The profiles that enable it; without any it is always enabled.
    pub profiles: Vec<String>,
    /// Annotations of the container.
    pub annotations: Texts,
    /// Whether its log is shown at the terminal.
    pub attach: Option<bool>,
    /// How its image is made.
    pub build: Option<Build>,
    /// How it is developed.
    pub develop: Option<Develop>,
    /// How it shares block devices.
    pub blkio_config: Option<Blkio>,
    /// Capabilities that it is given.
    pub cap_add: Vec<String>,
    /// Capabilities that are taken from it.
    pub cap_drop: Vec<String>,
    /// The cgroup above that of the container.
    pub cgroup_parent: String,
    /// The cgroup namespace.
    pub cgroup: String,
    /// Processors, on Windows.
    pub cpu_count: i64,
    /// Share of the processors, on Windows.
    pub cpu_percent: f32,
    /// The period of the processor quota.
    pub cpu_period: i64,
    /// The processor quota.
    pub cpu_quota: i64,
    /// The period of the real-time quota.
    pub cpu_rt_period: i64,
    /// The real-time quota.
    pub cpu_rt_runtime: i64,
    /// How many processors.
    pub cpus: f32,
    /// Which processors.
    pub cpuset: String,
    /// The weight beside other containers.
    pub cpu_shares: i64,
    /// What to run instead of the image's command.
    pub command: Option<Command>,
    /// Configs that it reads.
    pub configs: Vec<FileMount>,
    /// The name of the container.
    pub container_name: String,
    /// Credentials, on Windows.
    pub credential_spec: Option<CredentialSpec>,
    /// The services that it needs.
    pub depends_on: BTreeMap<String, Dependency>,
    /// How it is run.
    pub deploy: Option<Deploy>,
    /// Rules for devices.
    pub device_cgroup_rules: Vec<String>,
    /// Devices.
    pub devices: Vec<Device>,
    /// Name servers.
    pub dns: TextList,
    /// Options of the resolver.
    pub dns_opt: Vec<String>,
    /// Domains to search.
    pub dns_search: TextList,
    /// The domain name of the container.
    pub domainname: String,
    /// What to run instead of the image's entry point.
    pub entrypoint: Option<Command>,
    /// A program outside that stands for the service.
    pub provider: Option<Provider>,
    /// Variables of the container.
    pub environment: Variables,
    /// Files with variables. Empty in a loaded project, where their variables are in `environment`.
    pub env_file: Vec<EnvFile>,
    /// Ports that other containers may use.
    pub expose: TextList,
    /// Containers outside of the project.
    pub external_links: Vec<String>,
    /// Names of hosts.
    pub extra_hosts: Hosts,
    /// Further groups of the user.
    pub group_add: TextList,
    /// Graphics processors.
    pub gpus: Vec<DeviceRequest>,
    /// The name of the host in the container.
    pub hostname: String,
    /// How to tell whether it works.
    pub healthcheck: Option<Healthcheck>,
    /// The image.
    pub image: String,
    /// Whether an init process runs first.
    pub init: Option<bool>,
    /// The IPC namespace.
    pub ipc: String,
    /// Isolation, on Windows.
    pub isolation: String,
    /// Labels of the container.
    pub labels: Texts,
    /// Files with labels. Empty in a loaded project, where their labels are in `labels`.
    pub label_file: Vec<String>,
    /// Further names of other services.
    pub links: Vec<String>,
    /// Where its log goes.
    pub logging: Option<Logging>,
    /// The most memory.
    pub mem_limit: Bytes,
    /// Memory that is kept for it.
    pub mem_reservation: Bytes,
    /// The most memory and swap space together.
    pub memswap_limit: Bytes,
    /// How readily it is swapped out.
    pub mem_swappiness: Bytes,
    /// The hardware address.
    pub mac_address: String,
    /// AI models that it uses.
    pub models: BTreeMap<String, Option<ModelUse>>,
    /// The network namespace, where it is not on networks.
    pub network_mode: String,
    /// The networks that it is on.
    pub networks: BTreeMap<String, Option<NetworkUse>>,
    /// Whether it is never killed for want of memory.
    pub oom_kill_disable: bool,
    /// How early it is killed for want of memory.
    pub oom_score_adj: i64,
    /// The process namespace.
    pub pid: String,
    /// The most processes.
    pub pids_limit: i64,
    /// The platform of the image.
    pub platform: String,
    /// Published ports.
    pub ports: Vec<Port>,
    /// Whether it has all rights.
    pub privileged: bool,
    /// When the image is pulled.
    pub pull_policy: String,
    /// Whether its file system cannot be written.
    pub read_only: bool,
    /// When the container is started again.
    pub restart: String,
    /// What runs the container.
    pub runtime: String,
    /// How many containers.
    pub scale: Option<i64>,
    /// Secrets that it reads.
    pub secrets: Vec<FileMount>,
    /// Options of the confinement.
    pub security_opt: Vec<String>,
    /// The size of `/dev/shm`.
    pub shm_size: Bytes,
    /// Whether its standard input is kept open.
    pub stdin_open: bool,
    /// How long it may take to stop.
    pub stop_grace_period: Option<Duration>,
    /// The signal that stops it.
    pub stop_signal: String,
    /// Options of the storage.
    pub storage_opt: Texts,
    /// Kernel settings.
    pub sysctls: Texts,
    /// Folders in memory.
    pub tmpfs: TextList,
    /// Whether it has a terminal.
    pub tty: bool,
    /// Limits of processes.
    pub ulimits: BTreeMap<String, Ulimit>,
    /// Whether it is given the socket of the engine.
    pub use_api_socket: bool,
    /// The user, and the group, that it runs as.
    pub user: String,
    /// The user namespace.
    pub userns_mode: String,
    /// The UTS namespace.
    pub uts: String,
    /// Mounts.
    pub volumes: Vec<Mount>,
    /// Containers whose mounts it shares.
    pub volumes_from: Vec<String>,
    /// The folder in which it starts.
    pub working_dir: String,
    /// What to run after it started.
    pub post_start: Vec<Hook>,
    /// What to run before it stops.
    pub pre_stop: Vec<Hook>,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}

/// A service that another one needs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dependency {
    /// `service_started`, `service_healthy` or `service_completed_successfully`.
    pub condition: String,
    /// Whether the other one is started again with it.
    pub restart: bool,
    /// Whether the other one cannot do without it.
    pub required: bool,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}

/// How a service shares block devices.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Blkio {
    /// The weight beside other containers.
    pub weight: u16,
    /// The weight for single devices.
    pub weight_device: Vec<WeightDevice>,
    /// The most bytes a second that are read.
    pub device_read_bps: Vec<ThrottleDevice>,
    /// The most reads a second.
    pub device_read_iops: Vec<ThrottleDevice>,
    /// The most bytes a second that are written.
    pub device_write_bps: Vec<ThrottleDevice>,
    /// The most writes a second.
    pub device_write_iops: Vec<ThrottleDevice>,
}

/// The weight for a device.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WeightDevice {
    /// The device.
    pub path: String,
    /// The weight.
    pub weight: u16,
}

/// The rate for a device.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ThrottleDevice {
    /// The device.
    pub path: String,
    /// The rate.
    pub rate: Bytes,
}

/// Credentials, on Windows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CredentialSpec {
    /// The config that holds them.
    pub config: String,
    /// The file that holds them.
    pub file: String,
    /// The key of the registry that holds them.
    pub registry: String,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}

/// A device in a container.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Device {
    /// Where it is on the host.
    pub source: String,
    /// Where it is in the container.
    pub target: String,
    /// What may be done with it: `r`, `w`, `m`.
    pub permissions: String,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}

/// A program outside that stands for a service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Provider {
    /// Which program.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its options.
    pub options: TextLists,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}

/// A file with variables.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EnvFile {
    /// Where it is.
    pub path: String,
    /// Whether it must be there.
    pub required: bool,
    /// How it is read: as docker compose does, or `raw`.
    pub format: String,
}

/// How to tell whether a container works.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Healthcheck {
    /// What to run.
    pub test: Test,
    /// How long it may take.
    pub timeout: Option<Duration>,
    /// How often.
    pub interval: Option<Duration>,
    /// How many failures are too many.
    pub retries: Option<u64>,
    /// How long failures at the start do not count.
    pub start_period: Option<Duration>,
    /// How often during that time.
    pub start_interval: Option<Duration>,
    /// Whether there is none, whatever the image says.
    pub disable: bool,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}

/// Where a log goes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Logging {
    /// What writes it.
    pub driver: String,
    /// Options of the driver.
    pub options: Texts,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}

/// How a service uses an AI model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelUse {
    /// The variable that gets the address.
    pub endpoint_var: String,
    /// The variable that gets the name.
    pub model_var: String,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}

/// How a service is on a network.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct NetworkUse {
    /// Further names of it on this network.
    pub aliases: Vec<String>,
    /// Options of the driver.
    pub driver_opts: Texts,
    /// How much this network is preferred as the way out.
    pub gw_priority: i64,
    /// The name of the interface in the container.
    pub interface_name: String,
    /// Its address of IPv4.
    pub ipv4_address: String,
    /// Its address of IPv6.
    pub ipv6_address: String,
    /// Link-local addresses.
    pub link_local_ips: Vec<String>,
    /// The hardware address.
    pub mac_address: String,
    /// The place in the order of networks.
    pub priority: i64,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}

/// A published port.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Port {
    /// What it is called.
    pub name: String,
    /// `ingress` or `host`.
    pub mode: String,
    /// The address of the host.
    pub host_ip: String,
    /// The port of the container.
    pub target: u32,
    /// The port, or the range, of the host.
    pub published: String,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: String,
    /// What is spoken there.
    pub app_protocol: String,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}

/// A secret or a config in a container.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FileMount {
    /// Its name in the project.
    pub source: String,
    /// The file in the container.
    pub target: String,
    /// The owner of the file.
    pub uid: String,
    /// The group of the file.
    pub gid: String,
    /// The permissions of the file.
    pub mode: Option<FileMode>,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}

/// A mount.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mount {
    /// `bind`, `volume`, `tmpfs`, `image`, `npipe` or `cluster`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The path on the host, or the name of the volume or image.
    pub source: String,
    /// The path in the container.
    pub target: String,
    /// Whether it cannot be written.
    pub read_only: bool,
    /// How soon changes are seen, on a Mac.
    pub consistency: String,
    /// More about a path of the host.
    pub bind: Option<BindOptions>,
    /// More about a volume.
    pub volume: Option<VolumeOptions>,
    /// More about a folder in memory.
    pub tmpfs: Option<TmpfsOptions>,
    /// More about an image.
    pub image: Option<ImageOptions>,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}

/// More about a mounted path of the host.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BindOptions {
    /// How SELinux labels are set: `z` or `Z`.
    pub selinux: String,
    /// Which mounts below are seen on both sides.
    pub propagation: String,
    /// Whether the path is made where it is not there.
    pub create_host_path: bool,
    /// Whether mounts below come along.
    pub recursive: String,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}

/// More about a mounted volume.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct VolumeOptions {
    /// Labels of the volume.
    pub labels: Texts,
    /// Whether what the image has there is not copied.
    pub nocopy: bool,
    /// The part of the volume that is mounted.
    pub subpath: String,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}

/// More about a folder in memory.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TmpfsOptions {
    /// Its size.
    pub size: Bytes,
    /// Its permissions.
    pub mode: u32,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}

/// More about a mounted image.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImageOptions {
    /// The part of the image that is mounted.
    pub subpath: String,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}

/// A command that runs in a container at some point of its life.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hook {
    /// What to run.
    pub command: Option<Command>,
    /// The user that it runs as.
    pub user: String,
    /// Whether it has all rights.
    pub privileged: bool,
    /// The folder in which it starts.
    pub working_dir: String,
    /// Its variables.
    pub environment: Variables,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}
