//! The kit: what every window is made of. Each part is a folder with its style; keyboard and ARIA are part of it.
//!
//! - [`icon`], [`status`], [`meter`]: small signs
//! - [`button`], [`field`]: what is pressed and filled in
//! - [`choices`]: one of a few
//! - [`menu`], [`panel`], [`dialog`], [`sheet`], [`toast`]: what floats above the desk; opened through a context
//! - [`banner`]: what is wrong for as long as it is
//! - [`late`]: what is fetched when it is shown first
//! - [`viewport`]: the part of something long that is seen

pub mod banner;
pub mod button;
pub mod choices;
pub mod dialog;
pub mod field;
pub mod icon;
pub mod late;
pub mod menu;
pub mod meter;
pub mod panel;
pub mod sheet;
pub mod status;
pub mod toast;
pub mod viewport;

use std::sync::Arc;

use leptos::prelude::*;

/// Something to do later. Not a `Callback`, which is gone with the view that made it: a question outlives the menu that
/// it was asked from.
#[derive(Clone)]
pub struct Deed(Arc<dyn Fn() + Send + Sync>);

impl Deed {
    /// Something to do.
    #[must_use]
    pub fn new(deed: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(deed))
    }

    /// Does it.
    pub fn run(&self) {
        (self.0)();
    }
}

/// Gives the views below the means to open menus, ask questions and show messages.
pub fn provide_kit() {
    provide_context(menu::Menus::new());
    provide_context(dialog::Questions::new());
    provide_context(dialog::password::PasswordPrompt::new());
    provide_context(dialog::prompt::Prompts::new());
    provide_context(sheet::Sheets::new());
    provide_context(toast::Toasts::new());
}

/// Draws what floats above everything else; once on a page.
#[component]
pub fn Layers() -> impl IntoView {
    view! {
        <section aria-label="Messages, menus and questions">
            <toast::ToastLayer />
            <menu::layer::MenuLayer />
            <sheet::SheetLayer />
            <dialog::QuestionLayer />
            <dialog::password::PromptLayer />
            <dialog::prompt::WordLayer />
        </section>
    }
}
