//! The side of the window: which part of the containers is shown.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::filter::{Counts, Scope};
use crate::apps::logs::{self, Source};
use crate::desktop::manager::WindowManager;
use crate::kit::icon::Glyph;
use crate::kit::menu::{Anchor, Entry, Item, Menus};
use crate::kit::status::{Condition, Dot};
use crate::store::Deck;

/// The side.
#[component]
pub fn Side(
    /// What is shown.
    scope: RwSignal<Scope>,
) -> impl IntoView {
    let deck = expect_context::<Deck>();
    let counts = Memo::new(move |_| Counts::of(&deck.containers.all()));
    let count = move |pick: fn(&Counts) -> usize| Signal::derive(move || counts.with(pick));
    let stacks = move || counts.with(|counts| counts.stacks.keys().cloned().collect::<Vec<_>>());
    let stacks = Memo::new(move |_| stacks());
    view! {
        <nav class="side" aria-label="Show">
            <Counted scope=scope to=Scope::All label="All" count=count(|counts| counts.all) />
            <Counted scope=scope to=Scope::Running label="Running" count=count(|counts| counts.running) />
            <Counted scope=scope to=Scope::Stopped label="Stopped" count=count(|counts| counts.all - counts.running) />
            <Show when=move || counts.with(|counts| counts.troubled > 0) || scope.get() == Scope::Troubled>
                <Counted scope=scope to=Scope::Troubled label="Needs a look" count=count(|counts| counts.troubled) />
            </Show>
            <Show when=move || stacks.with(|stacks| !stacks.is_empty())>
                <h3>"Stacks"</h3>
            </Show>
            <For each=move || stacks.get() key=Clone::clone let:name>
                <StackPart scope=scope name=name counts=counts />
            </For>
        </nav>
    }
}

/// A part to choose, with what is to be known of it at the end of its line.
#[component]
fn Part(
    scope: RwSignal<Scope>,
    to: Scope,
    #[prop(into)] label: String,
    #[prop(optional, into)] menu: Option<Callback<MouseEvent>>,
    children: Children,
) -> impl IntoView {
    let target = to.clone();
    let chosen = Memo::new(move |_| scope.with(|scope| *scope == target));
    view! {
        <button
            type="button"
            class="side-item"
            aria-pressed=move || if chosen.get() { "true" } else { "false" }
            on:click=move |_| scope.set(to.clone())
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
fn Counted(scope: RwSignal<Scope>, to: Scope, label: &'static str, count: Signal<usize>) -> impl IntoView {
    view! {
        <Part scope=scope to=to label=label>
            <small>{move || count.get()}</small>
        </Part>
    }
}

#[component]
fn StackPart(scope: RwSignal<Scope>, name: String, counts: Memo<Counts>) -> impl IntoView {
    let (label, source_name) = (name.clone(), name.clone());
    let to = Scope::Stack(name.clone());
    let (menus, manager) = (expect_context::<Menus>(), expect_context::<WindowManager>());
    let source = Source::Stack(name.clone());
    let menu = Callback::new(move |event: MouseEvent| {
        let source = source.clone();
        let logs = Item::new("Logs", Glyph::Logs, move || logs::open(manager, &source));
        menus.open(
            Some(Anchor::pointer(&event)),
            source_name.clone(),
            vec![Entry::Item(logs)],
        );
    });
    let condition = Signal::derive(move || {
        counts
            .with(|counts| counts.stacks.get(&name).copied())
            .unwrap_or(Condition::Off)
    });
    view! {
        <Part scope=scope to=to label=label menu=menu>
            <Dot condition=condition />
        </Part>
    }
}
