//! Jobs and what they wrote.

use api::job::{Job, JobLine};
use api::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::users::unreadable;
use crate::jobs::Told;

const COLUMNS: &str = "id, kind, object, by, state, steps, error, created, started, finished, told";
/// How many lines of a job are kept.
pub(crate) const LINES: u64 = 1000;
/// How many jobs are kept.
const JOBS: u64 = 500;

/// Keeps a job that is new, and forgets the oldest of those that are over.
pub(crate) fn insert(db: &Connection, job: &Job, told: &Told) -> Result<()> {
    db.execute(
        "INSERT INTO jobs (id, kind, object, by, state, told, steps, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            job.id,
            word(&job.kind)?,
            job.object,
            job.by,
            word(&job.state)?,
            json(told)?,
            json(&job.steps)?,
            job.created.0
        ],
    )?;
    db.execute(
        "DELETE FROM jobs WHERE state NOT IN ('queued', 'running')
         AND number <= (SELECT max(number) FROM jobs) - ?1",
        [JOBS],
    )?;
    Ok(())
}

/// Keeps how far a job is, and the lines that it wrote since.
pub(crate) fn update(db: &Connection, job: &Job, lines: &[JobLine]) -> Result<()> {
    db.prepare_cached("UPDATE jobs SET state = ?2, steps = ?3, error = ?4, started = ?5, finished = ?6 WHERE id = ?1")?
        .execute(params![
            job.id,
            word(&job.state)?,
            json(&job.steps)?,
            job.error.as_ref().map(json).transpose()?,
            job.started.map(|at| at.0),
            job.finished.map(|at| at.0)
        ])?;
    if job.state.is_over() {
        super::audit::job_ended(db, job)?;
    }
    let mut insert =
        db.prepare_cached("INSERT OR REPLACE INTO job_lines (job, number, at, text) VALUES (?1, ?2, ?3, ?4)")?;
    for line in lines {
        insert.execute(params![job.id, line.number, line.at.0, line.text])?;
    }
    if let Some(last) = lines.last() {
        db.prepare_cached("DELETE FROM job_lines WHERE job = ?1 AND number <= ?2")?
            .execute(params![job.id, last.number.saturating_sub(LINES)])?;
    }
    Ok(())
}

/// All jobs, the newest first.
pub(crate) fn list(db: &Connection) -> Result<Vec<Job>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM jobs ORDER BY number DESC"))?
        .query_map([], |columns| Ok(row(columns)?.0))?
        .collect()
}

/// The jobs that are not over, the oldest first, with what they were told and the number of their last line.
pub(crate) fn open(db: &Connection) -> Result<Vec<(Job, Told, u64)>> {
    db.prepare(&format!(
        "SELECT {COLUMNS}, (SELECT coalesce(max(number), 0) FROM job_lines WHERE job = jobs.id)
         FROM jobs WHERE state IN ('queued', 'running') ORDER BY number"
    ))?
    .query_map([], |columns| {
        let (job, told) = row(columns)?;
        Ok((job, told, columns.get(11)?))
    })?
    .collect()
}

/// Whether a job on `object` is not over.
pub(crate) fn is_open(db: &Connection, object: &str) -> Result<bool> {
    db.prepare_cached("SELECT 1 FROM jobs WHERE object = ?1 AND state IN ('queued', 'running')")?
        .exists([object])
}

pub(crate) fn get(db: &Connection, id: &str) -> Result<Option<Job>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM jobs WHERE id = ?1"))?
        .query_row([id], |columns| Ok(row(columns)?.0))
        .optional()
}

/// The lines of a job, in order.
pub(crate) fn lines(db: &Connection, id: &str) -> Result<Vec<JobLine>> {
    db.prepare_cached("SELECT number, at, text FROM job_lines WHERE job = ?1 ORDER BY number")?
        .query_map([id], |row| {
            Ok(JobLine {
                number: row.get(0)?,
                at: Timestamp(row.get(1)?),
                text: row.get(2)?,
            })
        })?
        .collect()
}

fn row(row: &Row<'_>) -> Result<(Job, Told)> {
    let error: Option<String> = row.get(6)?;
    let job = Job {
        id: row.get(0)?,
        kind: read_word(row, 1)?,
        object: row.get(2)?,
        by: row.get(3)?,
        state: read_word(row, 4)?,
        steps: read_json(row, 5)?,
        error: error.map(|_| read_json(row, 6)).transpose()?,
        created: Timestamp(row.get(7)?),
        started: row.get::<_, Option<i64>>(8)?.map(Timestamp),
        finished: row.get::<_, Option<i64>>(9)?.map(Timestamp),
    };
    Ok((job, read_json(row, 10)?))
}

/// A value as JSON text.
pub(super) fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

/// A value of an enum without parts, as its bare word.
pub(super) fn word<T: Serialize>(value: &T) -> Result<String> {
    Ok(json(value)?.trim_matches('"').to_owned())
}

pub(super) fn read_json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| unreadable(column, error))
}

pub(super) fn read_word<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_value(text.into()).map_err(|error| unreadable(column, error))
}
