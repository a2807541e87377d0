//! The window: what is adopted, the compose file that it becomes, what would be done, and the leave for it.

use api::adopt::Adoption;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::flow::Flow;
use crate::apps::stack::files::{EnvText, Text, said};
use crate::apps::stack::plan::{PlanList, choice};
use crate::desktop::state::WindowId;
use crate::kit::banner::Banner;
use crate::kit::button::{Button, Tone};
use crate::kit::field::TextField;
use crate::kit::icon::Glyph;

/// What a container would be as a stack.
#[component]
pub fn AdoptPage(
    /// The window.
    window: WindowId,
    /// The container's id.
    container: String,
) -> impl IntoView {
    let flow = Flow::of(window, container);
    let wrong = Signal::derive(move || flow.wrong.get().unwrap_or_default());
    view! {
        <div class="stack">
            <Show when=move || flow.wrong.with(Option::is_some)>
                <Banner glyph=Glyph::Warning title="The server refused." text=wrong>
                    <Button press=move |_| flow.read()>"Look again"</Button>
                </Banner>
            </Show>
            {move || flow.adoption.get().map(|adoption| view! { <Derived flow=flow adoption=adoption /> })}
        </div>
    }
}

#[component]
fn Derived(flow: Flow, adoption: Adoption) -> impl IntoView {
    let wanted = adoption.plan.risks.len();
    let agreed = Memo::new(move |_| flow.chosen.with(|chosen| chosen.len() >= wanted));
    let several = adoption.containers.len() > 1;
    let containers = adoption.containers.iter().map(|it| {
        view! {
            <li>
                <strong>{it.name.clone()}</strong>
                <small>{format!("becomes the service {}", it.service)}</small>
            </li>
        }
    });
    let containers = containers.collect::<Vec<_>>();
    let risks = adoption.plan.risks.into_iter();
    let risks = risks
        .map(|risk| choice(flow.chosen, risk.id, risk.message, None))
        .collect::<Vec<_>>();
    let notes = adoption.plan.diagnostics.iter().map(said).collect_view();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if agreed.get_untracked() {
            flow.adopt();
        }
    };
    view! {
        <form class="stack-page" on:submit=submit>
            <div class="stack-scroll">
                <p class="stack-words">
                    {if several {
                        "These containers belong to one compose project. New ones take their places, with their volumes; the old ones are kept until all of the new are up, and come back if that fails."
                    } else {
                        "A new container takes its place, with its volumes. The old one is kept until the new one is up, and comes back if that fails."
                    }}
                </p>
                <ul class="adopt-list" aria-label="What is adopted">
                    {containers}
                </ul>
                <TextField
                    label="Name of the stack"
                    name="adopt-name"
                    autocomplete="off"
                    value=flow.name
                    hint="Its containers begin with it."
                />
                <div class="stack-label" id="adopt-compose">
                    "compose.yaml, as it was found out"
                </div>
                <Text value=flow.compose label="adopt-compose" />
                <ul class="stack-notes" aria-label="What there is to say about it">
                    {notes}
                </ul>
                <Show when=move || flow.env.with(|env| !env.is_empty())>
                    <div class="stack-label" id="adopt-env">
                        ".env, with what looks like a secret"
                    </div>
                    <EnvText value=flow.env label="adopt-env" />
                </Show>
                <h3 class="stack-label">"What is done"</h3>
                <PlanList items=adoption.plan.items />
                {(wanted > 0)
                    .then(|| {
                        view! {
                            <fieldset class="stack-choices is-risky">
                                <legend>"Needs your leave"</legend>
                                {risks}
                            </fieldset>
                        }
                    })}
            </div>
            <footer class="stack-foot">
                <p>"Whoever uses it is cut off for a moment."</p>
                <Button press=move |_| flow.close()>"Cancel"</Button>
                <Button
                    tone=Tone::Primary
                    submit=true
                    busy=Signal::from(flow.busy)
                    disabled=Signal::derive(move || !agreed.get())
                >
                    "Adopt"
                </Button>
            </footer>
        </form>
    }
}
