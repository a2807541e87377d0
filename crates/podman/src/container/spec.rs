//! What a container is made of: the part of Podman's "spec generator" that Stardeck uses.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize, Serializer};

use super::Containers;
use crate::{Call, Result, tolerant::null_is_default};

/// A container to be made. What is left at its default is left to the image and to Podman.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Spec {
    /// Its name.
    pub name: String,
    /// The image, by name or id. It has to be there already.
    pub image: String,
    /// Replaces the image's entry point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entrypoint: Option<Vec<String>>,
    /// Replaces the image's command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<Vec<String>>,
    /// Additions to the image's environment.
    #[serde(rename = "env", skip_serializing_if = "is_default")]
    pub environment: BTreeMap<String, String>,
    /// Additions to the image's labels.
    #[serde(skip_serializing_if = "is_default")]
    pub labels: BTreeMap<String, String>,
    /// The user to run as.
    #[serde(skip_serializing_if = "is_default")]
    pub user: String,
    /// The directory to start in.
    #[serde(rename = "work_dir", skip_serializing_if = "is_default")]
    pub working_dir: String,
    /// Its host name.
    #[serde(skip_serializing_if = "is_default")]
    pub hostname: String,
    /// Give it a terminal.
    #[serde(skip_serializing_if = "is_default")]
    pub terminal: bool,
    /// Keep its input open.
    #[serde(rename = "stdin", skip_serializing_if = "is_default")]
    pub input: bool,
    /// Put a small first process before its own.
    #[serde(skip_serializing_if = "is_default")]
    pub init: bool,
    /// The ports to publish.
    #[serde(rename = "portmappings", skip_serializing_if = "is_default")]
    pub ports: Vec<PublishedPort>,
    /// Directories of the machine, and temporary ones, to mount.
    #[serde(skip_serializing_if = "is_default")]
    pub mounts: Vec<SpecMount>,
    /// Volumes to mount; those that do not exist are made.
    #[serde(skip_serializing_if = "is_default")]
    pub volumes: Vec<SpecVolume>,
    /// The bridge networks to join, by name.
    #[serde(rename = "Networks", skip_serializing_if = "is_default")]
    pub networks: BTreeMap<String, SpecNetwork>,
    /// Its network namespace, where it is none of its own on bridges: `host`, `none`, `slirp4netns`, …; with
    /// `networks` it has to be `bridge`.
    #[serde(rename = "netns", skip_serializing_if = "Option::is_none")]
    pub network_namespace: Option<Namespace>,
    /// Its user namespace: `keep-id`, `auto`, …
    #[serde(rename = "userns", skip_serializing_if = "Option::is_none")]
    pub user_namespace: Option<Namespace>,
    /// Podman's restart policy: `no`, `on-failure`, `always`, `unless-stopped`.
    #[serde(skip_serializing_if = "is_default")]
    pub restart_policy: String,
    /// Its health check.
    #[serde(rename = "healthconfig", skip_serializing_if = "Option::is_none")]
    pub health_check: Option<HealthCheck>,
    /// Seconds that it is given to end by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_timeout: Option<u64>,
    /// Its processes can gain no rights that it does not start with.
    pub no_new_privileges: bool,
    /// Give it all rights that Podman itself has.
    #[serde(skip_serializing_if = "is_default")]
    pub privileged: bool,
    /// Its own files can only be read.
    #[serde(rename = "read_only_filesystem", skip_serializing_if = "is_default")]
    pub read_only: bool,
    /// Capabilities to add.
    #[serde(skip_serializing_if = "is_default")]
    pub cap_add: Vec<String>,
    /// Capabilities to take away.
    #[serde(skip_serializing_if = "is_default")]
    pub cap_drop: Vec<String>,
    /// Limits; see [`crate::system::Capabilities::limits`].
    #[serde(rename = "resource_limits", skip_serializing_if = "is_default")]
    pub limits: Limits,
    /// Its process namespace.
    #[serde(rename = "pidns", skip_serializing_if = "Option::is_none")]
    pub process_namespace: Option<Namespace>,
    /// Its IPC namespace.
    #[serde(rename = "ipcns", skip_serializing_if = "Option::is_none")]
    pub ipc_namespace: Option<Namespace>,
    /// Its UTS namespace.
    #[serde(rename = "utsns", skip_serializing_if = "Option::is_none")]
    pub uts_namespace: Option<Namespace>,
    /// Its cgroup namespace.
    #[serde(rename = "cgroupns", skip_serializing_if = "Option::is_none")]
    pub cgroup_namespace: Option<Namespace>,
    /// Names of hosts, as `name:address`; the address `host-gateway` is this machine.
    #[serde(rename = "hostadd", skip_serializing_if = "is_default")]
    pub hosts: Vec<String>,
    /// Name servers, in place of the machine's.
    #[serde(rename = "dns_server", skip_serializing_if = "is_default")]
    pub dns: Vec<String>,
    /// Domains to search.
    #[serde(skip_serializing_if = "is_default")]
    pub dns_search: Vec<String>,
    /// Options of the resolver.
    #[serde(rename = "dns_option", skip_serializing_if = "is_default")]
    pub dns_options: Vec<String>,
    /// The number of the signal that stops it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_signal: Option<u8>,
    /// The size of `/dev/shm`, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shm_size: Option<i64>,
    /// Limits of its processes.
    #[serde(rename = "r_limits", skip_serializing_if = "is_default")]
    pub process_limits: Vec<ProcessLimit>,
    /// Kernel settings of its namespaces.
    #[serde(rename = "sysctl", skip_serializing_if = "is_default")]
    pub kernel_settings: BTreeMap<String, String>,
    /// Further groups of its user.
    #[serde(skip_serializing_if = "is_default")]
    pub groups: Vec<String>,
    /// Devices of the machine.
    #[serde(skip_serializing_if = "is_default")]
    pub devices: Vec<SpecDevice>,
    /// Options of SELinux, such as `disable`.
    #[serde(rename = "selinux_opts", skip_serializing_if = "is_default")]
    pub selinux: Vec<String>,
    /// The profile of AppArmor.
    #[serde(rename = "apparmor_profile", skip_serializing_if = "is_default")]
    pub apparmor: String,
    /// The file with the profile of seccomp, or `unconfined`.
    #[serde(rename = "seccomp_profile_path", skip_serializing_if = "is_default")]
    pub seccomp: String,
    /// What runs the container, in place of Podman's own choice.
    #[serde(rename = "oci_runtime", skip_serializing_if = "is_default")]
    pub runtime: String,
    /// How early it is killed for want of memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oom_score_adj: Option<i64>,
    /// Its annotations.
    #[serde(skip_serializing_if = "is_default")]
    pub annotations: BTreeMap<String, String>,
    /// Where its log goes.
    #[serde(rename = "log_configuration", skip_serializing_if = "Option::is_none")]
    pub log: Option<LogConfiguration>,
    /// More of Podman's JSON, for what has no field here.
    #[serde(flatten)]
    pub more: serde_json::Map<String, serde_json::Value>,
}

