//! Short messages at the edge of the desk. Good news goes by itself; what went wrong stays until it is put away.

use std::time::Duration;

use leptos::prelude::*;

use super::button::IconButton;
use super::icon::{Glyph, Icon};
use crate::store::browser::now;

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

/// How many messages are remembered.
const REMEMBERED: usize = 60;

/// A message that was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// Its number.
    pub id: u32,
    /// Whether it was bad news.
    pub wrong: bool,
    /// What happened.
    pub title: String,
    /// Why, or what to do.
    pub text: String,
    /// When, in milliseconds since the epoch.
    pub at: i64,
}

/// Shows messages; a context.
#[derive(Clone, Copy)]
pub struct Toasts {
    /// The messages of this visit, the last first.
    pub past: RwSignal<Vec<Past>>,
    /// How many of them nobody has looked at in their list.
    pub unseen: RwSignal<usize>,
    shown: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
}

impl Toasts {
    /// No messages.
    #[must_use]
    pub fn new() -> Self {
        Self {
            past: RwSignal::new(vec![]),
            unseen: RwSignal::new(0),
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
        self.past.update(|past| {
            let (title, text, wrong) = (title.clone(), text.clone(), kind == Kind::Wrong);
            past.insert(
                0,
                Past {
                    id,
                    wrong,
                    title,
                    text,
                    at: now(),
                },
            );
            past.truncate(REMEMBERED);
        });
        self.unseen.update(|unseen| *unseen = (*unseen + 1).min(REMEMBERED));
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
