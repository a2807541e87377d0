//! Asks for the password again, where what somebody wants to do needs it.

use futures_channel::oneshot::{Sender, channel};
use leptos::html::Dialog;
use leptos::prelude::*;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::kit::button::{Button, Tone};
use crate::kit::field::password::PasswordField;
use crate::kit::late::Late;

/// Asks for the password; a context.
#[derive(Clone, Copy)]
pub struct PasswordPrompt {
    shown: RwSignal<bool>,
    busy: RwSignal<bool>,
    wrong: RwSignal<Option<String>>,
    answer: StoredValue<Option<Sender<String>>>,
}

impl PasswordPrompt {
    /// Nothing is asked.
    #[must_use]
    pub fn new() -> Self {
        Self {
            shown: RwSignal::new(false),
            busy: RwSignal::new(false),
            wrong: RwSignal::new(None),
            answer: StoredValue::new(None),
        }
    }

    /// What the person types, or nothing where they give up. `wrong` says why the last answer was not good. It stays
    /// open, so that the next question can follow, until [`close`](Self::close).
    pub async fn ask(&self, wrong: Option<String>) -> Option<String> {
        let (sender, receiver) = channel();
        self.answer.set_value(Some(sender));
        self.wrong.set(wrong);
        self.busy.set(false);
        self.shown.set(true);
        receiver.await.ok()
    }

    /// There is nothing more to ask.
    pub fn close(&self) {
        self.shown.set(false);
    }

    fn reply(&self, password: String) {
        if let Some(sender) = self.answer.try_update_value(Option::take).flatten() {
            self.busy.set(true);
            // Whoever asked may be gone with the window that they asked from.
            let _ = sender.send(password);
        }
    }

    /// The dialog is gone, by Escape, by Cancel or because all is asked. A question without an answer is given up.
    fn closed(&self) {
        self.answer.set_value(None);
        self.shown.set(false);
    }
}

impl Default for PasswordPrompt {
    fn default() -> Self {
        Self::new()
    }
}

/// Where the password is asked for; once on a page.
#[component]
pub fn PromptLayer() -> impl IntoView {
    let prompt = expect_context::<PasswordPrompt>();
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        match prompt.shown.get() {
            // Refused only where it is open already.
            true if !dialog.open() => _ = dialog.show_modal(),
            false if dialog.open() => dialog.close(),
            _ => {}
        }
    });
    view! {
        <dialog node_ref=dialog class="dialog" aria-labelledby="prompt-title" on:close=move |_| prompt.closed()>
            <Show when=move || prompt.shown.get()>
                <Late name="The question" content=|| Box::pin(form()) />
            </Show>
        </dialog>
    }
}

#[wasm_split(password, fallible)]
fn form() -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <PromptForm /> }.into_any())
}

#[component]
fn PromptForm() -> impl IntoView {
    let prompt = expect_context::<PasswordPrompt>();
    let password = RwSignal::new(String::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        prompt.reply(password.get_untracked());
    };
    view! {
        <form class="dialog-form" method="post" on:submit=submit>
            <h2 id="prompt-title">"Your password, once more"</h2>
            <p>"What you are about to do needs it."</p>
            <PasswordField
                label="Your password"
                name="password-again"
                autocomplete="current-password"
                value=password
                error=prompt.wrong
                focus=true
            />
            <div class="dialog-buttons">
                <Button press=move |_| prompt.close()>"Cancel"</Button>
                <Button tone=Tone::Primary submit=true busy=prompt.busy>
                    "Go on"
                </Button>
            </div>
        </form>
    }
}
