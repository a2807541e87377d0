//! Takes jobs up: in order, a few at once, never two for one object. Jobs that a crash interrupted are taken up again.

use std::sync::Arc;
use std::time::Duration;

use api::error::ErrorDetail;
use api::job::JobState;

use super::live::Live;
use crate::{Engine, stacks, store};

/// How many jobs are at work at once.
const AT_ONCE: usize = 2;
/// How often a job that changes all the time is told of.
const TELL: Duration = Duration::from_millis(100);
/// How many times [`TELL`] it takes until a job at work is brought into the database.
const KEEP: u32 = 10;

/// How a job ended.
pub(crate) enum Outcome {
    /// It is over.
    Over(JobState, Option<ErrorDetail>),
    /// The server stops: the next one takes it up.
    Interrupted,
}

/// Takes in what the database has, then jobs as they come, until the engine stops.
pub(crate) async fn run(engine: Engine) {
    loop {
        match engine.store.read(store::jobs::open).await {
            Ok(open) => {
                let taken: Vec<String> = engine.jobs.lock().iter().map(|live| live.id.clone()).collect();
                let open = open.into_iter().filter(|(job, ..)| !taken.contains(&job.id));
                let open = open.map(|(mut job, told, last_line)| {
                    job.state = JobState::Queued;
                    Arc::new(Live::new(job, told, last_line))
                });
                engine.jobs.lock().splice(0..0, open);
                break;
            }
            Err(error) => tracing::error!(%error, "the jobs that were under way cannot be read; it is tried again"),
        }
        tokio::select! {
            () = engine.stopping.cancelled() => return,
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
    }
    // It looks which stacks have a job already.
    engine.tasks.spawn(stacks::boot::run(engine.clone()));
    loop {
        while let Some(live) = next(&engine) {
            engine.tasks.spawn(work(engine.clone(), live));
        }
        tokio::select! {
            () = engine.stopping.cancelled() => return,
            () = engine.jobs.wake.notified() => {}
        }
    }
}

/// The next job whose turn it is, marked as running.
fn next(engine: &Engine) -> Option<Arc<Live>> {
    let open = engine.jobs.lock();
    if open.iter().filter(|live| live.is_running()).count() >= AT_ONCE {
        return None;
    }
    let busy = |object: &str| open.iter().any(|live| live.object == object && live.is_running());
    let next = open.iter().find(|live| !live.is_running() && !busy(&live.object))?;
    next.begin();
    Some(Arc::clone(next))
}

async fn work(engine: Engine, live: Arc<Live>) {
    // What was begun before a crash has something to put back.
    let outcome = if live.is_called_off() && !live.was_begun() {
        Outcome::Over(JobState::Cancelled, None)
    } else {
        let work = stacks::reconcile::carry_out(&engine, &live);
        tokio::pin!(work);
        let mut turn = tokio::time::interval(TELL);
        let mut turns = 0;
        loop {
            tokio::select! {
                outcome = &mut work => break outcome,
                _ = turn.tick() => {
                    if live.take_changed() {
                        engine.tell_job(&live);
                    }
                    turns += 1;
                    if turns % KEEP == 0 {
                        keep(&engine, &live).await;
                    }
                }
            }
        }
    };
    if let Outcome::Over(state, error) = outcome {
        live.end(state, error);
        keep(&engine, &live).await;
        engine.jobs.lock().retain(|open| open.id != live.id);
        engine.tell_job(&live);
    }
    engine.stacks.poke();
    engine.jobs.wake.notify_one();
}

async fn keep(engine: &Engine, live: &Live) {
    if let Err(error) = live.keep(engine).await {
        tracing::warn!(
            job = live.id,
            error = &error as &dyn std::error::Error,
            "how far a job is was not kept"
        );
    }
}
