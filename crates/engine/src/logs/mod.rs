//! What containers print, to whoever follows it.
//!
//! A container is read as fast as it prints, whoever listens: what a listener does not take in time is counted and left
//! out, so that a slow browser neither holds up a container nor fills the memory.
//!
//! - [`follow`]: from Podman's log to the queue, through stops and starts
//! - [`queue`]: what waits for one listener

mod follow;
mod queue;

use std::sync::Arc;

use api::log::{LogFrame, LogsQuery};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::Engine;
use crate::actor::{Actor, Right};
use crate::error::{Error, Result};
use crate::users::Lease;
use follow::Which;
use queue::Queue;

/// How many lines from the end a log begins with, and at most.
const TAIL: u16 = 500;
const LONGEST_TAIL: u16 = 5_000;

/// A listener's log. Dropping it ends the reading.
pub struct LogStream {
    queue: Arc<Queue>,
    lease: Lease,
    stopping: CancellationToken,
    over: bool,
    _reading: DropGuard,
}

impl Engine {
    /// Follows the log of one container.
    pub async fn container_logs(&self, actor: &Actor, id: &str, query: &LogsQuery) -> Result<LogStream> {
        let known = self.seen(actor, id, Right::See)?;
        self.follow(actor, Which::Container(known.id), query).await
    }

    /// Follows the logs of all containers of a stack of ours, also of such as come later.
    pub async fn stack_logs(&self, actor: &Actor, stack: &str, query: &LogsQuery) -> Result<LogStream> {
        actor.require(Right::See)?;
        let ours = self.truth.list(false).0;
        if !ours.iter().any(|container| container.stack.as_deref() == Some(stack)) {
            return Err(Error::not_found("stack", stack));
        }
        self.follow(actor, Which::Stack(stack.to_owned()), query).await
    }

    async fn follow(&self, actor: &Actor, which: Which, query: &LogsQuery) -> Result<LogStream> {
        let lease = self.lease(actor).await?;
        let queue = Arc::<Queue>::default();
        let stop = self.stopping.child_token();
        let tail = query.tail.unwrap_or(TAIL).min(LONGEST_TAIL);
        let follower = follow::run(self.clone(), which, tail, Arc::clone(&queue), stop.clone());
        self.tasks.spawn(follower);
        Ok(LogStream {
            queue,
            lease,
            stopping: self.stopping.clone(),
            over: false,
            _reading: stop.drop_guard(),
        })
    }
}

impl LogStream {
    /// The next message; `None` after the last.
    pub async fn next(&mut self) -> Option<LogFrame> {
        if self.over {
            return None;
        }
        tokio::select! {
            () = self.lease.ended() => {
                self.over = true;
                Some(LogFrame::SessionEnded)
            }
            () = self.stopping.cancelled() => {
                self.over = true;
                None
            }
            frame = self.queue.take() => frame,
        }
    }
}
