//! The password field: it can be shown, it warns of Caps Lock, and it can say how strong the password is.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::strength::Strength;
use super::{Note, focus_at_first};
use crate::kit::button::IconButton;
use crate::kit::icon::{Glyph, Icon};

/// A password with a label.
#[component]
pub fn PasswordField(
    /// What it is for.
    label: &'static str,
    /// Its name, by which password managers know it.
    name: &'static str,
    /// `current-password` or `new-password`.
    autocomplete: &'static str,
    /// The password.
    value: RwSignal<String>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Whether it says how strong the password is.
    #[prop(optional)]
    rate: bool,
    /// Whether it has the focus at first.
    #[prop(optional)]
    focus: bool,
) -> impl IntoView {
    let id = format!("field-{name}");
    let note = format!("{id}-note");
    let shown = RwSignal::new(false);
    let caps = RwSignal::new(false);
    let input = NodeRef::<leptos::html::Input>::new();
    if focus {
        focus_at_first(input);
    }
    let key = move |event: KeyboardEvent| caps.set(event.get_modifier_state("CapsLock"));
    let strength = Memo::new(move |_| value.with(|text| (rate && !text.is_empty()).then(|| Strength::of(text))));
    let note_text = move || match (error.get(), strength.get()) {
        (Some(error), _) => error,
        (None, Some(strength)) => strength.words().to_owned(),
        (None, None) if rate => "At least 8 characters. A few words in a row are good.".to_owned(),
        (None, None) => String::new(),
    };
    let toggle_label = Signal::derive(move || if shown.get() { "Hide password" } else { "Show password" }.to_owned());
    let toggle_glyph = Signal::derive(move || if shown.get() { Glyph::EyeOff } else { Glyph::Eye });
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <div class="field-box">
                <input
                    node_ref=input
                    class="field-input"
                    type=move || if shown.get() { "text" } else { "password" }
                    id=id
                    name=name
                    autocomplete=autocomplete
                    autocapitalize="none"
                    spellcheck="false"
                    required
                    aria-describedby=note.clone()
                    aria-invalid=move || error.get().is_some().then_some("true")
                    prop:value=value
                    on:input=move |event| value.set(event_target_value(&event))
                    on:keydown=key
                    on:keyup=key
                    on:blur=move |_| caps.set(false)
                />
                <IconButton
                    label=toggle_label
                    glyph=toggle_glyph
                    class="field-reveal"
                    press=move |_| shown.update(|shown| *shown = !*shown)
                />
            </div>
            <Show when=move || strength.get().is_some()>
                <div
                    class="strength"
                    aria-hidden="true"
                    data-level=move || strength.get().map(|strength| strength.level().to_string())
                >
                    <i></i>
                    <i></i>
                    <i></i>
                    <i></i>
                </div>
            </Show>
            <Show when=move || caps.get()>
                <p class="field-caps" role="status">
                    <Icon glyph=Glyph::Warning size=14 />
                    "Caps Lock is on."
                </p>
            </Show>
            <Note id=note text=Signal::derive(note_text) />
        </div>
    }
}
