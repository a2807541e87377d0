//! What a person's desk is made of, entry by entry: kept on the server, told to their other browsers, and here.
//!
//! Each entry is written by itself, so that two browsers that change different things do not undo each other; of two
//! changes of one entry the last counts.

use std::collections::BTreeMap;
use std::time::Duration;

use api::desk::{Desk, DeskPatch, VALUE_BYTES};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::client::{Error, Session, kept};

/// How long the desk is quiet before it is sent.
const QUIET: Duration = Duration::from_millis(400);
/// How long after a failure it is sent again.
const AGAIN: Duration = Duration::from_secs(5);
/// Where a page that is left puts what the server has not said that it has; the user's id follows.
const LEFT: &str = "stardeck-left-";

/// Entries by their keys.
pub type Entries = BTreeMap<String, Value>;
/// Changes of entries by their keys; absent values are taken away.
pub type Changes = BTreeMap<String, Option<Value>>;

/// Takes a value that another browser changed, with the rest of its key.
type Taker = Box<dyn Fn(&str, &Value)>;

/// What the server is told of these keys: how they are now. What is too large it would refuse, and with it the rest.
fn changes(entries: &Entries, keys: &[String]) -> Changes {
    let mut changes = Changes::new();
    for key in keys {
        let value = entries.get(key);
        if value.is_none_or(|value| value.to_string().len() <= VALUE_BYTES) {
            changes.insert(key.clone(), value.cloned());
        }
    }
    changes
}

/// The entries of a person's desk; a context.
#[derive(Clone, Copy)]
pub struct Own {
    session: RwSignal<Session>,
    entries: StoredValue<Entries>,
    /// The keys of what the server has not been told yet.
    unsent: StoredValue<Vec<String>>,
    /// The keys of what is on its way to it.
    flying: StoredValue<Vec<String>>,
    /// What another browser changed last.
    heard: RwSignal<Changes>,
}

impl Own {
    /// These entries, as the server has them. What is changed is sent at once when the page is left or nobody sees it
    /// any more: it may not be there a moment later. The page after a reload may ask before that has arrived: it takes
    /// from the tab what was left there.
    #[must_use]
    pub fn new(session: RwSignal<Session>, entries: Entries) -> Self {
        let own = Self {
            session,
            entries: StoredValue::new(entries),
            unsent: StoredValue::new(vec![]),
            flying: StoredValue::new(vec![]),
            heard: RwSignal::new(Changes::new()),
        };
        own.take_left();
        let left = window_event_listener(leptos::ev::pagehide, move |_| {
            own.leave();
            spawn_local(own.flush());
        });
        let hidden = window_event_listener(leptos::ev::visibilitychange, move |_| {
            if super::hidden() {
                spawn_local(own.flush());
            }
        });
        on_cleanup(move || {
            left.remove();
            hidden.remove();
        });
        own
    }

    /// Where the tab keeps what the person's page left.
    fn left(self) -> String {
        self.session
            .with_untracked(|session| format!("{LEFT}{}", session.user().id))
    }

    /// Leaves to the next page of this tab what the server has not said that it has.
    fn leave(self) {
        let keys = [self.unsent.get_value(), self.flying.get_value()].concat();
        let entries = self.entries.with_value(|entries| changes(entries, &keys));
        if let (Some(tab), Ok(patch)) = (kept(), serde_json::to_string(&DeskPatch { entries })) {
            // Where storage is refused, a reload may find the desk as it was a moment before.
            let _ = tab.set_item(&self.left(), &patch);
        }
    }

    /// Takes what the page before left here, and tells the server. A patch reads as a desk, in which null is what is taken
    /// away.
    fn take_left(self) {
        let Some(tab) = kept() else { return };
        let patch = tab.get_item(&self.left()).ok().flatten().unwrap_or_default();
        if let Ok(desk) = serde_json::from_str::<Desk>(&patch) {
            let _ = tab.set_item(&self.left(), "");
            for (key, value) in desk.entries {
                self.put(&key, &value);
            }
        }
    }

