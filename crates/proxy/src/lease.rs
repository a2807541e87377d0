//! A right that can end while somebody makes use of it. Every request asks whether it has, so that costs a look at a flag;
//! who waits for its end is noted once, and not again for each thing that he waits for meanwhile.

use std::collections::HashMap;
use std::fmt;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// A right, held by all who make use of it and by whoever may end it.
#[derive(Clone, Default)]
pub struct Lease(Arc<State>);

#[derive(Default)]
struct State {
    has_ended: AtomicBool,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    next: u64,
    wakers: HashMap<u64, Waker>,
}

impl Lease {
    /// A right that lasts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends it, and tells everybody who waits for that.
    pub fn end(&self) {
        self.0.has_ended.store(true, Ordering::Release);
        let wakers = std::mem::take(&mut self.waiting().wakers);
        wakers.into_values().for_each(Waker::wake);
    }

    /// Whether it has ended.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.0.has_ended.load(Ordering::Acquire)
    }

    /// Returns when it has ended.
    pub async fn ended(&self) {
        let mut end = self.watch();
        poll_fn(|cx| end.poll(cx)).await;
    }

    /// Waits for its end from one task at a time.
    pub(crate) fn watch(&self) -> End {
        End {
            lease: self.clone(),
            noted: None,
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lease({})", if self.has_ended() { "ended" } else { "lasting" })
    }
}

/// The end of a right, awaited.
pub(crate) struct End {
    lease: Lease,
    /// Under which number, and who was noted.
    noted: Option<(u64, Waker)>,
}

impl End {
    /// Whether it is this right's end that is awaited.
    pub(crate) fn is_of(&self, lease: &Lease) -> bool {
        Arc::ptr_eq(&self.lease.0, &lease.0)
    }

    /// Ready when the right has ended.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let is_noted = |(_, waker): &(u64, Waker)| waker.will_wake(cx.waker());
        if !self.lease.has_ended() && !self.noted.as_ref().is_some_and(is_noted) {
            let mut waiting = self.lease.waiting();
            let number = self.noted.as_ref().map_or(waiting.next, |(number, _)| *number);
            waiting.next = waiting.next.max(number + 1);
            waiting.wakers.insert(number, cx.waker().clone());
            self.noted = Some((number, cx.waker().clone()));
        }
        // Asked once more: whoever ends it looks at the list after the flag is set.
        if self.lease.has_ended() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

impl Drop for End {
    fn drop(&mut self) {
        if let Some((number, _)) = &self.noted {
            self.lease.waiting().wakers.remove(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::Lease;

    #[tokio::test]
    async fn an_end_is_seen_at_once_and_by_all_who_wait() {
        let lease = Lease::new();
        let waiting: Vec<_> = (0..3)
            .map(|_| {
                let lease = lease.clone();
                tokio::spawn(async move { lease.ended().await })
            })
            .collect();
        tokio::task::yield_now().await;
        assert!(!lease.has_ended());
        lease.end();
        for waiting in waiting {
            waiting.await.expect("it is told");
        }
        lease.ended().await;
    }

    #[tokio::test]
    async fn whoever_waits_no_more_is_forgotten() {
        let lease = Lease::new();
        let mut end = lease.watch();
        let pending = poll_fn(|cx| std::task::Poll::Ready((end.poll(cx).is_pending(), end.poll(cx).is_pending())));
        assert_eq!(pending.await, (true, true));
        assert_eq!(lease.waiting().wakers.len(), 1);
        drop(end);
        assert_eq!(lease.waiting().wakers.len(), 0);
    }
}
