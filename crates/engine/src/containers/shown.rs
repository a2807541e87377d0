//! Podman's words for a container → ours.

use std::collections::BTreeMap;

use api::container::{Container, ContainerDetail, ContainerState, Health, Mount, Port};
use api::thing::Owner;
use api::time::Timestamp;
use podman::container::{Detail, State, Summary};

/// The label that says which Stardeck made a container.
pub(crate) const DECK: &str = "io.stardeck.deck";
/// The labels that say which stack and service a container belongs to: ours, then those of other tools.
const STACK: [&str; 3] = [
    "io.stardeck.stack",
    "com.docker.compose.project",
    "io.podman.compose.project",
];
const SERVICE: [&str; 3] = [
    "io.stardeck.service",
    "com.docker.compose.service",
    "io.podman.compose.service",
];

/// What a listing says of a container.
pub(super) fn summary(summary: Summary, deck: &str) -> Container {
    Container {
        id: summary.id,
        name: summary.name,
        image: summary.image,
        state: state(summary.state),
        health: summary.health.map(health),
        created: whole_second(summary.created).unwrap_or(Timestamp(0)),
        started: whole_second(summary.started),
        finished: whole_second(summary.exited),
        exit_code: summary.exit_code,
        ports: ports(&summary.ports),
        stack: stack_of(&summary.labels),
        service: first(&summary.labels, SERVICE),
        foreign: owner_of(&summary.labels, deck) != Owner::Ours,
    }
}

/// What inspecting says of a container, cut to what a listing would say.
pub(super) fn container(detail: &Detail, deck: &str) -> Container {
    Container {
        id: detail.id.clone(),
        name: detail.name.clone(),
        image: detail.image.clone(),
        state: state(detail.state),
        health: detail.health.map(health),
        created: whole_second(detail.created).unwrap_or(Timestamp(0)),
        started: whole_second(detail.started),
        finished: whole_second(detail.exited),
        exit_code: detail.exit_code,
        ports: ports(&detail.ports),
        stack: stack_of(&detail.labels),
        service: first(&detail.labels, SERVICE),
        foreign: owner_of(&detail.labels, deck) != Owner::Ours,
    }
}

/// What inspecting says of a container. The values of its environment are left out.
pub(super) fn detail(detail: Detail, deck: &str) -> ContainerDetail {
    let container = container(&detail, deck);
    let name = |pair: &String| pair.split_once('=').map_or(pair.as_str(), |(name, _)| name).to_owned();
    let mount = |mount: podman::container::Mount| Mount {
        source: if mount.name.is_empty() {
            mount.source
        } else {
            mount.name
        },
        kind: mount.kind,
        target: mount.destination,
        read_only: !mount.writable,
    };
    ContainerDetail {
        container,
        image_id: detail.image_id,
        command: detail.command,
        labels: detail.labels,
        environment: detail.environment.iter().map(name).collect(),
        mounts: detail.mounts.into_iter().map(mount).collect(),
        networks: detail.networks.into_keys().collect(),
        restart_policy: detail.restart_policy,
        restarts: detail.restarts,
    }
}

pub(crate) fn state(state: State) -> ContainerState {
    match state {
        State::Created => ContainerState::Created,
        State::Running => ContainerState::Running,
        State::Paused => ContainerState::Paused,
        State::Stopping => ContainerState::Stopping,
        State::Exited => ContainerState::Exited,
        State::Removing => ContainerState::Removing,
        State::Unknown => ContainerState::Unknown,
    }
}

fn health(health: podman::container::Health) -> Health {
    match health {
        podman::container::Health::Starting => Health::Starting,
        podman::container::Health::Healthy => Health::Healthy,
        podman::container::Health::Unhealthy => Health::Unhealthy,
    }
}

/// Podman's list has whole seconds and its inspection has fractions: cut alike, so that the two say the same.
pub(crate) fn whole_second(time: Option<impl Into<std::time::SystemTime>>) -> Option<Timestamp> {
    let since = time?.into().duration_since(std::time::SystemTime::UNIX_EPOCH).ok()?;
    Some(Timestamp(i64::try_from(since.as_secs()).ok()?.checked_mul(1000)?))
}

fn ports(ports: &[podman::container::Port]) -> Vec<Port> {
    let single = |port: &podman::container::Port, n: u16| {
        Some(Port {
            host_address: port.host_address.clone(),
            host_port: port.host_port.checked_add(n)?,
            container_port: port.container_port.checked_add(n)?,
            protocol: port.protocol.clone(),
        })
    };
    let mut shown: Vec<Port> = ports
        .iter()
        .flat_map(|port| (0..port.range).filter_map(move |n| single(port, n)))
        .collect();
    shown.sort();
    shown
}

fn first<const N: usize>(labels: &BTreeMap<String, String>, names: [&str; N]) -> Option<String> {
    names
        .iter()
        .find_map(|name| labels.get(*name))
        .filter(|value| !value.is_empty())
        .cloned()
}

/// The stack that something with these labels belongs to, ours or another tool's.
pub(crate) fn stack_of(labels: &BTreeMap<String, String>) -> Option<String> {
    first(labels, STACK)
}

/// Who made something with these labels.
pub(crate) fn owner_of(labels: &BTreeMap<String, String>, deck: &str) -> Owner {
    match labels.get(DECK) {
        Some(value) if value == deck => Owner::Ours,
        Some(_) => Owner::OtherDeck,
        None => Owner::Foreign,
    }
}
