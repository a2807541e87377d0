//! What containers print, as it is pushed to whoever follows it.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// Where a line came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum LogSource {
    /// Standard output, or a terminal.
    Stdout,
    /// Standard error.
    Stderr,
}

/// A line that a container printed. What is in it is the container's: it is shown as text and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogLine {
    /// The id of the container.
    pub container: String,
    /// Where it came from.
    pub source: LogSource,
    /// When it was printed; absent where Podman does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// What it says, without the line end; cut after 16 KiB.
    pub text: String,
}

/// One message of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LogFrame {
    /// Lines, in order.
    Lines {
        /// At least one.
        lines: Vec<LogLine>,
    },
    /// The listener was slower than the container: so many lines before the next are left out.
    Dropped {
        /// How many.
        lines: u64,
    },
    /// A container has stopped printing; more comes when it is started again.
    Ended {
        /// Its id.
        container: String,
    },
    /// The log of a container cannot be read.
    Unreadable {
        /// Its id.
        container: String,
        /// Why, as a sentence.
        message: String,
    },
    /// The session is over; the stream ends here.
    SessionEnded,
}

/// Which part of a log is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(default, deny_unknown_fields)]
pub struct LogsQuery {
    /// The ticket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// Begin with so many lines from the end; 0 to 5,000, 500 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tail: Option<u16>,
}
