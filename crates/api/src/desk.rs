//! The desk of one person: its windows, icons and settings, as named JSON values that the desktop alone understands.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The most entries that a desk has.
pub const ENTRIES: usize = 500;
/// The longest key, in bytes.
pub const KEY_BYTES: usize = 128;
/// The longest value, in bytes of compact JSON.
pub const VALUE_BYTES: usize = 8 * 1024;
/// The most that the keys and values of a desk come to, in bytes.
pub const DESK_BYTES: usize = 256 * 1024;

/// What is on a desk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Desk {
    /// The values by their keys. None of them is null.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub entries: BTreeMap<String, Value>,
}

/// Changes a desk: what is not named stays, and of two changes of one key the last counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DeskPatch {
    /// The new values by their keys; null takes an entry away. A desk has at most 500 entries and 256 KiB in all, a key
    /// at most 128 bytes, a value at most 8 KiB.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub entries: BTreeMap<String, Option<Value>>,
}
