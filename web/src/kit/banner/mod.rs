//! A line across a window or the desk that says what is wrong for as long as it is.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};

/// Says what is wrong, and what is being done or can be done about it.
#[component]
pub fn Banner(
    /// The icon.
    glyph: Glyph,
    /// What is wrong, in a few words.
    #[prop(into)]
    title: Signal<String>,
    /// What that means.
    #[prop(into)]
    text: Signal<String>,
    /// What can be done: a button.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="banner" role="status">
            <Icon glyph=glyph size=18 />
            <p>
                <strong>{move || title.get()}</strong>
                " "
                {move || text.get()}
            </p>
            {children.map(|children| children())}
        </div>
    }
}
