//! The welcome of somebody who is here for the first time: how the desk looks, and the first app on it. It is shown until
//! it is put away, and then never again to that person, in any browser.

use api::user::Role;
use leptos::html;
use leptos::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use super::deploy::flow::Way;
use super::deploy::offer::{Offer, Offers, Wanted};
use crate::desktop::icons::item::Face;
use crate::desktop::view::tile::Tile;
use crate::kit::button::{Button, Tone};
use crate::kit::choices::{Choices, Choosable};
use crate::kit::icon::Glyph;
use crate::kit::late::Late;
use crate::kit::sheet::Sheets;
use crate::prefs::{Prefs, THEMES, WALLPAPERS};
use crate::store::Deck;

/// The entry of the desk that says whether the welcome is over.
const ENTRY: &str = "welcome";

/// A stack that does something to be seen, from an image of a few megabytes, and keeps nothing.
const SAMPLE: &str = include_str!("hello.yaml");

/// What the welcome is made of.
#[derive(Clone, Copy)]
pub struct Greeter {
    /// The store.
    pub deck: Deck,
    /// How the desk looks.
    pub prefs: Prefs,
    /// What somebody wants to deploy.
    pub offers: Offers,
    /// Where it is shown.
    pub sheets: Sheets,
}

impl Greeter {
    /// Shows the welcome to whoever has not put it away. `is_new` says that nothing of their desk was ever kept.
    pub fn greet(self, is_new: bool) {
        let own = self.deck.own;
        if own.get::<bool>(ENTRY).unwrap_or(!is_new) {
            return;
        }
        own.put(ENTRY, &false);
        let machine = self.deck.session_now().machine().to_owned();
        self.sheets.open(format!("Welcome to {machine}"), move || {
            on_cleanup(move || own.put(ENTRY, &true));
            view! { <Late name="The welcome" content=move || Box::pin(content(self)) /> }
        });
    }

    /// Goes on in the Deploy window.
    fn deploy(self, wanted: Wanted) {
        self.sheets.close();
        self.offers.offer(wanted);
    }
}

#[wasm_split(panels, fallible)]
fn content(greeter: Greeter) -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <Welcome greeter=greeter /> }.into_any())
}

#[component]
fn Welcome(greeter: Greeter) -> impl IntoView {
    let second = RwSignal::new(false);
    view! {
        <div class="welcome">
            {move || match second.get() {
                false => view! { <Look greeter=greeter second=second /> }.into_any(),
                true => view! { <First greeter=greeter second=second /> }.into_any(),
            }}
        </div>
    }
}

/// The first step: what this is, and how it looks.
#[component]
fn Look(greeter: Greeter, second: RwSignal<bool>) -> impl IntoView {
    let prefs = greeter.prefs;
    let row = |legend, about, all: &[(&'static str, &'static str)], value: RwSignal<&'static str>| {
        let choices = all.iter().map(|(value, label)| Choosable { value, label }).collect();
        view! { <Choices legend=legend about=about choices=choices value=value choose=move |chosen| value.set(chosen) /> }
    };
    view! {
        <p class="welcome-lead">
            "This is your desk on this machine. Every app that runs here is an icon, and opens in a window. How do you \
             like it to look?"
        </p>
        {row("Theme", "theme", &THEMES, prefs.theme)}
        {row("Wallpaper", "wallpaper", &WALLPAPERS, prefs.wallpaper)}
        <Foot step=1>
            <Button tone=Tone::Primary press=move |_| second.set(true)>"Next"</Button>
        </Foot>
    }
}

/// The second step: the first app.
#[component]
fn First(greeter: Greeter, second: RwSignal<bool>) -> impl IntoView {
    let heading = NodeRef::<html::H3>::new();
    heading.on_load(|heading| {
        // The button that led here is gone, and the focus with it.
        let _ = heading.focus();
    });
    let may = greeter.deck.session_now().user().role != Role::Viewer;
    let (title, lead) = if may {
        ("Your first app", "You see what would be done before anything is.")
    } else {
        (
            "Your apps",
            "What is shared with you stands on the desk, and new ones appear there by themselves.",
        )
    };
    let sample = move || {
        greeter.deploy(Wanted::Text(Offer {
            file: "hello.yaml".to_owned(),
            text: SAMPLE.to_owned(),
        }));
    };
    let ways = move || {
        view! {
            <ul class="welcome-ways">
                <WayIn
                    glyph=Glyph::Play
                    tint="indigo"
                    title="Try a small one"
                    text="Hello: a page of a few megabytes that says who asks. It keeps nothing, and is gone in a click."
                    press=Callback::new(move |()| sample())
                />
                <WayIn
                    glyph=Glyph::Sliders
                    tint="teal"
                    title="Fill in a form"
                    text="An image, its ports and its folders. The compose file is written for you."
                    press=Callback::new(move |()| greeter.deploy(Wanted::Way(Way::Form)))
                />
                <WayIn
                    glyph=Glyph::Upload
                    tint="sky"
                    title="Bring a compose file"
                    text="Paste it, drop it on the desk, or name its address or Git repository."
                    press=Callback::new(move |()| greeter.deploy(Wanted::Way(Way::Text)))
                />
            </ul>
        }
    };
    view! {
        <h3 node_ref=heading tabindex="-1" class="welcome-title">
            {title}
        </h3>
        <p class="welcome-lead">{lead}</p>
        {may.then(ways)}
        <Foot step=2>
            <Button press=move |_| second.set(false)>"Back"</Button>
            <Button press=move |_| greeter.sheets.close()>{if may { "Later" } else { "To the desk" }}</Button>
        </Foot>
    }
}

/// A way to the first app.
#[component]
fn WayIn(
    glyph: Glyph,
    tint: &'static str,
    title: &'static str,
    text: &'static str,
    press: Callback<()>,
) -> impl IntoView {
    view! {
        <li>
            <button type="button" class="welcome-way" on:click=move |_| press.run(())>
                <Tile face=Face::Glyph(glyph, tint) name=title />
                <span>
                    <strong>{title}</strong>
                    <small>{text}</small>
                </span>
            </button>
        </li>
    }
}

/// How far it is, and the buttons.
#[component]
fn Foot(step: u8, children: Children) -> impl IntoView {
    view! {
        <footer class="welcome-foot">
            <p class="welcome-steps">
                {(1..=2_u8).map(|at| view! { <i class:is-here=at == step aria-hidden="true"></i> }).collect_view()}
                <span class="unseen">{format!("Step {step} of 2")}</span>
            </p>
            {children()}
        </footer>
    }
}
