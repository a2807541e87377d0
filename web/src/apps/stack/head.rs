//! The head of the window: how the stack is, and what can be done to it.

use api::stack::{Stack, StackState};
use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::flow::{Flow, Page};
use crate::apps::logs::{self, Source};
use crate::client::StackVerb;
use crate::desktop::manager::WindowManager;
use crate::kit::button::{Button, IconButton, Tone};
use crate::kit::icon::Glyph;
use crate::kit::menu::{Anchor, Entry, Item, Menus};
use crate::kit::status::{Condition, Dot};

/// The head.
#[component]
pub fn Head() -> impl IntoView {
    let flow = expect_context::<Flow>();
    let (menus, manager) = (expect_context::<Menus>(), expect_context::<WindowManager>());
    let condition = Signal::derive(move || {
        flow.stack
            .with(|stack| stack.as_ref().map_or(Condition::Off, condition))
    });
    let said = move || flow.stack.with(|stack| stack.as_ref().map(said));
    let up = Memo::new(move |_| !flow.can(StackVerb::Start));
    let first = move || if up.get() { StackVerb::Stop } else { StackVerb::Start };
    let menu = move |event: MouseEvent| {
        let source = Source::Stack(flow.name().to_string());
        let mut entries = vec![Entry::Item(Item::new("Logs", Glyph::Logs, move || {
            logs::open(manager, &source);
        }))];
        if flow.can(StackVerb::Down) {
            entries.push(Entry::Item(Item::new("Take down…", Glyph::Unplugged, move || {
                flow.operate(StackVerb::Down);
            })));
        }
        if flow
            .stack
            .with_untracked(|it| it.as_ref().is_some_and(|it| it.generation.is_some()))
        {
            entries.push(Entry::Item(Item::new(
                "Look for newer images",
                Glyph::Refresh,
                move || {
                    flow.look_for_newer();
                },
            )));
        }
        if untrack(|| flow.builds()) {
            entries.push(Entry::Item(Item::new("Build again…", Glyph::Boxes, move || {
                flow.plan_building(true);
            })));
        }
        entries.push(Entry::Rule);
        entries.push(Entry::Item(
            Item::new("Remove…", Glyph::Trash, move || flow.plan_removal()).danger(),
        ));
        menus.open(Anchor::of(&event), flow.name().to_string(), entries);
    };
    view! {
        <header class="stack-head">
            <div class="stack-name">
                <h3>{flow.name().to_string()}</h3>
                <p>
                    <Dot condition=condition />
                    <span>{said}</span>
                </p>
            </div>
            <IconButton
                label=Signal::derive(move || if up.get() { "Stop" } else { "Start" }.to_owned())
                glyph=Signal::derive(move || if up.get() { Glyph::Stop } else { Glyph::Play })
                disabled=Signal::derive(move || !flow.can(first()))
                press=move |_| flow.operate(if up.get_untracked() { StackVerb::Stop } else { StackVerb::Start })
            />
            <IconButton
                label="Restart"
                glyph=Glyph::Restart
                disabled=Signal::derive(move || !flow.can(StackVerb::Restart))
                press=move |_| flow.operate(StackVerb::Restart)
            />
            <IconButton label="More actions" glyph=Glyph::More menu=true press=menu />
            <Button
                tone=Tone::Primary
                busy=Signal::derive(move || flow.busy.get())
                press=move |_| flow.plan(None)
            >
                "Deploy…"
            </Button>
        </header>
        <nav class="stack-tabs" aria-label="Parts of the stack">
            <Tab flow=flow word="Services" to=Page::Services />
            <Tab flow=flow word="Files" to=Page::Files />
            <Tab flow=flow word="History" to=Page::History />
        </nav>
    }
}

#[component]
fn Tab(flow: Flow, word: &'static str, to: Page) -> impl IntoView {
    let target = to.clone();
    let chosen = Memo::new(move |_| flow.page.with(|page| *page == target));
    let mark = move || (word == "Files" && flow.is_changed()).then(|| view! { <i title="Not saved"></i> });
    view! {
        <button
            type="button"
            aria-current=move || chosen.get().then_some("page")
            on:click=move |_| flow.page.set(to.clone())
        >
            {word}
            {mark}
        </button>
    }
}

fn condition(stack: &Stack) -> Condition {
    match stack.state {
        StackState::Down | StackState::Stopped => Condition::Off,
        StackState::Working => Condition::Busy,
        StackState::Running => Condition::Good,
        StackState::Degraded => Condition::Doubtful,
    }
}

fn said(stack: &Stack) -> String {
    let word = match stack.state {
        StackState::Down if stack.generation.is_none() => "Never deployed",
        StackState::Down => "Down",
        StackState::Working => "At work",
        StackState::Running => "Running",
        StackState::Stopped => "Stopped",
        StackState::Degraded => "Needs a look",
    };
    let generation = stack.generation.map(|number| format!(" · generation {number}"));
    let services = match stack.services.len() {
        1 => "1 service".to_owned(),
        count => format!("{count} services"),
    };
    format!("{word} · {services}{}", generation.unwrap_or_default())
}
