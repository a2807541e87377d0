//! Deploy: from the text of a compose file to containers that run.
//!
//! - [`draft`], [`env`]: what a form means, and one variable of a text; pure
//! - [`offer`]: a file that was dropped
//! - [`flow`]: how far it is, and what the server is asked
//! - [`editor`], with [`quick`], [`command`] and [`address`] as further ways to a text; [`review`], [`progress`]: the
//!   three pages

pub mod address;
pub mod command;
pub mod draft;
pub mod editor;
pub mod env;
pub mod flow;
pub mod offer;
pub mod progress;
pub mod quick;
pub mod review;

use leptos::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::desktop::app::{App, Place};
use crate::desktop::geometry::Size;
use crate::kit::banner::Banner;
use crate::kit::icon::Glyph;
use crate::store::Deck;
use editor::Editor;
use flow::{Flow, Stage};
use offer::{Offers, Wanted};
use progress::Progress;
use review::Review;

/// The app.
pub const APP: App = App {
    id: "deploy",
    name: "Deploy",
    glyph: Glyph::Upload,
    tint: "teal",
    place: Place::Dock,
    size: Size { w: 820, h: 640 },
    min: Size { w: 340, h: 320 },
    single: true,
    content: |_| Box::pin(content()),
};

#[wasm_split(deploy, fallible)]
fn content() -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <Deploy /> }.into_any())
}

#[component]
fn Deploy() -> impl IntoView {
    let deck = expect_context::<Deck>();
    let flow = Flow::new(deck);
    provide_context(flow);
    let offers = expect_context::<Offers>();
    Effect::new(move |_| match offers.accept() {
        Some(Wanted::Text(offer)) => flow.open(offer),
        Some(Wanted::Way(way)) => flow.way.set(way),
        None => {}
    });
    let text = Signal::derive(move || flow.wrong.get().unwrap_or_default());
    view! {
        <div class="deploy">
            <Show when=move || flow.wrong.with(Option::is_some)>
                <Banner glyph=Glyph::Warning title="The server refused." text=text />
            </Show>
            {move || match flow.stage.get() {
                Stage::Write => view! { <Editor /> }.into_any(),
                Stage::Review(name, plan) => {
                    let title = format!("What the deploy of {name} does");
                    view! { <Review title=title plan=plan /> }.into_any()
                }
                // A job that is long over is forgotten: then there is nothing left to follow.
                Stage::Follow(name, job) => {
                    deck.jobs
                        .row(&job)
                        .map(|job| view! { <Progress name=name job=job.into() /> })
                        .into_any()
                }
            }}
        </div>
    }
}
