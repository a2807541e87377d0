//! What Podman says when something happened. An event is a hint to look, never the truth itself: it may come late,
//! twice, out of order or not at all.

use std::{collections::BTreeMap, sync::Arc};

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde::Deserialize;

use crate::{Call, Stream, lines, tolerant::null_is_default, wire::Wire};

/// Which events to hear.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Those since then, and then those to come; without it those to come alone.
    pub since: Option<Timestamp>,
    /// Only those about things of these kinds; empty for all.
    pub kinds: Vec<Kind>,
}

/// What kind of thing an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A container.
    Container,
    /// An image.
    Image,
    /// A network.
    Network,
    /// A pod.
    Pod,
    /// A volume.
    Volume,
    /// Podman itself, or something that Stardeck does not know.
    Other,
}

impl Kind {
    fn word(self) -> Option<&'static str> {
        Some(match self {
            Self::Container => "container",
            Self::Image => "image",
            Self::Network => "network",
            Self::Pod => "pod",
            Self::Volume => "volume",
            Self::Other => return None,
        })
    }

    fn of(word: &str) -> Self {
        [Self::Container, Self::Image, Self::Network, Self::Pod, Self::Volume]
            .into_iter()
            .find(|kind| kind.word() == Some(word))
            .unwrap_or(Self::Other)
    }
}

/// Something happened to something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// To what kind of thing.
    pub kind: Kind,
    /// To which one. A volume's id is its name.
    pub id: String,
    /// Its name, where the event tells.
    pub name: String,
    /// What happened, in Podman's word: `create`, `init`, `start`, `died`, `cleanup`, `remove`, `rename`, `pause`,
    /// `health_status`, `exec`, …
    pub action: String,
    /// When, by Podman's clock.
    pub time: Option<Timestamp>,
    /// The exit code, when a container died.
    pub exit_code: Option<i32>,
    /// What else Podman tells, a container's labels among it.
    pub attributes: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Line {
    #[serde(default, rename = "Type")]
    kind: String,
    #[serde(default)]
    action: String,
    actor: Actor,
    #[serde(default, rename = "timeNano")]
    time_nano: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Actor {
    #[serde(rename = "ID")]
    id: String,
    #[serde(default, deserialize_with = "null_is_default")]
    attributes: BTreeMap<String, String>,
}

impl From<Line> for Event {
    fn from(line: Line) -> Self {
        let mut attributes = line.actor.attributes;
        let exit_code = attributes
            .remove("containerExitCode")
            .and_then(|code| code.parse().ok());
        Self {
            kind: Kind::of(&line.kind),
            id: line.actor.id,
            name: attributes.remove("name").unwrap_or_default(),
            // On Podman 4.3 every later event of a container carries the code as well.
            exit_code: exit_code.filter(|_| line.action == "died"),
            action: line.action,
            time: Timestamp::from_nanosecond(line.time_nano.into())
                .ok()
                .filter(|time| *time > Timestamp::UNIX_EPOCH),
            attributes,
        }
    }
}

pub(crate) fn stream(wire: Arc<Wire>, query: &Query) -> Stream<Event> {
    let mut call = Call::get("events").query("stream", true);
    if let Some(since) = query.since {
        call = call.query("since", since.as_second());
    }
    let words: Vec<_> = query.kinds.iter().filter_map(|kind| kind.word()).collect();
    if !words.is_empty() {
        call = call.query("filters", serde_json::json!({ "type": words }));
    }
    stream::once(async move { wire.send(call).await })
        .map_ok(|reply| lines::objects::<Line>(reply.body))
        .try_flatten()
        .map_ok(Event::from)
        .boxed()
}
