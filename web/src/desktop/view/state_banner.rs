//! What is wrong between this desktop and the server, for as long as it is.

use leptos::prelude::*;

use crate::desktop::time;
use crate::kit::banner::Banner;
use crate::kit::button::Button;
use crate::kit::icon::Glyph;
use crate::store::{Deck, Link};

/// A break shorter than this is not worth a word, in milliseconds.
const PATIENCE: i64 = 1_500;

/// Says that the stream broke, or that the server is of another version.
#[component]
pub fn StateBanner() -> impl IntoView {
    let deck = expect_context::<Deck>();
    let broken = Memo::new(move |_| match deck.link.get() {
        Link::Broken { since, .. } if deck.now.get() - since > PATIENCE => Some(since),
        _ => None,
    });
    let upgraded = Memo::new(move |_| {
        let version = deck.version.get()?;
        (version != deck.session.with(|session| session.version().to_owned())).then_some(version)
    });
    let as_of = Signal::derive(move || {
        let time = broken.get().map(time::of_day).unwrap_or_default();
        format!("What you see is as of {time}. Stardeck is tried again by itself.")
    });
    let versions = Signal::derive(move || {
        let version = upgraded.get().unwrap_or_default();
        format!("The server is now {version}. Reload to use the desktop that goes with it.")
    });
    view! {
        <div class="desk-banners">
            <Show when=move || broken.get().is_some()>
                <Banner glyph=Glyph::Offline title="Connection lost." text=as_of>
                    <Button press=move |_| deck.hurry()>"Try now"</Button>
                </Banner>
            </Show>
            <Show when=move || upgraded.get().is_some()>
                <Banner glyph=Glyph::Refresh title="Stardeck was updated." text=versions>
                    <Button press=move |_| reload()>"Reload"</Button>
                </Banner>
            </Show>
        </div>
    }
}

fn reload() {
    if let Some(window) = web_sys::window() {
        // A page that refuses to be reloaded stays as it is.
        let _ = window.location().reload();
    }
}
