//! Stacks: compose projects that Stardeck manages.
//!
//! Along the data flow:
//! - [`disk`]: their files; [`watch`]: when somebody else changes them
//! - [`sources`]: files that come from elsewhere; [`quick`]: a compose file from a form
//! - [`adopt`]: a compose file from containers that somebody else made, and taking their place
//! - [`kept`]: what was deployed, as it is kept
//! - [`load`]: from the texts to what they mean
//! - [`manage`]: making, seeing, changing them, and asking for work on them
//! - [`plan`]: from what is wanted and what is there to what is to be done
//! - [`observe`]: what is there
//! - [`reconcile`]: carries out a job: the same way at the first try, the retry and after a crash
//! - [`apply`]: the steps of a plan; [`flow`]: many at once, in order; [`wait`]: until containers are what others wait for
//! - [`boot`]: what was wanted comes back with the machine
//! - [`health`]: health checks, where Podman has no timers for them; [`heal`]: what stays unhealthy is restarted
//! - [`shown`]: how they are, told as it changes

mod adopt;
pub(crate) mod apply;
pub(crate) mod boot;
mod disk;
mod flow;
pub(crate) mod heal;
pub(crate) mod health;
pub(crate) mod kept;
pub(crate) mod load;
mod manage;
mod observe;
mod plan;
mod quick;
pub(crate) mod reconcile;
pub(crate) mod shown;
mod sources;
mod wait;
pub(crate) mod watch;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use api::name::StackName;
use tokio::sync::Notify;

use disk::Disk;
use shown::Outline;
use sources::Sources;

pub use adopt::{Derived, derived};
pub use manage::Verb;
pub use sources::Reach;

/// What the engine keeps in memory of stacks.
pub(crate) struct Stacks {
    pub(crate) disk: Disk,
    sources: Sources,
    /// What the texts of each stack say, by the text that was read last.
    outlines: Mutex<BTreeMap<StackName, (String, Arc<Outline>)>>,
    changed: Notify,
    healing: heal::Healing,
    /// Held while files are compared and written.
    writing: tokio::sync::Mutex<()>,
}

impl Stacks {
    pub(crate) fn new(data_dir: &Path, reach: Reach) -> Self {
        Self {
            disk: Disk::new(data_dir),
            sources: Sources::new(reach, data_dir.join("scratch")),
            outlines: Mutex::default(),
            changed: Notify::new(),
            healing: heal::Healing::default(),
            writing: tokio::sync::Mutex::default(),
        }
    }

    /// Something that shows in a stack may have changed.
    pub(crate) fn poke(&self) {
        self.changed.notify_one();
    }

    fn outlines(&self) -> MutexGuard<'_, BTreeMap<StackName, (String, Arc<Outline>)>> {
        self.outlines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
