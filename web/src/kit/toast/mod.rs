//! Short messages at the edge of the desk. Good news goes by itself; what went wrong stays until it is put away.

use std::time::Duration;

use leptos::prelude::*;

use super::button::IconButton;
use super::icon::{Glyph, Icon};

/// How long good news stays.
const GOOD_NEWS: Duration = Duration::from_secs(5);

/// What kind of message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Good,
    Wrong,
}

/// A message.
#[derive(Clone, Debug)]
struct Toast {
    id: u32,
    kind: Kind,
    title: String,
    text: String,
}

/// Shows messages; a context.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
}

impl Toasts {
    /// No messages.
    #[must_use]
    pub fn new() -> Self {
        Self {
            shown: RwSignal::new(vec![]),
            next: StoredValue::new(0),
        }
    }

    /// Something was done.
    pub fn done(&self, title: impl Into<String>) {
        let id = self.push(Kind::Good, title.into(), String::new());
        let toasts = *self;
        set_timeout(move || toasts.close(id), GOOD_NEWS);
    }

    /// Something went wrong: what, and why or what to do.
    pub fn wrong(&self, title: impl Into<String>, text: impl Into<String>) {
        self.push(Kind::Wrong, title.into(), text.into());
    }

    fn push(&self, kind: Kind, title: String, text: String) -> u32 {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        self.shown.update(|shown| {
            // The same message twice says nothing new.
            shown.retain(|toast| (toast.kind, &toast.title, &toast.text) != (kind, &title, &text));
            shown.push(Toast { id, kind, title, text });
        });
        id
    }

    fn close(&self, id: u32) {
        // The page may be gone by the time that good news goes.
        self.shown.try_update(|shown| shown.retain(|toast| toast.id != id));
    }
}

impl Default for Toasts {
    fn default() -> Self {
        Self::new()
    }
}

/// Where messages are drawn; once on a page.
#[component]
pub fn ToastLayer() -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    view! {
        <div class="toasts" role="log" aria-live="polite" aria-label="Messages">
            <For each=move || toasts.shown.get() key=|toast| toast.id let:toast>
                <div class="toast" class:is-wrong=toast.kind == Kind::Wrong>
                    <Icon glyph=if toast.kind == Kind::Wrong { Glyph::Alert } else { Glyph::Check } size=18 />
                    <div>
                        <strong>{toast.title}</strong>
                        {(!toast.text.is_empty()).then(|| view! { <p>{toast.text}</p> })}
                    </div>
                    <IconButton
                        label="Put away"
                        glyph=Glyph::Close
                        press=move |_| toasts.close(toast.id)
                    />
                </div>
            </For>
        </div>
    }
}
