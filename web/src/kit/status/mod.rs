//! A dot and a word for how something is.

use leptos::prelude::*;

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Well.
    Good,
    /// On its way.
    Busy,
    /// To be looked at.
    Doubtful,
    /// Wrong.
    Bad,
    /// Not running.
    Off,
}

impl Condition {
    /// The name that the style sheet has for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Busy => "busy",
            Self::Doubtful => "doubtful",
            Self::Bad => "bad",
            Self::Off => "off",
        }
    }
}

/// Draws the dot alone; the words stand beside it.
#[component]
pub fn Dot(
    /// How it is.
    #[prop(into)]
    condition: Signal<Condition>,
) -> impl IntoView {
    view! { <span class="dot" data-is=move || condition.get().name() aria-hidden="true"></span> }
}
