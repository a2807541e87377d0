//! What containers use, to whoever looks.
//!
//! Podman is asked for it once for all who look, and not at all while nobody does. A listener that is slow gets the
//! last moment and none of those before it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use api::stats::{StatsFrame, Usage};
use futures_util::StreamExt;
use podman::container::Stats;
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::Engine;
use crate::actor::{Actor, Right};
use crate::error::Result;
use crate::users::Lease;

/// How many seconds lie between two moments.
const INTERVAL: u32 = 1;
/// How long a Podman that fails is left alone.
const REST: Duration = Duration::from_secs(2);

/// What all who look share.
#[derive(Default)]
pub(crate) struct Looking(Mutex<Weak<Shared>>);

/// One reading of Podman's statistics. It ends when nobody holds it any more.
struct Shared {
    moments: watch::Receiver<Moment>,
    _reading: DropGuard,
}

#[derive(Clone)]
enum Moment {
    /// Podman has said nothing yet.
    Awaited,
    Used(Arc<Vec<Usage>>),
    /// There are none on this machine.
    Unavailable,
}

/// A listener's statistics. Dropping it ends its share in the reading.
pub struct StatsStream {
    engine: Engine,
    moments: watch::Receiver<Moment>,
    lease: Lease,
    foreign: bool,
    over: bool,
    _shared: Arc<Shared>,
}

impl Engine {
    /// Follows what all containers use that the actor may see.
    pub async fn stats(&self, actor: &Actor) -> Result<StatsStream> {
        actor.require(Right::See)?;
        let lease = self.lease(actor).await?;
        let shared = self.share();
        let mut moments = shared.moments.clone();
        moments.mark_changed();
        Ok(StatsStream {
            engine: self.clone(),
            moments,
            lease,
            foreign: actor.may(Right::Administer),
            over: false,
            _shared: shared,
        })
    }

    /// The reading that is under way, or a new one.
    fn share(&self) -> Arc<Shared> {
        // A lock that a panic left holds a pointer that is whole all the same.
        let mut looking = self.looking.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = looking.upgrade() {
            return shared;
        }
        let (sender, moments) = watch::channel(Moment::Awaited);
        let stop = self.stopping.child_token();
        self.tasks.spawn(read(self.clone(), sender, stop.clone()));
        let shared = Arc::new(Shared {
            moments,
            _reading: stop.drop_guard(),
        });
        *looking = Arc::downgrade(&shared);
        shared
    }
}

impl StatsStream {
    /// The next message; `None` after the last.
    pub async fn next(&mut self) -> Option<StatsFrame> {
        while !self.over {
            let engine = &self.engine;
            tokio::select! {
                () = self.lease.ended() => {
                    self.over = true;
                    return Some(StatsFrame::SessionEnded);
                }
                () = engine.stopping.cancelled() => self.over = true,
                changed = self.moments.changed() => {
                    let moment = self.moments.borrow_and_update().clone();
                    // The reading ends by itself only where there is nothing to read.
                    self.over = changed.is_err() || matches!(moment, Moment::Unavailable);
                    match moment {
                        Moment::Awaited => {}
                        Moment::Used(all) => return Some(self.frame(&all)),
                        Moment::Unavailable => {
                            let message = "This machine has the old cgroup tree, which counts nothing for containers.";
                            return Some(StatsFrame::Unavailable { message: message.to_owned() });
                        }
                    }
                }
            }
        }
        None
    }

    fn frame(&self, all: &[Usage]) -> StatsFrame {
        let known = self.engine.truth.list(self.foreign).0;
        let mut used: HashMap<&str, &Usage> = all.iter().map(|usage| (usage.container.as_str(), usage)).collect();
        let seen = known.iter().filter_map(|container| used.remove(container.id.as_str()));
        StatsFrame::Used {
            containers: seen.cloned().collect(),
        }
    }
}

/// Reads until `stop`, through whatever befalls Podman.
async fn read(engine: Engine, sender: watch::Sender<Moment>, stop: CancellationToken) {
    let reading = async {
        loop {
            match engine.podman.containers().stats(&[], INTERVAL).await {
                Ok(mut moments) => {
                    while let Some(Ok(all)) = moments.next().await {
                        let all = all.into_iter().map(usage).collect();
                        if sender.send(Moment::Used(Arc::new(all))).is_err() {
                            return;
                        }
                    }
                }
                Err(podman::Error::Conflict { .. }) => {
                    // Nobody is there to hear it where all have gone.
                    let _gone = sender.send(Moment::Unavailable);
                    return;
                }
                Err(_) => {}
            }
            tokio::time::sleep(REST).await;
        }
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = reading => {}
    }
}

fn usage(stats: Stats) -> Usage {
    Usage {
        container: stats.id,
        cpu: stats.cpu_percent.max(0.0),
        memory: Some(stats.memory).filter(|bytes| *bytes > 0),
        memory_limit: Some(stats.memory_limit).filter(|bytes| *bytes > 0),
        received: stats.network_received,
        sent: stats.network_sent,
        processes: stats.pids,
    }
}
