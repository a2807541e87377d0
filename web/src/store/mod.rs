//! What the desktop knows of the machine: one store, fed by the event stream, read by every window.
//!
//! - [`keyed`]: rows that change one by one
//! - [`order`]: rows in order, pure
//! - [`sync`]: how lists and events come together, pure
//! - [`backoff`]: how long to wait before trying again, pure
//! - [`own`]: what the person's desk is made of
//! - [`pictures`]: the icons of apps, fetched once each
//! - [`progress`]: how far a job is, pure
//! - `feed`: the task that follows the stream
//! - [`browser`]: time and waiting

pub mod backoff;
pub mod browser;
mod feed;
pub mod keyed;
pub mod order;
pub mod own;
pub mod pictures;
pub mod progress;
pub mod sync;

use api::app::App;
use api::container::Container;
use api::job::Job;
use api::stack::Stack;
use api::system::{PodmanState, System};
use futures_channel::mpsc::{UnboundedSender, unbounded};
use futures_util::future::{AbortHandle, abortable};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::client::Session;
use keyed::Keyed;
use own::{Entries, Own};

/// Whether the event stream is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// For the first time, now.
    Opening,
    /// Everything shown is as it is.
    Live,
    /// It broke: what is shown is as it was.
    Broken {
        /// Since when, in milliseconds since the epoch.
        since: i64,
        /// When it is tried again.
        again: i64,
    },
}

/// What the desktop knows of the machine; cheap to copy, given to views as a context.
#[derive(Clone, Copy)]
pub struct Deck {
    /// The right to ask; another one after logging in again.
    pub session: RwSignal<Session>,
    /// The containers, by id.
    pub containers: Keyed<Container>,
    /// The stacks, by name.
    pub stacks: Keyed<Stack>,
    /// The apps, by id.
    pub apps: Keyed<App>,
    /// The jobs that are kept, under way or over; by id.
    pub jobs: Keyed<Job>,
    /// What the person's desk is made of.
    pub own: Own,
    /// Whether they have been listed once.
    pub listed: RwSignal<bool>,
    /// Whether Podman answers.
    pub podman: RwSignal<PodmanState>,
    /// Whether the event stream is followed.
    pub link: RwSignal<Link>,
    /// The machine, as of a few seconds ago.
    pub system: RwSignal<Option<System>>,
    /// The version that the server says it is.
    pub version: RwSignal<Option<String>>,
    /// The time, each second.
    pub now: ReadSignal<i64>,
    hurry: StoredValue<Option<UnboundedSender<()>>>,
}

impl Deck {
    /// What is known at the start: nothing. Follows the stream until the owner is gone, and again with each new
    /// session.
    #[must_use]
    pub fn follow(session: RwSignal<Session>, entries: Entries) -> Self {
        let deck = Self {
            session,
            containers: Keyed::new(),
            stacks: Keyed::new(),
            apps: Keyed::new(),
            jobs: Keyed::new(),
            own: Own::new(session, entries),
            listed: RwSignal::new(false),
            podman: RwSignal::new(PodmanState::Connecting),
            link: RwSignal::new(Link::Opening),
            system: RwSignal::new(None),
            version: RwSignal::new(None),
            now: browser::clock(),
            hurry: StoredValue::new(None),
        };
        Effect::new(move |_| {
            let session = session.get();
            let (sender, receiver) = unbounded();
            deck.hurry.set_value(Some(sender));
            let tasks = [
                start(feed::follow(deck, session.clone(), receiver)),
                start(feed::watch_system(deck, session)),
            ];
            on_cleanup(move || tasks.iter().for_each(AbortHandle::abort));
        });
        let awake = window_event_listener(leptos::ev::online, move |_| deck.hurry_if_broken());
        let seen = window_event_listener(leptos::ev::focus, move |_| deck.hurry_if_broken());
        on_cleanup(move || {
            awake.remove();
            seen.remove();
        });
        deck
    }

    /// Opens the event stream anew, now.
    pub fn hurry(&self) {
        self.hurry.with_value(|sender| {
            if let Some(sender) = sender {
                // Nobody listens once the session is over, and then there is nothing to hurry.
                let _ = sender.unbounded_send(());
            }
        });
    }

    /// The same, where it broke: the machine woke up, or somebody looks again.
    fn hurry_if_broken(&self) {
        if matches!(self.link.get_untracked(), Link::Broken { .. }) {
            self.hurry();
        }
    }

    /// Keeps a job that a reply tells of. Where its event was first, that is newer.
    pub fn begun(&self, job: &Job) {
        if self.jobs.row(&job.id).is_none() {
            self.jobs.put(&job.id, job.clone());
        }
    }

    /// The session, for a call from an event handler.
    #[must_use]
    pub fn session_now(&self) -> Session {
        self.session.get_untracked()
    }
}

/// Whether nobody can see the page.
fn hidden() -> bool {
    web_sys::window()
        .and_then(|window| window.document())
        .is_some_and(|document| document.hidden())
}

fn start(task: impl Future<Output = ()> + 'static) -> AbortHandle {
    let (task, handle) = abortable(task);
    spawn_local(async move {
        // Aborted or ended by itself: either way there is nothing left to do.
        let _ = task.await;
    });
    handle
}
