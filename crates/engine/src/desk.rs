//! What people have on their desks: kept for each, merged key by key, told to nobody else.
//!
//! A change of it leaves no entry in the audit: a window that was moved concerns its owner alone, and thousands of them
//! would bury the rest.

use std::collections::BTreeMap;

use api::desk::{DESK_BYTES, Desk, DeskPatch, ENTRIES, KEY_BYTES, VALUE_BYTES};
use api::event::Change;
use serde_json::Value;

use crate::actor::{Actor, Right};
use crate::error::{Error, Result};
use crate::{Engine, store};

type Entries = BTreeMap<String, Value>;
type Changes = BTreeMap<String, Option<Value>>;

impl Engine {
    /// The actor's own desk.
    pub async fn desk(&self, actor: &Actor) -> Result<Desk> {
        actor.require(Right::OwnAccount)?;
        let user = actor.user.id.clone();
        let entries = self.store.read(move |db| store::desk::all(db, &user)).await?;
        Ok(Desk { entries })
    }

    /// Changes the actor's own desk, and answers with all of it.
    pub async fn change_desk(&self, actor: &Actor, patch: DeskPatch) -> Result<Desk> {
        actor.require(Right::OwnAccount)?;
        let (engine, user) = (self.clone(), actor.user.id.clone());
        // To its end, also where the browser goes away in between: what is kept is told.
        self.carry_out(async move { engine.merge_desk(user, patch.entries).await })
            .await
    }

    async fn merge_desk(&self, user: String, changes: Changes) -> Result<Desk> {
        // One at a time, so that they are told of in the order in which they are kept.
        let _turn = self.desks.lock().await;
        let owner = user.clone();
        let write = self.store.write(move |tx| -> Result<(Entries, Changes)> {
            let mut entries = store::desk::all(tx, &owner)?;
            let changes = merge(&mut entries, changes)?;
            for (key, value) in &changes {
                store::desk::set(tx, &owner, key, value.as_ref())?;
            }
            Ok((entries, changes))
        });
        let (entries, changes) = write.await?;
        if !changes.is_empty() {
            self.truth.announce_to(user, Change::Desk { entries: changes });
        }
        Ok(Desk { entries })
    }
}

/// Merges `changes` into `entries` where that stays within bounds; answers those that change something.
fn merge(entries: &mut Entries, changes: Changes) -> Result<Changes> {
    for (key, value) in &changes {
        check(key, value.as_ref())?;
    }
    let mut differing = changes;
    differing.retain(|key, value| entries.get(key) != value.as_ref());
    for (key, value) in &differing {
        match value {
            Some(value) => entries.insert(key.clone(), value.clone()),
            None => entries.remove(key),
        };
    }
    if entries.len() > ENTRIES {
        return Err(refused(format!(
            "That would make {} entries; a desk has at most {ENTRIES}.",
            entries.len()
        )));
    }
    let bytes: usize = entries.iter().map(|(key, value)| key.len() + size(value)).sum();
    if bytes > DESK_BYTES {
        return Err(refused(format!(
            "That would make {bytes} bytes; a desk has at most {DESK_BYTES}."
        )));
    }
    Ok(differing)
}

fn check(key: &str, value: Option<&Value>) -> Result<()> {
    if key.is_empty() || key.len() > KEY_BYTES || key.chars().any(char::is_control) {
        let start: String = key.chars().take(32).collect();
        return Err(refused(format!(
            "A key is 1 to {KEY_BYTES} bytes of text without control characters; {start:?} is not, with {} bytes.",
            key.len()
        )));
    }
    match value.map(size) {
        Some(bytes) if bytes > VALUE_BYTES => Err(refused(format!(
            "The value of {key:?} is {bytes} bytes of JSON; it may have at most {VALUE_BYTES}."
        ))),
        _ => Ok(()),
    }
}

fn size(value: &Value) -> usize {
    value.to_string().len()
}

fn refused(message: String) -> Error {
    Error::invalid("entries", message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn changes(changes: &Value) -> Changes {
        serde_json::from_value(changes.clone()).unwrap()
    }

    fn refusal(entries: &mut Entries, changes: Changes) -> String {
        merge(entries, changes).unwrap_err().to_string()
    }

    #[test]
    fn changes_are_merged_by_key_and_only_differences_count() {
        let mut desk = Entries::new();
        let first = changes(&json!({"a": {"x": 1}, "b": [2], "never": null}));
        assert_eq!(
            merge(&mut desk, first).unwrap(),
            changes(&json!({"a": {"x": 1}, "b": [2]}))
        );
        let second = changes(&json!({"a": {"y": 1}, "b": [2]}));
        assert_eq!(merge(&mut desk, second).unwrap(), changes(&json!({"a": {"y": 1}})));
        let third = changes(&json!({"a": null, "never": null}));
        assert_eq!(merge(&mut desk, third).unwrap(), changes(&json!({"a": null})));
        assert_eq!(json!(desk), json!({"b": [2]}));
    }

    #[test]
    fn a_desk_has_bounds_and_says_which() {
        let one = |key: &str, value: Value| Changes::from([(key.to_owned(), Some(value))]);
        let mut desk = Entries::new();
        for key in ["", "a\nb", &"k".repeat(KEY_BYTES + 1)] {
            assert!(refusal(&mut desk, one(key, json!(1))).contains("A key is 1 to 128 bytes"));
        }
        let fits = json!("v".repeat(VALUE_BYTES - 2));
        merge(&mut desk, one(&"k".repeat(KEY_BYTES), fits.clone())).unwrap();
        assert!(refusal(&mut desk, one("a", json!("v".repeat(VALUE_BYTES - 1)))).contains("\"a\" is 8193 bytes"));
        let many = |range: std::ops::Range<usize>, value: &Value| {
            range
                .map(|n| (format!("{n}"), Some(value.clone())))
                .collect::<Changes>()
        };
        assert!(refusal(&mut desk.clone(), many(0..32, &fits)).contains("262144"));
        assert!(refusal(&mut desk.clone(), many(0..ENTRIES, &json!(1))).contains("501 entries"));
        merge(&mut desk, many(1..ENTRIES, &json!(1))).unwrap();
        let swap = [("1".to_owned(), None), ("new".to_owned(), Some(json!(1)))];
        merge(&mut desk, Changes::from(swap)).unwrap();
        assert_eq!(desk.len(), ENTRIES, "a full desk can be changed");
    }
}
