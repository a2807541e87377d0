//! A container as it is listed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use crate::tolerant::{null_is_default, time, words};

/// What a container is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Made, and never started.
    Created,
    /// Its process runs.
    Running,
    /// Its processes are frozen.
    Paused,
    /// On its way to be stopped.
    Stopping,
    /// Its process ended.
    Exited,
    /// It is being removed.
    Removing,
    /// Podman says something that this crate does not know.
    Unknown,
}

impl State {
    pub(super) fn of(word: &str) -> Self {
        match word {
            // Podman has three words for it: before, after and beside the preparation of its files.
            "created" | "configured" | "initialized" => Self::Created,
            "running" => Self::Running,
            "paused" => Self::Paused,
            "stopping" => Self::Stopping,
            // "stopped": ended, and not yet cleaned up after.
            "exited" | "stopped" => Self::Exited,
            "removing" => Self::Removing,
            _ => Self::Unknown,
        }
    }
}

/// What a container's own health check says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Health {
    /// No verdict yet.
    Starting,
    /// The last check was fine.
    Healthy,
    /// Too many checks in a row were not.
    Unhealthy,
}

impl Health {
    pub(super) fn of(word: &str) -> Option<Self> {
        match word {
            "starting" => Some(Self::Starting),
            "healthy" => Some(Self::Healthy),
            "unhealthy" => Some(Self::Unhealthy),
            _ => None,
        }
    }
}

/// A published port, or as many in a row as `range` says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub struct Port {
    /// The address on the machine; empty means every address.
    #[serde(default, rename = "host_ip", deserialize_with = "null_is_default")]
    pub host_address: String,
    /// The port on the machine.
    #[serde(default)]
    pub host_port: u16,
    /// The port in the container.
    pub container_port: u16,
    /// How many ports in a row, counted from the two above; at least 1.
    #[serde(default = "one")]
    pub range: u16,
    /// `tcp`, `udp` or `sctp`.
    #[serde(default = "tcp")]
    pub protocol: String,
}

fn one() -> u16 {
    1
}

fn tcp() -> String {
    "tcp".to_owned()
}

/// A container as it is listed: enough for a row on a screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The id, whole.
    pub id: String,
    /// The name.
    pub name: String,
    /// The image, as it was asked for.
    pub image: String,
    /// The image's id.
    pub image_id: String,
    /// The command that runs.
    pub command: Vec<String>,
    /// What it is doing.
    pub state: State,
    /// What its health check says. Podman keeps the last word of a container that stopped; it is dropped here.
    pub health: Option<Health>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When its process started last, to the second.
    pub started: Option<Timestamp>,
    /// When its process ended last, to the second; absent while it is up.
    pub exited: Option<Timestamp>,
    /// How its process ended last; absent while it is up or was never started.
    pub exit_code: Option<i32>,
    /// The ports that it publishes.
    pub ports: Vec<Port>,
    /// Its labels, the image's among them.
    pub labels: BTreeMap<String, String>,
    /// The paths in the container that have something mounted. What, only inspecting tells.
    pub mounts: Vec<String>,
    /// The bridge networks that it is on; empty with the rootless default network.
    pub networks: Vec<String>,
    /// The id of the pod that it belongs to.
    pub pod: Option<String>,
    /// Whether it is only there to hold a pod together.
    pub infra: bool,
}

