//! Containers that stay unhealthy are restarted, where their service says so by the label `stardeck.heal`: `true`, or the
//! time before the first restart, such as `30s`.
//!
//! Each restart is a job in the name of `stardeck`, so that it waits for its turn among other work on the stack, is told
//! of, and is in the audit. The time before the next doubles; after [`TRIES`] of them the container is left alone and
//! shown as it is, until it was well for long, or is replaced. What was tried is in memory alone: a new server begins to
//! count anew.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use api::container::{Container, ContainerState, Health};
use api::job::JobKind;
use api::name::StackName;
use api::stack::StackService;

use super::apply::{Halt, ignore_absent};
use super::reconcile::Task;
use crate::apps::offer::seconds;
use crate::error::Result;
use crate::jobs::Told;
use crate::store::stacks::Intent;
use crate::{Engine, audit, store};

/// The label that asks for it.
const LABEL: &str = "stardeck.heal";
/// Who asks for what the engine does by itself.
const SELF: &str = "stardeck";
/// How often it is looked who is unhealthy.
const LOOK: Duration = Duration::from_millis(500);
/// The time before the first restart, where the label does not say.
const FIRST: Duration = Duration::from_secs(10);
/// The longest time before a restart.
const LONGEST: Duration = Duration::from_secs(600);
/// How often a container is restarted before it is left alone.
const TRIES: u32 = 4;
/// After how many times the first pause without trouble what was tried is forgotten.
const WELL: u32 = 60;

/// The containers that were unhealthy, by their ids.
#[derive(Default)]
pub(super) struct Healing(Mutex<HashMap<String, Patient>>);

/// A container that was unhealthy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Patient {
    /// The time before the first restart; absent where nobody asked for one.
    first: Option<Duration>,
    /// How often it was restarted.
    tries: u32,
    /// When it is restarted next.
    due: Option<Instant>,
    /// Since when it is well.
    well: Option<Instant>,
}

/// What is to be done about a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Nothing,
    Restart,
    /// Nothing any more; this is said once.
    GiveUp,
    Forget,
}

impl Patient {
    fn new(first: Option<Duration>) -> Self {
        Self {
            first,
            tries: 0,
            due: None,
            well: None,
        }
    }

    /// The container was seen at `now`.
    fn seen(&mut self, unhealthy: bool, now: Instant) -> Act {
        let Some(first) = self.first else {
            return Act::Nothing;
        };
        if !unhealthy {
            self.due = None;
            let since = *self.well.get_or_insert(now);
            return if now.duration_since(since) >= first.saturating_mul(WELL) {
                Act::Forget
            } else {
                Act::Nothing
            };
        }
        self.well = None;
        if self.tries >= TRIES {
            let once = self.tries == TRIES;
            self.tries += u32::from(once);
            return if once { Act::GiveUp } else { Act::Nothing };
        }
        let pause = first.saturating_mul(1 << self.tries).min(LONGEST);
        let due = *self.due.get_or_insert(now + pause);
        if now < due { Act::Nothing } else { Act::Restart }
    }

    fn restarted(&mut self) {
        self.tries += 1;
        self.due = None;
    }
}

impl Healing {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Patient>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks after containers until the engine stops.
pub(crate) async fn run(engine: Engine) {
    let mut turn = tokio::time::interval(LOOK);
    turn.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = engine.stopping.cancelled() => return,
            _ = turn.tick() => {}
        }
        let (containers, ..) = engine.truth.list(false);
        let known = |id: &String| containers.iter().any(|container| container.id == *id);
        engine.stacks.healing.lock().retain(|id, _| known(id));
        for container in containers {
            if let Err(error) = engine.look_after(&container).await {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(
                    container = container.name,
                    error,
                    "an unhealthy container was not healed"
                );
            }
        }
    }
}

