//! A person's desk, as it is kept on the server: windows, icons and choices.
//!
//! What is in it is the desktop's own business; the server keeps it whole, and says when another browser was faster.

use serde::{Deserialize, Serialize};

/// A person's desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Desk {
    /// Counts the times that it was kept; 0 before the first. A change names the version that it was made from, and
    /// another one is a conflict that answers with the desk as it is.
    pub version: u64,
    /// What the desktop made of it, at most 256 KiB as text.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub state: serde_json::Value,
}