/// The list's JSON.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Listed {
    id: String,
    #[serde(default, deserialize_with = "null_is_default")]
    names: Vec<String>,
    #[serde(default, deserialize_with = "null_is_default")]
    image: String,
    #[serde(default, rename = "ImageID", deserialize_with = "null_is_default")]
    image_id: String,
    #[serde(default, deserialize_with = "words")]
    command: Vec<String>,
    #[serde(default)]
    state: String,
    /// The health word alone, or empty.
    #[serde(default)]
    status: String,
    #[serde(default, deserialize_with = "time")]
    created: Option<Timestamp>,
    #[serde(default, deserialize_with = "time")]
    started_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "time")]
    exited_at: Option<Timestamp>,
    #[serde(default)]
    exit_code: i32,
    #[serde(default, deserialize_with = "null_is_default")]
    ports: Vec<Port>,
    #[serde(default, deserialize_with = "null_is_default")]
    labels: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "null_is_default")]
    mounts: Vec<String>,
    #[serde(default, deserialize_with = "null_is_default")]
    networks: Vec<String>,
    #[serde(default, deserialize_with = "null_is_default")]
    pod: String,
    #[serde(default)]
    is_infra: bool,
}

impl From<Listed> for Summary {
    fn from(listed: Listed) -> Self {
        let state = State::of(&listed.state);
        let up = matches!(state, State::Running | State::Paused | State::Stopping);
        let ended = !up && listed.started_at.is_some();
        Self {
            id: listed.id,
            name: listed.names.into_iter().next().unwrap_or_default(),
            image: listed.image,
            image_id: listed.image_id,
            command: listed.command,
            state,
            health: Health::of(&listed.status).filter(|_| up),
            created: listed.created,
            started: listed.started_at,
            exited: listed.exited_at.filter(|_| ended),
            exit_code: ended.then_some(listed.exit_code),
            ports: listed.ports,
            labels: listed.labels,
            mounts: listed.mounts,
            networks: listed.networks,
            pod: Some(listed.pod).filter(|pod| !pod.is_empty()),
            infra: listed.is_infra,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Summary {
        serde_json::from_str::<Listed>(json).expect("a list's entry").into()
    }

    #[test]
    fn an_entry_of_podman_4_is_read() {
        let never = r#"{"Id":"a","Names":["web"],"Image":"localhost/tiny:latest","ImageID":"e6","Command":["/start"],
            "Created":"2026-11-20T23:16:35.778017503Z","Exited":false,"ExitedAt":-62135596800,"ExitCode":0,
            "Labels":null,"Mounts":[],"Networks":[],"Pod":"","Ports":null,"StartedAt":-62135596800,
            "State":"configured","Status":""}"#;
        let summary = read(never);
        assert_eq!((summary.state, summary.name.as_str()), (State::Created, "web"));
        assert_eq!(
            (summary.started, summary.exited, summary.exit_code, summary.health),
            (None, None, None, None)
        );
        assert_eq!(summary.created.map(Timestamp::as_second), Some(1_795_216_595));
    }

    #[test]
    fn an_entry_of_another_shape_is_read_too() {
        let other = r#"{"Id":"a","Names":null,"Command":"/start","Created":1795216595,"StartedAt":1795216600,
            "ExitedAt":1795216700,"ExitCode":137,"State":"exited","Status":"healthy","New":{"in":[5]},
            "Ports":[{"host_ip":null,"container_port":80,"host_port":8080,"range":3,"protocol":"udp"}]}"#;
        let summary = read(other);
        assert_eq!(
            (summary.name.as_str(), summary.command),
            ("", vec!["/start".to_owned()])
        );
        assert_eq!(
            (summary.exit_code, summary.health),
            (Some(137), None),
            "a stopped container has no health"
        );
        assert_eq!((summary.ports[0].range, summary.ports[0].protocol.as_str()), (3, "udp"));
        assert!(summary.exited > summary.started);
    }

    #[test]
    fn times_beyond_reason_are_absent() {
        for time in [
            r#""yesterday""#,
            "9223372036854775807",
            "{}",
            "null",
            "1e300",
            r#""0001-01-01T00:00:00Z""#,
        ] {
            let summary = read(&format!(
                r#"{{"Id":"a","State":"running","Status":"healthy","StartedAt":{time}}}"#
            ));
            assert_eq!(
                (summary.started, summary.health),
                (None, Some(Health::Healthy)),
                "{time}"
            );
        }
    }
}
