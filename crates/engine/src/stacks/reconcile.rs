//! Carries out a job on a stack.
//!
//! A job first writes down what is wanted, then brings Podman there, from wherever Podman is. It takes nothing from a
//! run before it but what is in the database, so that the first try, the retry and the run after a crash are the same.

use std::collections::BTreeMap;

use api::error::ErrorDetail;
use api::job::{JobKind, JobState};
use api::name::StackName;

use super::apply::{self, Apply, Halt, Trouble};
use super::kept::Kept;
use super::load::{Meaning, Source};
use super::{flow, observe, plan};
use crate::Engine;
use crate::crash::crash_point;
use crate::error::{Error, Result};
use crate::jobs::live::Live;
use crate::jobs::run::Outcome;
use crate::store;
use crate::store::stacks::{Intent, StackRow};
use crate::things;

/// How often work is begun again when Podman fails in the middle of it.
const TRIES: u32 = 3;
/// How long to wait for Podman to come back.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

/// Carries out a job, and says how it ended.
pub(crate) async fn carry_out(engine: &Engine, live: &Live) -> Outcome {
    let name = StackName::parse(&live.object).ok();
    let task = name.as_ref().map(|name| Task { engine, live, name });
    let kind = live.job().kind;
    let done = match (kind, task) {
        (JobKind::Pull, _) => things::pull::fetch(engine, live).await,
        (_, None) => {
            let error = detail("no_such_stack", "That is not the name of a stack.");
            return Outcome::Over(JobState::Failed, Some(error));
        }
        (JobKind::Deploy, Some(task)) => return task.deploy().await,
        (JobKind::Start, Some(task)) => task.start().await,
        (JobKind::Restart, Some(task)) => task.restart().await,
        (JobKind::Stop, Some(task)) => task.stop().await,
        (JobKind::Down, Some(task)) => task.down().await,
        (JobKind::Remove, Some(task)) => task.remove().await,
        (JobKind::Heal, Some(task)) => task.heal().await,
    };
    match done {
        Ok(()) => Outcome::Over(JobState::Done, None),
        Err(Halt::Stopping) => Outcome::Interrupted,
        Err(Halt::CalledOff) => Outcome::Over(JobState::Cancelled, None),
        Err(Halt::Trouble(trouble)) => {
            let mut error = told(&trouble);
            if kind == JobKind::Pull && !trouble.outage {
                "pull_failed".clone_into(&mut error.code);
            }
            Outcome::Over(JobState::Failed, Some(error))
        }
    }
}

/// A job on a stack.
pub(super) struct Task<'a> {
    pub(super) engine: &'a Engine,
    pub(super) live: &'a Live,
    pub(super) name: &'a StackName,
}

