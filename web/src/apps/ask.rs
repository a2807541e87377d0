//! Calls that may need the password again, which is then asked for in place.

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

/// What a refused password means to somebody whose name is known.
#[must_use]
pub fn password_words(error: &Error) -> String {
    match error.code() {
        Some("wrong_credentials") => "That is not your password.".to_owned(),
        _ => error.words(),
    }
}
