//! What was deployed, what changed from one time to the next, and the way back.

use api::stack::Generation;
use api::time::Timestamp;
use leptos::prelude::*;

use super::diff::{self, Line};
use super::flow::Flow;
use crate::desktop::time::duration;
use crate::kit::button::Button;
use crate::kit::icon::{Glyph, Icon};
use crate::kit::status::{Condition, Dot};
use crate::store::Deck;

/// The page.
#[component]
pub fn History() -> impl IntoView {
    let flow = expect_context::<Flow>();
    let picked = RwSignal::new(None::<u64>);
    let numbers = Memo::new(move |_| {
        flow.generations
            .with(|all| all.iter().map(|it| it.number).collect::<Vec<_>>())
    });
    let chosen = Memo::new(move |_| picked.get().or_else(|| numbers.with(|all| all.first().copied())));
    view! {
        <Show
            when=move || numbers.with(|all| !all.is_empty())
            fallback=|| {
                view! {
                    <div class="empty">
                        <Icon glyph=Glyph::History size=40 />
                        <h3>"Never deployed"</h3>
                        <p>"Each deploy is kept here with its files, to be looked at and gone back to."</p>
                    </div>
                }
            }
        >
            <div class="stack-history">
                <ol aria-label="Generations">
                    <For each=move || numbers.get() key=|number| *number let:number>
                        <Entry flow=flow number=number chosen=chosen picked=picked />
                    </For>
                </ol>
                <div class="stack-scroll">{move || chosen.get().map(|number| look(flow, number))}</div>
            </div>
        </Show>
    }
}

#[component]
fn Entry(flow: Flow, number: u64, chosen: Memo<Option<u64>>, picked: RwSignal<Option<u64>>) -> impl IntoView {
    let deck = expect_context::<Deck>();
    let of = move |all: &[Generation]| all.iter().find(|it| it.number == number).cloned();
    let generation = Memo::new(move |_| flow.generations.with(|all| of(all)));
    let condition = Signal::derive(move || {
        generation.with(|it| match it {
            Some(it) if it.good => Condition::Good,
            _ => Condition::Bad,
        })
    });
    let now = Memo::new(move |_| {
        flow.stack
            .with(|it| it.as_ref().is_some_and(|it| it.generation == Some(number)))
    });
    let said = move || {
        generation.with(|it| {
            let it = it.as_ref()?;
            let ago = duration(Timestamp(deck.now.get()).seconds_since(it.created));
            let failed = if it.good { "" } else { " · failed" };
            Some(format!("{ago} ago · {}{failed}", it.by))
        })
    };
    view! {
        <li>
            <button
                type="button"
                aria-pressed=move || if chosen.get() == Some(number) { "true" } else { "false" }
                on:click=move |_| picked.set(Some(number))
            >
                <Dot condition=condition />
                <strong>{format!("Generation {number}")}</strong>
                <Show when=move || now.get()>
                    <span class="chip">"current"</span>
                </Show>
                <small>{said}</small>
            </button>
        </li>
    }
}

/// One generation: what changed from the one before it, and the images that it ran.
fn look(flow: Flow, number: u64) -> impl IntoView {
    let (generation, before) = flow.generations.with(|all| {
        let at = all.iter().position(|it| it.number == number);
        let pick = |at: usize| all.get(at).cloned();
        (at.and_then(pick), at.and_then(|at| pick(at + 1)))
    });
    let generation = generation?;
    let first = before.is_none();
    let (compose, env, images) = before.map_or_else(Default::default, |it| (it.compose, it.env, it.images));
    let part = |name: &'static str, before: &str, after: &str| {
        let lines = diff::lines(before, after);
        (!lines.is_empty()).then(|| view! { <h4 class="stack-label">{name}</h4> {changes(&lines)} })
    };
    let renewed: Vec<_> = generation
        .images
        .iter()
        .filter(|(service, digest)| images.get(*service) != Some(digest))
        .collect();
    let renewed = renewed.into_iter().map(|(service, digest)| {
        let short: String = digest.chars().take(19).collect();
        view! {
            <li title=digest.clone()>
                <strong>{service.clone()}</strong>
                <code>{short}</code>
            </li>
        }
    });
    let renewed = renewed.collect::<Vec<_>>();
    let same = compose == generation.compose && env == generation.env;
    let current = flow.stack.with_untracked(|it| it.as_ref().and_then(|it| it.generation)) == Some(number);
    Some(view! {
        <div class="stack-look">
            <h3 class="stack-title">
                {if first {
                    format!("Generation {number}, the first that is kept")
                } else {
                    format!("What changed with generation {number}")
                }}
            </h3>
            {(!current)
                .then(|| view! { <Button press=move |_| flow.plan(Some(number))>"Go back to this…"</Button> })}
        </div>
        {same.then(|| view! { <p class="stack-words">"The files are the same as before."</p> })}
        {part("compose.yaml", &compose, &generation.compose)}
        {part(".env", &env, &generation.env)}
        {(!renewed.is_empty())
            .then(|| {
                view! {
                    <h4 class="stack-label">"Images that are new"</h4>
                    <ul class="stack-images">{renewed}</ul>
                }
            })}
    })
}

/// Lines that changed, with some around them.
pub(in crate::apps) fn changes(lines: &[Line<'_>]) -> impl IntoView + use<> {
    let line = |line: &Line<'_>| {
        let (kind, sign, text) = match line {
            Line::Same(text) => ("same", " ", (*text).to_owned()),
            Line::Gone(text) => ("gone", "−", (*text).to_owned()),
            Line::New(text) => ("new", "+", (*text).to_owned()),
            Line::Skipped(1) => ("skipped", " ", "1 line as before".to_owned()),
            Line::Skipped(count) => ("skipped", " ", format!("{count} lines as before")),
        };
        view! { <div data-is=kind><i>{sign}</i>{text}</div> }
    };
    view! { <div class="stack-diff" tabindex="0" role="group" aria-label="What changed">{lines.iter().map(line).collect_view()}</div> }
}
