//! What is pushed over the event stream.
//!
//! Events are numbered within one run of the server (`stream`); one does not see all of them, so that numbers are missed. A client opens `/api/events` with the
//! `stream` and the number that it saw last; the server sends what it missed, or [`Frame::Relist`] when it cannot.

mod read;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::app::App;
use crate::container::Container;
use crate::job::Job;
use crate::name::StackName;
use crate::stack::Stack;
use crate::system::PodmanState;

/// One message of the event stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case", try_from = "read::AnyFrame")]
pub enum Frame {
    /// The first message: where the stream stands.
    Hello {
        /// This run of the server.
        stream: String,
        /// The number of the last event.
        sequence: u64,
        /// The server's version: a desktop of another version offers to reload.
        version: String,
        /// Whether Podman answers.
        podman: PodmanState,
    },
    /// Something changed.
    Event(Event),
    /// What was missed is no longer known: fetch the lists again.
    Relist {
        /// The number of the last event.
        sequence: u64,
    },
    /// Nothing new: the stream lives. Comes every ten seconds, so that one that died in silence can be told.
    Pulse,
    /// The session is over; the stream ends here.
    SessionEnded,
}

/// Something changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Event {
    /// Counts up.
    pub sequence: u64,
    /// What changed.
    pub change: Change,
}

/// What changed. Each carries the new truth of what it names, not the difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case", try_from = "read::AnyChange")]
pub enum Change {
    /// A container is new or different.
    Container {
        /// As it is now.
        container: Container,
    },
    /// A container is gone.
    ContainerRemoved {
        /// Its id.
        id: String,
    },
    /// A stack is new or different.
    Stack {
        /// As it is now.
        stack: Stack,
    },
    /// A stack is gone.
    StackRemoved {
        /// Its name.
        name: StackName,
    },
    /// An app is new or different.
    App {
        /// As it is now.
        app: App,
    },
    /// An app is gone.
    AppRemoved {
        /// Its id.
        id: String,
    },
    /// A job is new, or further.
    Job {
        /// As it is now.
        job: Job,
    },
    /// Something on the listener's own desk is new, different or gone. Nobody else hears of it.
    Desk {
        /// The new values by their keys, of those that changed; null for an entry that is gone.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        entries: BTreeMap<String, Option<Value>>,
    },
    /// Podman answers again, or does not any more.
    Podman {
        /// As it is now.
        state: PodmanState,
    },
}

/// Where a client of the event stream left off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(default, deny_unknown_fields)]
pub struct EventsQuery {
    /// The ticket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// The stream of the last `hello`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    /// The number of the last event seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
}
