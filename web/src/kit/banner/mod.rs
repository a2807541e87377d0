//! A line across a window or the desk that says what is wrong, or new, for as long as it is.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};

/// Says what is wrong or new, and what is being done or can be done about it.
#[component]
pub fn Banner(
    /// The icon.
    glyph: Glyph,
    /// What is, in a few words.
    #[prop(into)]
    title: Signal<String>,
    /// What that means.
    #[prop(into)]
    text: Signal<String>,
    /// Whether nothing is wrong: it is only news.
    #[prop(optional)]
    news: bool,
    /// What can be done: a button.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="banner" class:is-news=news role="status">
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
