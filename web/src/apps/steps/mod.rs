//! The steps of a job as they come, and the layers of an image that one of them fetches.

use api::job::{JobStep, Progress, StepPart, StepState};
use leptos::prelude::*;

use crate::desktop::time::bytes;
use crate::kit::status::{Condition, Dot};

/// A step, as a line of a list: what it is, how far it is, and its layers while it has some.
pub fn step(step: &JobStep) -> impl IntoView + use<> {
    let (condition, word) = match step.state {
        StepState::Waiting => (Condition::Off, "waits"),
        StepState::Running => (Condition::Busy, "under way"),
        StepState::Done => (Condition::Good, "done"),
        StepState::Failed => (Condition::Bad, "failed"),
        StepState::Skipped => (Condition::Off, "not needed"),
    };
    // Why a step failed stands above them all.
    let detail = Some(step.detail.clone()).filter(|detail| !detail.is_empty() && step.state != StepState::Failed);
    let far = Some(step.state)
        .filter(|state| *state == StepState::Running)
        .and(step.progress)
        .and_then(how_far);
    let layers = step.parts.iter().filter(|part| part.state != StepState::Waiting);
    let layers: Vec<_> = layers.map(layer).collect();
    view! {
        <li class="step">
            <Dot condition=condition />
            <span class="step-words">
                {step.title.clone()}
                {detail.map(|detail| view! { <small>{detail}</small> })}
            </span>
            <small>{far.unwrap_or_else(|| word.to_owned())}</small>
            {(!layers.is_empty()).then(|| view! { <ul class="step-layers" aria-label="Layers">{layers}</ul> })}
        </li>
    }
}

/// A layer of an image that is fetched: how much of it is there.
fn layer(part: &StepPart) -> impl IntoView + use<> {
    let is_there = matches!(part.state, StepState::Done | StepState::Skipped);
    let words = match part.state {
        StepState::Failed => "failed".to_owned(),
        _ if is_there => "there".to_owned(),
        _ => part
            .progress
            .and_then(how_far)
            .unwrap_or_else(|| "under way".to_owned()),
    };
    let share = if is_there {
        Some(100)
    } else {
        part.progress.and_then(share)
    };
    view! {
        <li>
            <code>{part.name.clone()}</code>
            <i aria-hidden="true" class:is-unknown=share.is_none()><b style:width=format!("{}%", share.unwrap_or(0))></b></i>
            <small>{words}</small>
        </li>
    }
}

/// How many of a hundred parts are done; absent where nobody knows how much there is.
fn share(progress: Progress) -> Option<u64> {
    let total = progress.total.filter(|total| *total > 0)?;
    Some(100 * progress.done.min(total) / total)
}

/// How far that is, in words; absent where it has not begun.
fn how_far(progress: Progress) -> Option<String> {
    match progress.total.filter(|all| *all > 0) {
        Some(all) => Some(format!("{} of {}", bytes(progress.done.min(all)), bytes(all))),
        None => (progress.done > 0).then(|| bytes(progress.done)),
    }
}

#[cfg(test)]
mod tests {
    use api::job::Progress;

    use super::{how_far, share};

    #[test]
    fn what_is_not_known_is_not_said() {
        let of = |done, total| Progress { done, total };
        assert_eq!(how_far(of(1_500_000, Some(3_000_000))).unwrap(), "1.5 MB of 3.0 MB");
        assert_eq!(how_far(of(1_500_000, None)).unwrap(), "1.5 MB");
        assert_eq!(how_far(of(0, Some(0))), None);
        assert_eq!(share(of(7, None)), None);
        assert_eq!((share(of(9, Some(8))), share(of(2, Some(8)))), (Some(100), Some(25)));
    }
}
