//! A stack in a window: its services and what depends on what, its files, what was deployed, and what can be done.
//!
//! - [`graph`], [`diff`]: where services stand, and what changed in a text; pure
//! - [`flow`]: what is known and what is done
//! - [`head`], [`services`], [`news`], [`files`], [`history`], [`plan`], [`job`]: what is drawn

pub mod diff;
pub mod files;
pub mod flow;
pub mod graph;
pub mod head;
pub mod history;
pub mod job;
pub mod news;
pub mod plan;
pub mod services;

use api::name::StackName;
use leptos::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::apps::containers::acts::Acts;
use crate::desktop::app::{App, Place};
use crate::desktop::geometry::Size;
use crate::desktop::manager::WindowManager;
use crate::desktop::reduce::Action;
use crate::desktop::state::WindowId;
use crate::kit::banner::Banner;
use crate::kit::icon::{Glyph, Icon};
use crate::store::Deck;
use files::Files;
use flow::{Flow, Page};
use head::Head;
use history::History;
use job::JobStrip;
use plan::{PlanPage, RemovePage};
use services::Services;

/// The app.
pub const APP: App = App {
    id: "stack",
    name: "Stack",
    glyph: Glyph::Layers,
    tint: "amber",
    place: Place::Within,
    size: Size { w: 880, h: 600 },
    min: Size { w: 340, h: 300 },
    single: true,
    content: |id| Box::pin(content(id)),
};

#[wasm_split(stack, fallible)]
fn content(id: WindowId) -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <StackWindow id=id /> }.into_any())
}

/// Opens a stack in a window.
pub fn open(manager: WindowManager, name: &str) {
    manager.dispatch(Action::Open(APP.about(name)));
}

#[component]
fn StackWindow(id: WindowId) -> impl IntoView {
    let manager = expect_context::<WindowManager>();
    StackName::parse(&manager.subject(id)).ok().map(|name| {
        let title = format!("{name} — Stack");
        Effect::new(move |_| manager.dispatch(Action::Retitle(id, title.clone())));
        view! { <StackOf name=name /> }
    })
}

#[component]
fn StackOf(name: StackName) -> impl IntoView {
    let deck = expect_context::<Deck>();
    let flow = Flow::of(name, deck);
    provide_context(flow);
    provide_context(Acts::new(deck));
    let there = Memo::new(move |_| flow.stack.with(Option::is_some));
    let wrong = Signal::derive(move || flow.wrong.get().unwrap_or_default());
    let page = move || match flow.page.get() {
        Page::Services => view! { <Services /> }.into_any(),
        Page::Files => view! { <Files /> }.into_any(),
        Page::History => view! { <History /> }.into_any(),
        Page::Plan(generation, plan) => view! { <PlanPage generation=generation plan=plan /> }.into_any(),
        Page::Remove(volumes) => view! { <RemovePage volumes=volumes /> }.into_any(),
    };
    view! {
        <div class="stack">
            <Show when=move || there.get() fallback=move || view! { <Gone /> }>
                <Head />
                <Show when=move || flow.wrong.with(Option::is_some)>
                    <Banner glyph=Glyph::Warning title="The server refused." text=wrong />
                </Show>
                <JobStrip />
                <div class="stack-page">{page}</div>
            </Show>
        </div>
    }
}

#[component]
fn Gone() -> impl IntoView {
    let flow = expect_context::<Flow>();
    let deck = expect_context::<Deck>();
    view! {
        <Show when=move || deck.listed.get()>
            <JobStrip />
            <div class="empty">
                <Icon glyph=Glyph::Layers size=40 />
                <h3>{format!("{} is gone", flow.name())}</h3>
                <p>"There is no stack of this name. Volumes of it that were not removed by name are still there."</p>
            </div>
        </Show>
    }
}
