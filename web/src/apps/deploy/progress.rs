//! The third page: what is done, step by step, until it is over.

use api::job::{Job, JobState, JobStep, StepState};
use api::name::StackName;
use leptos::prelude::*;

use super::flow::Flow;
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
    view! {
        <li>
            <Dot condition=condition />
            <span>
                {step.title.clone()}
                {detail.map(|detail| view! { <small>{detail}</small> })}
            </span>
            <small>{share.unwrap_or_else(|| word.to_owned())}</small>
        </li>
    }
}
