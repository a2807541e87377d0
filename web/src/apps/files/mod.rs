//! Files: the folders that the deck may show, to be looked at.
//!
//! - [`browser`]: the list of a folder, also where one is chosen elsewhere

pub mod browser;

use leptos::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::desktop::app::{App, Place};
use crate::desktop::geometry::Size;
use crate::kit::icon::Glyph;
use crate::store::Deck;
use browser::Browser;

/// The app.
pub const APP: App = App {
    id: "files",
    name: "Files",
    glyph: Glyph::Folder,
    tint: "sky",
    place: Place::Dock,
    size: Size { w: 760, h: 520 },
    min: Size { w: 340, h: 280 },
    single: false,
    content: |_| Box::pin(content()),
};

#[wasm_split(deploy, fallible)]
fn content() -> Result<AnyView, SplitLoaderError> {
    let deck = expect_context::<Deck>();
    let here = RwSignal::new(None);
    Ok(view! { <Browser deck=deck here=here /> }.into_any())
}
