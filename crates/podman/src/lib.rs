//! Podman's REST API over its unix socket, as typed calls and streams.
//!
//! Invariants: the only crate that knows Podman's paths and JSON; none of its types is Podman's own JSON, so a change
//! of Podman's ends here. No stacks, no compose, no policy. No call is repeated by itself, and none waits for ever:
//! a call has a deadline, and a stream ends when its value is dropped.
//!
//! - [`Podman`]: where to call; the calls are grouped as Podman groups them
//! - [`container`], [`image`], [`volume`], [`network`]: the things that there are
//! - [`event`]: what Podman says when something happened
//! - [`watch`]: the above put together: a list that is kept true
//! - [`system`]: what this Podman is and can do
//! - [`disk`]: what it all takes on the disk
//! - [`Error`]: what can go wrong
//!
//! Below them: `wire` (one request on one connection), `lines` and `frames` (how streams are cut), `tolerant` (what
//! differs between versions).

use std::{path::PathBuf, pin::Pin, sync::Arc, time::Duration};

pub mod container;
pub mod disk;
mod error;
pub mod event;
mod frames;
pub mod image;
mod lines;
pub mod network;
pub mod system;
mod tolerant;
pub mod volume;
pub mod watch;
mod wire;

pub use container::Containers;
pub use error::{Error, Result};
pub use image::Images;
pub use network::Networks;
pub use volume::Volumes;

use crate::wire::{Call, Wire};

/// What Podman sends bit by bit. It owns its connection: dropping it closes that. Nothing comes after an error.
pub type Stream<T> = Pin<Box<dyn futures_util::Stream<Item = Result<T>> + Send>>;

/// Where a Podman is, and how patient to be with it.
#[derive(Clone, Debug)]
pub struct Config {
    /// Its API's unix socket.
    pub socket: PathBuf,
    /// How long a call may take, unless it is one that waits for a container.
    pub deadline: Duration,
}

impl Config {
    /// The usual deadline of nine seconds, so that whoever asked hears of a silent Podman within ten.
    pub fn new(socket: impl Into<PathBuf>) -> Self {
        Self {
            socket: socket.into(),
            deadline: Duration::from_secs(9),
        }
    }
}

/// A Podman to call. Making one connects to nothing, and a clone is as good as the original.
#[derive(Clone, Debug)]
pub struct Podman {
    wire: Arc<Wire>,
}

impl Podman {
    /// The Podman that listens at `socket`.
    pub fn new(socket: impl Into<PathBuf>) -> Self {
        Self::with(Config::new(socket))
    }

    /// The Podman that `config` describes.
    #[must_use]
    pub fn with(config: Config) -> Self {
        Self {
            wire: Arc::new(Wire {
                socket: config.socket,
                deadline: config.deadline,
            }),
        }
    }

    /// Its containers.
    #[must_use]
    pub fn containers(&self) -> Containers {
        Containers::new(self.wire.clone())
    }

    /// Its images.
    #[must_use]
    pub fn images(&self) -> Images {
        Images::new(self.wire.clone())
    }

    /// Its volumes.
    #[must_use]
    pub fn volumes(&self) -> Volumes {
        Volumes::new(self.wire.clone())
    }

    /// Its networks.
    #[must_use]
    pub fn networks(&self) -> Networks {
        Networks::new(self.wire.clone())
    }

    /// What happens from now on, or from `since` on; see [`event::Query`].
    ///
    /// # Errors
    /// In the stream: it begins with one when Podman cannot be reached. Podman 4.3 sends the head of its answer with
    /// the first event only, so there is no telling a quiet Podman from a silent one here: [`watch`] does.
    #[must_use]
    pub fn events(&self, query: &event::Query) -> Stream<event::Event> {
        event::stream(self.wire.clone(), query)
    }
}
