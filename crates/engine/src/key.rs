//! The key of what is sealed in the database: a database knows its own, and no other is taken.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use vault::{KeySource, Place, Plaintext, Vault};

use crate::crash::crash_point;
use crate::error::Result;
use crate::store::sealed::Sealed;
use crate::things::registries;
use crate::users::factor;
use crate::{Engine, audit, store};

/// Why the key and the database do not go together. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The key cannot be had.
    #[error(transparent)]
    Vault(#[from] vault::Error),
    /// The key is another database's.
    #[error(
        "the key {path} is not the one that this database is encrypted with, and nothing was changed; put the right file there, or name it with --key-file"
    )]
    Wrong {
        /// Where the key lies.
        path: PathBuf,
    },
    /// What would tell the right key is gone from the database.
    #[error(
        "the database holds what is encrypted, and what tells its key is missing or damaged; it is left as it is: put a backup back with `stardeck admin restore FILE`"
    )]
    NoCheck,
}

/// Opens the vault for the database that was found. Nothing is written but a first key.
pub(crate) fn open(source: KeySource, found: &Sealed) -> Result<Vault, KeyError> {
    let path = source.path();
    let vault = Vault::open(source, found.check.is_some() || found.anything)?;
    match (&found.check, &found.deck) {
        (None, _) if !found.anything => Ok(vault),
        (Some(check), Some(deck)) => {
            let record = STANDARD.decode(check).map_err(|_| KeyError::NoCheck)?;
            match vault.unseal(&place_of_check(deck), &record) {
                Ok(_) => Ok(vault),
                Err(vault::Error::UnknownKey) => Err(KeyError::Wrong { path }),
                Err(vault::Error::Damaged) => Err(KeyError::NoCheck),
                Err(error) => Err(error.into()),
            }
        }
        _ => Err(KeyError::NoCheck),
    }
}

/// A value that opens under the key alone, to be kept in the database.
pub(crate) fn check_value(vault: &Vault, deck: &str) -> Result<String> {
    let record = vault.seal(&place_of_check(deck), &Plaintext::from(deck.as_bytes().to_vec()))?;
    Ok(STANDARD.encode(record))
}

fn place_of_check(deck: &str) -> Place<'_> {
    Place {
        table: "meta",
        row: "key_check",
        column: "value",
        owner: deck,
    }
}

impl Engine {
    /// Seals everything anew under a new key and forgets the old one, at the word of whoever has the machine's command
    /// line. Cut anywhere, everything stays readable, and the next rotation ends it. Answers how much was sealed anew.
    pub async fn rotate_key_from_command_line(&self) -> Result<usize> {
        self.vault.add_key()?;
        crash_point("key-added");
        let (vault, deck) = (Arc::clone(&self.vault), self.deck.clone());
        let entry = audit::entry("command line", "key.rotate", &deck, Ipv4Addr::LOCALHOST);
        let write = self.store.write(move |tx| -> Result<usize> {
            let factors = store::factors::secrets(tx)?;
            for (user, record) in &factors {
                if let Some(record) = vault.rewrap(&factor::place(user), record)? {
                    store::factors::reseal(tx, user, &record)?;
                }
            }
            let registries = store::registries::secrets(tx)?;
            for (host, record) in &registries {
                if let Some(record) = vault.rewrap(&registries::place(host, &deck), record)? {
                    store::registries::reseal(tx, host, &record)?;
                }
            }
            let generations = crate::stacks::kept::rewrap(tx, &vault)?;
            crash_point("key-resealing");
            store::sealed::set_check(tx, &check_value(&vault, &deck)?)?;
            store::audit::insert(tx, &entry)?;
            Ok(factors.len() + registries.len() + generations)
        });
        let resealed = write.await?;
        crash_point("key-resealed");
        self.vault.drop_old_keys()?;
        crash_point("key-alone");
        Ok(resealed)
    }
}
