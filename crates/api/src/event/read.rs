//! How what is pushed is read: through a struct of all that may come, which is one reading of each type.
//!
//! What is derived for an enum that names its kind beside its fields keeps the whole in between, and reads each type a
//! second time from that: a tenth of the desktop's first load.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{Change, Event, Frame};
use crate::app::App;
use crate::container::Container;
use crate::job::Job;
use crate::name::StackName;
use crate::stack::Stack;
use crate::system::PodmanState;

/// What is missing where something is.
type Missing = &'static str;

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum FrameType {
    Hello,
    Event,
    Relist,
    Pulse,
    SessionEnded,
}

#[derive(Deserialize)]
pub(super) struct AnyFrame {
    r#type: FrameType,
    stream: Option<String>,
    sequence: Option<u64>,
    version: Option<String>,
    podman: Option<PodmanState>,
    change: Option<Change>,
}

impl TryFrom<AnyFrame> for Frame {
    type Error = Missing;

    fn try_from(any: AnyFrame) -> Result<Self, Missing> {
        let sequence = any.sequence.ok_or("the frame has no sequence");
        Ok(match any.r#type {
            FrameType::Hello => Self::Hello {
                stream: any.stream.ok_or("the frame has no stream")?,
                sequence: sequence?,
                version: any.version.ok_or("the frame has no version")?,
                podman: any.podman.ok_or("the frame has no podman")?,
            },
            FrameType::Event => Self::Event(Event {
                sequence: sequence?,
                change: any.change.ok_or("the frame has no change")?,
            }),
            FrameType::Relist => Self::Relist { sequence: sequence? },
            FrameType::Pulse => Self::Pulse,
            FrameType::SessionEnded => Self::SessionEnded,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ChangeKind {
    Container,
    ContainerRemoved,
    Stack,
    StackRemoved,
    App,
    AppRemoved,
    Job,
    Desk,
    Podman,
}

#[derive(Deserialize)]
pub(super) struct AnyChange {
    kind: ChangeKind,
    container: Option<Container>,
    stack: Option<Stack>,
    app: Option<App>,
    job: Option<Job>,
    entries: Option<BTreeMap<String, Option<Value>>>,
    state: Option<PodmanState>,
    id: Option<String>,
    name: Option<StackName>,
}

impl TryFrom<AnyChange> for Change {
    type Error = Missing;

    fn try_from(any: AnyChange) -> Result<Self, Missing> {
        let id = any.id.ok_or("the change has no id");
        Ok(match any.kind {
            ChangeKind::Container => Self::Container {
                container: any.container.ok_or("the change has no container")?,
            },
            ChangeKind::ContainerRemoved => Self::ContainerRemoved { id: id? },
            ChangeKind::Stack => Self::Stack {
                stack: any.stack.ok_or("the change has no stack")?,
            },
            ChangeKind::StackRemoved => Self::StackRemoved {
                name: any.name.ok_or("the change has no name")?,
            },
            ChangeKind::App => Self::App {
                app: any.app.ok_or("the change has no app")?,
            },
            ChangeKind::AppRemoved => Self::AppRemoved { id: id? },
            ChangeKind::Job => Self::Job {
                job: any.job.ok_or("the change has no job")?,
            },
            ChangeKind::Desk => Self::Desk {
                entries: any.entries.ok_or("the change has no entries")?,
            },
            ChangeKind::Podman => Self::Podman {
                state: any.state.ok_or("the change has no state")?,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::event::{Change, Event, Frame};
    use crate::job::{Job, JobKind, JobState};
    use crate::name::StackName;
    use crate::system::PodmanState;
    use crate::time::Timestamp;

    fn read_again(frame: &Frame) {
        let text = serde_json::to_string(frame).unwrap();
        assert_eq!(&serde_json::from_str::<Frame>(&text).unwrap(), frame, "{text}");
    }

    #[test]
    fn what_is_written_is_read() {
        let job = Job {
            id: "1".to_owned(),
            kind: JobKind::Deploy,
            object: "notes".to_owned(),
            by: "ada".to_owned(),
            state: JobState::Running,
            steps: vec![],
            created: Timestamp(1),
            started: None,
            finished: None,
            error: None,
        };
        let changes = [
            Change::ContainerRemoved { id: "c1".to_owned() },
            Change::StackRemoved {
                name: StackName::parse("notes").unwrap(),
            },
            Change::AppRemoved { id: "a1".to_owned() },
            Change::Job { job },
            Change::Desk {
                entries: BTreeMap::from([("gone".to_owned(), None), ("there".to_owned(), Some(1.into()))]),
            },
            Change::Podman {
                state: PodmanState::Unreachable,
            },
        ];
        for change in changes {
            read_again(&Frame::Event(Event { sequence: 7, change }));
        }
        read_again(&Frame::Relist { sequence: 7 });
        read_again(&Frame::Pulse);
        read_again(&Frame::SessionEnded);
        read_again(&Frame::Hello {
            stream: "s".to_owned(),
            sequence: 7,
            version: "1".to_owned(),
            podman: PodmanState::Unreachable,
        });
    }

    #[test]
    fn what_lacks_something_is_refused() {
        for text in [
            r#"{"type":"relist"}"#,
            r#"{"type":"event","sequence":1}"#,
            r#"{"type":"event","sequence":1,"change":{"kind":"job","id":"1"}}"#,
            r#"{"type":"something_else"}"#,
        ] {
            assert!(serde_json::from_str::<Frame>(text).is_err(), "{text}");
        }
    }
}
