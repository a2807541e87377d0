//! What can go wrong between Stardeck and Podman.

use std::{io, path::PathBuf, time::Duration};

/// The result of every call in this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A cause that is kept for the log.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a call to Podman gave no answer, or not the one that was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nobody listens at the socket: it is missing, refused the connection, or may not be opened by this user.
    #[error("cannot reach Podman at {}; is its API service running?", socket.display())]
    Unreachable {
        /// The socket that was tried.
        socket: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// Podman took the connection and did not answer in time.
    #[error("Podman did not answer `{call}` within {} s", after.as_secs_f32())]
    Deadline {
        /// The method and path of the call.
        call: String,
        /// How long it was waited for.
        after: Duration,
    },
    /// What the call names does not exist; the message is Podman's own.
    #[error("{message}")]
    NotFound {
        /// Podman's own words.
        message: String,
    },
    /// The call does not fit the state that things are in, or a name is taken; the message is Podman's own.
    #[error("{message}")]
    Conflict {
        /// Podman's own words.
        message: String,
    },
    /// Podman answered with any other failure.
    #[error("Podman refused: {message}")]
    Refused {
        /// The HTTP status; 200 where the failure came inside a stream that had begun well.
        status: u16,
        /// Podman's own words.
        message: String,
    },
    /// The answer is not what Podman would say: broken HTTP, JSON or frames.
    #[error("Podman's answer makes no sense ({what})")]
    Garbled {
        /// What was being read.
        what: &'static str,
        /// What the parser said.
        #[source]
        source: Option<Cause>,
    },
    /// The connection ended in the middle of an answer.
    #[error("the connection to Podman was cut")]
    Interrupted {
        /// What the transport said.
        #[source]
        source: Option<Cause>,
    },
}

impl Error {
    /// Whether what the call names does not exist.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound { .. })
    }

    /// Whether the call does not fit the state that things are in.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict { .. })
    }

    /// Whether Podman itself is in trouble, so that any other call would fare no better; `false` means that it
    /// answered, and what it said is about this call.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        !matches!(
            self,
            Self::NotFound { .. } | Self::Conflict { .. } | Self::Refused { .. }
        )
    }

    pub(crate) fn garbled(what: &'static str, source: impl Into<Cause>) -> Self {
        Self::Garbled {
            what,
            source: Some(source.into()),
        }
    }

    pub(crate) fn from_hyper(source: hyper::Error) -> Self {
        // A body that ends before its announced length is a cut; bytes that are no HTTP at all are garbage.
        if source.is_parse() || source.is_parse_too_large() {
            Self::garbled("HTTP", source)
        } else {
            Self::Interrupted {
                source: Some(source.into()),
            }
        }
    }
}
