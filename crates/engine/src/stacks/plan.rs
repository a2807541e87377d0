//! From what is wanted and what is there to what is to be done: pure, so that the preview, the deploy, its retry and
//! its putting back are one thought.
//!
//! A container is known by its labels, never by its name: a deploy that was interrupted between two renames finds what
//! it had made. The one whose label carries the wanted hash, and whose image is the wanted one, stays or comes back;
//! all others of its place make way.

use std::collections::{BTreeMap, BTreeSet};

use api::stack::{PlanItem, PlanVerb};
use podman::container::State;

use crate::spec::{Fit, PullPolicy, Wanted, WantedContainer, WantedService};

/// A container of the stack, as Podman says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Has {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) service: String,
    pub(crate) index: u32,
    pub(crate) hash: String,
    pub(crate) image: String,
    pub(crate) state: State,
    pub(crate) exit_code: Option<i32>,
}

/// What is there of a stack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Observed {
    pub(crate) containers: Vec<Has>,
    /// All networks of this Podman, each with the hash of what it was made of, where it is one of ours.
    pub(crate) networks: BTreeMap<String, Option<String>>,
    /// Those of them that were made for this stack.
    pub(crate) own_networks: BTreeSet<String>,
    /// All volumes of this Podman, likewise.
    pub(crate) volumes: BTreeMap<String, Option<String>>,
    /// The id of the image that each service is to run; absent where it is not there yet, or is to be built anew.
    pub(crate) images: BTreeMap<String, String>,
    /// The id of the image that each name leads to.
    pub(crate) named: BTreeMap<String, String>,
    /// The platform of the image of each service, where that is there.
    pub(crate) platforms: BTreeMap<String, String>,
    /// The services whose image cannot be built, and why.
    pub(crate) unbuildable: BTreeMap<String, String>,
}

/// What happens to the place of one container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// It is as it should be.
    Keep(Has),
    /// It is right, and does not run.
    Start(Has),
    /// It is right, and something that it depends on is another now.
    Restart(Has),
    /// There is none that is right, and none that runs in its place.
    Create,
    /// Another one stands in its place.
    Replace(Has),
}

/// The place of one container.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    pub(crate) service: &'a WantedService,
    pub(crate) container: &'a WantedContainer,
    pub(crate) action: Action,
    /// What else stands there, and goes at the end.
    pub(crate) others: Vec<Has>,
}

/// What is to be done, in order.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    /// The services whose image is to be fetched, each image once.
    pub(crate) pulls: Vec<&'a WantedService>,
    /// The services whose image is to be built, each image once.
    pub(crate) builds: Vec<&'a WantedService>,
    /// The numbers of the networks to be made.
    pub(crate) networks: Vec<usize>,
    /// The numbers of the volumes to be made.
    pub(crate) volumes: Vec<usize>,
    /// The places, each after those that it depends on.
    pub(crate) turns: Vec<Turn<'a>>,
    /// Containers of the stack that have no place any more.
    pub(crate) orphans: Vec<Has>,
    /// Networks of the stack that are not wanted any more.
    pub(crate) old_networks: Vec<String>,
}

/// The networks and volumes that are there and were made of something else than the file says now, each with a
/// sentence. Podman cannot change one, and making it anew would end what is on it or lose what is in it.
pub(crate) fn other_than_wanted(wanted: &Wanted, observed: &Observed) -> Vec<(String, String)> {
    let other = |all: &BTreeMap<String, Option<String>>, name: &str, hash: &str| {
        let known = all.get(name).and_then(Option::as_ref);
        known.is_some_and(|known| known != hash)
    };
    let networks = wanted.networks.iter().filter(|network| {
        let ours = !network.external && observed.own_networks.contains(&network.name);
        ours && other(&observed.networks, &network.name, &network.hash)
    });
    let volumes = wanted.volumes.iter();
    let volumes = volumes.filter(|volume| !volume.external && other(&observed.volumes, &volume.name, &volume.hash));
    let network = |network: &crate::spec::WantedNetwork| {
        let name = &network.name;
        let how = "Take the stack down, which removes it, and deploy again.";
        (
            format!("networks.{name}"),
            format!("The network {name} is there, made of another description. {how}"),
        )
    };
    let volume = |volume: &crate::spec::WantedVolume| {
        let name = &volume.name;
        let how = "Give it another name in the file, or remove it by name if what is in it may go.";
        (
            format!("volumes.{name}"),
            format!("The volume {name} is there, made of another description. {how}"),
        )
    };
    networks.map(network).chain(volumes.map(volume)).collect()
}

