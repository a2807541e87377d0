//! What the forms of the entrance share: sending, what is wrong, and how far a login has come.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::form::{Trouble, trouble};
use crate::client::{Challenge, Error, Session};

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
                    self.trouble.set(trouble(&error));
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
