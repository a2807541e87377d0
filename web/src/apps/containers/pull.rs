//! Fetching an image by its name, and how far that is.

use std::collections::BTreeSet;

use api::image::PullImage;
use api::job::{Job, JobKind, JobState};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::say;
use crate::client::Error;
use crate::desktop::time::bytes;
use crate::kit::button::{Button, IconButton};
use crate::kit::field::verbatim::Verbatim;
use crate::kit::icon::Glyph;
use crate::kit::status::{Condition, Dot};
use crate::store::Deck;
use crate::store::progress::percent;

/// A name to type, and what is being fetched.
#[component]
pub fn Pull() -> impl IntoView {
    let deck = expect_context::<Deck>();
    let (reference, wrong) = (RwSignal::new(String::new()), RwSignal::new(None::<String>));
    // What was asked for here stays until it is put away, so that nobody misses why it failed.
    let asked = RwSignal::new(BTreeSet::<String>::new());
    let busy = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let wanted = reference.with_untracked(|text| text.trim().to_owned());
        if wanted.is_empty() || busy.get_untracked() {
            return;
        }
        busy.set(true);
        wrong.set(None);
        let session = deck.session_now();
        spawn_local(async move {
            let request = PullImage {
                reference: wanted,
                platform: None,
            };
            let begun = session.pull_image(&request).await;
            busy.try_set(false);
            match begun {
                Ok(job) => {
                    asked.try_update(|asked| asked.insert(job.id.clone()));
                    reference.try_set(String::new());
                    deck.begun(&job);
                }
                // The way in says so, over everything.
                Err(Error::Ended(_)) => {}
                Err(error) => _ = wrong.try_set(Some(error.words())),
            }
        });
    };
    let jobs = Memo::new(move |_| {
        let mut jobs = deck.jobs.all();
        jobs.retain(|job| job.kind == JobKind::Pull && (!job.state.is_over() || asked.with(|it| it.contains(&job.id))));
        jobs.sort_by(|a, b| a.created.cmp(&b.created).then_with(|| a.id.cmp(&b.id)));
        jobs
    });
    let put_away = Callback::new(move |id: String| asked.update(|asked| _ = asked.remove(&id)));
    view! {
        <form class="things-new" on:submit=submit>
            <Verbatim
                get=reference
                set=move |text| reference.set(text)
                attr:name="image-reference"
                attr:placeholder="redis:7 or ghcr.io/owner/app:1.2"
                attr:aria-label="Image to fetch"
                attr:aria-invalid=move || wrong.with(Option::is_some).then_some("true")
            />
            <Button
                submit=true
                busy=Signal::from(busy)
                disabled=Signal::derive(move || reference.with(|text| text.trim().is_empty()))
            >
                "Fetch"
            </Button>
        </form>
        <Show when=move || wrong.with(Option::is_some)>
            <p class="things-wrong" role="alert">{move || wrong.get()}</p>
        </Show>
        <Show when=move || jobs.with(|jobs| !jobs.is_empty())>
            <ul class="pulls" aria-label="Being fetched">
                {move || jobs.with(|jobs| jobs.iter().map(|job| line(deck, job, put_away)).collect_view())}
            </ul>
        </Show>
    }
}

/// One that is fetched, or was.
fn line(deck: Deck, job: &Job, put_away: Callback<String>) -> impl IntoView + use<> {
    let condition = match job.state {
        JobState::Done => Condition::Good,
        JobState::Failed | JobState::RolledBack => Condition::Bad,
        JobState::Cancelled => Condition::Off,
        JobState::Queued | JobState::Running => Condition::Busy,
    };
    let share = percent(job).unwrap_or(0);
    let name = say::image(&job.object).to_owned();
    let (over, id) = (job.state.is_over(), job.id.clone());
    let bar = (!over).then(|| view! { <i aria-hidden="true"><b style:width=format!("{share}%")></b></i> });
    let act = if over {
        let put = move |_| put_away.run(id.clone());
        view! { <IconButton label=format!("Put {name} away") glyph=Glyph::Close press=put /> }.into_any()
    } else {
        let call_off = move |_| {
            let (session, id) = (deck.session_now(), id.clone());
            // One that is over by now needs no calling off.
            spawn_local(async move { _ = session.cancel_job(&id).await });
        };
        view! { <IconButton label=format!("Call {name} off") glyph=Glyph::Stop press=call_off /> }.into_any()
    };
    view! {
        <li class:is-bad=condition == Condition::Bad>
            <Dot condition=condition />
            <span>
                <strong>{name}</strong>
                <small>{words(job)}</small>
                {bar}
            </span>
            {act}
        </li>
    }
}

/// How far a fetch is, in words.
fn words(job: &Job) -> String {
    match job.state {
        JobState::Queued => "waits for its turn".to_owned(),
        JobState::Done => "is there".to_owned(),
        JobState::Cancelled => "was called off".to_owned(),
        JobState::Failed | JobState::RolledBack => job.error.as_ref().map_or_else(
            || "was not fetched".to_owned(),
            |error| match &error.hint {
                Some(hint) => format!("{} {hint}", error.message),
                None => error.message.clone(),
            },
        ),
        JobState::Running => {
            let step = job.steps.iter().find(|step| step.progress.is_some());
            match step.and_then(|step| step.progress) {
                Some(progress) => match progress.total.filter(|all| *all > 0) {
                    Some(all) => format!("{} of {}", bytes(progress.done), bytes(all)),
                    None => bytes(progress.done),
                },
                None => "is being asked for".to_owned(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use api::error::ErrorDetail;
    use api::job::{JobStep, Progress, StepState};
    use api::time::Timestamp;

    use super::*;

    fn job(state: JobState, progress: Option<Progress>) -> Job {
        Job {
            id: "1".to_owned(),
            kind: JobKind::Pull,
            object: "docker.io/library/redis:7".to_owned(),
            by: "ada".to_owned(),
            state,
            steps: vec![JobStep {
                title: String::new(),
                service: None,
                state: StepState::Running,
                progress,
                parts: vec![],
                detail: String::new(),
            }],
            created: Timestamp(0),
            started: None,
            finished: None,
            error: None,
        }
    }

    #[test]
    fn how_far_a_fetch_is_is_said_in_bytes_as_far_as_they_are_known() {
        let of = |done, total| words(&job(JobState::Running, Some(Progress { done, total })));
        assert_eq!(of(1_500_000, Some(3_000_000)), "1.5 MB of 3.0 MB");
        assert_eq!(of(1_500_000, None), "1.5 MB");
        assert_eq!(words(&job(JobState::Running, None)), "is being asked for");
    }

    #[test]
    fn why_it_failed_is_said_with_what_to_do() {
        let mut failed = job(JobState::Failed, None);
        failed.error = Some(ErrorDetail {
            code: "pull_failed".to_owned(),
            message: "It is locked.".to_owned(),
            hint: Some("Give the password.".to_owned()),
            details: serde_json::Map::new(),
        });
        assert_eq!(words(&failed), "It is locked. Give the password.");
    }
}
