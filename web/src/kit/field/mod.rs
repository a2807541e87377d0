//! Fields of a form: a label, the field, a hint, and what is wrong with it.

pub mod password;
mod strength;
pub mod verbatim;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::icon::{Glyph, Icon};

/// A line of text with a label.
#[component]
pub fn TextField(
    /// What it is for.
    label: &'static str,
    /// Its name, by which password managers know it.
    name: &'static str,
    /// What browsers may fill in.
    autocomplete: &'static str,
    /// The text.
    value: RwSignal<String>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// What to know before filling it in.
    #[prop(default = "")]
    hint: &'static str,
    /// Which keys a phone offers.
    #[prop(optional)]
    inputmode: Option<&'static str>,
    /// Whether it has the focus at first.
    #[prop(optional)]
    focus: bool,
) -> impl IntoView {
    let id = format!("field-{name}");
    let note = format!("{id}-note");
    let input = NodeRef::<leptos::html::Input>::new();
    if focus {
        focus_at_first(input);
    }
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                node_ref=input
                class="field-input"
                id=id
                name=name
                autocomplete=autocomplete
                inputmode=inputmode
                autocapitalize="none"
                spellcheck="false"
                required
                aria-describedby=note.clone()
                aria-invalid=move || error.get().is_some().then_some("true")
                prop:value=value
                on:input=move |event| value.set(event_target_value(&event))
            />
            <Note id=note text=Signal::derive(move || error.get().unwrap_or_else(|| hint.to_owned())) />
        </div>
    }
}

/// A search field that empties with Escape.
#[component]
pub fn SearchField(
    /// What is searched.
    label: &'static str,
    /// The text.
    value: RwSignal<String>,
) -> impl IntoView {
    let keydown = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" && !value.get_untracked().is_empty() {
            event.stop_propagation();
            value.set(String::new());
        }
    };
    view! {
        <div class="search-field">
            <Icon glyph=Glyph::Search size=14 />
            <input
                type="search"
                name="search"
                autocomplete="off"
                spellcheck="false"
                placeholder=label
                aria-label=label
                prop:value=value
                on:input=move |event| value.set(event_target_value(&event))
                on:keydown=keydown
            />
        </div>
    }
}

/// What is wrong with a field, or else what to know about it.
#[component]
fn Note(id: String, text: Signal<String>) -> impl IntoView {
    view! {
        <p class="field-note" id=id aria-live="polite">
            {move || text.get()}
        </p>
    }
}

fn focus_at_first(input: NodeRef<leptos::html::Input>) {
    input.on_load(|input| request_animation_frame(move || _ = take_focus(&input)));
}

/// Gives a field the focus, unless somebody fills in another one of its form by now.
pub fn take_focus(input: &HtmlInputElement) -> bool {
    let at = document().active_element();
    let at = at.and_then(|it| it.dyn_into::<HtmlInputElement>().ok());
    let is_free = at.is_none_or(|at| at == *input || at.form() != input.form());
    // A page that cannot give the focus works all the same.
    is_free && input.focus().is_ok()
}