/// A limit of processes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ProcessLimit {
    /// `nofile`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// The limit that holds.
    pub soft: u64,
    /// The limit up to which it can be raised.
    pub hard: u64,
}

/// A device of the machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SpecDevice {
    /// `/dev/x`, `/dev/x:/dev/y:rwm`, or a name of CDI such as `nvidia.com/gpu=all`.
    pub path: String,
}

/// Where a log goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LogConfiguration {
    /// `k8s-file`, `journald` or `none`.
    pub driver: String,
    /// The most bytes that are kept; 0 is no limit.
    #[serde(skip_serializing_if = "is_default")]
    pub size: i64,
}

/// A port to publish.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PublishedPort {
    /// The address on the machine; empty means every address.
    #[serde(rename = "host_ip")]
    pub host_address: String,
    /// The port on the machine; 0 lets Podman pick one that is free.
    pub host_port: u16,
    /// The port in the container.
    pub container_port: u16,
    /// `tcp`, `udp` or `sctp`; empty for `tcp`.
    #[serde(skip_serializing_if = "is_default")]
    pub protocol: String,
}

/// A directory to mount.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SpecMount {
    /// `bind` or `tmpfs`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The path on the machine.
    pub source: String,
    /// The path in the container.
    pub destination: String,
    /// `ro`, `U`, `rbind`, `size=…`, …
    #[serde(skip_serializing_if = "is_default")]
    pub options: Vec<String>,
}

