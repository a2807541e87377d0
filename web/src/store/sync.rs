//! How the store catches up with the event stream: pure, and told what arrives.
//!
//! A list and a stream of changes race. The list says up to which event it goes; what arrives while it is fetched is
//! held back, and then only what is newer than the list is applied.

use api::event::{Change, Event, Frame};
use api::system::PodmanState;

/// What to do about a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The store changes.
    Apply(Box<Change>),
    /// Fetch the lists, then say so by [`Sync::listed`].
    List,
    /// Podman is in this state.
    Podman(PodmanState),
    /// The server is of this version.
    Version(String),
    /// The session is over.
    End,
}

/// Where the store stands in the event stream.
#[derive(Clone, Debug, Default)]
pub struct Sync {
    stream: Option<String>,
    seen: u64,
    /// The changes that came while a list was being fetched; absent when none is.
    held: Option<Vec<Event>>,
    listed: bool,
}

impl Sync {
    /// From where to follow a stream that is opened anew; absent while there is nothing to build on.
    #[must_use]
    pub fn after(&self) -> Option<(&str, u64)> {
        self.stream
            .as_deref()
            .filter(|_| self.listed)
            .map(|stream| (stream, self.seen))
    }

    /// The stream broke. A list under way is of no use any more: what came meanwhile may be missed.
    pub fn broke(&mut self) {
        if self.held.take().is_some() {
            self.listed = false;
        }
    }

    /// A frame arrived.
    #[must_use]
    pub fn frame(&mut self, frame: Frame) -> Vec<Step> {
        match frame {
            Frame::Hello {
                stream,
                version,
                podman,
                ..
            } => {
                let mut steps = vec![Step::Version(version), Step::Podman(podman)];
                if self.stream.as_ref() != Some(&stream) || !self.listed {
                    self.stream = Some(stream);
                    steps.push(self.list());
                }
                steps
            }
            Frame::Event(event) => match &mut self.held {
                Some(held) => {
                    held.push(event);
                    vec![]
                }
                None => self.apply(event).into_iter().collect(),
            },
            Frame::Relist { .. } => vec![self.list()],
            Frame::Pulse => vec![],
            Frame::SessionEnded => vec![Step::End],
        }
    }

    /// The lists were fetched, and include everything up to this event.
    #[must_use]
    pub fn listed(&mut self, sequence: u64) -> Vec<Step> {
        self.listed = true;
        self.seen = sequence;
        let held = self.held.take().unwrap_or_default();
        held.into_iter().filter_map(|event| self.apply(event)).collect()
    }

    fn list(&mut self) -> Step {
        self.held = Some(vec![]);
        Step::List
    }

    fn apply(&mut self, event: Event) -> Option<Step> {
        if event.sequence <= self.seen {
            return None;
        }
        self.seen = event.sequence;
        Some(match event.change {
            Change::Podman { state } => Step::Podman(state),
            change => Step::Apply(Box::new(change)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hello(stream: &str) -> Frame {
        Frame::Hello {
            stream: stream.to_owned(),
            sequence: 7,
            version: "1".to_owned(),
            podman: PodmanState::Connected,
        }
    }

    fn gone(sequence: u64) -> Frame {
        let change = Change::ContainerRemoved {
            id: sequence.to_string(),
        };
        Frame::Event(Event { sequence, change })
    }

    fn ids(steps: &[Step]) -> Vec<&str> {
        fn id(step: &Step) -> Option<&str> {
            let Step::Apply(change) = step else { return None };
            match &**change {
                Change::ContainerRemoved { id } => Some(id),
                _ => None,
            }
        }
        steps.iter().filter_map(id).collect()
    }

    fn listed_at(sequence: u64) -> Sync {
        let mut sync = Sync::default();
        let _ = sync.frame(hello("one"));
        let _ = sync.listed(sequence);
        sync
    }

    #[test]
    fn the_first_frame_asks_for_the_lists() {
        let mut sync = Sync::default();
        assert_eq!(sync.after(), None);
        assert!(sync.frame(hello("one")).contains(&Step::List));
    }

    #[test]
    fn what_comes_during_a_list_is_applied_after_it_and_only_if_newer() {
        let mut sync = Sync::default();
        let _ = sync.frame(hello("one"));
        for sequence in [8, 9, 10] {
            assert_eq!(sync.frame(gone(sequence)), []);
        }
        assert_eq!(ids(&sync.listed(9)), ["10"]);
        assert_eq!(sync.after(), Some(("one", 10)));
    }

    #[test]
    fn an_event_is_applied_once() {
        let mut sync = listed_at(7);
        assert_eq!(ids(&sync.frame(gone(8))), ["8"]);
        assert_eq!(sync.frame(gone(8)), []);
    }

    #[test]
    fn the_same_run_of_the_server_is_followed_on_without_a_list() {
        let mut sync = listed_at(7);
        sync.broke();
        assert_eq!(sync.after(), Some(("one", 7)));
        assert!(!sync.frame(hello("one")).contains(&Step::List));
        assert_eq!(ids(&sync.frame(gone(8))), ["8"]);
    }

    #[test]
    fn another_run_of_the_server_is_listed_anew_though_its_numbers_start_again() {
        let mut sync = listed_at(700);
        sync.broke();
        assert!(sync.frame(hello("two")).contains(&Step::List));
        let _ = sync.listed(2);
        assert_eq!(ids(&sync.frame(gone(3))), ["3"]);
    }

    #[test]
    fn a_stream_that_breaks_during_a_list_is_listed_again() {
        let mut sync = listed_at(7);
        assert_eq!(sync.frame(Frame::Relist { sequence: 90 }), [Step::List]);
        sync.broke();
        assert_eq!(sync.after(), None);
        assert!(sync.frame(hello("one")).contains(&Step::List));
    }

    #[test]
    fn the_end_of_the_session_is_told() {
        assert_eq!(listed_at(7).frame(Frame::SessionEnded), [Step::End]);
    }
}
