//! The panel of the jobs.

use api::job::{Job, JobLine, JobState, StepState};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use super::{outcome, title, why};
use crate::desktop::time;
use crate::kit::button::IconButton;
use crate::kit::icon::Glyph;
use crate::kit::status::{Condition, Dot};
use crate::store::{Deck, progress};

/// How many are listed.
const LISTED: usize = 30;

/// The panel.
#[wasm_split(jobs, fallible)]
pub(super) fn content() -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <Jobs /> }.into_any())
}

#[component]
fn Jobs() -> impl IntoView {
    let deck = expect_context::<Deck>();
    let ids = Memo::new(move |_| {
        let mut jobs = deck.jobs.all();
        jobs.sort_by_key(|job| (job.state.is_over(), std::cmp::Reverse(job.created)));
        jobs.truncate(LISTED);
        jobs.into_iter().map(|job| job.id).collect::<Vec<_>>()
    });
    view! {
        <Show
            when=move || !ids.with(Vec::is_empty)
            fallback=|| view! { <p class="panel-empty">"Nothing is under way. What is deployed, started and stopped shows here how far it is."</p> }
        >
            <ul class="jobs">
                <For each=move || ids.get() key=|id| id.clone() let:id>
                    {deck.jobs.row(&id).map(|job| view! { <JobView job=job.into() /> })}
                </For>
            </ul>
        </Show>
    }
}

/// One job.
#[component]
fn JobView(job: RwSignal<Job>) -> impl IntoView {
    let log = RwSignal::new(false);
    let state = Memo::new(move |_| job.with(|job| job.state));
    let busy = move || !state.get().is_over();
    let step = move || job.with(current);
    let count = move || {
        job.with(|job| {
            let over = |state| matches!(state, StepState::Done | StepState::Skipped);
            let done = job.steps.iter().filter(|step| over(step.state)).count();
            format!("{done} of {}", job.steps.len())
        })
    };
    let beside = move || match state.get() {
        JobState::Running if job.with(|job| !job.steps.is_empty()) => count(),
        JobState::Running => String::new(),
        JobState::Queued => "waits".to_owned(),
        _ => job.with(|job| job.finished.map(|at| time::of_day(at.0)).unwrap_or_default()),
    };
    let label = Signal::derive(move || {
        let verb = if log.get() { "Hide" } else { "Show" };
        format!("{verb} the log of {}", job.with(title))
    });
    view! {
        <li class="job">
            <div class="job-head">
                <Dot condition=Signal::derive(move || condition(state.get())) />
                <strong>{move || job.with(title)}</strong>
                <span class="job-beside">{beside}</span>
                <IconButton label=label glyph=Glyph::List press=move |_| log.update(|log| *log = !*log) />
            </div>
            <Show when=busy>
                <progress
                    class="job-bar"
                    max="100"
                    aria-label=move || job.with(title)
                    value=move || job.with(|job| progress::percent(job).map(|percent| percent.to_string()))
                ></progress>
            </Show>
            {move || {
                let words = if busy() { step() } else { job.with(said) };
                (!words.is_empty()).then(|| view! { <p class="job-words">{words}</p> })
            }}
            <Show when=move || log.get()>
                <JobLog job=job />
            </Show>
        </li>
    }
}

/// What a job wrote; fetched again as it goes on.
#[component]
fn JobLog(job: RwSignal<Job>) -> impl IntoView {
    let deck = expect_context::<Deck>();
    let lines = RwSignal::new(None::<Vec<JobLine>>);
    let asking = RwSignal::new(false);
    Effect::new(move |_| {
        let id = job.with(|job| job.id.clone());
        // While one look is under way the next can wait: the job will say more.
        if asking.get_untracked() {
            return;
        }
        asking.set(true);
        let session = deck.session_now();
        spawn_local(async move {
            let detail = session.job(&id).await;
            // The panel may have been closed meanwhile.
            asking.try_set(false);
            if let Ok(detail) = detail {
                lines.try_set(Some(detail.log));
            }
        });
    });
    view! {
        <pre class="job-log" tabindex="0" aria-label="Log">
            {move || match lines.get() {
                None => "…".to_owned(),
                Some(lines) if lines.is_empty() => "It has written nothing.".to_owned(),
                Some(lines) => {
                    let texts: Vec<String> = lines.into_iter().map(|line| line.text).collect();
                    texts.join("\n")
                }
            }}
        </pre>
    }
}

/// What is done now, and how much of it.
fn current(job: &Job) -> String {
    let Some(step) = job.steps.iter().find(|step| step.state == StepState::Running) else {
        return String::new();
    };
    let amount = step.progress.and_then(|progress| {
        let total = progress.total.filter(|total| *total >= 1000)?;
        Some(format!("{} of {}", time::bytes(progress.done), time::bytes(total)))
    });
    let parts = [Some(step.title.clone()), amount, Some(step.detail.clone())];
    let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    parts.join(" · ")
}

fn said(job: &Job) -> String {
    match job.state {
        JobState::Done => String::new(),
        state => {
            let why = why(job);
            let outcome = outcome(state);
            if why.is_empty() { format!("It {outcome}.") } else { why }
        }
    }
}

fn condition(state: JobState) -> Condition {
    match state {
        JobState::Queued | JobState::Running => Condition::Busy,
        JobState::Done => Condition::Good,
        JobState::RolledBack => Condition::Doubtful,
        JobState::Failed => Condition::Bad,
        JobState::Cancelled => Condition::Off,
    }
}
