//! A container that somebody else made becomes a stack: what that would be, looked at and agreed to.
//!
//! - [`flow`]: what is known and what is done
//! - [`page`]: what is drawn

pub mod flow;
pub mod page;

use api::container::Container;
use leptos::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::desktop::app::{App, Place};
use crate::desktop::geometry::Size;
use crate::desktop::manager::WindowManager;
use crate::desktop::reduce::Action;
use crate::desktop::state::WindowId;
use crate::kit::icon::Glyph;
use page::AdoptPage;

/// The app.
pub const APP: App = App {
    id: "adopt",
    name: "Adopt",
    glyph: Glyph::Layers,
    tint: "amber",
    place: Place::Within,
    size: Size { w: 760, h: 640 },
    min: Size { w: 340, h: 320 },
    single: true,
    content: |id| Box::pin(content(id)),
};

#[wasm_split(stack, fallible)]
fn content(id: WindowId) -> Result<AnyView, SplitLoaderError> {
    let manager = expect_context::<WindowManager>();
    let container = manager.subject(id);
    Ok(view! { <AdoptPage window=id container=container /> }.into_any())
}

/// Opens what a container would be as a stack.
pub fn open(manager: WindowManager, container: &Container) {
    manager.dispatch(Action::Open(APP.about(container.id.as_str())));
}
