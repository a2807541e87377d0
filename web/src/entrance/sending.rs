//! What the forms of the entrance share: sending, what is wrong, and how far a login has come.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;

use super::form::{Trouble, trouble};
use crate::client::{Challenge, Error, Session};
use crate::kit::field::take_focus;

/// What a form knows while it is filled in and sent.
#[derive(Clone, Copy)]
pub(super) struct Sending {
    pub(super) busy: RwSignal<bool>,
    pub(super) trouble: RwSignal<Trouble>,
    /// What the second step of a login is answered under, once the first is done.
    pub(super) challenge: RwSignal<Option<Challenge>>,
}

impl Sending {
    pub(super) fn new() -> Self {
        Self {
            busy: RwSignal::new(false),
            trouble: RwSignal::new(Trouble::default()),
            challenge: RwSignal::new(None),
        }
    }

    /// Sends what the form asks for, one at a time; the session goes on, trouble stays in the form.
    pub(super) fn send(self, ask: impl Future<Output = Result<Session, Error>> + 'static, enter: Callback<Session>) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        spawn_local(async move {
            let result = ask.await;
            self.busy.set(false);
            match result {
                Ok(session) => enter.run(session),
                Err(Error::CodeNeeded(challenge)) => self.step(Some(challenge)),
                Err(error) => {
                    if error.code() == Some("login_over") {
                        self.step(None);
                    }
                    let trouble = trouble(&error);
                    let field = trouble.field();
                    self.trouble.set(trouble);
                    back_to(field);
                }
            }
        });
    }

    /// Goes on to the second step of a login, or back to the first.
    pub(super) fn step(self, challenge: Option<Challenge>) {
        self.trouble.set(Trouble::default());
        self.challenge.set(challenge);
    }

    pub(super) fn of(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || self.trouble.with(|trouble| trouble.of(field)))
    }
}

/// Puts the focus on what is likely to be filled in again: the button that had it was disabled meanwhile.
fn back_to(field: &'static str) {
    request_animation_frame(move || {
        let find = |name| document().get_element_by_id(&format!("field-{name}"));
        let input = [field, "code", "password"].into_iter().find_map(find);
        let input = input.and_then(|input| input.dyn_into::<web_sys::HtmlInputElement>().ok());
        if let Some(input) = input.filter(take_focus) {
            input.select();
        }
    });
}
