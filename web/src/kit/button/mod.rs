//! Buttons: with words, or with an icon and a name.

use leptos::ev::MouseEvent;
use leptos::prelude::*;

use super::icon::{Glyph, Icon};

/// How much a button stands out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// One of several.
    #[default]
    Plain,
    /// The one to press.
    Primary,
    /// What cannot be taken back.
    Danger,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Plain => "button",
            Self::Primary => "button is-primary",
            Self::Danger => "button is-danger",
        }
    }
}

/// A button with words. While `busy` it keeps the focus and does nothing.
#[component]
pub fn Button(
    /// How much it stands out.
    #[prop(default = Tone::Plain)]
    tone: Tone,
    /// Whether what it does is under way.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Whether it cannot be pressed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Whether it submits the form that it is in.
    #[prop(optional)]
    submit: bool,
    /// What it does.
    #[prop(optional, into)]
    press: Option<Callback<MouseEvent>>,
    /// Its words.
    children: Children,
) -> impl IntoView {
    let click = move |event: MouseEvent| {
        if busy.get_untracked() {
            event.prevent_default();
        } else if let Some(press) = press {
            press.run(event);
        }
    };
    view! {
        <button
            type=if submit { "submit" } else { "button" }
            class=tone.class()
            disabled=disabled
            aria-disabled=move || busy.get().then_some("true")
            on:click=click
        >
            <Show when=move || busy.get()>
                <span class="spinner" aria-hidden="true"></span>
            </Show>
            {children()}
        </button>
    }
}

/// A button with an icon, and a name for the pointer that rests on it and for screen readers.
#[component]
pub fn IconButton(
    /// What it does, in a word or two.
    #[prop(into)]
    label: Signal<String>,
    /// The icon.
    #[prop(into)]
    glyph: Signal<Glyph>,
    /// Whether it cannot be pressed now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Whether it opens a menu.
    #[prop(optional)]
    menu: bool,
    /// Whether what it switches is on; absent where it switches nothing.
    #[prop(optional)]
    pressed: Option<Signal<bool>>,
    /// A further class.
    #[prop(default = "")]
    class: &'static str,
    /// What it does.
    #[prop(into)]
    press: Callback<MouseEvent>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class=format!("icon-button {class}")
            title=label
            aria-label=label
            aria-haspopup=menu.then_some("menu")
            aria-pressed=move || pressed.map(|pressed| if pressed.get() { "true" } else { "false" })
            disabled=disabled
            on:click=move |event| press.run(event)
        >
            {move || view! { <Icon glyph=glyph.get() /> }}
        </button>
    }
}