/// The services whose image is there and made for another kind of machine, each with a sentence.
pub(crate) fn misfits(wanted: &Wanted, observed: &Observed) -> Vec<(String, String)> {
    let here = &wanted.here;
    let misfit = |service: &WantedService| {
        let platform = observed.platforms.get(&service.name)?;
        let (image, own) = (&service.image, &here.platform);
        let message = format!(
            "The image {image} is made for {platform}; this machine is {own}, and has no emulator for that. Name an image for \
             {own}, or install emulators, such as the package qemu-user-static."
        );
        (here.fit(platform) == Fit::Not).then(|| (service.name.clone(), message))
    };
    wanted.services.iter().filter_map(misfit).collect()
}

/// Whether the image of a service is to be fetched, or built.
fn is_renewed(service: &WantedService, there: bool) -> bool {
    match service.pull_policy {
        PullPolicy::Always => true,
        PullPolicy::Missing => !there,
        PullPolicy::Never => false,
    }
}

/// What is to be done.
pub(crate) fn plan<'a>(wanted: &'a Wanted, observed: &Observed) -> Plan<'a> {
    let order = order(wanted);
    let built = |service: &WantedService| {
        let mut others = wanted.services.iter();
        others.any(|other| other.build.is_some() && other.image == service.image)
    };
    let mut named = BTreeSet::new();
    let renewed = order
        .iter()
        .copied()
        .filter(|service| is_renewed(service, observed.images.contains_key(&service.name)));
    let (builds, pulls): (Vec<_>, Vec<_>) = renewed
        // What one service builds, another does not fetch.
        .filter(|service| service.build.is_some() || !built(service))
        .filter(|service| named.insert(service.image.as_str()))
        .partition(|service| service.build.is_some());
    let mut left: Vec<Has> = observed.containers.clone();
    let mut turns: Vec<Turn<'a>> = Vec::new();
    for service in order {
        for container in &service.replicas {
            let (here, elsewhere): (Vec<Has>, Vec<Has>) = left
                .into_iter()
                .partition(|has| has.service == service.name && has.index == container.index);
            left = elsewhere;
            turns.push(turn(wanted, service, container, here, observed, &turns));
        }
    }
    let missing = |all: &BTreeMap<String, _>, name: &str, external: bool| !external && !all.contains_key(name);
    let wanted_networks: BTreeSet<&str> = wanted.networks.iter().map(|network| network.name.as_str()).collect();
    Plan {
        pulls,
        builds,
        networks: numbers(&wanted.networks, |network| {
            missing(&observed.networks, &network.name, network.external)
        }),
        volumes: numbers(&wanted.volumes, |volume| {
            missing(&observed.volumes, &volume.name, volume.external)
        }),
        turns,
        orphans: left,
        old_networks: observed
            .own_networks
            .iter()
            .filter(|name| !wanted_networks.contains(name.as_str()))
            .cloned()
            .collect(),
    }
}

