//! Keeps the apps true: looks closely at each container of ours once a start, asks ports that nobody has named, and tells
//! what changed.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use api::container::{Container, ContainerState};
use api::event::Change;
use api::system::PodmanState;
use proxy::Process;
use tokio::sync::{broadcast, mpsc};

use super::board::{self, Facts, Moment, Wanted};
use super::offer::{self, Offer};
use super::{name, probe};
use crate::containers::INSPECT_PATIENCE;
use crate::error::Result;
use crate::store::apps::AppRow;
use crate::{Engine, clock, store};

/// How long to wait before what failed is tried again.
const AGAIN: Duration = Duration::from_millis(300);
/// How often a port is asked that does not answer yet, and how many times.
const ASK_AGAIN: Duration = Duration::from_secs(1);
const ASKS: u32 = 60;

/// What a look or a question ended with.
enum Found {
    /// What a container is, when it was like that; nothing where it could not be seen.
    Facts(String, Moment, Option<(Vec<Offer>, Option<Process>)>),
    /// A container's process has ended.
    Ended(String, u64),
    /// A port of a container has a web interface, or has none.
    Asked(Container, u16, bool),
    /// An app is kept now; nothing where that failed.
    Kept(Wanted, Option<AppRow>),
}

/// Watches until the engine stops.
pub(crate) async fn run(engine: Engine) {
    let mut told = engine.truth.listen(None, None).told;
    let (sender, mut found) = mpsc::channel(64);
    let mut observer = Observer {
        engine,
        sender,
        facts: HashMap::new(),
        looking: HashSet::new(),
        asked: HashSet::new(),
        keeping: HashSet::new(),
        generation: 0,
    };
    loop {
        observer.refresh();
        tokio::select! {
            () = observer.engine.stopping.cancelled() => return,
            change = told.recv() => match change {
                Err(broadcast::error::RecvError::Closed) => return,
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {
                    // What else has happened by now is seen by the same look.
                    while told.try_recv().is_ok() {}
                }
            },
            Some(found) = found.recv() => observer.take(found),
        }
    }
}

struct Observer {
    engine: Engine,
    sender: mpsc::Sender<Found>,
    facts: HashMap<String, Facts>,
    looking: HashSet<String>,
    /// The ports that were asked, by container and start.
    asked: HashSet<(String, u64, u16)>,
    keeping: HashSet<Wanted>,
    generation: u64,
}

impl Observer {
    /// Brings the board to what is known now, and sets about what is not.
    fn refresh(&mut self) {
        let (containers, _, podman) = self.engine.truth.list(false);
        self.facts.retain(|id, _| containers.iter().any(|one| one.id == *id));
        let facts = &self.facts;
        self.asked
            .retain(|(id, generation, _)| facts.get(id).is_some_and(|facts| facts.generation == *generation));
        for container in &containers {
            let known = self.facts.get(&container.id);
            if known.is_none_or(|facts| facts.at != Moment::of(container)) {
                self.look(container);
            }
            self.ask_ports(container);
        }
        let rows = self.engine.apps.rows();
        let (standing, wanted) = board::stand(&containers, &self.facts, &rows);
        let is_all_known =
            podman == PodmanState::Connected && containers.iter().all(|one| self.facts.contains_key(&one.id));
        for change in self.engine.apps.stand(standing, is_all_known) {
            self.engine.truth.announce(change);
        }
        for wanted in wanted {
            self.keep(wanted);
        }
    }

    fn take(&mut self, found: Found) {
        match found {
            Found::Facts(id, at, facts) => {
                self.looking.remove(&id);
                let Some((offers, process)) = facts else { return };
                self.generation += 1;
                let generation = self.generation;
                if let Some(process) = process.clone() {
                    let id = id.clone();
                    self.spawn(async move {
                        process.ended().await.ok()?;
                        Some(Found::Ended(id, generation))
                    });
                }
                let facts = Facts {
                    offers,
                    at,
                    generation,
                    process,
                };
                self.facts.insert(id, facts);
            }
            Found::Ended(id, generation) => {
                // It may have been started again within the same second: what is known is looked up anew.
                if let Some(facts) = self.facts.get_mut(&id).filter(|facts| facts.generation == generation) {
                    facts.process = None;
                    facts.at = Moment(ContainerState::Unknown, None);
                }
            }
            Found::Asked(container, port, true) => {
                let (stack, service) = board::of(&container);
                self.keep(Wanted {
                    stack,
                    service,
                    port,
                    detected: true,
                });
            }
            Found::Asked(_, _, false) => {}
            Found::Kept(wanted, row) => {
                self.keeping.remove(&wanted);
                if let Some(row) = row {
                    self.engine.apps.add_row(row);
                }
            }
        }
    }

