//! Containers: the live list of what Podman runs on the machine.
//!
//! - [`filter`]: which containers are shown, and how many there are of each kind; pure
//! - [`say`]: how a container is put into words; pure
//! - [`acts`]: what can be done to one, what follows from it, and what is under way
//! - [`side`], [`list`], [`row`]: what is drawn

pub mod acts;
pub mod filter;
pub mod list;
pub mod row;
pub mod say;
pub mod side;

use api::system::PodmanState;
use leptos::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::desktop::app::{App, Place};
use crate::desktop::geometry::Size;
use crate::kit::banner::Banner;
use crate::kit::field::SearchField;
use crate::kit::icon::Glyph;
use crate::store::Deck;
use acts::Acts;
use filter::{Filter, Scope};
use list::List;
use side::Side;

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
    content: |_| Box::pin(content()),
};

#[wasm_split(containers, fallible)]
fn content() -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <Containers /> }.into_any())
}

#[component]
fn Containers() -> impl IntoView {
    let deck = expect_context::<Deck>();
    provide_context(Acts::new(deck));
    let search = RwSignal::new(String::new());
    let scope = RwSignal::new(Scope::All);
    let filter = Signal::derive(move || Filter {
        scope: scope.get(),
        search: search.get(),
    });
    view! {
        <div class="containers">
            <Side scope=scope />
            <div class="containers-main">
                <PodmanBanner />
                <div class="containers-tools">
                    <SearchField label="Search names, images, ports, stacks" value=search />
                </div>
                <List filter=filter clear=move || {
                    search.set(String::new());
                    scope.set(Scope::All);
                } />
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
