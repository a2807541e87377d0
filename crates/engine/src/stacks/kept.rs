//! Generations as they are kept: `.env` and the files that a compose file names are sealed, so that the database alone
//! tells no secret and a rollback needs nothing of the disk.

use std::collections::BTreeMap;

use api::name::StackName;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use vault::{Place, Plaintext, Vault};

use crate::error::{Error, Result};
use crate::store::stacks::GenerationRow;
use crate::{Engine, store};

/// What is sealed of a generation.
#[derive(Default, Serialize, Deserialize)]
struct Sealed {
    env: String,
    /// By path; bytes in base64. Absent where they were not kept.
    files: Option<BTreeMap<String, String>>,
}

/// A generation, open.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) row: GenerationRow,
    /// The files beside `compose.yaml` and `.env` that were read when it was made; absent for one that was made before
    /// they were kept, and for what is not deployed yet.
    pub(crate) files: Option<BTreeMap<String, Vec<u8>>>,
}

impl Engine {
    /// A generation of a stack.
    pub(super) async fn kept(&self, stack: &StackName, number: u64) -> Result<Option<Kept>> {
        let name = stack.clone();
        let read = self.store.read(move |db| store::stacks::generation(db, &name, number));
        let row = read.await?;
        row.map(|row| open(&self.vault, stack, row)).transpose()
    }

    /// The generation of a stack that is there by its row.
    pub(super) async fn kept_or_missing(&self, stack: &StackName, number: u64) -> Result<Kept> {
        let kept = self.kept(stack, number).await?;
        kept.ok_or_else(|| Error::not_found("generation", &number.to_string()))
    }
}

/// Keeps a generation under the next number, and answers that.
pub(super) fn add(db: &Connection, vault: &Vault, stack: &StackName, kept: &Kept) -> Result<u64> {
    let number = store::stacks::next_generation(db, stack)?;
    let sealed = seal(vault, stack, number, &kept.row.shown.env, kept.files.as_ref())?;
    store::stacks::add_generation(db, stack, number, &kept.row, &sealed)?;
    Ok(number)
}

/// Opens a generation.
pub(super) fn open(vault: &Vault, stack: &StackName, mut row: GenerationRow) -> Result<Kept> {
    let Some(record) = row.sealed.take() else {
        return Ok(Kept { row, files: None });
    };
    let id = id(stack, row.shown.number);
    let plaintext = vault.unseal(&place(stack, &id), &record)?;
    let damaged = || Error::from(vault::Error::Damaged);
    let sealed: Sealed = serde_json::from_slice(plaintext.expose_secret()).map_err(|_| damaged())?;
    row.shown.env = sealed.env;
    let file = |(path, bytes): (String, String)| Some((path, STANDARD.decode(bytes).ok()?));
    let files = sealed
        .files
        .map(|files| files.into_iter().map(file).collect::<Option<_>>());
    let files = files.map(|files| files.ok_or_else(damaged)).transpose()?;
    Ok(Kept { row, files })
}

fn seal(
    vault: &Vault,
    stack: &StackName,
    number: u64,
    env: &str,
    files: Option<&BTreeMap<String, Vec<u8>>>,
) -> Result<Vec<u8>> {
    let file = |(path, bytes): (&String, &Vec<u8>)| (path.clone(), STANDARD.encode(bytes));
    let sealed = Sealed {
        env: env.to_owned(),
        files: files.map(|files| files.iter().map(file).collect()),
    };
    // Texts are always JSON.
    let json = serde_json::to_vec(&sealed).unwrap_or_default();
    Ok(vault.seal(&place(stack, &id(stack, number)), &Plaintext::from(json))?)
}

/// Seals what an older version kept in plain text.
pub(crate) fn seal_plain(db: &Connection, vault: &Vault) -> Result<()> {
    for (stack, number, env) in store::stacks::plain(db)? {
        let record = seal(vault, &stack, number, &env, None)?;
        store::stacks::reseal(db, &stack, number, &record)?;
    }
    Ok(())
}

/// Seals again what was sealed under an older key; answers how much there is.
pub(crate) fn rewrap(db: &Connection, vault: &Vault) -> Result<usize> {
    let all = store::stacks::sealed(db)?;
    for (stack, number, record) in &all {
        if let Some(record) = vault.rewrap(&place(stack, &id(stack, *number)), record)? {
            store::stacks::reseal(db, stack, *number, &record)?;
        }
    }
    Ok(all.len())
}

fn id(stack: &StackName, number: u64) -> String {
    format!("{stack}/{number}")
}

fn place<'a>(stack: &'a StackName, id: &'a str) -> Place<'a> {
    Place {
        table: "generations",
        row: id,
        column: "sealed",
        owner: stack.as_str(),
    }
}
