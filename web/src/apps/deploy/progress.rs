//! The third page: what is done, step by step, until it is over.

use api::job::{Job, JobState};
use api::name::StackName;
use leptos::prelude::*;

use super::flow::Flow;
use crate::apps::steps::step;
use crate::kit::button::{Button, Tone};

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
