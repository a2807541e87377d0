//! What a deploy would do, and what goes when a stack is removed: looked at before it is done.

use std::collections::BTreeSet;

use api::stack::{Plan, PlanItem, PlanVerb};
use api::volume::Volume;
use leptos::prelude::*;

use super::files::said;
use super::flow::{Flow, Page};
use crate::desktop::time::bytes;
use crate::kit::button::{Button, Tone};

/// What a deploy would do.
#[component]
pub fn PlanPage(
    /// The generation that is gone back to; absent for the files as they are.
    generation: Option<u64>,
    /// The plan.
    plan: Plan,
) -> impl IntoView {
    let flow = expect_context::<Flow>();
    let wanted = plan.risks.len();
    let agreed = Memo::new(move |_| flow.chosen.with(|chosen| chosen.len() >= wanted));
    let title = match generation {
        Some(number) => format!("What going back to generation {number} does"),
        None => "What a deploy does".to_owned(),
    };
    let idle = plan.items.iter().all(|item| item.verb == PlanVerb::Keep);
    let (kept, done): (Vec<_>, Vec<_>) = plan.items.into_iter().partition(|item| item.verb == PlanVerb::Keep);
    let kept = kept.len();
    let risks = plan
        .risks
        .into_iter()
        .map(|risk| choice(flow.chosen, risk.id, risk.message, None))
        .collect::<Vec<_>>();
    view! {
        <div class="stack-scroll">
            <h3 class="stack-title">{title}</h3>
            {idle
                .then(|| view! { <p class="stack-words">"Everything is as it should be: nothing would be touched."</p> })}
            <PlanList items=done />
            {(kept > 0 && !idle)
                .then(|| {
                    let words = if kept == 1 { "1 thing stays as it is.".to_owned() } else { format!("{kept} things stay as they are.") };
                    view! { <p class="stack-words">{words}</p> }
                })}
            {(generation.is_none() && untrack(|| flow.builds())).then(|| view! { <BuildAgain flow=flow /> })}
            {(wanted > 0)
                .then(|| {
                    view! {
                        <fieldset class="stack-choices is-risky">
                            <legend>"Needs your leave"</legend>
                            {risks}
                        </fieldset>
                    }
                })}
            <ul class="stack-notes">{plan.diagnostics.iter().map(said).collect_view()}</ul>
        </div>
        <footer class="stack-foot">
            <p></p>
            <Button press=move |_| flow.page.set(Page::Services)>"Cancel"</Button>
            <Button
                tone=Tone::Primary
                busy=Signal::derive(move || flow.busy.get())
                disabled=Signal::derive(move || !agreed.get())
                press=move |_| flow.deploy()
            >
                {if generation.is_some() { "Go back" } else { "Deploy" }}
            </Button>
        </footer>
    }
}

/// Whether images are built again though nothing says that they must be: what a base image or a download has become
/// meanwhile is in no file of the stack.
#[component]
fn BuildAgain(flow: Flow) -> impl IntoView {
    view! {
        <fieldset class="stack-choices">
            <label>
                <input
                    type="checkbox"
                    prop:checked=flow.build
                    on:change=move |event| flow.plan_building(event_target_checked(&event))
                />
                <span>"Build its images again, though nothing that they are made of has changed"</span>
            </label>
        </fieldset>
    }
}

/// What is done, line by line.
#[component]
pub fn PlanList(
    /// The lines.
    items: Vec<PlanItem>,
) -> impl IntoView {
    view! {
        <ol class="stack-plan" aria-label="Plan">
            {items.into_iter().map(item).collect_view()}
        </ol>
    }
}

fn item(item: PlanItem) -> impl IntoView {
    let verb = match item.verb {
        PlanVerb::Pull => "Pull",
        PlanVerb::Build => "Build",
        PlanVerb::Create => "Create",
        PlanVerb::Replace => "Replace",
        PlanVerb::Start => "Start",
        PlanVerb::Remove => "Remove",
        PlanVerb::Keep => "Keep",
    };
    view! {
        <li>
            <span class="chip" data-verb=verb>{verb}</span>
            <span>
                {item.kind} " " <strong>{item.name}</strong>
                {(!item.reason.is_empty()).then(|| view! { <small>{item.reason}</small> })}
            </span>
        </li>
    }
}

/// What goes with a stack.
#[component]
pub fn RemovePage(
    /// Its volumes.
    volumes: Vec<Volume>,
) -> impl IntoView {
    let flow = expect_context::<Flow>();
    let some = !volumes.is_empty();
    let choices = volumes.into_iter().map(|volume| {
        let size = volume.size.map(bytes);
        choice(flow.chosen, volume.name.clone(), volume.name, size)
    });
    let choices = choices.collect::<Vec<_>>();
    let word = move || match flow.chosen.with(BTreeSet::len) {
        0 => "Remove".to_owned(),
        1 => "Remove with 1 volume".to_owned(),
        count => format!("Remove with {count} volumes"),
    };
    view! {
        <div class="stack-scroll">
            <h3 class="stack-title">{format!("Remove {}?", flow.name())}</h3>
            <p class="stack-words">
                "Its containers, its networks and its files are removed, and what was kept of its deploys. What containers wrote outside of volumes is lost."
            </p>
            {if some {
                view! {
                    <fieldset class="stack-choices">
                        <legend>"Its volumes stay. Choose those that are to go as well:"</legend>
                        {choices}
                    </fieldset>
                }
                    .into_any()
            } else {
                view! { <p class="stack-words">"It has no volumes."</p> }.into_any()
            }}
        </div>
        <footer class="stack-foot">
            <p></p>
            <Button press=move |_| flow.page.set(Page::Services)>"Cancel"</Button>
            <Button tone=Tone::Danger busy=Signal::derive(move || flow.busy.get()) press=move |_| flow.remove()>
                {word}
            </Button>
        </footer>
    }
}

/// Something to agree to, one by one.
pub(in crate::apps) fn choice(
    chosen: RwSignal<BTreeSet<String>>,
    id: String,
    words: String,
    beside: Option<String>,
) -> impl IntoView {
    let change = move |event| {
        let agreed = event_target_checked(&event);
        chosen.update(|chosen| {
            if agreed {
                chosen.insert(id.clone());
            } else {
                chosen.remove(&id);
            }
        });
    };
    view! {
        <label>
            <input type="checkbox" on:change=change />
            <span>{words}</span>
            <small>{beside}</small>
        </label>
    }
}
