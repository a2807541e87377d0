//! The job that works on the stack: its steps as they come, and why it failed.

use api::job::{Job, JobKind, JobState};
use leptos::prelude::*;

use super::flow::Flow;
use crate::apps::steps::step;
use crate::kit::button::Button;
use crate::kit::status::{Condition, Dot};
use crate::store::progress::percent;

/// The job.
#[component]
pub fn JobStrip() -> impl IntoView {
    let flow = expect_context::<Flow>();
    let shown = Memo::new(move |_| flow.job.with(Option::is_some));
    let state = Memo::new(move |_| flow.job.with(|job| job.as_ref().map(|job| job.state)));
    let over = move || state.get().is_some_and(JobState::is_over);
    let title = move || flow.job.with(|job| job.as_ref().map(title));
    let condition = Signal::derive(move || match state.get() {
        Some(JobState::Done) => Condition::Good,
        Some(JobState::Failed | JobState::RolledBack) => Condition::Bad,
        Some(JobState::Cancelled) | None => Condition::Off,
        Some(JobState::Queued | JobState::Running) => Condition::Busy,
    });
    let why = move || {
        let error = flow.job.with(|job| job.as_ref()?.error.clone())?;
        Some(format!("{} {}", error.message, error.hint.unwrap_or_default()))
    };
    let steps = move || {
        flow.job
            .with(|job| job.as_ref().map(|job| job.steps.iter().map(step).collect_view()))
    };
    let share = move || flow.job.with(|job| job.as_ref().and_then(percent).unwrap_or(0));
    view! {
        <Show when=move || shown.get()>
            <section class="stack-job" aria-label="Job">
                <header>
                    <Dot condition=condition />
                    <strong role="status">{title}</strong>
                    <Show
                        when=over
                        fallback=move || view! { <Button press=move |_| flow.call_off()>"Call off"</Button> }
                    >
                        <Button press=move |_| flow.put_away()>"Put away"</Button>
                    </Show>
                </header>
                <p class="stack-why">{why}</p>
                <Show when=move || state.get() != Some(JobState::Done)>
                    <div class="stack-bar"><b style:width=move || format!("{}%", share())></b></div>
                    <ol aria-label="Steps">{steps}</ol>
                </Show>
            </section>
        </Show>
    }
}

fn title(job: &Job) -> String {
    let (under_way, done) = match job.kind {
        JobKind::Deploy => ("is being deployed", "was deployed"),
        JobKind::Start => ("is being started", "was started"),
        JobKind::Stop => ("is being stopped", "was stopped"),
        JobKind::Restart => ("is being restarted", "was restarted"),
        JobKind::Down => ("is being taken down", "was taken down"),
        JobKind::Pull => ("is being fetched", "was fetched"),
        JobKind::Heal => ("is being healed", "was healed"),
        JobKind::Remove => ("is being removed", "was removed"),
    };
    let name = &job.object;
    match job.state {
        JobState::Queued => format!("{name} waits for its turn"),
        JobState::Running => format!("{name} {under_way}"),
        JobState::Done => format!("{name} {done}"),
        JobState::RolledBack => format!("{name} was put back as it was"),
        JobState::Failed => format!("{name}: that failed"),
        JobState::Cancelled => format!("{name}: that was called off"),
    }
}