impl Task<'_> {
    async fn deploy(&self) -> Outcome {
        // A run before this one may have got as far as giving up.
        let failed = match self.live.job().error {
            Some(error) => Ok(error),
            None => match self.bring_up().await {
                Ok(()) => return Outcome::Over(JobState::Done, None),
                Err(Halt::Stopping) => return Outcome::Interrupted,
                Err(Halt::CalledOff) => self.give_up(detail("called_off", "It was called off.")).await,
                Err(Halt::Trouble(trouble)) => self.give_up(told(&trouble)).await,
            },
        };
        let error = match failed {
            Ok(error) => error,
            Err(error) => return Outcome::Over(JobState::Failed, Some(detail("internal", &error.to_string()))),
        };
        crash_point("stack-given-up");
        let called_off = error.code == "called_off";
        match self.put_back().await {
            Ok(true) if !called_off => Outcome::Over(JobState::RolledBack, Some(error)),
            Ok(_) if called_off => Outcome::Over(JobState::Cancelled, None),
            Ok(_) => Outcome::Over(JobState::Failed, Some(error)),
            Err(Halt::Stopping) => Outcome::Interrupted,
            Err(Halt::CalledOff) => Outcome::Over(JobState::Failed, Some(error)),
            Err(Halt::Trouble(trouble)) => {
                let mut error = error;
                error.message = format!(
                    "{} Putting back what was there failed too: {}",
                    error.message, trouble.message
                );
                Outcome::Over(JobState::Failed, Some(error))
            }
        }
    }

    async fn bring_up(&self) -> Result<(), Halt> {
        let number = self.live.told.generation;
        if self.has_taken_over().await? {
            return self.let_go().await;
        }
        self.intend(move |row| {
            if row.generation != number || row.wanted != Intent::Running {
                row.was = row.wanted;
            }
            (row.wanted, row.generation) = (Intent::Running, number);
        })
        .await?;
        crash_point("stack-intended");
        self.converge(number, true).await?;
        crash_point("stack-before-commit");
        let name = self.name.clone();
        let write = self.engine.store.write(move |tx| -> Result<()> {
            if let (Some(mut row), Some(number)) = (store::stacks::get(tx, &name)?, number) {
                (row.good, row.trouble) = (Some(number), None);
                store::stacks::update(tx, &row)?;
                store::stacks::set_good(tx, &name, number)?;
            }
            Ok(())
        });
        write.await?;
        crash_point("stack-committed");
        self.let_go().await
    }

    /// Writes down that a deploy failed and that what was there before is wanted again.
    async fn give_up(&self, error: ErrorDetail) -> Result<ErrorDetail> {
        self.live.fails(error.clone());
        let job = self.live.job();
        let (name, message) = (self.name.clone(), error.message.clone());
        let write = self.engine.store.write(move |tx| -> Result<()> {
            if let Some(mut row) = store::stacks::get(tx, &name)? {
                row.trouble = Some(message);
                row.generation = row.good;
                row.wanted = if row.good.is_some() { row.was } else { Intent::Down };
                store::stacks::update(tx, &row)?;
            }
            Ok(store::jobs::update(tx, &job, &[])?)
        });
        write.await?;
        self.engine.stacks.poke();
        self.live.say(format!(
            "This failed: {} What was there before is put back.",
            error.message
        ));
        Ok(error)
    }

    /// Brings back what is wanted now that a deploy failed; false where there was nothing before it.
    async fn put_back(&self) -> Result<bool, Halt> {
        let row = self.row().await?;
        match (row.wanted, row.good) {
            (Intent::Down, good) => {
                self.take_down().await?;
                Ok(self.bring_back().await? || good.is_some())
            }
            (wanted, good) => {
                // Whoever called the deploy off did not call this off.
                self.live.let_finish();
                let done = self.converge(good, wanted == Intent::Running).await;
                done.map(|()| good.is_some())
            }
        }
    }

    async fn start(&self) -> Result<(), Halt> {
        self.intend(|row| row.wanted = Intent::Running).await?;
        let generation = self.row().await?.generation;
        self.converge(generation, true).await
    }

    async fn restart(&self) -> Result<(), Halt> {
        self.intend(|row| row.wanted = Intent::Running).await?;
        self.stop_all().await?;
        let generation = self.row().await?.generation;
        self.converge(generation, true).await
    }

    async fn stop(&self) -> Result<(), Halt> {
        // Of one that is down there is nothing to stop, nor to make if a deploy fails later.
        self.intend(|row| {
            if row.wanted == Intent::Running {
                row.wanted = Intent::Stopped;
            }
        })
        .await?;
        self.stop_all().await
    }

    async fn down(&self) -> Result<(), Halt> {
        self.intend(|row| row.wanted = Intent::Down).await?;
        self.take_down().await
    }

    async fn remove(&self) -> Result<(), Halt> {
        self.down().await?;
        self.through_outages(move || self.remove_volumes_once()).await?;
        let (disk, name) = (self.engine.stacks.disk.clone(), self.name.clone());
        let removed = tokio::task::spawn_blocking(move || disk.remove(&name)).await;
        removed.map_err(|_| Error::Stopping)??;
        let name = self.name.clone();
        let write = self
            .engine
            .store
            .write(move |tx| -> Result<()> { Ok(store::stacks::delete(tx, &name)?) });
        Ok(write.await?)
    }

    /// Does the work; again when Podman fails in the middle of it and comes back.
    pub(super) async fn through_outages<F>(&self, work: impl Fn() -> F) -> Result<(), Halt>
    where
        F: Future<Output = Result<(), Halt>>,
    {
        for tries in 1.. {
            match work().await {
                Err(Halt::Trouble(trouble)) if trouble.outage && tries < TRIES => {
                    self.live
                        .say(format!("Podman failed ({}); waiting for it.", trouble.message));
                    self.podman_back().await?;
                }
                result => return result,
            }
        }
        Ok(())
    }

    /// Brings the containers to what a generation says.
    async fn converge(&self, generation: Option<u64>, start: bool) -> Result<(), Halt> {
        let Some(number) = generation else {
            return Err(Halt::from(Error::not_found("generation", self.name.as_str())));
        };
        self.through_outages(move || self.converge_once(number, start)).await
    }

    async fn converge_once(&self, number: u64, start: bool) -> Result<(), Halt> {
        let kept = self.engine.kept_or_missing(self.name, number).await?;
        let mut meaning = self.meaning(&kept).await?;
        if self.live.told.build {
            meaning.build_again();
        }
        let row = kept.row;
        let apply = Apply {
            engine: self.engine,
            live: self.live,
            stack: self.name,
            wanted: &meaning.wanted,
        };
        let observed = apply.images(&row.shown.images).await?;
        if observed.images != row.shown.images {
            let (name, kept) = (self.name.clone(), observed.images.clone());
            let write = self
                .engine
                .store
                .write(move |tx| -> Result<()> { Ok(store::stacks::set_images(tx, &name, number, &kept)?) });
            write.await?;
        }
        if self.live.told.generation == Some(number) {
            self.set_aside().await?;
        }
        apply.carry_out(&observed, start).await
    }

    /// What a generation means; it was allowed when it was asked for, and must be still.
    async fn meaning(&self, kept: &Kept) -> Result<Meaning> {
        let source = self.engine.source_of(self.name, kept.row.shown.number, kept);
        let capabilities = self.engine.capable().await?;
        let read = tokio::task::spawn_blocking(move || source.meaning(&capabilities)).await;
        let (meaning, diagnostics) = read.map_err(|_| Error::Stopping)?;
        let meaning = meaning.ok_or(Error::Unfit { diagnostics })?;
        meaning.allowed(&kept.row.consents)?;
        Ok(meaning)
    }

    async fn remove_volumes_once(&self) -> Result<(), Halt> {
        for volume in &self.live.told.volumes {
            let step = self.live.step(format!("Remove the volume {volume}"), None);
            let removed = self.engine.podman.volumes().remove(volume).await;
            self.done(step, apply::ignore_absent(removed))?;
            crash_point("stack-volume-removed");
        }
        Ok(())
    }

    /// Stops what runs, those that others depend on last.
    async fn stop_all(&self) -> Result<(), Halt> {
        self.through_outages(move || self.stop_all_once()).await
    }

    async fn stop_all_once(&self) -> Result<(), Halt> {
        let (containers, after) = self.in_reverse().await?;
        let containers = &containers;
        let stop = |number: usize| async move {
            let has = &containers[number];
            if !plan::is_up(has.state) {
                return Ok(());
            }
            let step = self.live.step(format!("Stop {}", has.name), Some(&has.service));
            let stopped = self.engine.podman.containers().stop(&has.id, None).await;
            self.done(step, apply::ignore_absent(stopped))
        };
        flow::each(&after, flow::at_once, stop).await
    }

    /// Removes the containers and networks of the stack.
    async fn take_down(&self) -> Result<(), Halt> {
        self.through_outages(move || self.take_down_once()).await
    }

    async fn take_down_once(&self) -> Result<(), Halt> {
        let (containers, after) = self.in_reverse().await?;
        let containers = &containers;
        let remove = |number: usize| async move {
            let has = &containers[number];
            let step = self.live.step(format!("Remove {}", has.name), Some(&has.service));
            self.done(step, apply::remove(self.engine, has).await)?;
            crash_point("stack-down-removed");
            Ok::<(), Halt>(())
        };
        flow::each(&after, flow::at_once, remove).await?;
        for network in observe::networks(self.engine, self.name).await? {
            let step = self.live.step(format!("Remove the network {network}"), None);
            let removed = self.engine.podman.networks().remove(&network).await;
            self.done(step, apply::ignore_absent(removed))?;
        }
        Ok(())
    }

    /// The containers of the stack, and for each the numbers of those that depend on it, after which it is its turn.
    async fn in_reverse(&self) -> Result<(Vec<plan::Has>, Vec<Vec<usize>>), Halt> {
        let row = self.row().await?;
        let mut needs: BTreeMap<String, Vec<String>> = BTreeMap::new();
        // A text that cannot be read any more does not keep anything from being stopped.
        if let Some(number) = row.generation
            && let Ok(kept) = self.engine.kept_or_missing(self.name, number).await
            && let Ok(meaning) = self.meaning(&kept).await
        {
            for service in meaning.wanted.services {
                let needed = service.depends_on.into_iter().map(|needed| needed.service);
                needs.insert(service.name, needed.collect());
            }
        }
        let containers = observe::containers(self.engine, self.name).await?;
        let numbered = || containers.iter().enumerate();
        let needed_by = |has: &plan::Has| {
            let needs = |other: &plan::Has| needs.get(&other.service).is_some_and(|all| all.contains(&has.service));
            let others = numbered().filter(|(_, other)| needs(other));
            others.map(|(number, _)| number).collect()
        };
        let after = containers.iter().map(needed_by).collect();
        Ok((containers, after))
    }

    pub(super) fn done(&self, step: usize, result: podman::Result<()>) -> Result<(), Halt> {
        let shown = result.as_ref().map(|&()| ()).map_err(|_| "Podman refused");
        self.live.ended(step, shown);
        Ok(result?)
    }

    pub(super) async fn podman_back(&self) -> Result<(), Halt> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while tokio::time::Instant::now() < deadline {
            tokio::select! {
                () = self.engine.stopping.cancelled() => return Err(Halt::Stopping),
                () = tokio::time::sleep(std::time::Duration::from_millis(250)) => {}
            }
            if self.engine.podman.ping().await.is_ok() {
                return Ok(());
            }
        }
        Err(Halt::Trouble(Trouble {
            service: None,
            message: "Podman cannot be reached.".to_owned(),
            log: Vec::new(),
            outage: true,
        }))
    }

    async fn intend(&self, change: impl FnOnce(&mut StackRow) + Send + 'static) -> Result<(), Halt> {
        let name = self.name.clone();
        let write = self.engine.store.write(move |tx| -> Result<()> {
            let mut row = store::stacks::get(tx, &name)?.ok_or_else(|| Error::not_found("stack", name.as_str()))?;
            change(&mut row);
            Ok(store::stacks::update(tx, &row)?)
        });
        write.await?;
        self.engine.stacks.poke();
        Ok(())
    }

    pub(super) async fn row(&self) -> Result<StackRow> {
        let name = self.name.clone();
        let row = self.engine.store.read(move |db| store::stacks::get(db, &name)).await?;
        row.ok_or_else(|| Error::not_found("stack", self.name.as_str()))
    }
}

