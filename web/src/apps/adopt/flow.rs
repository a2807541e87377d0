//! What an adoption would be, what is changed of it, and how it is begun.

use std::collections::BTreeSet;

use api::adopt::{Adopt, Adoption};
use api::name::StackName;
use leptos::prelude::*;

use crate::apps::ask::{elevated, one_at_a_time};
use crate::apps::stack;
use crate::client::{Error, Session};
use crate::desktop::manager::WindowManager;
use crate::desktop::reduce::Action;
use crate::desktop::state::WindowId;
use crate::kit::dialog::password::PasswordPrompt;
use crate::store::Deck;

/// An adoption in its window; cheap to copy.
#[derive(Clone, Copy)]
pub struct Flow {
    deck: Deck,
    manager: WindowManager,
    prompt: PasswordPrompt,
    window: WindowId,
    container: StoredValue<String>,
    /// What was derived; absent until it was read.
    pub adoption: RwSignal<Option<Adoption>>,
    /// The name that the stack is to have.
    pub name: RwSignal<String>,
    /// The compose file, as it is changed here.
    pub compose: RwSignal<String>,
    /// The `.env`, as it is changed here.
    pub env: RwSignal<String>,
    /// The risks that are agreed to.
    pub chosen: RwSignal<BTreeSet<String>>,
    /// Whether the server is asked something.
    pub busy: RwSignal<bool>,
    /// What the server refused.
    pub wrong: RwSignal<Option<String>>,
}

impl Flow {
    /// The adoption of a container, which is read at once.
    #[must_use]
    pub fn of(window: WindowId, container: String) -> Self {
        let flow = Self {
            deck: expect_context(),
            manager: expect_context(),
            prompt: expect_context(),
            window,
            container: StoredValue::new(container),
            adoption: RwSignal::new(None),
            name: RwSignal::new(String::new()),
            compose: RwSignal::new(String::new()),
            env: RwSignal::new(String::new()),
            chosen: RwSignal::new(BTreeSet::new()),
            busy: RwSignal::new(false),
            wrong: RwSignal::new(None),
        };
        flow.read();
        flow
    }

    /// Asks what it would be, in place of what is here.
    pub fn read(self) {
        self.ask(async move |session| {
            let adoption = session.adoption(&self.container.get_value()).await?;
            // The window may have been closed meanwhile, and then all of it is gone.
            if self.adoption.try_with_untracked(Option::is_some).is_none() {
                return Ok(());
            }
            let names: Vec<&str> = adoption.containers.iter().map(|it| it.name.as_str()).collect();
            let title = format!("Adopt {}", names.join(", "));
            self.manager.dispatch(Action::Retitle(self.window, title));
            self.name.set(adoption.name.to_string());
            self.compose.set(adoption.compose.clone());
            self.env.set(adoption.env.clone());
            self.chosen.set(BTreeSet::new());
            self.adoption.set(Some(adoption));
            Ok(())
        });
    }

    /// Begins it. The window of the new stack shows how it goes on.
    pub fn adopt(self) {
        let Some(adoption) = self.adoption.get_untracked() else {
            return;
        };
        let name = match StackName::parse(self.name.get_untracked().trim()) {
            Ok(name) => name,
            Err(error) => return self.wrong.set(Some(format!("{error}."))),
        };
        let request = Adopt {
            name,
            containers: adoption.containers.into_iter().map(|it| it.id).collect(),
            compose: self.compose.get_untracked(),
            env: self.env.get_untracked(),
            consents: self.chosen.get_untracked().into_iter().collect(),
        };
        self.ask(async move |_| {
            let id = self.container.get_value();
            let call = async |session: &Session| session.adopt(&id, &request).await;
            let Some(begun) = elevated(self.deck, self.prompt, call).await? else {
                return Ok(());
            };
            self.deck.begun(&begun.job);
            stack::open(self.manager, request.name.as_str());
            self.close();
            Ok(())
        });
    }

    /// Leaves everything as it is.
    pub fn close(self) {
        self.manager.dispatch(Action::Close(self.window));
    }

    /// Asks the server, one thing at a time.
    fn ask(self, question: impl AsyncFnOnce(Session) -> Result<(), Error> + 'static) {
        one_at_a_time(self.deck, self.busy, self.wrong, question);
    }
}