impl Engine {
    async fn look_after(&self, container: &Container) -> Result<()> {
        let Some(name) = container.stack.as_deref().and_then(|name| StackName::parse(name).ok()) else {
            return Ok(());
        };
        let unhealthy = container.state == ContainerState::Running && container.health == Some(Health::Unhealthy);
        let known = self.stacks.healing.lock().contains_key(&container.id);
        if !known {
            if !unhealthy {
                return Ok(());
            }
            let labels = self.podman.containers().inspect(&container.id).await?.labels;
            let first = labels.get(LABEL).and_then(|said| pause(said));
            self.stacks
                .healing
                .lock()
                .insert(container.id.clone(), Patient::new(first));
        }
        // What is worked on is judged when that is over.
        if self.jobs.of(name.as_str()).is_some() {
            return Ok(());
        }
        let act = {
            let mut healing = self.stacks.healing.lock();
            let patient = healing.get_mut(&container.id);
            patient.map_or(Act::Nothing, |patient| patient.seen(unhealthy, Instant::now()))
        };
        match act {
            Act::Nothing => Ok(()),
            Act::Forget => {
                self.stacks.healing.lock().remove(&container.id);
                Ok(())
            }
            Act::GiveUp => {
                let object = format!("{} {}", container.name, container.id);
                self.write_down(audit::entry(
                    SELF,
                    "container.heal.give-up",
                    &object,
                    Ipv4Addr::LOCALHOST,
                ))
                .await?;
                tracing::warn!(
                    container = container.name,
                    "a container stays unhealthy, and is left alone"
                );
                self.stacks.poke();
                Ok(())
            }
            Act::Restart => {
                let stack = name.clone();
                let row = self.store.read(move |db| store::stacks::get(db, &stack)).await?;
                if row.is_none_or(|row| row.wanted != Intent::Running) {
                    return Ok(());
                }
                let told = Told {
                    heals: Some(container.id.clone()),
                    ..Told::default()
                };
                let object = format!("{} {}", container.name, container.id);
                let entry = audit::entry(SELF, "container.heal", &object, Ipv4Addr::LOCALHOST);
                self.enqueue(JobKind::Heal, &name, SELF, told, entry).await?;
                if let Some(patient) = self.stacks.healing.lock().get_mut(&container.id) {
                    patient.restarted();
                }
                Ok(())
            }
        }
    }

    /// Says of services what was tried for those of their containers that are unhealthy.
    pub(super) fn say_healing(&self, services: &mut [StackService]) {
        let healing = self.stacks.healing.lock();
        for service in services {
            let patients = service.containers.iter().filter_map(|id| healing.get(id));
            let Some(worst) = patients.filter(|one| one.well.is_none()).max_by_key(|one| one.tries) else {
                continue;
            };
            let tries = worst.tries.min(TRIES);
            if let Some(drift) = service.drift.as_mut().filter(|_| tries > 0) {
                let times = if tries == 1 {
                    "once".to_owned()
                } else {
                    format!("{tries} times")
                };
                drift.push_str(&format!(" It was restarted {times}"));
                drift.push_str(if worst.tries > TRIES {
                    ", and is left alone."
                } else {
                    "."
                });
            }
        }
    }
}

impl Task<'_> {
    /// Restarts the container, if it still needs that.
    pub(super) async fn heal(&self) -> Result<(), Halt> {
        let Some(id) = self.live.told.heals.as_deref() else {
            return Ok(());
        };
        let containers = self.engine.podman.containers();
        let detail = match containers.inspect(id).await {
            Err(error) if error.is_not_found() => return Ok(()),
            detail => detail?,
        };
        if detail.health != Some(podman::container::Health::Unhealthy) {
            self.live.say(format!("{} is not unhealthy any more.", detail.name));
            return Ok(());
        }
        let service = detail.labels.get("io.stardeck.service").map(String::as_str);
        let title = format!("Restart {}, which is unhealthy", detail.name);
        let step = self.live.step(title, service);
        self.done(step, ignore_absent(containers.restart(id, None).await))
    }
}

/// The time before the first restart that a label asks for; absent where it asks for none.
fn pause(said: &str) -> Option<Duration> {
    match said.trim() {
        "true" => Some(FIRST),
        said => seconds(said).map(|seconds| Duration::from_secs(seconds.into()).min(LONGEST)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_says_true_or_how_long() {
        assert_eq!(pause("true"), Some(FIRST));
        assert_eq!(pause("1m30s"), Some(Duration::from_secs(90)));
        assert_eq!(pause("9d"), Some(LONGEST));
        for none in ["", "false", "no", "soon", "-1s"] {
            assert_eq!(pause(none), None, "{none:?}");
        }
    }

    #[test]
    fn pauses_double_and_end_and_a_long_time_in_health_forgives() {
        let first = Duration::from_secs(10);
        let mut patient = Patient::new(Some(first));
        let mut now = Instant::now();
        let mut pauses = Vec::new();
        for _ in 0..TRIES {
            let begun = now;
            while patient.seen(true, now) != Act::Restart {
                now += Duration::from_secs(1);
            }
            pauses.push(now.duration_since(begun).as_secs());
            patient.restarted();
            // That it is well for a moment does not count.
            assert_eq!(patient.seen(false, now), Act::Nothing);
        }
        assert_eq!(pauses, [10, 20, 40, 80]);
        assert_eq!(patient.seen(true, now), Act::GiveUp);
        assert_eq!(patient.seen(true, now + LONGEST * 9), Act::Nothing, "it is said once");
        assert_eq!(patient.seen(false, now), Act::Nothing);
        assert_eq!(patient.seen(false, now + first * WELL), Act::Forget);
    }
}
