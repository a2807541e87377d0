//! How lists are cut: `?limit=&cursor=&q=` in, `cursor` out when there is more.

use serde::{Deserialize, Serialize};

/// The part of a list that is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(default, deny_unknown_fields)]
pub struct PageQuery {
    /// At most this many items; 1 to 500, 200 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u16>,
    /// The `cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Only items that contain this text, without regard to case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
}

/// One part of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The items of this part.
    pub items: Vec<T>,
    /// Where the next part starts; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// All of something that the event stream tells of, and the point of the stream that the list stands at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Listed<T> {
    /// All of it.
    pub items: Vec<T>,
    /// The number of the last event that this list includes.
    pub sequence: u64,
}
