//! What a container was made of, read back from what Podman says of it: enough to make another one like it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::detail::{PortBindings, ports};
use super::{Containers, HealthCheck, HealthTest, Mount, NetworkEndpoint, Port, ProcessLimit};
use crate::tolerant::{null_is_default, time, word_or_number, words};
use crate::{Call, Result};

/// The capabilities that Podman gives where nobody says anything.
const USUAL_CAPABILITIES: [&str; 11] = [
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_NET_BIND_SERVICE",
    "CAP_SETFCAP",
    "CAP_SETGID",
    "CAP_SETPCAP",
    "CAP_SETUID",
    "CAP_SYS_CHROOT",
];
/// What Podman puts before the command of a container that has a small first process.
const INITS: [&str; 2] = ["/run/podman-init", "/dev/init"];
/// The size of `/dev/shm` where nobody says anything.
const USUAL_SHM: i64 = 65_536_000;
/// The limit of processes where nobody says anything.
const USUAL_PIDS: i64 = 2048;

/// What a container was made of. What the image says is still in it; what Podman adds by itself is not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recipe {
    /// The id, whole.
    pub id: String,
    /// The name.
    pub name: String,
    /// The image, as it was asked for.
    pub image: String,
    /// The image's id.
    pub image_id: String,
    /// Whether it runs.
    pub running: bool,
    /// When its process started last.
    pub started: Option<Timestamp>,
    /// The pod that it is in; empty for none.
    pub pod: String,
    /// Whether it is removed as soon as it stops.
    pub passing: bool,
    /// The ids of the containers that it cannot run without.
    pub needs: Vec<String>,
    /// The entry point.
    pub entrypoint: Vec<String>,
    /// The command.
    pub command: Vec<String>,
    /// The environment.
    pub environment: BTreeMap<String, String>,
    /// The labels.
    pub labels: BTreeMap<String, String>,
    /// The user to run as.
    pub user: String,
    /// The directory to start in.
    pub working_dir: String,
    /// Its host name; absent where it is made of its id.
    pub hostname: Option<String>,
    /// It has a terminal.
    pub terminal: bool,
    /// Its input stays open.
    pub input: bool,
    /// A small first process stands before its own.
    pub init: bool,
    /// Its own files can only be read.
    pub read_only: bool,
    /// It has all rights that Podman itself has.
    pub privileged: bool,
    /// The signal that stops it, by number or name.
    pub stop_signal: String,
    /// Seconds that it is given to end by itself.
    pub stop_timeout: u64,
    /// Its health check.
    pub health_check: Option<HealthCheck>,
    /// Podman's restart policy, as `on-failure:3`; empty for none.
    pub restart_policy: String,
    /// The ports that it publishes.
    pub ports: Vec<Port>,
    /// Volumes and directories of the machine.
    pub mounts: Vec<Mount>,
    /// Directories in memory, by path, with those of their options that say something.
    pub memory: BTreeMap<String, Vec<String>>,
    /// The networks that it is on.
    pub networks: BTreeMap<String, NetworkEndpoint>,
    /// Its kind of network: `bridge`, `slirp4netns`, `pasta`, `host`, `none`, `container:…`.
    pub network_mode: String,
    /// Names of hosts, as `name:address`.
    pub hosts: Vec<String>,
    /// Name servers.
    pub dns: Vec<String>,
    /// Domains to search.
    pub dns_search: Vec<String>,
    /// Options of the resolver.
    pub dns_options: Vec<String>,
    /// Capabilities that it has beyond the usual ones.
    pub cap_add: Vec<String>,
    /// Usual capabilities that it has not.
    pub cap_drop: Vec<String>,
    /// Further groups.
    pub groups: Vec<String>,
    /// Devices of the machine, as `/dev/x:/dev/y:rwm`.
    pub devices: Vec<String>,
    /// Kernel settings, as `name=value`, as far as Podman tells of them.
    pub kernel_settings: Vec<String>,
    /// Limits of its processes that somebody asked for.
    pub process_limits: Vec<ProcessLimit>,
    /// Options of its confinement.
    pub security_options: Vec<String>,
    /// The namespaces that it shares with the machine: `pid`, `ipc`, `uts`.
    pub shared: Vec<&'static str>,
    /// Its user namespace, as it was asked for; empty for the usual one.
    pub user_namespace: String,
    /// The most memory, in bytes; 0 for any.
    pub memory_limit: i64,
    /// The memory that it is held to when there is little, in bytes; 0 for any.
    pub memory_reservation: i64,
    /// The most memory and swap space together, in bytes; 0 for what Podman takes by itself.
    pub memory_swap: i64,
    /// Processors, in billionths of one; 0 for any.
    pub nano_cpus: i64,
    /// The processors that it may use, such as `0-2`.
    pub cpuset: String,
    /// Its weight for processors; 0 for the usual one.
    pub cpu_shares: i64,
    /// The most processes; 0 for the usual number.
    pub pids: i64,
    /// The size of `/dev/shm`, in bytes; 0 for the usual one.
    pub shm_size: i64,
    /// How early it is killed for want of memory.
    pub oom_score_adj: i64,
    /// What it has that another container cannot be given, each as a few words.
    pub lost: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Inspected {
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    image: String,
    #[serde(default)]
    image_name: String,
    #[serde(default)]
    path: String,
    #[serde(default, deserialize_with = "null_is_default")]
    args: Vec<String>,
    #[serde(default)]
    pod: String,
    #[serde(default, deserialize_with = "null_is_default")]
    dependencies: Vec<String>,
    #[serde(default, deserialize_with = "null_is_default")]
    bounding_caps: Vec<String>,
    state: Status,
    #[serde(default, deserialize_with = "null_is_default")]
    mounts: Vec<Mount>,
    #[serde(default)]
    network_settings: Networks,
    #[serde(default)]
    config: Config,
    #[serde(default)]
    host_config: Host,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Status {
    #[serde(default)]
    running: bool,
    #[serde(default, deserialize_with = "time")]
    started_at: Option<Timestamp>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Networks {
    #[serde(deserialize_with = "null_is_default")]
    networks: BTreeMap<String, NetworkEndpoint>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Config {
    hostname: String,
    user: String,
    tty: bool,
    open_stdin: bool,
    #[serde(deserialize_with = "null_is_default")]
    env: Vec<String>,
    #[serde(deserialize_with = "words")]
    entrypoint: Vec<String>,
    #[serde(deserialize_with = "words")]
    cmd: Vec<String>,
    working_dir: String,
    #[serde(deserialize_with = "null_is_default")]
    labels: BTreeMap<String, String>,
    healthcheck: Option<HealthTest>,
    #[serde(deserialize_with = "word_or_number")]
    stop_signal: String,
    stop_timeout: u64,
    #[serde(deserialize_with = "null_is_default")]
    create_command: Vec<String>,
    #[serde(deserialize_with = "null_is_default")]
    secrets: Vec<Secret>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Secret {
    #[serde(default)]
    name: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Host {
    network_mode: String,
    #[serde(deserialize_with = "null_is_default")]
    port_bindings: PortBindings,
    restart_policy: RestartPolicy,
    auto_remove: bool,
    #[serde(deserialize_with = "null_is_default")]
    dns: Vec<String>,
    #[serde(deserialize_with = "null_is_default")]
    dns_options: Vec<String>,
    #[serde(deserialize_with = "null_is_default")]
    dns_search: Vec<String>,
    #[serde(deserialize_with = "null_is_default")]
    extra_hosts: Vec<String>,
    #[serde(deserialize_with = "null_is_default")]
    group_add: Vec<String>,
    #[serde(deserialize_with = "null_is_default")]
    security_opt: Vec<String>,
    #[serde(deserialize_with = "null_is_default")]
    tmpfs: BTreeMap<String, String>,
    #[serde(deserialize_with = "null_is_default")]
    devices: Vec<Device>,
    #[serde(deserialize_with = "null_is_default")]
    ulimits: Vec<Ulimit>,
    ipc_mode: String,
    pid_mode: String,
    #[serde(rename = "UTSMode")]
    uts_mode: String,
    userns_mode: String,
    privileged: bool,
    readonly_rootfs: bool,
    init: bool,
    shm_size: i64,
    oom_score_adj: i64,
    memory: i64,
    memory_reservation: i64,
    memory_swap: i64,
    nano_cpus: i64,
    cpu_quota: i64,
    cpu_period: i64,
    cpu_shares: i64,
    cpuset_cpus: String,
    pids_limit: i64,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct RestartPolicy {
    #[serde(deserialize_with = "null_is_default")]
    name: String,
    maximum_retry_count: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Device {
    path_on_host: String,
    #[serde(default)]
    path_in_container: String,
    #[serde(default)]
    cgroup_permissions: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Ulimit {
    name: String,
    soft: i64,
    hard: i64,
}

impl Containers {
    /// What a container was made of.
    ///
    /// # Errors
    /// Podman is in trouble, or there is no such container.
    pub async fn recipe(&self, id: &str) -> Result<Recipe> {
        let inspected: Inspected = self.wire.json(Call::get("containers").name(id).then("json")).await?;
        Ok(inspected.into())
    }
}

/// The values of an option in the words that a container was made by on the command line. Podman tells of some options
/// nowhere else.
fn said<'a>(words: &'a [String], option: &str) -> Vec<&'a str> {
    let is = |word: &str| word == option;
    let joined = words
        .iter()
        .filter_map(|word| word.strip_prefix(option)?.strip_prefix('='));
    let apart = words
        .windows(2)
        .filter(|pair| is(&pair[0]))
        .map(|pair| pair[1].as_str());
    joined.chain(apart).collect()
}

impl From<Inspected> for Recipe {
    fn from(inspected: Inspected) -> Self {
        let Inspected {
            config,
            host_config: host,
            ..
        } = inspected;
        // The words before the image and the container's own command.
        let end = config.create_command.len().saturating_sub(config.cmd.len());
        let words = if config.create_command.ends_with(&config.cmd) {
            &config.create_command[..end]
        } else {
            &config.create_command[..]
        };
        let said = |option: &str| -> Vec<String> { said(words, option).into_iter().map(str::to_owned).collect() };

        let mut whole = vec![inspected.path];
        whole.extend(inspected.args);
        if INITS.contains(&whole[0].as_str()) {
            whole.drain(..whole.len().min(2));
        }
        // Of a single word, Podman says that it is the program and its argument.
        if whole.len() == 2 && whole[0] == whole[1] && config.cmd.len() + config.entrypoint.len() < 2 {
            whole.pop();
        }
        // What runs is the entry point, which some versions tell as one text, then the command.
        let entrypoint = whole.strip_suffix(config.cmd.as_slice()).map(<[String]>::to_vec);
        let entrypoint = entrypoint.unwrap_or_default();

        let short_id = inspected.id.get(..12).unwrap_or_default();
        let own_network = !host.network_mode.starts_with("container:") && host.network_mode != "host";
        let hostname = Some(config.hostname)
            .filter(|name| own_network && host.uts_mode != "host" && !name.is_empty() && name != short_id);
        let environment = config.env.iter().filter_map(|line| line.split_once('='));
        let given = |(name, value): &(&str, &str)| {
            let own_name = hostname.as_deref().unwrap_or(short_id);
            match *name {
                "container" => !matches!(*value, "podman" | "oci"),
                "TERM" => *value != "xterm",
                "HOSTNAME" => *value != own_name,
                "HOME" => !matches!(*value, "/" | "/root"),
                _ => true,
            }
        };
        let environment = environment
            .filter(given)
            .map(|(name, value)| (name.to_owned(), value.to_owned()));

        let usual = |name: &String| USUAL_CAPABILITIES.contains(&name.as_str());
        let bare = |name: &str| name.trim_start_matches("CAP_").to_owned();
        let caps = &inspected.bounding_caps;
        let judged = !host.privileged && !caps.is_empty();
        let cap_add = caps.iter().filter(|name| judged && !usual(name)).map(|name| bare(name));
        let lacks = |name: &&&str| judged && !caps.iter().any(|has| has == **name);
        let cap_drop = USUAL_CAPABILITIES.iter().filter(lacks).map(|name| bare(name));

        let device = |device: &Device| {
            let parts = [
                &device.path_on_host,
                &device.path_in_container,
                &device.cgroup_permissions,
            ];
            let parts: Vec<&str> = parts
                .into_iter()
                .map(String::as_str)
                .filter(|part| !part.is_empty())
                .collect();
            parts.join(":")
        };
        let mut devices: Vec<String> = host.devices.iter().map(device).collect();
        if host.privileged {
            devices.clear();
        } else if devices.is_empty() {
            // Rootless, Podman mounts them, and tells of them in the words alone.
            devices = said("--device");
        }
        let asked_limits = said("--ulimit");
        let limit = |limit: &Ulimit| {
            let kind = limit.name.trim_start_matches("RLIMIT_").to_ascii_lowercase();
            let unsigned = |value: i64| u64::try_from(value).unwrap_or(u64::MAX);
            // These two Podman sets by itself.
            let asked = !matches!(kind.as_str(), "nofile" | "nproc")
                || asked_limits.iter().any(|asked| asked.starts_with(kind.as_str()));
            asked.then(|| ProcessLimit {
                kind,
                soft: unsigned(limit.soft),
                hard: unsigned(limit.hard),
            })
        };
        let shared = [
            ("pid", &host.pid_mode),
            ("ipc", &host.ipc_mode),
            ("uts", &host.uts_mode),
        ];
        let health_check = config.healthcheck.and_then(HealthTest::check);
        let quota = match (host.cpu_quota, host.cpu_period) {
            (quota @ 1.., period @ 1..) => quota.saturating_mul(1_000_000_000) / period,
            _ => 0,
        };
        let memory = |(path, options): (String, String)| {
            let says = |option: &&str| matches!(option.split('=').next(), Some("size" | "mode" | "ro" | "noexec"));
            (
                path,
                options.split(',').filter(says).map(str::to_owned).collect::<Vec<_>>(),
            )
        };
        let by_itself = |path: &str, options: &[String]| {
            host.readonly_rootfs && options.is_empty() && matches!(path, "/run" | "/tmp" | "/var/tmp")
        };
        let restart_policy = match (
            host.restart_policy.name.as_str(),
            host.restart_policy.maximum_retry_count,
        ) {
            ("no", _) => String::new(),
            (name, 0) => name.to_owned(),
            (name, most) => format!("{name}:{most}"),
        };
        Self {
            name: inspected.name,
            image: inspected.image_name,
            image_id: inspected.image,
            running: inspected.state.running,
            started: inspected.state.started_at,
            pod: inspected.pod,
            passing: host.auto_remove,
            needs: inspected.dependencies,
            entrypoint,
            command: config.cmd.clone(),
            environment: environment.collect(),
            labels: config.labels,
            user: config.user,
            working_dir: config.working_dir,
            terminal: config.tty,
            input: config.open_stdin,
            init: host.init,
            read_only: host.readonly_rootfs,
            privileged: host.privileged,
            stop_signal: config.stop_signal,
            stop_timeout: config.stop_timeout,
            health_check,
            restart_policy,
            ports: ports(host.port_bindings),
            mounts: inspected.mounts,
            memory: host
                .tmpfs
                .clone()
                .into_iter()
                .map(memory)
                .filter(|(path, options)| !by_itself(path, options))
                .collect(),
            networks: inspected.network_settings.networks,
            hosts: host.extra_hosts,
            dns: host.dns,
            dns_search: host.dns_search,
            dns_options: host.dns_options,
            cap_add: cap_add.collect(),
            cap_drop: cap_drop.collect(),
            groups: host.group_add,
            devices,
            kernel_settings: said("--sysctl"),
            process_limits: host.ulimits.iter().filter_map(limit).collect(),
            security_options: host.security_opt,
            shared: shared
                .into_iter()
                .filter(|(_, mode)| *mode == "host")
                .map(|(kind, _)| kind)
                .collect(),
            user_namespace: said("--userns")
                .pop()
                .unwrap_or_else(|| match host.userns_mode.as_str() {
                    "host" => "host".to_owned(),
                    _ => String::new(),
                }),
            memory_limit: host.memory,
            memory_reservation: host.memory_reservation,
            // Podman doubles the memory where nobody says anything.
            memory_swap: if host.memory_swap == host.memory.saturating_mul(2) {
                0
            } else {
                host.memory_swap
            },
            nano_cpus: if host.nano_cpus > 0 { host.nano_cpus } else { quota },
            cpuset: host.cpuset_cpus,
            cpu_shares: host.cpu_shares,
            pids: if host.pids_limit == USUAL_PIDS {
                0
            } else {
                host.pids_limit
            },
            shm_size: if host.shm_size == USUAL_SHM { 0 } else { host.shm_size },
            oom_score_adj: host.oom_score_adj,
            lost: config
                .secrets
                .iter()
                .map(|secret| format!("the secret {}", secret.name))
                .collect(),
            network_mode: host.network_mode,
            hostname,
            id: inspected.id,
        }
    }
}
