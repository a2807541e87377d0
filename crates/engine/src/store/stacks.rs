//! What is wanted of stacks, and what was deployed.

use std::collections::BTreeMap;

use api::name::StackName;
use api::stack::Generation;
use api::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};
use serde::{Deserialize, Serialize};

use super::jobs::{json, read_json, read_word, word};
use super::users::unreadable;

/// What is wanted of a stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Intent {
    /// No containers.
    Down,
    /// Containers that run.
    Running,
    /// Containers that do not run.
    Stopped,
}

/// A stack, as far as neither its files nor Podman know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StackRow {
    pub(crate) name: StackName,
    pub(crate) created: Timestamp,
    pub(crate) wanted: Intent,
    /// What was wanted before the deploy that is under way.
    pub(crate) was: Intent,
    /// The generation that is wanted.
    pub(crate) generation: Option<u64>,
    /// The last one that came up.
    pub(crate) good: Option<u64>,
    /// Why the last deploy failed.
    pub(crate) trouble: Option<String>,
}

/// A generation as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct GenerationRow {
    pub(crate) shown: Generation,
    /// The version of the files that it was made from.
    pub(crate) version: String,
    /// The risks that an administrator agreed to.
    pub(crate) consents: Vec<String>,
    /// `.env`, and what else is not to be read in the database.
    pub(crate) sealed: Option<Vec<u8>>,
}

pub(crate) fn insert(db: &Connection, name: &StackName, created: Timestamp) -> Result<bool> {
    let made = db.execute(
        "INSERT OR IGNORE INTO stacks (name, created) VALUES (?1, ?2)",
        params![name.as_str(), created.0],
    )?;
    Ok(made > 0)
}

pub(crate) fn all(db: &Connection) -> Result<Vec<StackRow>> {
    db.prepare_cached("SELECT name, created, wanted, was, generation, good, trouble FROM stacks ORDER BY name")?
        .query_map([], row)?
        .collect()
}

pub(crate) fn get(db: &Connection, name: &StackName) -> Result<Option<StackRow>> {
    db.prepare_cached("SELECT name, created, wanted, was, generation, good, trouble FROM stacks WHERE name = ?1")?
        .query_row([name.as_str()], row)
        .optional()
}

pub(crate) fn delete(db: &Connection, name: &StackName) -> Result<()> {
    db.execute("DELETE FROM stacks WHERE name = ?1", [name.as_str()])?;
    Ok(())
}

/// Keeps all of `stack` but when it was made.
pub(crate) fn update(db: &Connection, stack: &StackRow) -> Result<()> {
    db.execute(
        "UPDATE stacks SET wanted = ?2, was = ?3, generation = ?4, good = ?5, trouble = ?6 WHERE name = ?1",
        params![
            stack.name.as_str(),
            word(&stack.wanted)?,
            word(&stack.was)?,
            stack.generation,
            stack.good,
            stack.trouble
        ],
    )?;
    Ok(())
}

/// The number that the next generation of a stack gets.
pub(crate) fn next_generation(db: &Connection, stack: &StackName) -> Result<u64> {
    db.query_row(
        "SELECT coalesce(max(number), 0) + 1 FROM generations WHERE stack = ?1",
        [stack.as_str()],
        |row| row.get(0),
    )
}

/// Keeps a generation; what of it is `sealed` is kept nowhere else.
pub(crate) fn add_generation(
    db: &Connection,
    stack: &StackName,
    number: u64,
    row: &GenerationRow,
    sealed: &[u8],
) -> Result<()> {
    db.execute(
        "INSERT INTO generations (stack, number, created, by, version, compose, env, images, consents, sealed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, '', ?7, ?8, ?9)",
        params![
            stack.as_str(),
            number,
            row.shown.created.0,
            row.shown.by,
            row.version,
            row.shown.compose,
            json(&row.shown.images)?,
            json(&row.consents)?,
            sealed
        ],
    )?;
    Ok(())
}

/// All that is sealed of generations, by stack and number.
pub(crate) fn sealed(db: &Connection) -> Result<Vec<(StackName, u64, Vec<u8>)>> {
    db.prepare("SELECT stack, number, sealed FROM generations WHERE sealed IS NOT NULL")?
        .query_map([], |row| Ok((stack_name(row)?, row.get(1)?, row.get(2)?)))?
        .collect()
}

/// The `.env` of generations that were kept before any was sealed, by stack and number.
pub(crate) fn plain(db: &Connection) -> Result<Vec<(StackName, u64, String)>> {
    db.prepare("SELECT stack, number, env FROM generations WHERE sealed IS NULL")?
        .query_map([], |row| Ok((stack_name(row)?, row.get(1)?, row.get(2)?)))?
        .collect()
}

/// Puts what was sealed anew in place.
pub(crate) fn reseal(db: &Connection, stack: &StackName, number: u64, sealed: &[u8]) -> Result<()> {
    db.execute(
        "UPDATE generations SET sealed = ?3, env = '' WHERE stack = ?1 AND number = ?2",
        params![stack.as_str(), number, sealed],
    )?;
    Ok(())
}

/// The generations of a stack, the newest first.
pub(crate) fn generations(db: &Connection, stack: &StackName) -> Result<Vec<GenerationRow>> {
    db.prepare_cached(
        "SELECT number, created, by, good, compose, env, images, version, consents, sealed
         FROM generations WHERE stack = ?1 ORDER BY number DESC",
    )?
    .query_map([stack.as_str()], generation_row)?
    .collect()
}

pub(crate) fn generation(db: &Connection, stack: &StackName, number: u64) -> Result<Option<GenerationRow>> {
    db.prepare_cached(
        "SELECT number, created, by, good, compose, env, images, version, consents, sealed
         FROM generations WHERE stack = ?1 AND number = ?2",
    )?
    .query_row(params![stack.as_str(), number], generation_row)
    .optional()
}

pub(crate) fn set_images(
    db: &Connection,
    stack: &StackName,
    number: u64,
    images: &BTreeMap<String, String>,
) -> Result<()> {
    db.execute(
        "UPDATE generations SET images = ?3 WHERE stack = ?1 AND number = ?2",
        params![stack.as_str(), number, json(images)?],
    )?;
    Ok(())
}

pub(crate) fn set_good(db: &Connection, stack: &StackName, number: u64) -> Result<()> {
    db.execute(
        "UPDATE generations SET good = 1 WHERE stack = ?1 AND number = ?2",
        params![stack.as_str(), number],
    )?;
    Ok(())
}

fn row(row: &Row<'_>) -> Result<StackRow> {
    Ok(StackRow {
        name: stack_name(row)?,
        created: Timestamp(row.get(1)?),
        wanted: read_word(row, 2)?,
        was: read_word(row, 3)?,
        generation: row.get(4)?,
        good: row.get(5)?,
        trouble: row.get(6)?,
    })
}

/// The name of a stack in the first column.
fn stack_name(row: &Row<'_>) -> Result<StackName> {
    let name: String = row.get(0)?;
    StackName::parse(&name).map_err(|error| unreadable(0, error))
}

fn generation_row(row: &Row<'_>) -> Result<GenerationRow> {
    Ok(GenerationRow {
        shown: Generation {
            number: row.get(0)?,
            created: Timestamp(row.get(1)?),
            by: row.get(2)?,
            good: row.get(3)?,
            compose: row.get(4)?,
            env: row.get(5)?,
            images: read_json(row, 6)?,
        },
        version: row.get(7)?,
        consents: read_json(row, 8)?,
        sealed: row.get(9)?,
    })
}
