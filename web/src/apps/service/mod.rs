//! The settings of a container of a stack: its service in the compose file as a form, which edits that text and no other
//! byte of it.
//!
//! - [`draft`]: what the fields mean, and which edits they are; pure
//! - [`form`]: the fields
//! - [`page`]: the window, with what changes and what there is to say about it beside

pub mod draft;
pub mod form;
pub mod page;

use leptos::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::desktop::app::{App, Place};
use crate::desktop::geometry::Size;
use crate::desktop::manager::WindowManager;
use crate::desktop::reduce::Action;
use crate::desktop::state::WindowId;
use crate::kit::icon::Glyph;
use page::ServiceWindow;

/// The app.
pub const APP: App = App {
    id: "service",
    name: "Settings",
    glyph: Glyph::Sliders,
    tint: "slate",
    place: Place::Within,
    size: Size { w: 880, h: 640 },
    min: Size { w: 340, h: 320 },
    single: true,
    content: |id| Box::pin(content(id)),
};

#[wasm_split(stack, fallible)]
fn content(id: WindowId) -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <ServiceWindow id=id /> }.into_any())
}

/// Opens the settings of a service's containers.
pub fn open(manager: WindowManager, stack: &str, service: &str) {
    manager.dispatch(Action::Open(APP.about(format!("{stack}/{service}"))));
}
