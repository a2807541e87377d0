//! What is known of one's own account, and calls that may need the password again.

use api::session::Session as Login;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::apps::ask;
use crate::client::{Error, Session};
use crate::kit::dialog::password::PasswordPrompt;
use crate::kit::toast::Toasts;
use crate::store::Deck;

/// One's own account; a context of the window.
#[derive(Clone, Copy)]
pub struct OwnAccount {
    /// The machine, and whose session it is.
    pub deck: Deck,
    /// Whether a second factor is in force; absent until it is known.
    pub factor: RwSignal<Option<bool>>,
    /// The sessions, the last used first.
    pub sessions: RwSignal<Vec<Login>>,
    prompt: PasswordPrompt,
    toasts: Toasts,
}

impl OwnAccount {
    /// Nothing is known at first; it is asked for now, with each new session, and each minute.
    #[must_use]
    pub fn follow(deck: Deck) -> Self {
        let own = Self {
            deck,
            factor: RwSignal::new(None),
            sessions: RwSignal::new(vec![]),
            prompt: expect_context(),
            toasts: expect_context(),
        };
        let minute = Memo::new(move |_| deck.now.get() / 60_000);
        Effect::new(move |_| {
            minute.track();
            deck.session.track();
            own.refresh();
        });
        own
    }

    /// Asks what is in force now.
    pub fn refresh(self) {
        let session = self.deck.session_now();
        spawn_local(async move {
            // What cannot be asked now stays as it was; the desk says that the connection is lost.
            if let Ok(current) = session.current().await {
                self.factor.set(Some(current.factor));
            }
            if let Ok(sessions) = session.sessions().await {
                self.sessions.set(sessions);
            }
        });
    }

    /// Makes a call. Where it needs the password again, that is asked for, and the call goes on by itself; nothing
    /// where the person gives up.
    pub async fn elevated<T>(self, call: impl AsyncFn(&Session) -> Result<T, Error>) -> Result<Option<T>, Error> {
        ask::elevated(self.deck, self.prompt, call).await
    }

    /// Something was done: it is said, and what is in force is asked anew.
    pub fn done(self, words: impl Into<String>) {
        self.toasts.done(words);
        self.refresh();
    }

    /// Something was not done, and why.
    pub fn wrong(self, title: &str, error: &Error) {
        // The end of the session is said by the way in, over everything.
        if !matches!(error, Error::Ended(_)) {
            self.toasts.wrong(title, error.words());
        }
    }
}