fn turn<'a>(
    wanted: &Wanted,
    service: &'a WantedService,
    container: &'a WantedContainer,
    mut here: Vec<Has>,
    observed: &Observed,
    before: &[Turn<'_>],
) -> Turn<'a> {
    let image = observed.images.get(&service.name);
    let right = |has: &Has| has.hash == container.hash && image == Some(&has.image);
    // Of two that are right, the one that runs.
    here.sort_by_key(|has| (!right(has), !is_up(has.state)));
    let action = match here.first().filter(|has| right(has)).cloned() {
        Some(has) => {
            here.remove(0);
            let renewed = |turn: &Turn<'_>| !matches!(turn.action, Action::Keep(_));
            let with = |turn: &&Turn<'_>| {
                let mut needs = service.depends_on.iter();
                needs.any(|needed| needed.service == turn.service.name && needed.restart)
            };
            if !is_up(has.state) && !is_complete(wanted, service, &has) {
                Action::Start(has)
            } else if before.iter().filter(with).any(renewed) {
                Action::Restart(has)
            } else {
                Action::Keep(has)
            }
        }
        None => here.first().cloned().map_or(Action::Create, Action::Replace),
    };
    Turn {
        service,
        container,
        action,
        others: here,
    }
}

/// Whether a container is one that runs once, and did.
fn is_complete(wanted: &Wanted, service: &WantedService, has: &Has) -> bool {
    has.state == State::Exited && has.exit_code == Some(0) && is_one_shot(wanted, service)
}

/// Whether something waits for the end of a service.
pub(crate) fn is_one_shot(wanted: &Wanted, service: &WantedService) -> bool {
    let mut needs = wanted.services.iter().flat_map(|other| &other.depends_on);
    needs.any(|needed| needed.service == service.name && needed.condition == crate::spec::Condition::Completed)
}

pub(crate) fn is_up(state: State) -> bool {
    matches!(state, State::Running | State::Paused | State::Stopping)
}

/// The services, each after those that it depends on, and by name where that leaves a choice.
pub(crate) fn order(wanted: &Wanted) -> Vec<&WantedService> {
    let mut left: Vec<&WantedService> = wanted.services.iter().collect();
    left.sort_by(|a, b| a.name.cmp(&b.name));
    let mut ordered: Vec<&WantedService> = Vec::new();
    while !left.is_empty() {
        let waits = |service: &&WantedService| {
            let mut needs = service.depends_on.iter();
            needs.any(|needed| left.iter().any(|other| other.name == needed.service))
        };
        // There is no circle in a project that was loaded; were there one, the first of them would go first.
        let next = left.iter().position(|service| !waits(service)).unwrap_or(0);
        ordered.push(left.remove(next));
    }
    ordered
}

fn numbers<T>(items: &[T], is: impl Fn(&T) -> bool) -> Vec<usize> {
    let numbered = items.iter().enumerate();
    numbered
        .filter(|(_, item)| is(item))
        .map(|(number, _)| number)
        .collect()
}

