//! What a person's desk is made of, entry by entry: kept on the server, told to their other browsers, and here.
//!
//! Each entry is written by itself, so that two browsers that change different things do not undo each other; of two
//! changes of one entry the last counts.

use std::collections::BTreeMap;
use std::time::Duration;

use api::desk::{DeskPatch, VALUE_BYTES};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::client::{Error, Session};

/// How long the desk is quiet before it is sent.
const QUIET: Duration = Duration::from_millis(400);
/// How long after a failure it is sent again.
const AGAIN: Duration = Duration::from_secs(5);

/// Entries by their keys.
pub type Entries = BTreeMap<String, Value>;
/// Changes of entries by their keys; absent values are taken away.
pub type Changes = BTreeMap<String, Option<Value>>;

/// The entries of a person's desk; a context.
#[derive(Clone, Copy)]
pub struct Own {
    session: RwSignal<Session>,
    entries: StoredValue<Entries>,
    /// What the server has not been told yet.
    unsent: StoredValue<Changes>,
    /// What is on its way to it.
    flying: StoredValue<Vec<String>>,
    /// What another browser changed last.
    heard: RwSignal<Changes>,
}

impl Own {
    /// These entries, as the server has them.
    #[must_use]
    pub fn new(session: RwSignal<Session>, entries: Entries) -> Self {
        Self {
            session,
            entries: StoredValue::new(entries),
            unsent: StoredValue::new(Changes::new()),
            flying: StoredValue::new(vec![]),
            heard: RwSignal::new(Changes::new()),
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
        let fits = value.to_string().len() <= VALUE_BYTES;
        self.entries.update_value(|entries| {
            entries.insert(key.to_owned(), value.clone());
        });
        if fits {
            self.send_later(key, Some(value));
        }
    }

    fn send_later(&self, key: &str, value: Option<Value>) {
        let first = self.unsent.with_value(BTreeMap::is_empty);
        self.unsent.update_value(|unsent| {
            unsent.insert(key.to_owned(), value);
        });
        if first {
            let own = *self;
            set_timeout(move || own.send(), QUIET);
        }
    }

    /// Tells the server what it does not know yet, one call at a time.
    fn send(self) {
        // The desk may have been left meanwhile.
        let Some(changes) = self.unsent.try_update_value(std::mem::take) else {
            return;
        };
        if changes.is_empty() {
            return;
        }
        if self.flying.with_value(|flying| !flying.is_empty()) {
            self.put_back(changes);
            return set_timeout(move || self.send(), QUIET);
        }
        self.flying.set_value(changes.keys().cloned().collect());
        let session = self.session.get_untracked();
        spawn_local(async move {
            let patch = DeskPatch { entries: changes };
            let result = session.change_desk(&patch).await;
            if self.flying.try_set_value(vec![]).is_some() {
                return;
            }
            // What was refused would be refused again; what did not get there is sent again.
            if let Err(Error::Unreachable | Error::Ended(_)) = result {
                self.put_back(patch.entries);
                set_timeout(move || self.send(), AGAIN);
            }
        });
    }

    /// What was changed since is newer.
    fn put_back(self, changes: Changes) {
        self.unsent.try_update_value(|unsent| {
            for (key, value) in changes {
                unsent.entry(key).or_insert(value);
            }
        });
    }

    /// Another browser changed this, or this one did: what is on its way to the server from here is newer.
    pub(super) fn hear(self, mut changes: Changes) {
        let news = self.entries.try_update_value(|entries| {
            let newer_here = |key: &String| {
                self.unsent.with_value(|unsent| unsent.contains_key(key))
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

    fn listen_any(self, prefix: &'static str, take: Box<dyn Fn(&str, &Value)>) {
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
