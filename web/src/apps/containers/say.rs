//! How a container is put into words: pure.

use api::container::{Container, ContainerState, Health, Port};
use api::time::Timestamp;

use crate::desktop::time::duration;
use crate::kit::status::Condition;

/// How a container is, as the colour of its dot.
#[must_use]
pub fn condition(container: &Container) -> Condition {
    match (container.state, container.health) {
        (ContainerState::Running, Some(Health::Unhealthy)) => Condition::Doubtful,
        (ContainerState::Running, Some(Health::Starting)) => Condition::Busy,
        (ContainerState::Running, _) => Condition::Good,
        (ContainerState::Paused | ContainerState::Unknown, _) => Condition::Doubtful,
        (ContainerState::Stopping | ContainerState::Removing, _) => Condition::Busy,
        (ContainerState::Exited, _) if failed(container) => Condition::Bad,
        (ContainerState::Created | ContainerState::Exited, _) => Condition::Off,
    }
}

/// Whether its process ended by itself and badly. 137 and 143 are what a stop leaves behind.
#[must_use]
pub fn failed(container: &Container) -> bool {
    !matches!(container.exit_code, None | Some(0 | 130 | 137 | 143))
}

/// What a container is doing, and for how long: `Healthy · 3 d`.
#[must_use]
pub fn status(container: &Container, now: i64) -> String {
    let word = match (container.state, container.health) {
        (ContainerState::Running, Some(Health::Healthy)) => "Healthy",
        (ContainerState::Running, Some(Health::Unhealthy)) => "Unhealthy",
        (ContainerState::Running, Some(Health::Starting)) => "Health check",
        (ContainerState::Running, None) => "Running",
        (ContainerState::Created, _) => "Never started",
        (ContainerState::Paused, _) => "Paused",
        (ContainerState::Stopping, _) => "Stopping",
        (ContainerState::Removing, _) => "Being removed",
        (ContainerState::Unknown, _) => "In a state that is not known",
        (ContainerState::Exited, _) if failed(container) => {
            let code = container.exit_code.unwrap_or_default();
            return with_time(&format!("Failed with {code}"), container.finished, now, " ago");
        }
        (ContainerState::Exited, _) => return with_time("Stopped", container.finished, now, " ago"),
    };
    let since = if container.state.is_up() {
        container.started
    } else {
        None
    };
    with_time(word, since, now, "")
}

/// How long a container has been running; absent where it does not.
#[must_use]
pub fn uptime(container: &Container, now: i64) -> Option<String> {
    let since = container.started.filter(|_| container.state.is_up())?;
    Some(duration(Timestamp(now).seconds_since(since)))
}

/// What its health check says; nothing where it has none or does not run.
#[must_use]
pub fn health(container: &Container) -> &'static str {
    match container.health.filter(|_| container.state.is_up()) {
        Some(Health::Healthy) => "Healthy",
        Some(Health::Unhealthy) => "Unhealthy",
        Some(Health::Starting) => "Checking",
        None => "",
    }
}

fn with_time(word: &str, since: Option<Timestamp>, now: i64, after: &str) -> String {
    match since {
        Some(since) => format!("{word} · {}{after}", duration(Timestamp(now).seconds_since(since))),
        None => word.to_owned(),
    }
}

/// The ports that a container publishes, shortest words first: `8080 → 80`.
#[must_use]
pub fn ports(ports: &[Port]) -> Vec<String> {
    let mut said: Vec<String> = ports
        .iter()
        .map(|port| {
            let protocol = if port.protocol == "tcp" {
                String::new()
            } else {
                format!("/{}", port.protocol)
            };
            if port.host_port == port.container_port {
                format!("{}{protocol}", port.host_port)
            } else {
                format!("{} → {}{protocol}", port.host_port, port.container_port)
            }
        })
        .collect();
    // The same port on IPv4 and IPv6 is one to a person.
    said.dedup();
    said
}

