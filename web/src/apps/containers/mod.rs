//! Containers: the live list of what Podman runs on the machine.
//!
//! - [`filter`]: which containers are shown, and how many there are of each kind; pure
//! - [`order`]: in which order they stand, and which are picked; pure
//! - [`say`]: how a container is put into words; pure
//! - [`acts`]: what can be done to one, what follows from it, and what is under way
//! - [`columns`], [`lie`]: which columns there are and how wide, and which lines are drawn; pure
//! - [`kept`]: how the list is liked, which is kept
//! - [`side`], [`tools`], [`chooser`], [`list`], [`table`], [`row`], [`detail`]: what is drawn
//! - [`usage`]: what containers use, while somebody looks
//! - [`things`], [`thing_list`], [`pull`], [`make`]: images, volumes and networks
//! - [`registries`]: passwords for where images come from

pub mod acts;
pub mod chooser;
pub mod columns;
pub mod detail;
pub mod filter;
pub mod kept;
pub mod lie;
pub mod list;
pub mod make;
pub mod order;
pub mod pull;
pub mod registries;
pub mod row;
pub mod say;
pub mod side;
pub mod table;
pub mod thing_list;
pub mod things;
pub mod tools;
pub mod usage;

use api::system::PodmanState;
use leptos::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::desktop::app::{App, Place};
use crate::desktop::geometry::Size;
use crate::desktop::manager::WindowManager;
use crate::desktop::state::{Desk, WindowId};
use crate::kit::banner::Banner;
use crate::kit::field::SearchField;
use crate::kit::icon::Glyph;
use crate::store::Deck;
use acts::Acts;
use filter::{Filter, Scope, Section};
use kept::Kept;
use list::List;
use order::Picked;
use registries::Registries;
use side::Side;
use thing_list::ThingList;
use tools::{PickedBar, Tools};
use usage::Usages;

/// The app.
pub const APP: App = App {
    id: "containers",
    name: "Containers",
    glyph: Glyph::Boxes,
    tint: "indigo",
    place: Place::Dock,
    size: Size { w: 980, h: 580 },
    min: Size { w: 340, h: 280 },
    single: true,
    content: |id| Box::pin(content(id)),
};

#[wasm_split(containers, fallible)]
fn content(id: WindowId) -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <Containers window=id /> }.into_any())
}

#[component]
fn Containers(window: WindowId) -> impl IntoView {
    let deck = expect_context::<Deck>();
    let manager = expect_context::<WindowManager>();
    provide_context(Acts::new(deck));
    let (search, thing_search) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let section = RwSignal::new(Section::Containers(Scope::All));
    let (kept, picked) = (Kept::of(deck.own), RwSignal::new(Picked::default()));
    let scope = Signal::derive(move || match section.get() {
        Section::Containers(scope) => scope,
        Section::Things(_) | Section::Registries => Scope::All,
    });
    let filter = Signal::derive(move || Filter {
        scope: scope.get(),
        search: search.get(),
    });
    let shown = Memo::new(move |_| match section.get() {
        Section::Containers(_) => Section::Containers(Scope::All),
        other => other,
    });
    let seen = Memo::new(move |_| {
        let up = |desk: &Desk| desk.window(window).is_some_and(|window| !window.minimised);
        matches!(shown.get(), Section::Containers(_)) && manager.desk.with(up)
    });
    provide_context(Usages::follow(deck, seen));
    let main = move || match shown.get() {
        Section::Containers(_) => view! {
            <Tools scope=scope search=search kept=kept />
            <List filter=filter kept=kept picked=picked clear=move || {
                search.set(String::new());
                section.set(Section::Containers(Scope::All));
            } />
            <PickedBar picked=picked />
        }
        .into_any(),
        Section::Things(kind) => view! {
            <div class="containers-tools">
                <SearchField label="Search names and users" value=thing_search />
            </div>
            <ThingList kind=kind search=thing_search />
        }
        .into_any(),
        Section::Registries => view! { <Registries /> }.into_any(),
    };
    view! {
        <div class="containers">
            <Side section=section />
            <div class="containers-main">
                <PodmanBanner />
                {main}
            </div>
        </div>
    }
}

/// Says that Podman does not answer, for as long as it does not.
#[component]
fn PodmanBanner() -> impl IntoView {
    let deck = expect_context::<Deck>();
    let words = move || match deck.podman.get() {
        PodmanState::Unreachable => Some((
            "Podman cannot be reached.",
            "What you see is as it was last. Its socket is missing or refuses; “stardeck doctor”, run on the machine, says why.",
        )),
        PodmanState::NotResponding => Some((
            "Podman does not answer.",
            "It takes calls and stays silent. What you see is as it was last; Stardeck keeps asking.",
        )),
        PodmanState::Connecting | PodmanState::Connected => None,
    };
    let words = Memo::new(move |_| words());
    let title = Signal::derive(move || words.get().map(|(title, _)| title.to_owned()).unwrap_or_default());
    let text = Signal::derive(move || words.get().map(|(_, text)| text.to_owned()).unwrap_or_default());
    view! {
        <Show when=move || words.get().is_some()>
            <Banner glyph=Glyph::Unplugged title=title text=text />
        </Show>
    }
}
