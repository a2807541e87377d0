//! The settings of an app: how it is called and shown, where it is reached, who sees it, and when it sleeps.
//!
//! - [`draft`]: what the fields mean; pure
//! - [`icon`]: its picture
//! - [`form`]: the window

pub mod draft;
pub mod form;
pub mod icon;

use leptos::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::desktop::app::{App, Place};
use crate::desktop::geometry::Size;
use crate::desktop::manager::WindowManager;
use crate::desktop::reduce::Action;
use crate::desktop::state::WindowId;
use crate::kit::icon::Glyph;
use form::Settings;

/// The app.
pub const APP: App = App {
    id: "app-settings",
    name: "Settings",
    glyph: Glyph::Sliders,
    tint: "slate",
    place: Place::Within,
    size: Size { w: 520, h: 640 },
    min: Size { w: 340, h: 320 },
    single: true,
    content: |id| Box::pin(content(id)),
};

#[wasm_split(deploy, fallible)]
fn content(id: WindowId) -> Result<AnyView, SplitLoaderError> {
    let manager = expect_context::<WindowManager>();
    let app = manager.subject(id);
    Ok(view! { <Settings window=id app=app /> }.into_any())
}

/// Opens the settings of an app.
pub fn open(manager: WindowManager, app: &str) {
    manager.dispatch(Action::Open(APP.about(app)));
}
