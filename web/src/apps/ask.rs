//! Calls of the apps: one at a time, and with the password again where that is needed, which is then asked for in place.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::client::{Error, Session};
use crate::kit::dialog::password::PasswordPrompt;
use crate::store::Deck;

/// Makes a call. Where it needs the password again, that is asked for, and the call goes on by itself; nothing where
/// the person gives up.
pub async fn elevated<T>(
    deck: Deck,
    prompt: PasswordPrompt,
    call: impl AsyncFn(&Session) -> Result<T, Error>,
) -> Result<Option<T>, Error> {
    let session = deck.session_now();
    match call(&session).await {
        Err(error) if error.code() == Some("password_needed") => {}
        other => return other.map(Some),
    }
    let mut wrong = None;
    let outcome = loop {
        let Some(password) = prompt.ask(wrong).await else {
            break Ok(None);
        };
        match session.elevate(password).await {
            Ok(()) => break call(&session).await.map(Some),
            Err(error @ Error::Refused(_)) => wrong = Some(password_words(&error)),
            Err(error) => break Err(error),
        }
    };
    prompt.close();
    outcome
}

/// Asks the server, one thing at a time: `busy` while it is under way, `wrong` says why it failed. The window may be closed
/// meanwhile, and then nobody waits for the answer.
pub fn one_at_a_time(
    deck: Deck,
    busy: RwSignal<bool>,
    wrong: RwSignal<Option<String>>,
    question: impl AsyncFnOnce(Session) -> Result<(), Error> + 'static,
) {
    if busy.get_untracked() {
        return;
    }
    busy.set(true);
    wrong.set(None);
    let session = deck.session_now();
    spawn_local(async move {
        let result = question(session).await;
        busy.try_set(false);
        // The way in says that a session is over, above everything.
        if let Err(error) = result
            && !matches!(error, Error::Ended(_))
        {
            wrong.try_set(Some(error.words()));
        }
    });
}

/// What a refused password means to somebody whose name is known.
#[must_use]
pub fn password_words(error: &Error) -> String {
    match error.code() {
        Some("wrong_credentials") => "That is not your password.".to_owned(),
        _ => error.words(),
    }
}
