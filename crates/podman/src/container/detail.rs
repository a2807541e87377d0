//! A container as it is inspected.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;

use super::{Health, HealthCheck, Port, State};
use crate::tolerant::{null_is_default, time, words};

/// Something that is mounted in a container.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Mount {
    /// `volume`, `bind` or `tmpfs`.
    #[serde(default, rename = "Type")]
    pub kind: String,
    /// The name of the volume; empty for other kinds.
    #[serde(default)]
    pub name: String,
    /// The path on the machine.
    #[serde(default)]
    pub source: String,
    /// The path in the container.
    pub destination: String,
    /// Whether it can be written to.
    #[serde(default, rename = "RW")]
    pub writable: bool,
}

/// How a container takes part in a network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct NetworkEndpoint {
    /// Its address there; empty while it is down.
    #[serde(rename = "IPAddress")]
    pub address: String,
    /// The names by which others there find it.
    #[serde(rename = "Aliases", deserialize_with = "null_is_default")]
    pub aliases: Vec<String>,
}

/// All about one container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// The id, whole.
    pub id: String,
    /// The name.
    pub name: String,
    /// The image, as it was asked for.
    pub image: String,
    /// The image's id.
    pub image_id: String,
    /// What it is doing.
    pub state: State,
    /// What its health check says; absent where it has none, or is down.
    pub health: Option<Health>,
    /// The id of its first process; absent while it is down.
    pub pid: Option<u32>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When its process started last.
    pub started: Option<Timestamp>,
    /// When its process ended last; absent while it is up.
    pub exited: Option<Timestamp>,
    /// How its process ended last; absent while it is up or was never started.
    pub exit_code: Option<i32>,
    /// Whether it was ended for lack of memory.
    pub out_of_memory: bool,
    /// Why it could not be started; empty as a rule.
    pub error: String,
    /// How often its restart policy started it again.
    pub restarts: u32,
    /// The program and arguments that run.
    pub command: Vec<String>,
    /// Its environment as `NAME=value`. Values may be secrets.
    pub environment: Vec<String>,
    /// Its labels, the image's among them.
    pub labels: BTreeMap<String, String>,
    /// The user that it runs as, in the container; empty for root.
    pub user: String,
    /// The directory that it starts in.
    pub working_dir: String,
    /// Its host name.
    pub hostname: String,
    /// Whether it has a terminal: its output is one raw stream then.
    pub terminal: bool,
    /// Whether it has a health check.
    pub has_health_check: bool,
    /// The time between two runs of its health check; absent where it has none.
    pub health_interval: Option<Duration>,
    /// What is mounted in it.
    pub mounts: Vec<Mount>,
    /// The networks that it is on, by name.
    pub networks: BTreeMap<String, NetworkEndpoint>,
    /// Its kind of network: `bridge`, `slirp4netns`, `pasta`, `host`, `none`, `container:…`.
    pub network_mode: String,
    /// The ports that it publishes, also while it is down.
    pub ports: Vec<Port>,
    /// Podman's restart policy, such as `unless-stopped`; empty where there is none.
    pub restart_policy: String,
    /// Whether it has all rights that Podman itself has.
    pub privileged: bool,
    /// Security options, such as `no-new-privileges`.
    pub security_options: Vec<String>,
    /// Where Podman keeps its log: `k8s-file`, `journald`, `none`, …
    pub log_driver: String,
    /// Seconds that it is given to end by itself.
    pub stop_timeout: u64,
}

