//! The pictures that the server keeps of apps: each is fetched once, when it is first drawn.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Deck;

/// Pictures by their path, as `data:` addresses; a context.
#[derive(Clone, Copy)]
pub struct Pictures {
    deck: Deck,
    known: StoredValue<BTreeMap<String, ArcRwSignal<Option<String>>>>,
}

impl Pictures {
    /// None is there yet.
    #[must_use]
    pub fn new(deck: Deck) -> Self {
        Self {
            deck,
            known: StoredValue::new(BTreeMap::new()),
        }
    }

    /// The picture of a path, once it is there. A path names its content, so that it is never fetched again.
    #[must_use]
    pub fn get(&self, path: &str) -> ArcRwSignal<Option<String>> {
        if let Some(known) = self.known.with_value(|known| known.get(path).cloned()) {
            return known;
        }
        let picture = ArcRwSignal::new(None);
        self.known.update_value(|known| {
            known.insert(path.to_owned(), picture.clone());
        });
        let (pictures, session, path) = (*self, self.deck.session_now(), path.to_owned());
        let fetched = picture.clone();
        spawn_local(async move {
            match session.picture(&path).await {
                Ok(address) => fetched.set(Some(address)),
                // Without it the monogram stays; whoever draws it next asks again.
                Err(_) => {
                    pictures.known.try_update_value(|known| known.remove(&path));
                }
            }
        });
        picture
    }
}
