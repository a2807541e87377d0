//! The second page: what would be done, and what has to be agreed to.

use api::stack::{Plan, PlanItem, PlanVerb, Risk};
use leptos::prelude::*;

use super::editor::{name, words};
use super::flow::Flow;
use crate::kit::button::{Button, Tone};

/// The page.
#[component]
pub fn Review(
    /// What is shown above the plan.
    title: String,
    /// What a deploy of it would do.
    plan: Plan,
) -> impl IntoView {
    let flow = expect_context::<Flow>();
    let wanted = plan.risks.len();
    let agreed = Memo::new(move |_| flow.consents.with(|consents| consents.len() >= wanted));
    let risky = !plan.risks.is_empty();
    view! {
        <div class="deploy-page">
            <div class="deploy-scroll">
                <h3 class="deploy-title">{title}</h3>
                <ol class="deploy-plan" aria-label="Plan">
                    {plan.items.into_iter().map(line).collect_view()}
                </ol>
                {risky
                    .then(|| {
                        view! {
                            <fieldset class="deploy-risks">
                                <legend>"Needs your leave"</legend>
                                {plan.risks.into_iter().map(|risk| consent(flow, risk)).collect_view()}
                            </fieldset>
                        }
                    })}
                {plan
                    .diagnostics
                    .iter()
                    .map(|it| view! { <p class="deploy-note" data-is=name(it.severity)>{words(it)}</p> })
                    .collect_view()}
            </div>
            <footer class="deploy-foot">
                <Button press=move |_| flow.back()>"Back"</Button>
                <Button
                    tone=Tone::Primary
                    busy=Signal::derive(move || flow.busy.get())
                    disabled=Signal::derive(move || !agreed.get())
                    press=move |_| flow.deploy()
                >
                    "Deploy"
                </Button>
            </footer>
        </div>
    }
}

fn line(item: PlanItem) -> impl IntoView {
    view! {
        <li>
            <span class="chip">{verb(item.verb)}</span>
            <span>
                {item.kind} " " <strong>{item.name}</strong>
                {(!item.reason.is_empty()).then(|| view! { <small>{item.reason}</small> })}
            </span>
        </li>
    }
}

fn consent(flow: Flow, risk: Risk) -> impl IntoView {
    let id = risk.id;
    let change = move |event| {
        let agreed = event_target_checked(&event);
        flow.consents.update(|consents| {
            if agreed {
                consents.insert(id.clone());
            } else {
                consents.remove(&id);
            }
        });
    };
    view! {
        <label>
            <input type="checkbox" on:change=change />
            <span>{risk.message}</span>
        </label>
    }
}

fn verb(verb: PlanVerb) -> &'static str {
    match verb {
        PlanVerb::Pull => "Pull",
        PlanVerb::Build => "Build",
        PlanVerb::Create => "Create",
        PlanVerb::Replace => "Replace",
        PlanVerb::Start => "Start",
        PlanVerb::Remove => "Remove",
        PlanVerb::Keep => "Keep",
    }
}
