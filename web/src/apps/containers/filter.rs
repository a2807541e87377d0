//! Which containers are shown: pure.

use std::collections::BTreeMap;

use api::container::Container;

use super::say;
use crate::client::ThingKind;
use crate::kit::status::Condition;

/// A part of the containers, as the side of the window offers it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// All of them.
    #[default]
    All,
    /// Those with a process.
    Running,
    /// Those without one.
    Stopped,
    /// Those that are to be looked at.
    Troubled,
    /// Those of a stack.
    Stack(String),
}

/// A section of the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Section {
    /// A part of the containers.
    Containers(Scope),
    /// What there is beside them.
    Things(ThingKind),
    /// The passwords for registries.
    Registries,
}

/// What is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The part.
    pub scope: Scope,
    /// The words that must be found.
    pub search: String,
}

fn troubled(container: &Container) -> bool {
    matches!(say::condition(container), Condition::Bad | Condition::Doubtful)
}

impl Scope {
    fn holds(&self, container: &Container) -> bool {
        match self {
            Self::All => true,
            Self::Running => container.state.is_up(),
            Self::Stopped => !container.state.is_up(),
            Self::Troubled => troubled(container),
            Self::Stack(name) => container.stack.as_ref() == Some(name),
        }
    }
}

impl Filter {
    /// The containers to show. Every word of the search must be found somewhere.
    #[must_use]
    pub fn pick<'a>(&self, containers: &'a [Container]) -> Vec<&'a Container> {
        let search = self.search.to_lowercase();
        let words: Vec<&str> = search.split_whitespace().collect();
        let found = |container: &&Container| {
            if words.is_empty() {
                return true;
            }
            let ports = container
                .ports
                .iter()
                .map(|port| format!(" {} {}", port.host_port, port.container_port));
            let text = format!(
                "{} {} {} {} {}{}",
                container.name,
                container.image,
                container.stack.as_deref().unwrap_or_default(),
                container.service.as_deref().unwrap_or_default(),
                container.id,
                ports.collect::<String>(),
            );
            let text = text.to_lowercase();
            words.iter().all(|word| text.contains(word))
        };
        let shown = containers.iter().filter(|container| self.scope.holds(container));
        shown.filter(found).collect()
    }
}

/// How many containers there are of each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub all: usize,
    /// Those with a process.
    pub running: usize,
    /// Those that are to be looked at.
    pub troubled: usize,
    /// The stacks by name, with the worst that is to be said of any of their containers.
    pub stacks: BTreeMap<String, Condition>,
}

impl Counts {
    /// Counts.
    #[must_use]
    pub fn of(containers: &[Container]) -> Self {
        let mut counts = Self {
            all: containers.len(),
            ..Self::default()
        };
        for container in containers {
            counts.running += usize::from(container.state.is_up());
            counts.troubled += usize::from(troubled(container));
            if let Some(stack) = &container.stack {
                let condition = say::condition(container);
                let worst = counts.stacks.entry(stack.clone()).or_insert(condition);
                if weight(condition) > weight(*worst) {
                    *worst = condition;
                }
            }
        }
        counts
    }
}

/// What is told of a stack before anything else: trouble, then what is under way, then that something runs.
fn weight(condition: Condition) -> u8 {
    match condition {
        Condition::Off => 0,
        Condition::Good => 1,
        Condition::Busy => 2,
        Condition::Doubtful => 3,
        Condition::Bad => 4,
    }
}

#[cfg(test)]
mod tests {
    use api::container::{ContainerState, Health, Port};

    use super::super::say::tests::container;
    use super::*;

    fn some() -> Vec<Container> {
        let mut web = container("web");
        web.stack = Some("photos".to_owned());
        web.ports = vec![Port {
            host_address: String::new(),
            host_port: 8080,
            container_port: 80,
            protocol: "tcp".to_owned(),
        }];
        let mut database = container("database");
        database.stack = Some("photos".to_owned());
        database.image = "docker.io/library/postgres:17".to_owned();
        database.health = Some(Health::Unhealthy);
        let mut idle = container("idle");
        idle.state = ContainerState::Exited;
        vec![web, database, idle]
    }

    fn ids(scope: Scope, search: &str) -> Vec<String> {
        let search = search.to_owned();
        let some = some();
        let mut ids: Vec<_> = Filter { scope, search }
            .pick(&some)
            .iter()
            .map(|it| it.id.clone())
            .collect();
        ids.sort();
        ids
    }

    #[test]
    fn every_word_of_a_search_must_be_found_in_whatever_is_known() {
        assert_eq!(ids(Scope::All, "PHOTOS post"), ["id-database"]);
        assert_eq!(ids(Scope::All, "8080"), ["id-web"]);
        assert!(ids(Scope::All, "8080 postgres").is_empty());
    }

    #[test]
    fn scopes_divide_the_list() {
        assert_eq!(ids(Scope::Running, ""), ["id-database", "id-web"]);
        assert_eq!(ids(Scope::Stopped, ""), ["id-idle"]);
        assert_eq!(ids(Scope::Troubled, ""), ["id-database"]);
        assert_eq!(ids(Scope::Stack("photos".to_owned()), "web"), ["id-web"]);
    }

    #[test]
    fn a_stack_shows_the_worst_of_its_containers() {
        let counts = Counts::of(&some());
        assert_eq!((counts.all, counts.running, counts.troubled), (3, 2, 1));
        assert_eq!(counts.stacks["photos"], Condition::Doubtful);
    }
}
