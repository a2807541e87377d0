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
}
