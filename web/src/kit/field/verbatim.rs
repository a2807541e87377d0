//! A line that is taken letter by letter.

use leptos::prelude::*;

/// A name, an address, a word of a file: no browser mends, completes or keeps it. What it is called and looks like comes by
/// attributes.
#[component]
pub fn Verbatim(
    /// What stands in it.
    #[prop(into)]
    get: Signal<String>,
    /// Told what is typed.
    set: impl Fn(String) + 'static,
) -> impl IntoView {
    view! {
        <input
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            prop:value=get
            on:input=move |event| set(event_target_value(&event))
        />
    }
}
