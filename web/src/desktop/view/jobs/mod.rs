//! The jobs: how far those under way are, what became of the others, and what they wrote.

mod list;

use api::job::{Job, JobKind, JobState};
use leptos::prelude::*;

use crate::kit::icon::{Glyph, Icon};
use crate::kit::late::Late;
use crate::kit::panel::PanelButton;
use crate::kit::toast::Toasts;
use crate::store::Deck;

/// The button of the jobs, which says how many are under way.
#[component]
pub fn JobsButton() -> impl IntoView {
    let deck = expect_context::<Deck>();
    let busy = Memo::new(move |_| deck.jobs.all().iter().filter(|job| !job.state.is_over()).count());
    let label = Signal::derive(move || match busy.get() {
        0 => "Jobs".to_owned(),
        1 => "1 job under way".to_owned(),
        count => format!("{count} jobs under way"),
    });
    tell_of_ends(deck);
    view! {
        <PanelButton id="jobs" label=label title="Jobs" panel=panel>
            {move || match busy.get() {
                0 => view! { <Icon glyph=Glyph::List size=15 /> }.into_any(),
                count => view! {
                    <span class="spinner" aria-hidden="true"></span>
                    <span>{if count == 1 { "1 job".to_owned() } else { format!("{count} jobs") }}</span>
                }
                .into_any(),
            }}
        </PanelButton>
    }
}

fn panel() -> impl IntoView {
    view! { <Late name="The list of jobs" content=|| Box::pin(list::content()) /> }
}

/// Says what became of a job when it ends.
fn tell_of_ends(deck: Deck) {
    let toasts = expect_context::<Toasts>();
    Effect::new(move |before: Option<Vec<String>>| {
        let jobs = deck.jobs.all();
        let ended = |job: &&Job| {
            let was_busy = before.as_ref().is_some_and(|before| before.contains(&job.id));
            job.state.is_over() && was_busy
        };
        for job in jobs.iter().filter(ended) {
            match job.state {
                JobState::Done => toasts.done(format!("{}: done", title(job))),
                _ => toasts.wrong(format!("{}: {}", title(job), outcome(job.state)), why(job)),
            }
        }
        let busy = jobs.into_iter().filter(|job| !job.state.is_over());
        busy.map(|job| job.id).collect()
    });
}

/// What a job does, in the words of a person.
#[must_use]
pub fn title(job: &Job) -> String {
    let verb = match job.kind {
        JobKind::Down => "Take down".to_owned(),
        kind => spaced(&format!("{kind:?}")),
    };
    format!("{verb} {}", job.object)
}

/// `PullImage` as `Pull image`.
fn spaced(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
            words.extend(letter.to_lowercase());
        } else {
            words.push(letter);
        }
    }
    words
}

fn why(job: &Job) -> String {
    let Some(error) = &job.error else {
        return String::new();
    };
    match &error.hint {
        Some(hint) => format!("{} {hint}", error.message),
        None => error.message.clone(),
    }
}

fn outcome(state: JobState) -> &'static str {
    match state {
        JobState::RolledBack => "failed, and was put back",
        JobState::Cancelled => "was called off",
        _ => "failed",
    }
}

#[cfg(test)]
mod tests {
    use super::spaced;

    #[test]
    fn a_kind_is_said_in_words() {
        assert_eq!(spaced("Deploy"), "Deploy");
        assert_eq!(spaced("PullImage"), "Pull image");
    }
}
