//! What containers use, as it is pushed to whoever looks.

use serde::{Deserialize, Serialize};

/// What a container uses at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Usage {
    /// The id of the container.
    pub container: String,
    /// Its share of one processor, in per cent: 200 is two processors in full use.
    pub cpu: f64,
    /// Memory in use, in bytes; absent where the machine does not count it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
    /// The most memory that it may use, in bytes; absent where the machine does not count it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_limit: Option<u64>,
    /// Bytes received over all its networks since its start.
    pub received: u64,
    /// Bytes sent over all its networks since its start.
    pub sent: u64,
    /// Processes and threads.
    pub processes: u64,
}

/// One message of the statistics.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum StatsFrame {
    /// What all containers that run use now, as far as the listener may see them.
    Used {
        /// In no order.
        containers: Vec<Usage>,
    },
    /// This machine has no statistics; no more comes.
    Unavailable {
        /// Why, as a sentence.
        message: String,
    },
    /// The session is over; the stream ends here.
    SessionEnded,
}

/// How the statistics are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(default, deny_unknown_fields)]
pub struct StatsQuery {
    /// The ticket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
}
