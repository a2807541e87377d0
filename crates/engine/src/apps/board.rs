//! Which apps there are, from what is known: the containers, what their labels offer, and what is kept. No waiting in
//! here.

use std::collections::HashMap;

use api::app::{App, AppState, Scheme};
use api::container::{Container, ContainerState, Health};
use api::time::Timestamp;
use proxy::Process;
use proxy::route::{Target, Trust, Upstream};

use super::icon::{self, Chosen};
use super::offer::{Offer, Offers, name_for_people};
use crate::store::apps::AppRow;

/// What looking closely at a container told. Labels never change; the process does with each start.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    pub(super) offers: Offers,
    /// What the container was like when it was looked at.
    pub(super) at: Moment,
    /// Counts the processes that were ever seen, over all containers.
    pub(super) generation: u64,
    /// Its first process, while there is one.
    pub(super) process: Option<Process>,
}

/// What has to be unchanged for facts to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment(pub(super) ContainerState, pub(super) Option<Timestamp>);

impl Moment {
    pub(super) fn of(container: &Container) -> Self {
        Self(container.state, container.started)
    }
}

/// An app as it stands now.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub(super) row: AppRow,
    pub(super) app: App,
    pub(super) target: Target,
    pub(super) process: Option<Process>,
    /// What its labels say of it.
    pub(super) labels: Offer,
    /// What holds: that, and what people have set.
    pub(super) holds: Offer,
    /// The icon that is shown.
    pub(super) icon: Chosen,
}

/// A service's port that is an app and has no row yet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Wanted {
    pub(super) stack: String,
    pub(super) service: String,
    pub(super) port: u16,
    pub(super) detected: bool,
}

/// The apps of these containers, by name, and those that have to be kept first.
pub(super) fn stand(
    containers: &[Container],
    facts: &HashMap<String, Facts>,
    rows: &[AppRow],
) -> (Vec<Standing>, Vec<Wanted>) {
    let (mut standing, mut wanted) = (Vec::<Standing>::new(), Vec::new());
    // Of two that serve equally well it is the one that has done so for longer.
    let mut containers: Vec<&Container> = containers.iter().collect();
    containers.sort_by_key(|container| container.started);
    for container in containers {
        let Some(known) = facts.get(&container.id) else {
            continue;
        };
        let (stack, service) = of(container);
        for offer in offers(known, rows, &stack, &service) {
            let kept = rows
                .iter()
                .find(|row| row.stack == stack && row.service == service && row.port == offer.port);
            let Some(row) = kept else {
                wanted.push(Wanted {
                    stack: stack.clone(),
                    service: service.clone(),
                    port: offer.port,
                    detected: false,
                });
                continue;
            };
            let one = show(row, &offer, container, known);
            match standing.iter_mut().find(|other| other.row.id == row.id) {
                // Of several containers of a service, the one that serves best stands for it.
                Some(other) if rank(other) < rank(&one) => *other = one,
                Some(_) => {}
                None => standing.push(one),
            }
        }
    }
    standing.sort_by(|a, b| (&a.app.name, &a.row.id).cmp(&(&b.app.name, &b.row.id)));
    (standing, wanted)
}

/// The stack and service of a container; one without is a stack of its own.
pub(super) fn of(container: &Container) -> (String, String) {
    let or_name = |word: &Option<String>| word.as_ref().unwrap_or(&container.name).clone();
    (or_name(&container.stack), or_name(&container.service))
}

/// What the labels name; where they name nothing, what was found by asking.
fn offers(known: &Facts, rows: &[AppRow], stack: &str, service: &str) -> Vec<Offer> {
    if !known.offers.named.is_empty() {
        return known.offers.named.clone();
    }
    rows.iter()
        .filter(|row| row.detected && row.stack == stack && row.service == service)
        .map(|row| Offer {
            port: row.port,
            ..known.offers.unnamed.clone()
        })
        .collect()
}

