//! What was done, by whom.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// One entry of the audit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Entry {
    /// Counts up.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// The account's name, or `setup`, or `command line`.
    pub actor: String,
    /// What was done, such as `container.stop`.
    pub action: String,
    /// To what.
    pub object: String,
    /// From which address.
    pub peer: String,
    /// What came of it.
    #[serde(default)]
    pub outcome: Outcome,
}

/// What came of something that was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done.
    #[default]
    Done,
    /// It was begun, and is under way; or the server ended in the middle of it.
    Begun,
    /// It failed.
    Failed,
    /// It failed, and what was there before was put back.
    RolledBack,
    /// Somebody called it off.
    Cancelled,
}