/// A volume to mount.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SpecVolume {
    /// Its name; empty for an anonymous one.
    pub name: String,
    /// The path in the container.
    #[serde(rename = "Dest")]
    pub destination: String,
    /// `ro`, `U`, `nocopy`, …
    #[serde(skip_serializing_if = "is_default")]
    pub options: Vec<String>,
}

/// How to take part in a network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SpecNetwork {
    /// More names by which others there find it.
    #[serde(skip_serializing_if = "is_default")]
    pub aliases: Vec<String>,
    /// Fixed addresses there.
    #[serde(rename = "static_ips", skip_serializing_if = "is_default")]
    pub addresses: Vec<String>,
    /// A fixed hardware address there.
    #[serde(rename = "static_mac", skip_serializing_if = "is_default")]
    pub hardware_address: String,
}

/// A namespace that is shared or made in a certain way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Namespace {
    /// The way.
    #[serde(rename = "nsmode")]
    pub mode: String,
    /// What belongs to it, such as a container's id.
    #[serde(skip_serializing_if = "is_default")]
    pub value: String,
}

/// A health check. The default is a check of nothing, with the times that Podman's command line would take; over its
/// API Podman takes a time that is absent for none at all, and every check fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct HealthCheck {
    /// `["CMD", program, …]`, `["CMD-SHELL", text]` or `["NONE"]`.
    pub test: Vec<String>,
    /// The time between two checks.
    #[serde(serialize_with = "nanoseconds")]
    pub interval: Duration,
    /// The time that one may take.
    #[serde(serialize_with = "nanoseconds")]
    pub timeout: Duration,
    /// The time after the start in which failures do not count.
    #[serde(serialize_with = "nanoseconds")]
    pub start_period: Duration,
    /// How many failures in a row make it unhealthy.
    pub retries: u32,
}

impl Default for HealthCheck {
    fn default() -> Self {
        Self {
            test: vec!["NONE".to_owned()],
            interval: Duration::from_secs(30),
            timeout: Duration::from_secs(30),
            start_period: Duration::ZERO,
            retries: 3,
        }
    }
}

/// Limits on what a container may use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// Of memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<MemoryLimit>,
    /// Of processors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<CpuLimit>,
    /// Of processes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pids: Option<PidsLimit>,
}

/// A limit on memory, in bytes; 0 is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MemoryLimit {
    /// The most.
    #[serde(skip_serializing_if = "is_default")]
    pub limit: i64,
    /// What it is held to when memory is short.
    #[serde(skip_serializing_if = "is_default")]
    pub reservation: i64,
    /// The most of memory and swap space together; -1 for any.
    #[serde(skip_serializing_if = "is_default")]
    pub swap: i64,
}

/// A limit on processors: `quota` of each `period`, both in microseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CpuLimit {
    /// The time that it may run in each period, over all processors; 0 for any.
    #[serde(skip_serializing_if = "is_default")]
    pub quota: i64,
    /// The period.
    #[serde(skip_serializing_if = "is_default")]
    pub period: u64,
    /// Its weight beside others.
    #[serde(skip_serializing_if = "is_default")]
    pub shares: u64,
    /// The processors that it may use, such as `0-2,5`.
    #[serde(skip_serializing_if = "is_default")]
    pub cpus: String,
}

/// A limit on processes and threads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PidsLimit {
    /// At most so many.
    pub limit: i64,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn nanoseconds<S: Serializer>(duration: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u64(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX))
}

/// A container that was made.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Created {
    /// Its id.
    pub id: String,
    /// What Podman ignored or changed, in its own words.
    #[serde(default, deserialize_with = "null_is_default")]
    pub warnings: Vec<String>,
}

impl Containers {
    /// Makes a container. It does not start.
    ///
    /// # Errors
    /// Podman is in trouble, the image is not there, the name is taken (a conflict), or the spec makes no sense.
    pub async fn create(&self, spec: &Spec) -> Result<Created> {
        self.wire.patient(Call::post("containers/create").json(spec)).await
    }
}