    fn look(&mut self, container: &Container) {
        if !self.looking.insert(container.id.clone()) {
            return;
        }
        let (id, at, podman) = (container.id.clone(), Moment::of(container), self.engine.podman.clone());
        self.spawn(async move {
            let containers = podman.containers();
            let seen = tokio::time::timeout(INSPECT_PATIENCE, containers.inspect(&id)).await;
            let facts = match seen {
                Ok(Ok(detail)) => {
                    let process = detail.pid.and_then(|pid| Process::open(pid).ok());
                    Some((offer::of_labels(&detail.labels), process))
                }
                Ok(Err(_)) | Err(_) => {
                    tokio::time::sleep(AGAIN).await;
                    None
                }
            };
            Some(Found::Facts(id, at, facts))
        });
    }

    /// Asks the published ports of a container whose labels name none.
    fn ask_ports(&mut self, container: &Container) {
        let Some(facts) = self.facts.get(&container.id) else {
            return;
        };
        let is_up = container.state == ContainerState::Running && facts.at == Moment::of(container);
        let Some(process) = facts.process.clone().filter(|_| is_up && facts.offers.is_empty()) else {
            return;
        };
        let generation = facts.generation;
        for port in container.ports.iter().map(|port| port.container_port) {
            let Some(host_port) = board::host_port(container, port) else {
                continue;
            };
            if !self.asked.insert((container.id.clone(), generation, port)) {
                continue;
            }
            let (container, process) = (container.clone(), process.clone());
            self.spawn(async move {
                for _ in 0..ASKS {
                    let answer = probe::ask(host_port).await;
                    // An answer counts only if the port was still the container's when it came.
                    if !process.is_alive() {
                        break;
                    }
                    if answer != probe::Answer::Silence {
                        return Some(Found::Asked(container, port, answer == probe::Answer::Page));
                    }
                    tokio::time::sleep(ASK_AGAIN).await;
                }
                None
            });
        }
    }

    fn keep(&mut self, wanted: Wanted) {
        if !self.keeping.insert(wanted.clone()) {
            return;
        }
        let engine = self.engine.clone();
        self.spawn(async move {
            let asked = wanted.clone();
            let kept: Result<AppRow> = engine
                .store
                .write(move |tx| {
                    let row = name::fresh(&asked, |slug| store::apps::has_slug(tx, slug))?;
                    Ok(store::apps::keep(tx, &row, clock::now())?)
                })
                .await;
            if let Err(error) = &kept {
                tracing::warn!(%error, service = %wanted.service, "an app could not be kept; it is tried again");
                tokio::time::sleep(AGAIN).await;
            }
            Some(Found::Kept(wanted, kept.ok()))
        });
    }

    /// Runs `work` beside, until the engine stops.
    fn spawn(&self, work: impl Future<Output = Option<Found>> + Send + 'static) {
        let (sender, stopping) = (self.sender.clone(), self.engine.stopping.clone());
        self.engine.tasks.spawn(async move {
            let found = tokio::select! {
                () = stopping.cancelled() => None,
                found = work => found,
            };
            if let Some(found) = found {
                // The observer that has ended needs it no more.
                let _ended = sender.send(found).await;
            }
        });
    }
}

/// What has changed from the `before` to the `after` of the same things.
pub(super) fn changes(before: &[super::Standing], after: &[super::Standing]) -> Vec<Change> {
    let gone = before
        .iter()
        .filter(|old| after.iter().all(|new| new.row.id != old.row.id))
        .map(|old| Change::AppRemoved { id: old.row.id.clone() });
    let new = after
        .iter()
        .filter(|new| before.iter().all(|old| old.app != new.app))
        .map(|new| Change::App { app: new.app.clone() });
    gone.chain(new).collect()
}
