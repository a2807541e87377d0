//! From Podman's log to a listener's queue. A container that stops is waited for, and read on from where it was.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use api::container::Container;
use api::event::Change;
use api::log::{LogFrame, LogLine, LogSource};
use api::time::Timestamp;
use futures_util::StreamExt;
use podman::container::{Logs, Output};
use tokio::sync::broadcast;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::queue::Queue;
use crate::Engine;
use crate::containers::truth::Told;

/// How long a Podman that fails is left alone.
const REST: Duration = Duration::from_secs(2);

/// Whose log.
pub(super) enum Which {
    /// One container's, by its id.
    Container(String),
    /// Those of all containers of a stack of ours, also of such as come later.
    Stack(String),
}

impl Which {
    fn takes(&self, container: &Container) -> bool {
        match self {
            Self::Container(id) => container.id == *id,
            Self::Stack(name) => !container.foreign && container.stack.as_ref() == Some(name),
        }
    }
}

/// Reads until `stop`, or until the one container is gone.
pub(super) async fn run(engine: Engine, which: Which, tail: u16, queue: Arc<Queue>, stop: CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = supervise(&engine, &which, tail, &queue) => {}
    }
    queue.end();
}

async fn supervise(engine: &Engine, which: &Which, tail: u16, queue: &Arc<Queue>) {
    let mut told = engine.truth.listen(None, None).told;
    let mut readers = JoinSet::new();
    let mut read = HashSet::new();
    let mut begin = |readers: &mut JoinSet<()>, container: Container, tail: Option<u64>| {
        if which.takes(&container) && read.insert(container.id.clone()) {
            readers.spawn(reader(engine.clone(), container.id, tail, Arc::clone(queue)));
        }
    };
    for container in engine.truth.list(true).0 {
        begin(&mut readers, container, Some(tail.into()));
    }
    loop {
        let told = tokio::select! {
            told = told.recv() => told,
            Some(_) = readers.join_next() => {
                if readers.is_empty() && matches!(which, Which::Container(_)) {
                    return;
                }
                continue;
            }
        };
        match told {
            Ok(Told { event, .. }) => {
                if let Change::Container { container } = event.change {
                    // What is new is read from its first line.
                    begin(&mut readers, container, None);
                }
            }
            Err(broadcast::error::RecvError::Lagged(_)) => {
                for container in engine.truth.list(true).0 {
                    begin(&mut readers, container, None);
                }
            }
            Err(broadcast::error::RecvError::Closed) => return,
        }
    }
}

/// Reads one container until it is gone.
async fn reader(engine: Engine, id: String, mut tail: Option<u64>, queue: Arc<Queue>) {
    let mut told = engine.truth.listen(None, None).told;
    let mut place = Place::default();
    while let Some(container) = engine.truth.find(&id) {
        let read = async {
            if container.state.is_up() {
                tokio::select! {
                    read = read(&engine, &id, true, tail, &mut place, &queue) => read?,
                    // Podman may go on to follow what has ended, when it is started again soon enough.
                    () = changed(&engine, &container, &mut told) => {}
                }
                tail = tail.filter(|_| place.at.is_none());
            }
            // Podman may also cease to follow before the last lines.
            read(&engine, &id, false, tail, &mut place, &queue).await
        };
        match read.await {
            Ok(()) => {
                tail = None;
                queue.word(LogFrame::Ended { container: id.clone() });
                if container.state.is_up() {
                    changed(&engine, &container, &mut told).await;
                } else {
                    started(&engine, &id, &mut told).await;
                }
            }
            Err(error) if error.is_not_found() => return,
            Err(error) => {
                queue.word(LogFrame::Unreadable {
                    container: id.clone(),
                    message: error.to_string(),
                });
                tokio::time::sleep(REST).await;
            }
        }
    }
}

/// How far a log was read: up to so many lines of one time. Lines that are printed together have the same.
#[derive(Clone, Copy, Default)]
struct Place {
    at: Option<jiff::Timestamp>,
    lines: usize,
}

impl Place {
    /// Goes on past a line of this time.
    fn pass(&mut self, at: jiff::Timestamp) {
        let together = self.at == Some(at);
        self.lines = if together { self.lines + 1 } else { 1 };
        self.at = Some(at);
    }
}

/// Reads what comes after `place`.
async fn read(
    engine: &Engine,
    id: &str,
    follow: bool,
    tail: Option<u64>,
    place: &mut Place,
    queue: &Queue,
) -> podman::Result<()> {
    let logs = Logs {
        follow,
        since: place.at,
        tail,
        timestamps: true,
    };
    let mut lines = engine.podman.containers().log_lines(id, &logs).await?;
    let mut known = *place;
    while let Some(line) = lines.next().await {
        let line = line?;
        if let Some(at) = line.at {
            // What Podman says again, because it was printed in the second from which it is asked.
            if known.at.is_some_and(|last| at < last) {
                continue;
            }
            if known.at == Some(at) && known.lines > 0 {
                known.lines -= 1;
                continue;
            }
            place.pass(at);
        }
        queue.line(LogLine {
            container: id.to_owned(),
            source: match line.output {
                Output::Stdout => LogSource::Stdout,
                Output::Stderr => LogSource::Stderr,
            },
            at: line.at.map(|at| Timestamp(at.as_millisecond())),
            text: line.text,
        });
    }
    Ok(())
}

/// Waits until a container is no longer the run that `before` was.
async fn changed(engine: &Engine, before: &Container, told: &mut broadcast::Receiver<Told>) {
    until(engine, &before.id, told, |now| {
        !now.state.is_up() || now.started != before.started
    })
    .await;
}

/// Waits until a container runs.
async fn started(engine: &Engine, id: &str, told: &mut broadcast::Receiver<Told>) {
    until(engine, id, told, |now| now.state.is_up()).await;
}

/// Waits until a container is gone, or as it is wanted.
async fn until(engine: &Engine, id: &str, told: &mut broadcast::Receiver<Told>, wanted: impl Fn(&Container) -> bool) {
    while engine.truth.find(id).is_some_and(|now| !wanted(&now)) {
        if let Err(broadcast::error::RecvError::Closed) = told.recv().await {
            return;
        }
    }
}
