//! What is known of the containers, and the numbered changes of it.
//!
//! Podman is the truth; this is its last word, in memory. What changes it also numbers the change and tells everybody
//! who listens, under one lock, so that a list and the changes after it fit together.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use api::container::Container;
use api::event::{Change, Event};
use api::system::PodmanState;
use api::user::Role;
use tokio::sync::broadcast;

/// How many changes are kept for those who come back.
const KEPT: usize = 1024;
/// How far a listener may fall behind before it is told to list again.
const QUEUE: usize = 256;

/// How many bytes of desks may be among them.
const KEPT_BYTES: usize = 4 * 1024 * 1024;

/// A change, and who may hear of it.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) event: Event,
    pub(crate) audience: Audience,
}

/// Who may hear of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Everybody who is logged in.
    All,
    /// Those who may see what Stardeck did not make.
    Administrators,
    /// Those of this role, and of those above it.
    From(Role),
    /// One person, by id.
    Person(String),
}

/// What is known.
pub(crate) struct Truth {
    /// This run of the server: numbers of another run mean nothing.
    pub(crate) stream: String,
    known: Mutex<Known>,
    told: broadcast::Sender<Told>,
}

struct Known {
    containers: BTreeMap<String, Container>,
    podman: PodmanState,
    sequence: u64,
    recent: VecDeque<Told>,
    recent_bytes: usize,
}

/// Where a listener starts.
pub(crate) struct Start {
    pub(crate) sequence: u64,
    pub(crate) podman: PodmanState,
    /// What it missed; absent when that is no longer known.
    pub(crate) missed: Option<Vec<Told>>,
    pub(crate) told: broadcast::Receiver<Told>,
}

impl Truth {
    pub(crate) fn new() -> Self {
        let known = Known {
            containers: BTreeMap::new(),
            podman: PodmanState::Connecting,
            sequence: 0,
            recent: VecDeque::new(),
            recent_bytes: 0,
        };
        Self {
            stream: uuid::Uuid::new_v4().to_string(),
            known: Mutex::new(known),
            told: broadcast::channel(QUEUE).0,
        }
    }

    /// The containers by name, with the foreign ones or without, and the number of the last change in them.
    pub(crate) fn list(&self, foreign: bool) -> (Vec<Container>, u64, PodmanState) {
        let known = self.lock();
        let mut items: Vec<Container> = known
            .containers
            .values()
            .filter(|container| foreign || !container.foreign)
            .cloned()
            .collect();
        items.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        (items, known.sequence, known.podman)
    }

    /// The container of that id, or of the only id that starts so.
    pub(crate) fn find(&self, id: &str) -> Option<Container> {
        let known = self.lock();
        if let Some(container) = known.containers.get(id) {
            return Some(container.clone());
        }
        if id.len() < 12 || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let mut matching = known
            .containers
            .range(id.to_owned()..)
            .take_while(|(key, _)| key.starts_with(id));
        let (_, container) = matching.next()?;
        matching.next().is_none().then(|| container.clone())
    }

    pub(crate) fn podman(&self) -> PodmanState {
        self.lock().podman
    }

    /// Tells everybody who listens of something that is not a container.
    pub(crate) fn announce(&self, change: Change) {
        self.lock().tell(&self.told, change, Audience::All);
    }

    /// Tells one person of something that concerns nobody else.
    pub(crate) fn announce_to(&self, user: String, change: Change) {
        self.lock().tell(&self.told, change, Audience::Person(user));
    }

    /// Tells those of a role, and of those above it.
    pub(crate) fn announce_from(&self, role: Role, change: Change) {
        self.lock().tell(&self.told, change, Audience::From(role));
    }

    /// The number of the last change.
    pub(crate) fn sequence(&self) -> u64 {
        self.lock().sequence
    }

    /// Takes in how one container is.
    pub(crate) fn put(&self, container: Container) {
        self.lock().put(&self.told, container);
    }

    /// Takes in that a container is gone.
    pub(crate) fn remove(&self, id: &str) {
        self.lock().remove(&self.told, id);
    }

    /// Takes in how all containers are.
    pub(crate) fn replace(&self, containers: Vec<Container>) {
        let mut known = self.lock();
        let gone: Vec<String> = known
            .containers
            .keys()
            .filter(|id| containers.iter().all(|has| has.id != **id))
            .cloned()
            .collect();
        for id in gone {
            known.remove(&self.told, &id);
        }
        for container in containers {
            known.put(&self.told, container);
        }
    }

    /// Takes in whether Podman answers.
    pub(crate) fn set_podman(&self, state: PodmanState) {
        let mut known = self.lock();
        if known.podman != state {
            known.podman = state;
            known.tell(&self.told, Change::Podman { state }, Audience::All);
        }
    }

