//! The third page: what is done, step by step, until it is over.

use api::job::{Job, JobState, JobStep, StepPart, StepState};
use api::name::StackName;
use leptos::prelude::*;

use super::flow::Flow;
use crate::desktop::time::bytes;
use crate::kit::button::{Button, Tone};
use crate::kit::status::{Condition, Dot};

/// The page.
#[component]
pub fn Progress(
    /// The stack.
    name: StackName,
    /// The job.
    job: RwSignal<Job>,
) -> impl IntoView {
    let flow = expect_context::<Flow>();
    let state = Memo::new(move |_| job.with(|job| job.state));
    let title = move || match state.get() {
        JobState::Queued => format!("{name} waits for its turn"),
        JobState::Running => format!("{name} is being deployed"),
        JobState::Done => format!("{name} is up"),
        JobState::RolledBack => format!("{name} was not deployed; what had been changed was put back"),
        JobState::Failed => format!("{name} was not deployed"),
        JobState::Cancelled => format!("The deploy of {name} was called off"),
    };
    let why = move || {
        let error = job.with(|job| job.error.clone())?;
        let words = match error.hint {
            Some(hint) => format!("{} {hint}", error.message),
            None => error.message,
        };
        Some(view! { <p class="deploy-note" data-is="error">{words}</p> })
    };
    view! {
        <div class="deploy-page">
            <div class="deploy-scroll">
                <h3 class="deploy-title" aria-live="polite">
                    {title}
                </h3>
                {why}
                <ol class="deploy-steps" aria-label="Steps">
                    {move || job.with(|job| job.steps.iter().map(step).collect_view())}
                </ol>
            </div>
            <Show when=move || state.get().is_over()>
                <footer class="deploy-foot">
                    <Show when=move || state.get() != JobState::Done>
                        <Button press=move |_| flow.back()>"Back to the text"</Button>
                    </Show>
                    <Button tone=Tone::Primary press=move |_| flow.again()>
                        "Deploy another"
                    </Button>
                </footer>
            </Show>
        </div>
    }
}

fn step(step: &JobStep) -> impl IntoView + use<> {
    let (condition, word) = match step.state {
        StepState::Waiting => (Condition::Off, "waits"),
        StepState::Running => (Condition::Busy, "under way"),
        StepState::Done => (Condition::Good, "done"),
        StepState::Failed => (Condition::Bad, "failed"),
        StepState::Skipped => (Condition::Off, "not needed"),
    };
    // Why a step failed stands above them all.
    let detail = Some(step.detail.clone()).filter(|detail| !detail.is_empty() && step.state != StepState::Failed);
    let share = step
        .progress
        .and_then(|it| Some(format!("{} %", 100 * it.done / it.total.filter(|all| *all > 0)?)));
    let parts = step.parts.iter().filter(|part| part.state != StepState::Waiting);
    let parts: Vec<_> = parts.map(part).collect();
    view! {
        <li>
            <Dot condition=condition />
            <span>
                {step.title.clone()}
                {detail.map(|detail| view! { <small>{detail}</small> })}
                {(!parts.is_empty()).then(|| view! { <ul class="deploy-parts" aria-label="Layers">{parts}</ul> })}
            </span>
            <small>{share.unwrap_or_else(|| word.to_owned())}</small>
        </li>
    }
}

/// A layer of an image that is fetched: how much of it is there.
fn part(part: &StepPart) -> impl IntoView + use<> {
    let total = part.progress.and_then(|it| it.total).filter(|all| *all > 0);
    let share = match (part.state, part.progress, total) {
        (StepState::Done | StepState::Skipped, ..) => 100,
        (_, Some(progress), Some(total)) => 100 * progress.done.min(total) / total,
        _ => 0,
    };
    let words = match (part.state, part.progress) {
        (StepState::Done | StepState::Skipped, _) => "there".to_owned(),
        (StepState::Failed, _) => "failed".to_owned(),
        (_, Some(progress)) => match total {
            Some(total) => format!("{} of {}", bytes(progress.done), bytes(total)),
            None => bytes(progress.done),
        },
        _ => "under way".to_owned(),
    };
    view! {
        <li>
            <code>{part.name.clone()}</code>
            <i aria-hidden="true"><b style:width=format!("{share}%")></b></i>
            <small>{words}</small>
        </li>
    }
}
