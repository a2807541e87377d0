//! The side of the window: which part of the containers is shown.

use std::collections::BTreeSet;

use api::user::Role;
use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::filter::{Counts, Scope, Section};
use crate::apps::logs::{self, Source};
use crate::apps::stack;
use crate::client::ThingKind;
use crate::desktop::manager::WindowManager;
use crate::kit::icon::Glyph;
use crate::kit::menu::{Anchor, Entry, Item, Menus};
use crate::kit::status::{Condition, Dot};
use crate::store::Deck;

/// The side.
#[component]
pub fn Side(
    /// What is shown.
    section: RwSignal<Section>,
) -> impl IntoView {
    let deck = expect_context::<Deck>();
    let counts = Memo::new(move |_| Counts::of(&deck.containers.all()));
    let count = move |pick: fn(&Counts) -> usize| Signal::derive(move || counts.with(pick));
    // A stack that is down has no container, and is found here all the same.
    let stacks = Memo::new(move |_| {
        let mut names: BTreeSet<String> = counts.with(|counts| counts.stacks.keys().cloned().collect());
        names.extend(deck.stacks.all().into_iter().map(|stack| stack.name.to_string()));
        names.into_iter().collect::<Vec<_>>()
    });
    let administers = deck.session.with_untracked(|it| it.user().role) == Role::Administrator;
    view! {
        <nav class="side" aria-label="Show">
            <Counted section=section to=Scope::All label="All" count=count(|counts| counts.all) />
            <Counted section=section to=Scope::Running label="Running" count=count(|counts| counts.running) />
            <Counted section=section to=Scope::Stopped label="Stopped" count=count(|counts| counts.all - counts.running) />
            <Show when=move || counts.with(|counts| counts.troubled > 0) || section.get() == Section::Containers(Scope::Troubled)>
                <Counted section=section to=Scope::Troubled label="Needs a look" count=count(|counts| counts.troubled) />
            </Show>
            <Show when=move || stacks.with(|stacks| !stacks.is_empty())>
                <h3>"Stacks"</h3>
            </Show>
            <For each=move || stacks.get() key=Clone::clone let:name>
                <StackPart section=section name=name counts=counts />
            </For>
            <h3>"On this machine"</h3>
            {[("Images", ThingKind::Image), ("Volumes", ThingKind::Volume), ("Networks", ThingKind::Network)]
                .map(|(label, kind)| {
                    view! { <Part section=section to=Section::Things(kind) label=label>""</Part> }
                })
                .into_iter()
                .collect_view()}
            {administers.then(|| view! { <Part section=section to=Section::Registries label="Registries">""</Part> })}
        </nav>
    }
}

/// A part to choose, with what is to be known of it at the end of its line.
#[component]
fn Part(
    section: RwSignal<Section>,
    to: Section,
    #[prop(into)] label: String,
    #[prop(optional, into)] menu: Option<Callback<MouseEvent>>,
    children: Children,
) -> impl IntoView {
    let target = to.clone();
    let chosen = Memo::new(move |_| section.with(|section| *section == target));
    view! {
        <button
            type="button"
            class="side-item"
            aria-pressed=move || if chosen.get() { "true" } else { "false" }
            on:click=move |_| section.set(to.clone())
            on:contextmenu=move |event| {
                if let Some(menu) = menu {
                    event.prevent_default();
                    menu.run(event);
                }
            }
        >
            <span>{label}</span>
            {children()}
        </button>
    }
}

#[component]
fn Counted(section: RwSignal<Section>, to: Scope, label: &'static str, count: Signal<usize>) -> impl IntoView {
    view! {
        <Part section=section to=Section::Containers(to) label=label>
            <small>{move || count.get()}</small>
        </Part>
    }
}

#[component]
fn StackPart(section: RwSignal<Section>, name: String, counts: Memo<Counts>) -> impl IntoView {
    let (label, source_name) = (name.clone(), name.clone());
    let to = Section::Containers(Scope::Stack(name.clone()));
    let (menus, manager) = (expect_context::<Menus>(), expect_context::<WindowManager>());
    let deck = expect_context::<Deck>();
    let source = Source::Stack(name.clone());
    let menu = Callback::new(move |event: MouseEvent| {
        let source = source.clone();
        let logs = Item::new("Logs", Glyph::Logs, move || logs::open(manager, &source));
        let opened = source_name.clone();
        let open = Item::new("Open", Glyph::Layers, move || stack::open(manager, &opened));
        let ours = deck.stacks.row(&source_name).is_some();
        let entries = ours
            .then_some(open)
            .into_iter()
            .chain([logs])
            .map(Entry::Item)
            .collect();
        menus.open(Some(Anchor::pointer(&event)), source_name.clone(), entries);
    });
    let condition = Signal::derive(move || {
        counts
            .with(|counts| counts.stacks.get(&name).copied())
            .unwrap_or(Condition::Off)
    });
    view! {
        <Part section=section to=to label=label menu=menu>
            <Dot condition=condition />
        </Part>
    }
}
