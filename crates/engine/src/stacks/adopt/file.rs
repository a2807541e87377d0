//! A compose file as it is derived: its keys, in the order in which they are written.

use std::collections::BTreeMap;

use serde::Serialize;

/// The file.
#[derive(Debug, Default, Serialize)]
pub(super) struct File {
    pub(super) services: BTreeMap<String, Service>,
    pub(super) networks: BTreeMap<String, Outside>,
    pub(super) volumes: BTreeMap<String, Outside>,
}

/// A network or a volume that is there already, and stays when the stack goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Outside {
    pub(super) name: String,
    pub(super) external: bool,
}

/// A service. Texts are as they are written: a dollar stands twice.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct Service {
    pub(super) image: String,
    pub(super) container_name: String,
    pub(super) entrypoint: Option<Vec<String>>,
    pub(super) command: Option<Vec<String>>,
    pub(super) environment: BTreeMap<String, String>,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) user: String,
    pub(super) working_dir: String,
    pub(super) hostname: String,
    pub(super) ports: Vec<String>,
    pub(super) volumes: Vec<Mount>,
    pub(super) tmpfs: Vec<String>,
    pub(super) network_mode: String,
    pub(super) networks: BTreeMap<String, Member>,
    pub(super) depends_on: BTreeMap<String, Needed>,
    pub(super) restart: String,
    pub(super) healthcheck: Option<Check>,
    pub(super) init: bool,
    pub(super) tty: bool,
    pub(super) stdin_open: bool,
    pub(super) read_only: bool,
    pub(super) privileged: bool,
    pub(super) cap_add: Vec<String>,
    pub(super) cap_drop: Vec<String>,
    pub(super) devices: Vec<String>,
    pub(super) group_add: Vec<String>,
    pub(super) security_opt: Vec<String>,
    pub(super) sysctls: BTreeMap<String, String>,
    pub(super) ulimits: BTreeMap<String, Ulimit>,
    pub(super) extra_hosts: Vec<String>,
    pub(super) dns: Vec<String>,
    pub(super) dns_search: Vec<String>,
    pub(super) dns_opt: Vec<String>,
    pub(super) pid: String,
    pub(super) ipc: String,
    pub(super) uts: String,
    pub(super) userns_mode: String,
    pub(super) mem_limit: i64,
    pub(super) mem_reservation: i64,
    pub(super) memswap_limit: i64,
    pub(super) cpus: f64,
    pub(super) cpuset: String,
    pub(super) cpu_shares: i64,
    pub(super) pids_limit: i64,
    pub(super) shm_size: i64,
    pub(super) oom_score_adj: i64,
    pub(super) stop_signal: String,
    pub(super) stop_grace_period: String,
    pub(super) scale: u32,
}

/// Something that is mounted: short where a colon in a path does not forbid it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(super) enum Mount {
    Short(String),
    Long {
        r#type: String,
        source: String,
        target: String,
        read_only: bool,
    },
}

/// A place on a network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Member {
    pub(super) aliases: Vec<String>,
}

/// A service that another one waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Needed {
    pub(super) condition: String,
}

/// A health check.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Check {
    pub(super) test: Vec<String>,
    pub(super) interval: String,
    pub(super) timeout: String,
    pub(super) start_period: String,
    pub(super) retries: u32,
}

/// A limit of processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Ulimit {
    pub(super) soft: i64,
    pub(super) hard: i64,
}