    /// Starts to listen, from the change after number `after` of run `stream` where that is still known.
    pub(crate) fn listen(&self, stream: Option<&str>, after: Option<u64>) -> Start {
        let known = self.lock();
        let missed = match (stream, after) {
            (None, None) => Some(Vec::new()),
            (Some(stream), Some(after)) if stream == self.stream => known.since(after),
            _ => None,
        };
        Start {
            sequence: known.sequence,
            podman: known.podman,
            missed,
            told: self.told.subscribe(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn put(&mut self, told: &broadcast::Sender<Told>, container: Container) {
        if self.containers.get(&container.id) == Some(&container) {
            return;
        }
        self.containers.insert(container.id.clone(), container.clone());
        let audience = Audience::of(&container);
        self.tell(told, Change::Container { container }, audience);
    }

    fn remove(&mut self, told: &broadcast::Sender<Told>, id: &str) {
        if let Some(container) = self.containers.remove(id) {
            let audience = Audience::of(&container);
            self.tell(told, Change::ContainerRemoved { id: container.id }, audience);
        }
    }

    fn tell(&mut self, told: &broadcast::Sender<Told>, change: Change, audience: Audience) {
        self.sequence += 1;
        let change = Told {
            event: Event {
                sequence: self.sequence,
                change,
            },
            audience,
        };
        self.recent_bytes += weight(&change);
        self.recent.push_back(change.clone());
        while self.recent.len() > KEPT || self.recent_bytes > KEPT_BYTES {
            let forgotten = self.recent.pop_front();
            self.recent_bytes -= forgotten.as_ref().map_or(0, weight);
        }
        // Nobody listening is fine.
        let _listeners = told.send(change);
    }

    fn since(&self, after: u64) -> Option<Vec<Told>> {
        let oldest = self
            .recent
            .front()
            .map_or(self.sequence + 1, |told| told.event.sequence);
        let known = after <= self.sequence && after + 1 >= oldest;
        known.then(|| {
            self.recent
                .iter()
                .filter(|told| told.event.sequence > after)
                .cloned()
                .collect()
        })
    }
}

impl Audience {
    fn of(container: &Container) -> Self {
        match container.foreign {
            true => Self::Administrators,
            false => Self::All,
        }
    }
}

/// The bytes of a change that are a person's to choose. All others are small.
fn weight(told: &Told) -> usize {
    let Change::Desk { entries } = &told.event.change else {
        return 0;
    };
    let value = |value: &Option<serde_json::Value>| value.as_ref().map_or(0, |value| value.to_string().len());
    entries.iter().map(|(key, entry)| key.len() + value(entry)).sum()
}

#[cfg(test)]
mod tests {
    use api::container::ContainerState;
    use api::time::Timestamp;

    use super::*;

    fn container(id: &str, state: ContainerState) -> Container {
        Container {
            id: id.into(),
            name: format!("name of {id}"),
            image: "tiny".into(),
            state,
            health: None,
            created: Timestamp(0),
            started: None,
            finished: None,
            exit_code: None,
            ports: Vec::new(),
            stack: None,
            service: None,
            foreign: false,
        }
    }

    #[test]
    fn only_a_difference_is_told() {
        let truth = Truth::new();
        truth.put(container("a", ContainerState::Created));
        truth.put(container("a", ContainerState::Created));
        assert_eq!(truth.list(true).1, 1);
        truth.replace(vec![
            container("a", ContainerState::Running),
            container("b", ContainerState::Created),
        ]);
        assert_eq!(truth.list(true).1, 3);
        truth.replace(vec![]);
        truth.remove("a");
        assert_eq!(truth.list(true), (vec![], 5, PodmanState::Connecting));
    }

    #[test]
    fn who_comes_back_hears_what_was_missed_or_is_told_to_list() {
        let truth = Truth::new();
        for n in 0..10 {
            truth.put(container(&n.to_string(), ContainerState::Created));
        }
        let stream = truth.stream.clone();
        let missed = |stream: &str, after| truth.listen(Some(stream), Some(after)).missed;
        let numbers = |told: Vec<Told>| told.iter().map(|told| told.event.sequence).collect::<Vec<_>>();
        assert_eq!(missed(&stream, 7).map(numbers), Some(vec![8, 9, 10]));
        assert_eq!(missed(&stream, 10).map(numbers), Some(vec![]));
        assert!(missed(&stream, 11).is_none(), "a number that was never given");
        assert!(missed("another run", 7).is_none());
        for n in 0..KEPT {
            truth.put(container(&format!("more {n}"), ContainerState::Created));
        }
        assert!(missed(&stream, 7).is_none(), "forgotten by now");
        assert!(missed(&stream, 10).is_some(), "just remembered");
    }

    #[test]
    fn large_desks_are_forgotten_sooner() {
        let truth = Truth::new();
        let value = serde_json::Value::String("v".repeat(KEPT_BYTES / 10));
        for _ in 0..12 {
            let entries = [("key".to_owned(), Some(value.clone()))].into();
            truth.announce_to("ada".into(), Change::Desk { entries });
        }
        let missed = |after| truth.listen(Some(&truth.stream), Some(after)).missed;
        assert_eq!(missed(3).map(|missed| missed.len()), Some(9));
        assert!(missed(2).is_none());
    }

    #[test]
    fn an_id_is_found_whole_or_by_a_start_that_only_one_has() {
        let truth = Truth::new();
        let (one, two) = ("aaaaaaaaaaaa1111", "aaaaaaaaaaaa2222");
        truth.put(container(one, ContainerState::Created));
        truth.put(container(two, ContainerState::Created));
        let found = |id| truth.find(id).map(|container| container.id);
        assert_eq!(found(one).as_deref(), Some(one));
        assert_eq!(found("aaaaaaaaaaaa2").as_deref(), Some(two));
        assert_eq!(found("aaaaaaaaaaaa"), None);
        assert_eq!(found("aaaaaaaaa"), None);
        assert_eq!(found("../../../../etc"), None);
    }
}
