//! The vault on real files.

#![allow(clippy::unwrap_used, reason = "panicking is how a test fails")]

mod key;
mod records;
mod rotation;

use std::path::Path;

use vault::{KeySource, Place, Plaintext, Vault};

const PLACE: Place<'_> = Place {
    table: "factors",
    row: "9c1d",
    column: "secret",
    owner: "ada",
};

fn source(directory: &Path) -> KeySource {
    KeySource {
        credentials: None,
        file: directory.join("config/key"),
    }
}

/// A vault with a key of its own in `directory`.
fn vault(directory: &Path) -> Vault {
    Vault::open(source(directory), false).unwrap()
}

fn plain(text: &str) -> Plaintext {
    Plaintext::from(text.as_bytes().to_vec())
}

/// What a record opens to.
fn text(vault: &Vault, record: &[u8]) -> vault::Result<String> {
    let plaintext = vault.unseal(&PLACE, record)?;
    Ok(String::from_utf8(plaintext.expose_secret().to_vec()).unwrap())
}