/// An image without what goes without saying.
#[must_use]
pub fn image(image: &str) -> &str {
    let image = image.strip_prefix("docker.io/").unwrap_or(image);
    let image = image.strip_prefix("library/").unwrap_or(image);
    image.split_once("@sha256:").map_or(image, |(name, _)| name)
}

/// The start of an id, which is enough to tell it from others.
#[must_use]
pub fn short(id: &str) -> &str {
    let id = id.strip_prefix("sha256:").unwrap_or(id);
    id.get(..12).unwrap_or(id)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A container that runs since the epoch.
    pub(crate) fn container(name: &str) -> Container {
        Container {
            id: format!("id-{name}"),
            name: name.to_owned(),
            image: "docker.io/library/nginx:1.27".to_owned(),
            state: ContainerState::Running,
            health: None,
            created: Timestamp(0),
            started: Some(Timestamp(0)),
            finished: None,
            exit_code: None,
            ports: vec![],
            stack: None,
            service: None,
            foreign: false,
        }
    }

    fn port(host_port: u16, container_port: u16, protocol: &str) -> Port {
        Port {
            host_address: String::new(),
            host_port,
            container_port,
            protocol: protocol.to_owned(),
        }
    }

    #[test]
    fn a_status_is_a_word_and_a_time_in_its_largest_unit() {
        let running = container("a");
        for (seconds, said) in [
            (0, "Running · 0 s"),
            (59, "Running · 59 s"),
            (60, "Running · 1 min"),
            (7_200, "Running · 2 h"),
            (2_678_400, "Running · 31 d"),
        ] {
            assert_eq!(status(&running, seconds * 1000), said);
        }
        assert_eq!(
            status(&running, -5_000),
            "Running · 0 s",
            "a clock that is behind the server's"
        );
    }

    #[test]
    fn a_stop_is_not_a_failure() {
        let ended = |code| Container {
            state: ContainerState::Exited,
            finished: Some(Timestamp(0)),
            exit_code: Some(code),
            ..container("a")
        };
        for (code, said, how) in [
            (0, "Stopped · 5 s ago", Condition::Off),
            (137, "Stopped · 5 s ago", Condition::Off),
            (143, "Stopped · 5 s ago", Condition::Off),
            (1, "Failed with 1 · 5 s ago", Condition::Bad),
        ] {
            assert_eq!(
                (status(&ended(code), 5_000).as_str(), condition(&ended(code))),
                (said, how)
            );
        }
    }

    #[test]
    fn health_counts_only_while_it_runs() {
        let sick = Container {
            health: Some(Health::Unhealthy),
            ..container("a")
        };
        assert_eq!(
            (condition(&sick), status(&sick, 0).as_str()),
            (Condition::Doubtful, "Unhealthy · 0 s")
        );
        assert_eq!(
            (health(&sick), uptime(&sick, 5_000)),
            ("Unhealthy", Some("5 s".to_owned()))
        );
        let stopped = Container {
            state: ContainerState::Exited,
            ..sick
        };
        assert_eq!(condition(&stopped), Condition::Off);
        assert_eq!((health(&stopped), uptime(&stopped, 5_000)), ("", None));
    }

    #[test]
    fn ports_are_said_once_and_without_what_goes_without_saying() {
        let list = [
            port(80, 80, "tcp"),
            port(80, 80, "tcp"),
            port(8080, 80, "tcp"),
            port(53, 53, "udp"),
        ];
        assert_eq!(ports(&list), ["80", "8080 → 80", "53/udp"]);
    }

    #[test]
    fn images_lose_their_default_registry_and_digest() {
        assert_eq!(image("docker.io/library/nginx:1.27"), "nginx:1.27");
        assert_eq!(image("docker.io/grafana/grafana@sha256:abcd"), "grafana/grafana");
        assert_eq!(image("localhost/mine:1"), "localhost/mine:1");
    }
}