impl Plan<'_> {
    /// For each place, the numbers of those that it comes after.
    pub(crate) fn after(&self) -> Vec<Vec<usize>> {
        let needs = |turn: &Turn<'_>, other: &Turn<'_>| {
            let mut needed = turn.service.depends_on.iter();
            needed.any(|needed| needed.service == other.service.name)
        };
        // Only those before it, so that nothing waits for itself.
        let turns = self.turns.iter().enumerate();
        turns
            .map(|(number, turn)| numbers(&self.turns[..number], |other| needs(turn, other)))
            .collect()
    }

    /// The plan as a person reads it.
    pub(crate) fn items(&self, wanted: &Wanted) -> Vec<PlanItem> {
        let item = |verb, kind: &str, name: &str, service: Option<&str>, reason: &str| PlanItem {
            verb,
            kind: kind.to_owned(),
            name: name.to_owned(),
            service: service.map(str::to_owned),
            reason: reason.to_owned(),
        };
        let mut items = Vec::new();
        for service in &self.pulls {
            let reason = match (service.pull_policy, &service.platform) {
                (PullPolicy::Always, _) => "the file asks for it each time".to_owned(),
                (_, Some(platform)) => format!("it is not on this machine for {platform}"),
                (_, None) => "it is not on this machine".to_owned(),
            };
            items.push(item(
                PlanVerb::Pull,
                "image",
                &service.image,
                Some(&service.name),
                &reason,
            ));
        }
        for service in &self.builds {
            let reason = match service.pull_policy {
                PullPolicy::Always => "it is asked for each time",
                _ => "it is not there, or what it is made of changed",
            };
            let service_name = Some(service.name.as_str());
            items.push(item(PlanVerb::Build, "image", &service.image, service_name, reason));
        }
        for (number, network) in wanted.networks.iter().enumerate() {
            let verb = verb_of(self.networks.contains(&number));
            items.push(item(verb, "network", &network.name, None, external(network.external)));
        }
        for (number, volume) in wanted.volumes.iter().enumerate() {
            let verb = verb_of(self.volumes.contains(&number));
            items.push(item(verb, "volume", &volume.name, None, external(volume.external)));
        }
        for turn in &self.turns {
            let (verb, reason) = match &turn.action {
                Action::Keep(_) => (PlanVerb::Keep, ""),
                Action::Start(_) => (PlanVerb::Start, "it does not run"),
                Action::Restart(_) => (PlanVerb::Start, "it starts again with what it depends on"),
                Action::Create => (PlanVerb::Create, ""),
                Action::Replace(has) if has.hash == turn.container.hash => (
                    PlanVerb::Replace,
                    if self.builds.iter().any(|built| built.image == turn.service.image) {
                        "its image is built anew"
                    } else {
                        "its image is another"
                    },
                ),
                Action::Replace(_) => (PlanVerb::Replace, "its description changed"),
            };
            let service = Some(turn.service.name.as_str());
            items.push(item(verb, "container", &turn.container.name, service, reason));
            // What is replaced is named by the line above.
            let kept = usize::from(matches!(turn.action, Action::Replace(_)));
            for has in turn.others.iter().skip(kept) {
                items.push(item(
                    PlanVerb::Remove,
                    "container",
                    &has.name,
                    service,
                    "another one stands in its place",
                ));
            }
        }
        for has in &self.orphans {
            let reason = "the file does not have it any more";
            items.push(item(
                PlanVerb::Remove,
                "container",
                &has.name,
                Some(&has.service),
                reason,
            ));
        }
        for name in &self.old_networks {
            let reason = "the file does not have it any more";
            items.push(item(PlanVerb::Remove, "network", name, None, reason));
        }
        items
    }
}

fn verb_of(made: bool) -> PlanVerb {
    if made { PlanVerb::Create } else { PlanVerb::Keep }
}

