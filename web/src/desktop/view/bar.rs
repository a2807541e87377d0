//! What an app puts into the title bar of its window.

use leptos::prelude::*;

/// The two places of a title bar that belong to the app; a context of the window.
#[derive(Clone, Copy)]
pub struct WindowBar {
    /// Before the title.
    pub leading: RwSignal<Option<ViewFn>>,
    /// Between the title and the buttons of the window.
    pub trailing: RwSignal<Option<ViewFn>>,
}

impl WindowBar {
    /// Nothing.
    #[must_use]
    pub fn new() -> Self {
        Self {
            leading: RwSignal::new(None),
            trailing: RwSignal::new(None),
        }
    }
}

impl Default for WindowBar {
    fn default() -> Self {
        Self::new()
    }
}