    /// An entry, if it is there and can be read.
    #[must_use]
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        self.entries
            .with_value(|entries| T::deserialize(entries.get(key)?).ok())
    }

    /// All entries whose keys begin so, without that beginning.
    #[must_use]
    pub fn all<T: DeserializeOwned>(&self, prefix: &str) -> BTreeMap<String, T> {
        // Put in one by one: to collect a map brings a sort of its own into the bundle for each type of value.
        let mut found = BTreeMap::new();
        self.entries.with_value(|entries| {
            for (key, value) in entries {
                if let (Some(name), Ok(value)) = (key.strip_prefix(prefix), T::deserialize(value)) {
                    found.insert(name.to_owned(), value);
                }
            }
        });
        found
    }

    /// Keeps a value under a key. One that is too large is kept here alone: the server would refuse it.
    pub fn put(&self, key: &str, value: &impl Serialize) {
        let Ok(value) = serde_json::to_value(value) else {
            return;
        };
        let same = self
            .entries
            .try_with_value(|entries| entries.get(key) == Some(&value))
            .unwrap_or(true);
        if same {
            return;
        }
        self.entries.update_value(|entries| {
            entries.insert(key.to_owned(), value);
        });
        self.send_later(key);
    }

    fn send_later(&self, key: &str) {
        let first = self.unsent.with_value(Vec::is_empty);
        self.put_back(&[key.to_owned()]);
        if first {
            let own = *self;
            set_timeout(move || own.send(), QUIET);
        }
    }

    /// Tells the server what it does not know yet, one call at a time.
    fn send(self) {
        // The desk may have been left meanwhile.
        match self.flying.try_with_value(Vec::is_empty) {
            Some(true) => spawn_local(self.flush()),
            Some(false) => set_timeout(move || self.send(), QUIET),
            None => {}
        }
    }

    /// Tells the server now what it does not know yet.
    pub async fn flush(self) {
        let keys = self.unsent.try_update_value(std::mem::take).unwrap_or_default();
        let entries = self.entries.try_with_value(|entries| changes(entries, &keys));
        let (Some(entries), Some(session)) = (entries, self.session.try_get_untracked()) else {
            return;
        };
        if entries.is_empty() {
            return;
        }
        self.flying.update_value(|flying| flying.extend_from_slice(&keys));
        let result = session.change_desk(&DeskPatch { entries }).await;
        let is_here = self.flying.try_update_value(|flying| {
            for key in &keys {
                if let Some(at) = flying.iter().position(|other| other == key) {
                    flying.swap_remove(at);
                }
            }
        });
        // What was refused would be refused again; what did not get there is sent again.
        if let (Some(()), Err(Error::Unreachable | Error::Ended(_))) = (is_here, result) {
            self.put_back(&keys);
            set_timeout(move || self.send(), AGAIN);
        }
    }

    fn put_back(self, keys: &[String]) {
        self.unsent.update_value(|unsent| {
            for key in keys {
                if !unsent.contains(key) {
                    unsent.push(key.clone());
                }
            }
        });
    }

    /// Another browser changed this, or this one did: what is on its way to the server from here is newer.
    pub(super) fn hear(self, mut changes: Changes) {
        let news = self.entries.try_update_value(|entries| {
            let newer_here = |key: &String| {
                self.unsent.with_value(|unsent| unsent.contains(key))
                    || self.flying.with_value(|flying| flying.contains(key))
            };
            changes.retain(|key, value| entries.get(key) != value.as_ref() && !newer_here(key));
            for (key, value) in &changes {
                match value {
                    Some(value) => entries.insert(key.clone(), value.clone()),
                    None => entries.remove(key),
                };
            }
            changes
        });
        if let Some(news) = news.filter(|news| !news.is_empty()) {
            self.heard.set(news);
        }
    }

    /// Calls with each value that another browser changes, of an entry, or of those whose keys begin so, with what
    /// comes after that beginning.
    pub fn listen<T: DeserializeOwned>(self, prefix: &'static str, take: impl Fn(&str, T) + 'static) {
        self.listen_any(
            prefix,
            Box::new(move |name, value| {
                if let Ok(value) = T::deserialize(value) {
                    take(name, value);
                }
            }),
        );
    }

    fn listen_any(self, prefix: &'static str, take: Taker) {
        Effect::new(move |before: Option<()>| {
            let news = self.heard.get();
            if before.is_none() {
                return;
            }
            untrack(|| {
                for (key, value) in &news {
                    if let (Some(name), Some(value)) = (key.strip_prefix(prefix), value) {
                        take(name, value);
                    }
                }
            });
        });
    }
}
