//! Stacks that sleep while nobody uses their apps, and wake when one of them is opened.
//!
//! Sleeping is being stopped, by the same job as a person's stop: what is wanted is written down, so that a stack that
//! sleeps has no drift, and a restart of the server or of the machine leaves it as it is. What is in memory alone is when an
//! app was last used; a new server begins to count anew.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use api::app::AppState;
use api::job::JobKind;
use api::name::StackName;
use proxy::route::Target;

use super::board::Standing;
use super::probe;
use crate::error::Result;
use crate::jobs::Told;
use crate::store::stacks::Intent;
use crate::{Engine, audit, store};

/// Who asks for what the engine does by itself.
const SELF: &str = "stardeck";
/// How often it is looked who sleeps.
const LOOK: Duration = Duration::from_millis(500);
/// How long the first request is held.
const HOLD: Duration = Duration::from_secs(25);
/// How long an app that did not come up is not woken again by a request alone.
const PAUSE: Duration = Duration::from_secs(60);
/// For how long after a job it may take until what it did is seen.
const SETTLE: Duration = Duration::from_secs(2);

/// Which apps are in use, and when each was last.
#[derive(Default)]
pub(crate) struct Uses {
    apps: Mutex<HashMap<String, Use>>,
    /// When the stacks that are on their way up were woken.
    woken: Mutex<HashMap<String, Instant>>,
}

#[derive(Clone, Copy)]
struct Use {
    open: usize,
    last: Instant,
}

/// An app that is being used. Dropping it is the end of that use.
#[derive(Debug)]
pub struct InUse {
    uses: Arc<Uses>,
    app: String,
}

impl std::fmt::Debug for Uses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Uses")
    }
}

impl Uses {
    /// Begins to use an app.
    pub(super) fn begin(self: &Arc<Self>, app: &str) -> Arc<InUse> {
        let mut apps = self.lock();
        let now = Instant::now();
        let one = apps.entry(app.to_owned()).or_insert(Use { open: 0, last: now });
        (one.open, one.last) = (one.open + 1, now);
        drop(apps);
        Arc::new(InUse {
            uses: Arc::clone(self),
            app: app.to_owned(),
        })
    }

    /// When the app was last used: now, while it is; nothing where it never was.
    fn last(&self, app: &str, now: Instant) -> Option<Instant> {
        let one = self.lock().get(app).copied()?;
        Some(if one.open > 0 { now } else { one.last })
    }

    /// Whether the stack may be woken by a request; from then on it counts as woken.
    fn may_wake(&self, stack: &str, now: Instant) -> bool {
        let mut woken = self.woken();
        let is_soon = |at: &Instant| now.saturating_duration_since(*at) < PAUSE;
        if woken.get(stack).is_some_and(is_soon) {
            return false;
        }
        woken.insert(stack.to_owned(), now);
        true
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Use>> {
        self.apps.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn woken(&self) -> MutexGuard<'_, HashMap<String, Instant>> {
        self.woken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for InUse {
    fn drop(&mut self) {
        if let Some(one) = self.uses.lock().get_mut(&self.app) {
            (one.open, one.last) = (one.open - 1, Instant::now());
        }
    }
}

/// Puts stacks to sleep until the engine stops.
pub(crate) async fn run(engine: Engine) {
    // Since when each stack that may sleep has been up.
    let mut up: HashMap<String, Instant> = HashMap::new();
    let mut turn = tokio::time::interval(LOOK);
    turn.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = engine.stopping.cancelled() => return,
            _ = turn.tick() => {}
        }
        for stack in engine.tired(&mut up, Instant::now()) {
            if let Err(error) = engine.put_to_sleep(&stack).await {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(%stack, error, "a stack that nobody uses could not be put to sleep; it is tried again");
            }
        }
    }
}

impl Engine {
    /// The stacks that are up, may sleep, and have not been used for as long as they say.
    fn tired(&self, up: &mut HashMap<String, Instant>, now: Instant) -> Vec<String> {
        let standing = self.apps.standing();
        let mut stacks: HashMap<&str, Vec<&Standing>> = HashMap::new();
        for one in &standing {
            stacks.entry(&one.row.stack).or_default().push(one);
        }
        up.retain(|stack, _| stacks.contains_key(stack.as_str()));
        let is_up = |one: &&Standing| matches!(one.app.state, AppState::Ready | AppState::Unhealthy);
        let mut tired = Vec::new();
        for (stack, apps) in stacks {
            let patience = apps.iter().map(|one| one.holds.sleep).max().unwrap_or_default();
            if patience == 0 || !apps.iter().any(is_up) {
                up.remove(stack);
                continue;
            }
            // It has come up: whoever wakes it next does so for another reason.
            self.apps.uses.woken().remove(stack);
            let since = *up.entry(stack.to_owned()).or_insert(now);
            let used = apps.iter().filter_map(|one| self.apps.uses.last(&one.row.id, now));
            let last = used.fold(since, Instant::max);
            if now.saturating_duration_since(last) >= Duration::from_secs(patience.into()) {
                tired.push(stack.to_owned());
            }
        }
        tired
    }