/// The JSON of inspect, as far as it is of use.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Inspected {
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    image: String,
    #[serde(default)]
    image_name: String,
    #[serde(default, deserialize_with = "time")]
    created: Option<Timestamp>,
    #[serde(default)]
    path: String,
    #[serde(default, deserialize_with = "null_is_default")]
    args: Vec<String>,
    state: Status,
    #[serde(default)]
    restart_count: i64,
    #[serde(default, deserialize_with = "null_is_default")]
    mounts: Vec<Mount>,
    #[serde(default)]
    network_settings: NetworkSettings,
    #[serde(default)]
    config: ContainerConfig,
    #[serde(default)]
    host_config: HostConfig,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Status {
    status: String,
    #[serde(default)]
    pid: u32,
    #[serde(default)]
    exit_code: i32,
    #[serde(default, rename = "OOMKilled")]
    out_of_memory: bool,
    #[serde(default, deserialize_with = "null_is_default")]
    error: String,
    #[serde(default, deserialize_with = "time")]
    started_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time")]
    finished_at: Option<Timestamp>,
    #[serde(default, alias = "Healthcheck", deserialize_with = "null_is_default")]
    health: HealthStatus,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct HealthStatus {
    status: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct NetworkSettings {
    #[serde(deserialize_with = "null_is_default")]
    networks: BTreeMap<String, NetworkEndpoint>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct ContainerConfig {
    hostname: String,
    user: String,
    tty: bool,
    #[serde(deserialize_with = "null_is_default")]
    env: Vec<String>,
    working_dir: String,
    #[serde(deserialize_with = "null_is_default")]
    labels: BTreeMap<String, String>,
    healthcheck: Option<HealthTest>,
    stop_timeout: u64,
}

/// A health check as Podman tells of it; the times are in nanoseconds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct HealthTest {
    #[serde(default, deserialize_with = "words")]
    test: Vec<String>,
    #[serde(default)]
    interval: u64,
    #[serde(default)]
    timeout: u64,
    #[serde(default)]
    start_period: u64,
    #[serde(default)]
    retries: u32,
}

impl HealthTest {
    /// The check, where it is one.
    pub(crate) fn check(self) -> Option<HealthCheck> {
        let is = self.test.first().is_some_and(|first| first != "NONE");
        is.then(|| HealthCheck {
            interval: Duration::from_nanos(self.interval),
            timeout: Duration::from_nanos(self.timeout),
            start_period: Duration::from_nanos(self.start_period),
            retries: self.retries,
            test: self.test,
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct HostConfig {
    network_mode: String,
    #[serde(deserialize_with = "null_is_default")]
    port_bindings: PortBindings,
    restart_policy: RestartPolicy,
    privileged: bool,
    #[serde(deserialize_with = "null_is_default")]
    security_opt: Vec<String>,
    log_config: LogConfig,
}

/// What is published, by port and protocol.
pub(super) type PortBindings = BTreeMap<String, Option<Vec<Binding>>>;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Binding {
    #[serde(default)]
    host_ip: String,
    #[serde(default)]
    host_port: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct RestartPolicy {
    #[serde(deserialize_with = "null_is_default")]
    name: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct LogConfig {
    #[serde(rename = "Type")]
    kind: String,
}

/// `{"8080/tcp":[{"HostIp":"127.0.0.1","HostPort":"18080"}]}`
pub(super) fn ports(bindings: PortBindings) -> Vec<Port> {
    let mut ports = Vec::new();
    for (key, bindings) in bindings {
        let (port, protocol) = key.split_once('/').unwrap_or((&key, "tcp"));
        let Ok(container_port) = port.parse() else { continue };
        for binding in bindings.unwrap_or_default() {
            ports.push(Port {
                host_address: binding.host_ip,
                host_port: binding.host_port.parse().unwrap_or_default(),
                container_port,
                range: 1,
                protocol: protocol.to_owned(),
            });
        }
    }
    ports
}

impl From<Inspected> for Detail {
    fn from(inspected: Inspected) -> Self {
        let Inspected {
            state: status,
            config,
            host_config,
            ..
        } = inspected;
        let state = State::of(&status.status);
        let up = matches!(state, State::Running | State::Paused | State::Stopping);
        let ended = !up && status.started_at.is_some();
        // Podman repeats the program as the first argument where the image has no entry point.
        let mut command = inspected.args;
        if !inspected.path.is_empty() && command.first() != Some(&inspected.path) {
            command.insert(0, inspected.path);
        }
        let health_interval = config
            .healthcheck
            .and_then(HealthTest::check)
            .map(|check| check.interval);
        Self {
            id: inspected.id,
            name: inspected.name,
            image: inspected.image_name,
            image_id: inspected.image,
            state,
            health: Health::of(&status.health.status).filter(|_| up),
            pid: Some(status.pid).filter(|pid| *pid != 0),
            created: inspected.created,
            started: status.started_at,
            exited: status.finished_at.filter(|_| ended),
            exit_code: ended.then_some(status.exit_code),
            out_of_memory: status.out_of_memory,
            error: status.error,
            restarts: u32::try_from(inspected.restart_count).unwrap_or_default(),
            command,
            environment: config.env,
            labels: config.labels,
            user: config.user,
            working_dir: config.working_dir,
            hostname: config.hostname,
            terminal: config.tty,
            has_health_check: health_interval.is_some(),
            health_interval,
            mounts: inspected.mounts,
            networks: inspected.network_settings.networks,
            network_mode: host_config.network_mode,
            ports: ports(host_config.port_bindings),
            restart_policy: host_config.restart_policy.name,
            privileged: host_config.privileged,
            security_options: host_config.security_opt,
            log_driver: host_config.log_config.kind,
            stop_timeout: config.stop_timeout,
        }
    }
}