fn show(row: &AppRow, labels: &Offer, container: &Container, known: &Facts) -> Standing {
    let offer = labels.with(&row.settings);
    // What is not known of this very moment is not up.
    let process = known.process.clone().filter(|_| known.at == Moment::of(container));
    let upstream = process
        .as_ref()
        .and_then(|_| host_port(container, offer.port))
        .map(|port| Upstream {
            port,
            inside: offer.port,
            tls: match (offer.scheme, offer.verify) {
                (Scheme::Http, _) => None,
                (Scheme::Https, true) => Some(Trust::Roots),
                (Scheme::Https, false) => Some(Trust::Any),
            },
            generation: known.generation,
        });
    let (state, target) = match (container.state, container.health, upstream) {
        (ContainerState::Running, Some(Health::Starting), _) => (AppState::Starting, Target::Starting),
        (ContainerState::Running, Some(Health::Unhealthy), Some(upstream)) => {
            (AppState::Unhealthy, Target::Up(upstream))
        }
        (ContainerState::Running, _, Some(upstream)) => (AppState::Ready, Target::Up(upstream)),
        (ContainerState::Running, _, None) => (AppState::Starting, Target::Starting),
        (ContainerState::Removing, ..) => (AppState::Gone, Target::Gone),
        _ => (AppState::Stopped, Target::Stopped),
    };
    // What nobody is to open leads nowhere.
    let target = if offer.hidden { Target::Gone } else { target };
    let name = offer.name.clone().or_else(|| name_for_people(&row.service));
    let icon = icon::choose(row, offer.icon.as_deref(), &container.image);
    let app = App {
        id: row.id.clone(),
        name: name.unwrap_or_else(|| row.slug.clone()),
        stack: row.stack.clone(),
        service: row.service.clone(),
        container: Some(container.id.clone()),
        port: offer.port,
        scheme: offer.scheme,
        path: offer.path.clone(),
        state,
        icon: icon.address(&row.id),
        wakes: offer.sleep > 0,
        hidden: offer.hidden,
    };
    Standing {
        row: row.clone(),
        app,
        target,
        process,
        labels: labels.clone(),
        holds: offer,
        icon,
    }
}

/// The port of 127.0.0.1 at which the container publishes `port`.
pub(super) fn host_port(container: &Container, port: u16) -> Option<u16> {
    container
        .ports
        .iter()
        .filter(|published| published.container_port == port && published.protocol == "tcp" && published.host_port > 0)
        .find(|published| matches!(published.host_address.as_str(), "" | "0.0.0.0" | "127.0.0.1"))
        .map(|published| published.host_port)
}