impl Engine {
    /// The texts of a stack, and where they stand.
    pub(crate) fn source(&self, name: &StackName, generation: u64, compose: &str, env: &str) -> Source {
        Source {
            deck: self.deck.clone(),
            stack: name.clone(),
            generation,
            home: self.stacks.disk.home(name),
            compose: compose.to_owned(),
            env: env.to_owned(),
            beside: None,
        }
    }

    /// The texts of a generation, and the files beside them as they were.
    pub(crate) fn source_of(&self, name: &StackName, generation: u64, kept: &Kept) -> Source {
        let shown = &kept.row.shown;
        Source {
            beside: kept.files.clone(),
            ..self.source(name, generation, &shown.compose, &shown.env)
        }
    }

    /// What Podman can do, as it said when it was reached last.
    pub(crate) async fn capable(&self) -> Result<podman::system::Capabilities> {
        if let Some(known) = self.known_capabilities() {
            return Ok(known);
        }
        let capabilities = self.podman.capabilities().await?;
        self.set_capabilities(capabilities.clone());
        Ok(capabilities)
    }
}

fn detail(code: &str, message: &str) -> ErrorDetail {
    ErrorDetail {
        code: code.to_owned(),
        message: message.to_owned(),
        hint: None,
        details: serde_json::Map::new(),
    }
}

fn told(trouble: &Trouble) -> ErrorDetail {
    let code = if trouble.outage {
        "podman_unreachable"
    } else {
        "deploy_failed"
    };
    let mut detail = detail(code, &trouble.message);
    // A Podman that was killed while it made the network that all containers of a user share leaves it half made, and
    // finds it so ever after.
    if trouble.message.contains("rootless netns") {
        detail.hint = Some(
            "Podman left the network of this user half made when it was killed. `podman system migrate`, as this user, \
             makes it anew; it stops the containers that run."
                .to_owned(),
        );
    }
    if let Some(service) = &trouble.service {
        detail.details.insert("service".to_owned(), service.clone().into());
    }
    if !trouble.log.is_empty() {
        detail.details.insert("log".to_owned(), trouble.log.clone().into());
    }
    detail
}
