//! Above the list: the search and how the list is ordered. Over it, what can be done to several containers at once.

use leptos::prelude::*;

use super::acts::{Act, Acts};
use super::chooser::Chooser;
use super::filter::Scope;
use super::kept::Kept;
use super::order::Picked;
use crate::apps::stack;
use crate::desktop::manager::WindowManager;
use crate::kit::button::{Button, IconButton, Tone};
use crate::kit::field::SearchField;
use crate::kit::icon::{Glyph, Icon};
use crate::store::Deck;

/// The tools.
#[component]
pub fn Tools(
    /// The part that is shown.
    scope: Signal<Scope>,
    /// The words that must be found.
    search: RwSignal<String>,
    /// How the list is liked.
    kept: Kept,
) -> impl IntoView {
    let manager = expect_context::<WindowManager>();
    let deck = expect_context::<Deck>();
    let order = kept.order;
    let grouped = Signal::derive(move || order.with(|order| order.grouped));
    // A project of another tool has no files here, and so no window.
    let ours = Memo::new(move |_| match scope.get() {
        Scope::Stack(name) => deck
            .stacks
            .all()
            .iter()
            .any(|stack| stack.name.as_str() == name)
            .then_some(name),
        _ => None,
    });
    let open = move |_| {
        if let Some(name) = ours.get_untracked() {
            stack::open(manager, &name);
        }
    };
    view! {
        <div class="containers-tools">
            <SearchField label="Search names, images, ports, stacks" value=search />
            <IconButton
                label="By stack"
                glyph=Glyph::Layers
                pressed=grouped
                press=move |_| order.update(|order| order.grouped = !order.grouped)
            />
            <Chooser kept=kept />
            <Show when=move || ours.get().is_some()>
                <Button press=open>"Open stack"</Button>
            </Show>
        </div>
    }
}

/// What can be done to all that are picked, where they are several.
#[component]
pub fn PickedBar(
    /// What is picked.
    picked: RwSignal<Picked>,
) -> impl IntoView {
    let deck = expect_context::<Deck>();
    let acts = expect_context::<Acts>();
    let containers = Memo::new(move |_| {
        let ids = picked.with(|picked| picked.ids.clone());
        deck.containers
            .all()
            .into_iter()
            .filter(|it| ids.contains(&it.id))
            .collect::<Vec<_>>()
    });
    let button = move |act: Act| {
        let able = Memo::new(move |_| containers.with(|all| all.iter().any(|it| acts.possible(it).contains(&act))));
        let tone = if act == Act::Remove { Tone::Danger } else { Tone::Plain };
        let words = act.word();
        let press = move |_| {
            let able = |all: &Vec<_>| {
                all.iter()
                    .filter(|it| acts.possible(it).contains(&act))
                    .cloned()
                    .collect()
            };
            acts.ask_all(act, containers.with_untracked(able));
        };
        view! {
            <Button tone=tone disabled=Signal::derive(move || !able.get()) press=press>
                <Icon glyph=act.glyph() size=14 />
                {words}
            </Button>
        }
    };
    view! {
        <Show when=move || containers.with(|all| all.len() > 1)>
            <div class="picked" role="toolbar" aria-label="What is picked">
                <strong role="status">{move || format!("{} picked", containers.with(Vec::len))}</strong>
                {[Act::Start, Act::Stop, Act::Restart, Act::Remove].map(button).into_iter().collect_view()}
                <IconButton
                    label="Pick none"
                    glyph=Glyph::Close
                    press=move |_| picked.set(Picked::default())
                />
            </div>
        </Show>
    }
}
