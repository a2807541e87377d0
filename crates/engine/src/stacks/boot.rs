//! What was wanted comes back with the machine: once Podman answers, each stack that is to run and does not is started.

use std::time::Duration;

use api::job::JobKind;
use api::name::StackName;
use api::system::PodmanState;

use super::{observe, plan};
use crate::error::Result;
use crate::jobs::Told;
use crate::store::stacks::{Intent, StackRow};
use crate::{Engine, audit, jobs, store};

/// Who asks for what the engine does by itself.
const SELF: &str = "stardeck";
/// How often it is looked whether Podman answers.
const LOOK: Duration = Duration::from_millis(100);

/// Looks once, as soon as Podman answers.
pub(crate) async fn run(engine: Engine) {
    while engine.truth.podman() != PodmanState::Connected {
        tokio::select! {
            () = engine.stopping.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
    let rows = match engine.store.read(store::stacks::all).await {
        Ok(rows) => rows,
        Err(error) => {
            tracing::error!(%error, "what was wanted of the stacks cannot be read");
            return;
        }
    };
    for row in rows {
        // What is under way or waits has a job of its own.
        if row.wanted != Intent::Running || engine.jobs.of(row.name.as_str()).is_some() {
            continue;
        }
        if let Err(error) = bring_back(&engine, &row).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(stack = %row.name, error, "it could not be seen whether a stack is to be started");
        }
    }
}

async fn bring_back(engine: &Engine, row: &StackRow) -> Result<()> {
    let Some(number) = row.generation else {
        return Ok(());
    };
    let Some(kept) = engine.kept(&row.name, number).await? else {
        return Ok(());
    };
    let source = engine.source_of(&row.name, number, &kept);
    let generation = kept.row;
    let capabilities = engine.capable().await?;
    let read = tokio::task::spawn_blocking(move || source.meaning(&capabilities)).await;
    let Ok((Some(meaning), _)) = read else {
        return Ok(());
    };
    let observed = observe::observe(engine, &row.name, &meaning.wanted, &generation.shown.images).await?;
    let up = observed.containers.iter().any(|has| plan::is_up(has.state));
    if !super::load::auto_start(&meaning.project) && !up {
        return stay_down(engine, &row.name).await;
    }
    let plan = plan::plan(&meaning.wanted, &observed);
    let stands = plan
        .turns
        .iter()
        .all(|turn| matches!(turn.action, plan::Action::Keep(_)));
    if stands {
        return Ok(());
    }
    let entry = audit::entry(SELF, "stack.start", row.name.as_str(), std::net::Ipv4Addr::LOCALHOST);
    let job = jobs::new(JobKind::Start, row.name.as_str(), SELF);
    let (known, queued) = (row.clone(), job.clone());
    let write = engine.store.write(move |tx| -> Result<bool> {
        // Whoever asked for work meanwhile, or whose work ended meanwhile, has seen to it; what was observed may be of the
        // middle of that, and what was wanted then may be wanted no more.
        let same = store::stacks::get(tx, &known.name)?.as_ref() == Some(&known);
        if !same || store::jobs::is_open(tx, known.name.as_str())? {
            return Ok(false);
        }
        store::jobs::insert(tx, &queued, &Told::default())?;
        store::audit::of_job(tx, &entry, &queued)?;
        Ok(true)
    });
    if write.await? {
        engine.hand_over(job, Told::default());
    }
    Ok(())
}

async fn stay_down(engine: &Engine, name: &StackName) -> Result<()> {
    let name = name.clone();
    let write = engine.store.write(move |tx| -> Result<()> {
        if let Some(mut row) = store::stacks::get(tx, &name)? {
            row.wanted = Intent::Stopped;
            store::stacks::update(tx, &row)?;
        }
        Ok(())
    });
    write.await?;
    engine.stacks.poke();
    Ok(())
}