fn rank(standing: &Standing) -> u8 {
    match standing.app.state {
        AppState::Ready => 4,
        AppState::Unhealthy => 3,
        AppState::Starting => 2,
        AppState::Stopped => 1,
        AppState::Gone => 0,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use api::app::AppSettings;
    use api::container::Port;

    use super::*;

    fn container(id: &str, state: ContainerState) -> Container {
        Container {
            id: id.into(),
            name: format!("shop-web-{id}"),
            image: "tiny".into(),
            state,
            health: None,
            created: Timestamp(0),
            started: None,
            finished: None,
            exit_code: None,
            ports: vec![Port {
                host_address: "127.0.0.1".into(),
                host_port: 42001,
                container_port: 8080,
                protocol: "tcp".into(),
            }],
            stack: Some("shop".into()),
            service: Some("web".into()),
            foreign: false,
        }
    }

    pub(in crate::apps) fn row(detected: bool) -> AppRow {
        AppRow {
            id: "web-0a1b2c".into(),
            slug: "web".into(),
            stack: "shop".into(),
            service: "web".into(),
            port: 8080,
            detected,
            door: None,
            settings: AppSettings::default(),
            own_icon: None,
            app_icon: None,
        }
    }

    fn facts(container: &Container, named: Vec<Offer>) -> HashMap<String, Facts> {
        let facts = Facts {
            offers: Offers {
                named,
                unnamed: Offer::at(0),
            },
            at: Moment::of(container),
            generation: 1,
            process: Process::open(std::process::id()).ok(),
        };
        HashMap::from([(container.id.clone(), facts)])
    }

    #[test]
    fn an_app_is_up_only_while_all_that_is_known_is_of_this_moment() {
        let mut web = container("a", ContainerState::Running);
        let facts = facts(&web, vec![Offer::at(8080)]);
        let target = |web: &Container| {
            let (standing, _) = stand(std::slice::from_ref(web), &facts, &[row(false)]);
            (standing[0].app.state, standing[0].target)
        };
        let upstream = Upstream {
            port: 42001,
            inside: 8080,
            tls: None,
            generation: 1,
        };
        assert_eq!(target(&web), (AppState::Ready, Target::Up(upstream)));
        web.health = Some(Health::Starting);
        assert_eq!(target(&web), (AppState::Starting, Target::Starting));
        web.health = Some(Health::Unhealthy);
        assert_eq!(target(&web), (AppState::Unhealthy, Target::Up(upstream)));
        web.health = None;
        web.started = Some(Timestamp(1));
        assert_eq!(
            target(&web),
            (AppState::Starting, Target::Starting),
            "another process now"
        );
        web.state = ContainerState::Exited;
        assert_eq!(target(&web), (AppState::Stopped, Target::Stopped));
    }

    #[test]
    fn what_is_set_holds_and_what_is_hidden_leads_nowhere() {
        let web = container("a", ContainerState::Running);
        let facts = facts(&web, vec![Offer::at(8080)]);
        let mut row = row(false);
        let stands = |row: &AppRow| {
            let (mut standing, _) = stand(std::slice::from_ref(&web), &facts, std::slice::from_ref(row));
            standing.remove(0)
        };
        row.settings.name = Some("The Web".into());
        row.settings.port = Some(9999);
        let one = stands(&row);
        assert_eq!((one.app.name.as_str(), one.app.port), ("The Web", 9999));
        assert_eq!(one.target, Target::Starting, "nothing is published there");
        assert_eq!((one.labels.port, one.labels.name), (8080, None));
        row.settings = AppSettings {
            hidden: Some(true),
            ..AppSettings::default()
        };
        let one = stands(&row);
        assert_eq!((one.app.hidden, one.target), (true, Target::Gone));
    }

    #[test]
    fn what_is_not_published_on_the_loopback_is_not_reached() {
        let mut web = container("a", ContainerState::Running);
        for (address, protocol, reached) in [
            ("127.0.0.1", "tcp", true),
            ("", "tcp", true),
            ("127.0.0.1", "udp", false),
            ("192.168.1.5", "tcp", false),
        ] {
            web.ports[0].host_address = address.into();
            web.ports[0].protocol = protocol.into();
            assert_eq!(host_port(&web, 8080).is_some(), reached, "{address} {protocol}");
        }
        assert_eq!(host_port(&web, 80), None);
    }

    #[test]
    fn a_label_comes_before_what_was_found_and_the_best_container_stands_for_its_service() {
        let (up, down) = (
            container("a", ContainerState::Running),
            container("b", ContainerState::Exited),
        );
        let found = facts(&up, vec![]);
        let (standing, wanted) = stand(std::slice::from_ref(&up), &found, &[row(true)]);
        assert_eq!((standing.len(), wanted.len()), (1, 0));
        let (standing, wanted) = stand(std::slice::from_ref(&up), &found, &[row(false)]);
        assert_eq!((standing.len(), wanted.len()), (0, 0), "the label is gone");

        let mut named = facts(&up, vec![Offer::at(9000)]);
        let (standing, wanted) = stand(std::slice::from_ref(&up), &named, &[row(true)]);
        assert_eq!((standing.len(), wanted.len()), (0, 1));
        assert_eq!((wanted[0].port, wanted[0].detected), (9000, false));

        named = facts(&up, vec![Offer::at(8080)]);
        named.extend(facts(&down, vec![Offer::at(8080)]));
        let (standing, _) = stand(&[down, up], &named, &[row(false)]);
        assert_eq!(standing.len(), 1);
        assert_eq!(standing[0].app.container.as_deref(), Some("a"));
    }
}
