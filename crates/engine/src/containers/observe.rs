//! Keeps the truth about containers: Podman is listed once and then watched; an event is a hint to inspect again.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use api::container::Container;
use api::system::PodmanState;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use podman::watch::{Signal, Watch};
use podman::{Podman, event};
use tokio::time::{Instant, sleep_until};

use super::{INSPECT_PATIENCE, shown};
use crate::Engine;

/// How many containers are inspected at once.
const AT_ONCE: usize = 8;
/// How long to wait before a look that failed is tried again.
const LOOK_AGAIN: Duration = Duration::from_millis(300);
/// How long one that was made may take to be started before it is looked at.
const MADE: Duration = Duration::from_millis(300);

/// Watches until the engine stops.
pub(crate) async fn run(engine: Engine) {
    let mut watch = Watch::new(engine.podman.clone(), podman::watch::Config::default());
    let mut hints = Hints::default();
    let mut looking = FuturesUnordered::new();
    loop {
        let now = Instant::now();
        while looking.len() < AT_ONCE
            && let Some(id) = hints.next(now)
        {
            let engine = &engine;
            looking.push(async move { (look(engine, &id).await, id) });
        }
        let due = hints.due().filter(|due| *due > now);
        tokio::select! {
            () = engine.stopping.cancelled() => return,
            signal = watch.next() => match signal {
                Some(signal) => take(&engine, signal, &mut hints),
                None => return,
            },
            () = sleep_until(due.unwrap_or(now)), if due.is_some() => {}
            Some((seen, id)) = looking.next() => hints.done(id, seen),
        }
    }
}

fn take(engine: &Engine, signal: Signal, hints: &mut Hints) {
    match signal {
        Signal::Connected(version) => {
            tracing::info!(%version, "Podman answers");
            engine.tasks.spawn(probe(engine.clone()));
        }
        Signal::Listed(containers) => {
            let containers = containers
                .into_iter()
                .map(|container| shown::summary(container, &engine.deck))
                .collect();
            engine.truth.replace(containers);
            engine.truth.set_podman(PodmanState::Connected);
        }
        Signal::Hint(event) if event.kind == event::Kind::Container => match event.action.as_str() {
            // Nothing that is known changes with these; the last is followed by a start.
            "exec" | "exec_died" | "attach" | "init" => {}
            "create" => hints.add(event.id, Instant::now() + MADE),
            _ => hints.add(event.id, Instant::now()),
        },
        Signal::Hint(_) => {}
        Signal::Lost(error) => {
            let state = match error {
                podman::Error::Deadline { .. } => PodmanState::NotResponding,
                _ => PodmanState::Unreachable,
            };
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "Podman was lost; trying again"
            );
            engine.truth.set_podman(state);
            // What there was to look at is in the list that comes when Podman is back.
            hints.waiting.clear();
        }
    }
}

/// Looks at one container; false, a moment later, when it could not be seen.
async fn look(engine: &Engine, id: &str) -> bool {
    match tokio::time::timeout(INSPECT_PATIENCE, inspect(&engine.podman, id, &engine.deck)).await {
        Ok(Ok(Some(container))) => engine.truth.put(container),
        Ok(Ok(None)) => engine.truth.remove(id),
        failed => {
            tracing::debug!(%id, ?failed, "a container could not be inspected; it is tried again");
            tokio::time::sleep(LOOK_AGAIN).await;
            return false;
        }
    }
    true
}

/// Asks Podman for one container; `None` when there is none of that id.
pub(super) async fn inspect(podman: &Podman, id: &str, deck: &str) -> podman::Result<Option<Container>> {
    match podman.containers().inspect(id).await {
        Ok(detail) => Ok(Some(shown::container(&detail, deck))),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

async fn probe(engine: Engine) {
    match engine.podman.capabilities().await {
        Ok(capabilities) => engine.set_capabilities(capabilities),
        Err(error) => tracing::debug!(%error, "what Podman can do is not known yet"),
    }
}

/// The containers to look at, and from when on: each once, however many events speak of it, and once more if one comes
/// while looking.
#[derive(Default)]
struct Hints {
    waiting: HashMap<String, Instant>,
    looking: HashSet<String>,
}

impl Hints {
    fn add(&mut self, id: String, due: Instant) {
        let known = self.waiting.entry(id).or_insert(due);
        *known = due.min(*known);
    }

    /// Those that could be looked at, were it time.
    fn ready(&self) -> impl Iterator<Item = (&String, &Instant)> {
        self.waiting.iter().filter(|(id, _)| !self.looking.contains(*id))
    }

    /// When the next one is to be looked at.
    fn due(&self) -> Option<Instant> {
        self.ready().map(|(_, due)| *due).min()
    }

    fn next(&mut self, now: Instant) -> Option<String> {
        let (id, _) = self.ready().find(|(_, due)| **due <= now)?;
        let id = id.clone();
        self.waiting.remove(&id);
        self.looking.insert(id.clone());
        Some(id)
    }

    fn done(&mut self, id: String, seen: bool) {
        self.looking.remove(&id);
        if !seen {
            self.add(id, Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_hints_are_one_look_and_a_hint_while_looking_is_one_more() {
        let (mut hints, now) = (Hints::default(), Instant::now());
        for _ in 0..100 {
            hints.add("a".into(), now);
        }
        let next = |hints: &mut Hints| hints.next(Instant::now());
        assert_eq!(next(&mut hints).as_deref(), Some("a"));
        assert_eq!(next(&mut hints), None);
        hints.add("a".into(), now);
        assert_eq!((next(&mut hints), hints.due()), (None, None), "it is being looked at");
        hints.done("a".into(), true);
        assert_eq!(next(&mut hints).as_deref(), Some("a"));
        hints.done("a".into(), false);
        assert_eq!(
            next(&mut hints).as_deref(),
            Some("a"),
            "a look that failed is tried again"
        );
        hints.done("a".into(), true);
        assert_eq!(next(&mut hints), None);
    }

    #[test]
    fn what_was_made_is_looked_at_when_it_starts_or_a_moment_later() {
        let (mut hints, now) = (Hints::default(), Instant::now());
        let later = now + MADE;
        hints.add("a".into(), later);
        hints.add("b".into(), later);
        assert_eq!((hints.next(now), hints.due()), (None, Some(later)));
        hints.add("a".into(), now);
        assert_eq!((hints.due(), hints.next(now).as_deref()), (Some(now), Some("a")));
        assert_eq!((hints.next(now), hints.next(later).as_deref()), (None, Some("b")));
    }
}