fn external(external: bool) -> &'static str {
    if external { "it belongs to somebody else" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Condition, Dependency};

    fn service(name: &str, hash: &str, needs: &[(&str, Condition)]) -> WantedService {
        let needed = |(service, condition): &(&str, Condition)| Dependency {
            service: (*service).to_owned(),
            condition: *condition,
            restart: false,
            required: true,
        };
        WantedService {
            name: name.to_owned(),
            image: "localhost/tiny:latest".to_owned(),
            build: None,
            platform: None,
            pull_policy: PullPolicy::Missing,
            depends_on: needs.iter().map(needed).collect(),
            replicas: vec![WantedContainer {
                index: 1,
                name: format!("pair-{name}-1"),
                spec: podman::container::Spec::default(),
                hash: hash.to_owned(),
                needs: crate::spec::Needs::default(),
            }],
            has_health_check: false,
        }
    }

    fn wanted(services: Vec<WantedService>) -> Wanted {
        Wanted {
            services,
            ..Wanted::default()
        }
    }

    fn has(name: &str, service: &str, hash: &str, state: State) -> Has {
        Has {
            id: format!("id of {name}"),
            name: name.to_owned(),
            service: service.to_owned(),
            index: 1,
            hash: hash.to_owned(),
            image: "image".to_owned(),
            state,
            exit_code: (state == State::Exited).then_some(0),
        }
    }

    fn there(containers: Vec<Has>, services: &[&str]) -> Observed {
        let image = |name: &&str| ((*name).to_owned(), "image".to_owned());
        Observed {
            containers,
            images: services.iter().map(image).collect(),
            ..Observed::default()
        }
    }

    #[test]
    fn a_service_comes_after_what_it_depends_on_and_then_by_name() {
        let wanted = wanted(vec![
            service("a", "1", &[("c", Condition::Started)]),
            service("b", "1", &[]),
            service("c", "1", &[("d", Condition::Healthy)]),
            service("d", "1", &[]),
        ]);
        let names: Vec<&str> = order(&wanted).iter().map(|service| service.name.as_str()).collect();
        assert_eq!(names, ["b", "d", "c", "a"]);
    }

    #[test]
    fn an_interrupted_replacement_is_gone_on_with_and_gone_back_from() {
        let old = has("pair-web-1-old-x", "web", "old", State::Running);
        let new = has("pair-web-1", "web", "new", State::Created);
        let observed = there(vec![old.clone(), new.clone()], &["web"]);
        let forwards = wanted(vec![service("web", "new", &[])]);
        let plan_on = plan(&forwards, &observed);
        assert_eq!(plan_on.turns[0].action, Action::Start(new.clone()));
        assert_eq!(plan_on.turns[0].others, std::slice::from_ref(&old));
        let backwards = wanted(vec![service("web", "old", &[])]);
        let plan_back = plan(&backwards, &observed);
        assert_eq!(plan_back.turns[0].action, Action::Keep(old));
        assert_eq!(plan_back.turns[0].others, [new]);
    }

    #[test]
    fn another_image_under_the_same_name_is_another_container() {
        let wanted = wanted(vec![service("web", "same", &[])]);
        let mut observed = there(vec![has("pair-web-1", "web", "same", State::Running)], &["web"]);
        assert!(matches!(plan(&wanted, &observed).turns[0].action, Action::Keep(_)));
        observed.images.insert("web".to_owned(), "newer image".to_owned());
        let plan = plan(&wanted, &observed);
        assert!(matches!(plan.turns[0].action, Action::Replace(_)));
        assert_eq!(plan.items(&wanted)[0].reason, "its image is another");
    }

    #[test]
    fn a_network_or_volume_of_another_description_is_named() {
        let mut wanted = wanted(Vec::new());
        wanted.networks.push(crate::spec::WantedNetwork {
            name: "pair_net".to_owned(),
            spec: podman::network::Create::bridge("pair_net"),
            hash: "new".to_owned(),
            external: false,
        });
        let mut observed = Observed::default();
        assert!(other_than_wanted(&wanted, &observed).is_empty(), "it is not there");
        observed.own_networks.insert("pair_net".to_owned());
        for (hash, others) in [(Some("new"), 0), (Some("old"), 1), (None, 0)] {
            let hash = hash.map(str::to_owned);
            observed.networks.insert("pair_net".to_owned(), hash);
            assert_eq!(other_than_wanted(&wanted, &observed).len(), others);
        }
    }

    #[test]
    fn what_ran_once_and_is_waited_for_stays_and_what_has_no_place_goes() {
        let wanted = wanted(vec![
            service("job", "1", &[]),
            service("web", "1", &[("job", Condition::Completed)]),
        ]);
        let containers = vec![
            has("pair-job-1", "job", "1", State::Exited),
            has("pair-web-1", "web", "1", State::Exited),
            has("pair-gone-1", "gone", "1", State::Running),
        ];
        let observed = there(containers, &["job", "web"]);
        let plan = plan(&wanted, &observed);
        assert!(matches!(plan.turns[0].action, Action::Keep(_)), "it did its work");
        assert!(matches!(plan.turns[1].action, Action::Start(_)), "it should run");
        assert_eq!(plan.orphans.len(), 1);
    }
}
