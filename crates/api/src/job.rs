//! Jobs: units of work that take a while, with steps, progress and a log.

use serde::{Deserialize, Serialize};

use crate::error::ErrorDetail;
use crate::time::Timestamp;

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Brings a stack to what its file says.
    Deploy,
    /// Starts what a stack has.
    Start,
    /// Stops what a stack has; its containers stay.
    Stop,
    /// Stops and starts what a stack has.
    Restart,
    /// Removes a stack's containers and networks; its file and its volumes stay.
    Down,
    /// Removes a stack, and those of its volumes that were named.
    Remove,
    /// Fetches an image.
    Pull,
    /// Restarts a container of a stack that stays unhealthy.
    Heal,
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// It waits for its turn.
    Queued,
    /// It is at work.
    Running,
    /// It did what it was asked.
    Done,
    /// It failed, and what it had changed was put back.
    RolledBack,
    /// It failed; `error` says why, and how things stand.
    Failed,
    /// It was called off.
    Cancelled,
}

impl JobState {
    /// Whether nothing more will happen.
    #[must_use]
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// It was not begun.
    Waiting,
    /// It is under way.
    Running,
    /// It is done.
    Done,
    /// It failed.
    Failed,
    /// There was no need for it.
    Skipped,
}

/// A part of a job, in the words of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobStep {
    /// What is done, such as `Pull docker.io/library/redis:7`.
    pub title: String,
    /// The service that it is for; absent where it is for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// How far it is.
    pub state: StepState,
    /// How much of it is done, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    /// Its parts while it is under way, such as the layers of an image that is fetched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<StepPart>,
    /// What it waits for, or what went wrong.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// A part of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StepPart {
    /// What it is, such as the beginning of a layer's digest.
    pub name: String,
    /// How far it is.
    pub state: StepState,
    /// How many bytes of it are there, where Podman says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
}

/// How much of something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Progress {
    /// Done so far.
    pub done: u64,
    /// In all; absent where nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Job {
    /// Its id.
    pub id: String,
    /// What it does.
    pub kind: JobKind,
    /// What it does it to: the name of a stack, or the whole name of an image.
    pub object: String,
    /// The name of who asked for it.
    pub by: String,
    /// How far it is.
    pub state: JobState,
    /// Its parts, in order.
    pub steps: Vec<JobStep>,
    /// When it was asked for.
    pub created: Timestamp,
    /// When it was begun; absent while it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    /// When it was over; absent until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<Timestamp>,
    /// Why it failed; absent where it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorDetail>,
}

/// A line of a job's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobLine {
    /// Its number, counted from 1.
    pub number: u64,
    /// When it was written.
    pub at: Timestamp,
    /// What it says.
    pub text: String,
}

/// A job, and what it wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobDetail {
    /// What the list says of it.
    #[serde(flatten)]
    pub job: Job,
    /// The last thousand lines of its log.
    pub log: Vec<JobLine>,
}