    /// Stops a stack, if it is one of ours that is to run and that nobody is at work on.
    async fn put_to_sleep(&self, stack: &str) -> Result<()> {
        let Some(name) = self.stack_wanted(stack, |wanted| wanted == Intent::Running).await? else {
            return Ok(());
        };
        let entry = audit::entry(SELF, "stack.sleep", stack, Ipv4Addr::LOCALHOST);
        self.enqueue(JobKind::Stop, &name, SELF, Told::default(), entry).await?;
        Ok(())
    }

    /// Starts the stack of an app that sleeps, in the name of whoever opens it; answers whether it is on its way.
    pub(super) async fn rouse(&self, one: &Standing, by: &str, peer: IpAddr) -> Result<bool> {
        let stack = one.row.stack.as_str();
        if one.holds.sleep == 0 || one.holds.hidden || one.target != Target::Stopped {
            return Ok(false);
        }
        if self.jobs.of(stack).is_some() {
            return Ok(true);
        }
        let Some(name) = self.stack_wanted(stack, |wanted| wanted != Intent::Down).await? else {
            return Ok(false);
        };
        if !self.apps.uses.may_wake(stack, Instant::now()) {
            return Ok(false);
        }
        let entry = audit::entry(by, "stack.wake", &format!("{stack} for {}", one.row.id), peer);
        self.enqueue(JobKind::Start, &name, by, Told::default(), entry).await?;
        Ok(true)
    }

    /// The name of a stack that was deployed, that nobody is at work on, and of which such is wanted.
    async fn stack_wanted(&self, stack: &str, is: fn(Intent) -> bool) -> Result<Option<StackName>> {
        let Ok(name) = StackName::parse(stack) else {
            return Ok(None);
        };
        if self.jobs.of(stack).is_some() {
            return Ok(None);
        }
        let asked = name.clone();
        let row = self.store.read(move |db| store::stacks::get(db, &asked)).await?;
        let fits = row.is_some_and(|row| row.generation.is_some() && is(row.wanted));
        Ok(fits.then_some(name))
    }

    /// Sees to it that an app which sleeps wakes, and waits until it answers or a deadline has passed. One that does not
    /// sleep is left as it is.
    pub async fn wake_app(&self, id: &str, by: &str, peer: IpAddr) {
        let deadline = Instant::now() + HOLD;
        let mut unmoved: Option<Instant> = None;
        let mut is_woken = false;
        while Instant::now() < deadline {
            let stood = self.apps.stood.notified();
            let standing = self.apps.standing();
            let Some(one) = standing.into_iter().find(|one| one.row.id == id) else {
                return;
            };
            match one.target {
                _ if one.holds.sleep == 0 => return,
                Target::Gone => return,
                Target::Up(upstream) => {
                    // Its port may be open before anything answers there.
                    let is_silent = is_woken && upstream.tls.is_none();
                    if !is_silent || probe::ask(upstream.port, upstream.inside).await != probe::Answer::Silence {
                        return;
                    }
                }
                Target::Starting => is_woken = true,
                Target::Stopped if !is_woken => match self.rouse(&one, by, peer).await {
                    Ok(true) => is_woken = true,
                    Ok(false) => return,
                    Err(error) => {
                        let error = &error as &dyn std::error::Error;
                        tracing::warn!(app = id, error, "an app that sleeps could not be woken");
                        return;
                    }
                },
                Target::Stopped if self.jobs.of(&one.row.stack).is_some() => unmoved = None,
                // The job is over, and nothing has come of it.
                Target::Stopped if unmoved.get_or_insert_with(Instant::now).elapsed() > SETTLE => return,
                Target::Stopped => {}
            }
            tokio::select! {
                () = self.stopping.cancelled() => return,
                () = stood => {}
                () = tokio::time::sleep(LOOK / 5) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_is_in_use_until_the_last_of_its_uses_ends() {
        let uses = Arc::new(Uses::default());
        let later = Instant::now() + Duration::from_secs(3600);
        assert_eq!(uses.last("web", later), None);
        let (first, second) = (uses.begin("web"), uses.begin("web"));
        drop(first);
        assert_eq!(uses.last("web", later), Some(later));
        drop(second);
        assert!(uses.last("web", later).is_some_and(|last| last < later));
    }

    #[test]
    fn a_stack_that_does_not_come_up_is_not_woken_again_at_once() {
        let (uses, now) = (Uses::default(), Instant::now());
        assert!(uses.may_wake("shop", now));
        assert!(!uses.may_wake("shop", now + PAUSE / 2));
        assert!(uses.may_wake("other", now));
        assert!(uses.may_wake("shop", now + PAUSE));
    }
}
