//! Stacks: compose projects that Stardeck manages.
//!
//! Along the data flow:
//! - [`disk`]: their files
//! - [`load`]: from the texts to what they mean
//! - [`manage`]: making, seeing, changing them, and asking for work on them
//! - [`plan`]: from what is wanted and what is there to what is to be done
//! - [`observe`]: what is there
//! - [`reconcile`]: carries out a job: the same way at the first try, the retry and after a crash
//! - [`apply`]: the steps of a plan; [`flow`]: many at once, in order; [`wait`]: until containers are what others wait for
//! - [`boot`]: what was wanted comes back with the machine
//! - [`health`]: health checks, where Podman has no timers for them
//! - [`shown`]: how they are, told as it changes

mod apply;
pub(crate) mod boot;
mod disk;
mod flow;
pub(crate) mod health;
mod load;
mod manage;
mod observe;
mod plan;
pub(crate) mod reconcile;
pub(crate) mod shown;
mod wait;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use api::name::StackName;
use tokio::sync::Notify;

use disk::Disk;
use shown::Outline;

pub use manage::Verb;

/// What the engine keeps in memory of stacks.
pub(crate) struct Stacks {
    disk: Disk,
    /// What the texts of each stack say, by the text that was read last.
    outlines: Mutex<BTreeMap<StackName, (String, Arc<Outline>)>>,
    changed: Notify,
    /// Held while files are compared and written.
    writing: tokio::sync::Mutex<()>,
}

impl Stacks {
    pub(crate) fn new(data_dir: &Path) -> Self {
        Self {
            disk: Disk::new(data_dir),
            outlines: Mutex::default(),
            changed: Notify::new(),
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
