//! Images, volumes and networks: seeing them with who uses them, making them, removing them.
//!
//! Nothing that is in use is removed, and nothing that this Stardeck did not make unless an administrator says so. What
//! the actor may not see does not exist for it; but that something unseen is in the way is said.
//!
//! - [`users`]: who uses what
//! - [`images`], [`volumes`], [`networks`]: the calls
//! - [`reference`]: the names of images and registries
//! - [`registries`]: passwords for registries
//! - [`pull`]: fetching images
//! - [`updates`]: what registries have that is newer; [`version`]: which tags are later
//! - [`build`](mod@build): making images
//! - [`disk`]: what it all takes, and removing what is named

pub(crate) mod build;
mod disk;
mod images;
mod networks;
pub(crate) mod pull;
pub(crate) mod reference;
pub(crate) mod registries;
pub(crate) mod updates;
mod users;
mod version;
mod volumes;

use std::collections::BTreeMap;

use api::thing::{Owner, RemoveThing};

use crate::actor::{Actor, Right};
use crate::containers::shown::{DECK, owner_of};
use crate::error::{Error, Result};

/// The longest name of a volume or a network.
const NAME: usize = 128;

/// What is remembered of the last look at the disk.
#[derive(Default)]
pub(crate) struct Things {
    looked: tokio::sync::Mutex<Option<disk::Look>>,
    sizes: std::sync::Mutex<BTreeMap<String, u64>>,
}

/// Whether the actor may see a thing of `owner`.
fn is_seen(actor: &Actor, owner: Owner) -> bool {
    owner == Owner::Ours || actor.may(Right::Administer)
}

/// Refuses to remove what this Stardeck did not make, unless that is what was asked for.
fn may_remove(
    what: &'static str,
    name: &str,
    labels: &BTreeMap<String, String>,
    deck: &str,
    how: RemoveThing,
) -> Result<()> {
    let (code, whose) = match owner_of(labels, deck) {
        Owner::Ours => return Ok(()),
        _ if how.foreign => return Ok(()),
        Owner::OtherDeck => (
            "other_deck",
            "belongs to another Stardeck, which works with the same Podman",
        ),
        Owner::Foreign => ("foreign", "was not made by this Stardeck"),
    };
    Err(Error::Conflict {
        code,
        message: format!("The {what} {name} {whose}."),
        hint: "Ask for it with `foreign=true` if it is to be removed nevertheless.",
    })
}

/// The name of a volume or a network that is to be made.
fn new_name(name: &str) -> Result<String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let first = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if first && name.len() <= NAME && name.chars().all(allowed) {
        return Ok(name.to_owned());
    }
    Err(Error::invalid(
        "name",
        "A name has 1 to 128 letters, digits, `.`, `_` and `-`, and begins with a letter or a digit.",
    ))
}

/// What something made at a person's word is labelled with.
fn own_labels(deck: &str) -> BTreeMap<String, String> {
    BTreeMap::from([(DECK.to_owned(), deck.to_owned())])
}
