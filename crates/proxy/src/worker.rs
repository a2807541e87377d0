//! The threads that move bytes: one a processor, each with a reactor, connections of browsers and connections to apps of
//! its own. What one of them has begun it finishes, so that no step of an exchange wakes another thread.
//!
//! Whoever made the proxy has a runtime already: its home. The gate and the desktop are asked there, for what they start
//! is to outlive a connection's thread, and what they compute is not to hold up bytes.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::exchange::Path;

/// One thread. It ends with this value, and what it still has with it.
pub(crate) struct Worker {
    /// What its requests share.
    pub path: Arc<Path>,
    /// Where its tasks run.
    pub handle: Handle,
    open: AtomicUsize,
    _end: oneshot::Sender<()>,
}

/// One connection that a worker has taken.
pub(crate) struct Taken(Arc<Worker>);

impl Drop for Taken {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Worker {
    /// Starts a thread for requests that share `path`. With `stop` its connections end when they can.
    pub(crate) fn start(path: Path, stop: CancellationToken) -> io::Result<Arc<Self>> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (_end, ended) = oneshot::channel::<()>();
        let stopped = path.stop.clone();
        std::thread::Builder::new().name("proxy".into()).spawn(move || {
            runtime.block_on(async {
                let mut ended = pin!(ended);
                // Nobody sends: it is dropped.
                tokio::select! {
                    _ = ended.as_mut() => return,
                    () = stop.cancelled() => stopped.end(),
                }
                let _ = ended.await;
            });
            runtime.shutdown_background();
        })?;
        Ok(Arc::new(Self {
            path: Arc::new(path),
            handle,
            open: AtomicUsize::new(0),
            _end,
        }))
    }

    /// Takes a connection to the one of `workers` that has the fewest.
    pub(crate) fn least_busy(workers: &[Arc<Self>]) -> Option<Taken> {
        let least = workers
            .iter()
            .min_by_key(|worker| worker.open.load(Ordering::Relaxed))?;
        least.open.fetch_add(1, Ordering::Relaxed);
        Some(Taken(Arc::clone(least)))
    }
}

impl Taken {
    /// Whose it is.
    pub(crate) fn worker(&self) -> &Worker {
        &self.0
    }
}

/// Waits for `future` as if at `home`: what it starts, and the timers that it sets, belong there.
pub(crate) async fn at_home<F: Future>(home: &Handle, future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|cx| {
        let _home = home.enter();
        future.as_mut().poll(cx)
    })
    .await
}
