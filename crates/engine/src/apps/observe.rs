//! Keeps the apps true: looks closely at each container of ours once a start, asks ports that nobody has named, and tells
//! what changed.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use api::app::AppState;
use api::container::{Container, ContainerState};
use api::event::Change;
use api::user::Role;
use proxy::Process;
use proxy::fetch::Source as Place;
use proxy::route::Target;
use tokio::sync::{broadcast, mpsc};

use super::board::{self, Facts, Moment, Standing, Wanted};
use super::icon::find::{self, Asked};
use super::offer::{self, Offers};
use super::{name, probe};
use crate::containers::INSPECT_PATIENCE;
use crate::error::Result;
use crate::secret::Hash;
use crate::store::apps::AppRow;
use crate::store::icons::Source;
use crate::{Engine, clock, store};

/// How long to wait before what failed is tried again.
const AGAIN: Duration = Duration::from_millis(300);
/// How often a port is asked that does not answer yet, and how many times.
const ASK_AGAIN: Duration = Duration::from_secs(1);
const ASKS: u32 = 60;

/// What a look or a question ended with.
enum Found {
    /// What a container is, when it was like that; nothing where it could not be seen.
    Facts(String, Moment, Option<(Offers, Option<Process>)>),
    /// A container's process has ended.
    Ended(String, u64),
    /// A port of a container has a web interface, or has none.
    Asked(Container, u16, bool),
    /// An app is kept now; nothing where that failed.
    Kept(Wanted, Option<AppRow>),
    /// What an app shows of itself is kept.
    Icon,
}

/// Watches until the engine stops.
pub(crate) async fn run(engine: Engine) {
    let mut told = engine.truth.listen(None, None).told;
    let (sender, mut found) = mpsc::channel(64);
    let mut observer = Observer {
        engine,
        sender,
        looking: HashSet::new(),
        asked: HashMap::new(),
        keeping: HashSet::new(),
        pictured: HashMap::new(),
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
            () = observer.engine.apps.changed.notified() => {}
            Some(found) = found.recv() => observer.take(found),
        }
    }
}

struct Observer {
    engine: Engine,
    sender: mpsc::Sender<Found>,
    looking: HashSet<String>,
    /// The ports that were asked, and at which start.
    asked: HashMap<(String, u16), u64>,
    keeping: HashSet<Wanted>,
    /// The apps whose icon was looked for: at which start, path and word.
    pictured: HashMap<String, (u64, String, Option<String>)>,
    generation: u64,
}

impl Observer {
    /// Brings the board to what is known now, and sets about what is not.
    fn refresh(&mut self) {
        let (containers, ..) = self.engine.truth.list(false);
        self.asked
            .retain(|(id, _), _| containers.iter().any(|container| container.id == *id));
        for container in &containers {
            let facts = self.engine.apps.facts(&container.id);
            if facts.as_ref().is_none_or(|facts| facts.at != Moment::of(container)) {
                self.look(container);
            }
            if let Some(facts) = facts {
                self.ask_ports(container, &facts);
            }
        }
        for wanted in self.engine.stand_apps() {
            self.keep(wanted);
        }
        for one in self.engine.apps.standing() {
            self.picture(&one);
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
                self.engine.apps.set_facts(id, facts);
            }
            Found::Ended(id, generation) => {
                // It may have been started again within the same second: what is known is looked up anew.
                if let Some(mut facts) = self
                    .engine
                    .apps
                    .facts(&id)
                    .filter(|facts| facts.generation == generation)
                {
                    facts.process = None;
                    facts.at = Moment(ContainerState::Unknown, None);
                    self.engine.apps.set_facts(id, facts);
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
            Found::Icon => {}
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
    fn ask_ports(&mut self, container: &Container, facts: &Facts) {
        let is_up = container.state == ContainerState::Running && facts.at == Moment::of(container);
        let Some(process) = facts.process.clone().filter(|_| is_up && facts.offers.named.is_empty()) else {
            return;
        };
        let generation = facts.generation;
        for port in container.ports.iter().map(|port| port.container_port) {
            let Some(host_port) = board::host_port(container, port) else {
                continue;
            };
            let newest = self.asked.insert((container.id.clone(), port), generation);
            if newest == Some(generation) {
                continue;
            }
            let (container, process) = (container.clone(), process.clone());
            self.spawn(async move {
                for _ in 0..ASKS {
                    let answer = probe::ask(host_port, port).await;
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

    /// Looks for the icon that an app shows of itself, once a start and whenever another one is said to be its own.
    fn picture(&mut self, one: &Standing) {
        let word = one.holds.icon.clone();
        let (Target::Up(upstream), Some(process)) = (one.target, one.process.clone()) else {
            return;
        };
        if one.app.state != AppState::Ready || !one.icon.may_ask_app(word.as_deref()) {
            return;
        }
        let at = (upstream.generation, one.holds.path.clone(), word.clone());
        let before = self.pictured.insert(one.row.id.clone(), at.clone());
        if before.as_ref() == Some(&at) {
            return;
        }
        let (engine, id, held) = (self.engine.clone(), one.row.id.clone(), one.row.app_icon);
        let source = Place { upstream, process };
        let asked = Asked {
            source,
            path: at.1,
            icon: word,
        };
        self.spawn(async move {
            for _ in 0..ASKS {
                let turn = engine.apps.pictures.acquire().await.ok()?;
                let found = find::at_app(&engine.apps.fetcher, &asked).await;
                drop(turn);
                if let Ok(png) = found {
                    let png = png.filter(|png| held != Some(Hash::of_parts(&[png])))?;
                    // Another word may have been said meanwhile; then another look is under way.
                    let holds = |one: &Standing| one.row.id == id && one.holds.icon == asked.icon;
                    engine.apps.standing().iter().find(|one| holds(one))?;
                    let kept = engine.keep_icon(&id, Source::App, Some(png), None).await;
                    if let Err(error) = kept {
                        tracing::warn!(%error, app = %id, "the icon that an app shows could not be kept");
                    }
                    return Some(Found::Icon);
                }
                if !asked.source.process.is_alive() {
                    return None;
                }
                tokio::time::sleep(ASK_AGAIN).await;
            }
            None
        });
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

/// What has changed from the `before` to the `after` of the same things, and the least role that may hear of it.
pub(super) fn changes(before: &[Standing], after: &[Standing]) -> Vec<(Role, Change)> {
    let mut changes = Vec::new();
    let same = |list: &[Standing], id: &str| list.iter().find(|one| one.row.id == id).map(Standing::audience);
    for old in before {
        let (heard, hears) = (old.audience(), same(after, &old.row.id));
        // Whoever may not see it any more is told that it is gone.
        if hears.is_none_or(|hears| hears > heard) {
            changes.push((heard, Change::AppRemoved { id: old.row.id.clone() }));
        }
    }
    for new in after {
        let is_told = |old: &Standing| old.app == new.app && old.audience() == new.audience();
        if !before.iter().any(is_told) {
            changes.push((new.audience(), Change::App { app: new.app.clone() }));
        }
    }
    changes
}
