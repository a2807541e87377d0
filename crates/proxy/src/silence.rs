//! How long nothing may happen. What ends a silence is noted as a moment and no more: the timer behind it is set once, and
//! looks what has happened meanwhile only when it goes off.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// A limit on how long nothing happens.
pub(crate) struct Silence {
    limit: Duration,
    since: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Silence {
    pub(crate) fn new(limit: Duration) -> Self {
        Self {
            limit,
            since: None,
            timer: None,
        }
    }

    /// Something happened.
    pub(crate) fn is_over(&mut self) {
        self.since = None;
    }

    /// Nothing happens: ready once that has lasted for too long.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let until = *self.since.get_or_insert_with(Instant::now) + self.limit;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(until)));
        loop {
            ready!(timer.as_mut().poll(cx));
            if timer.deadline() >= until {
                return Poll::Ready(());
            }
            timer.as_mut().reset(until);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::task::Poll;
    use std::time::Duration;

    use tokio::time::Instant;

    use super::Silence;

    #[tokio::test]
    async fn it_is_counted_from_where_something_happened_last() {
        const LIMIT: Duration = Duration::from_millis(20);
        let (mut silence, mut shorter) = (Silence::new(LIMIT), Silence::new(LIMIT / 2));
        let mut last = Instant::now();
        for _ in 0..3 {
            assert!(poll_fn(|cx| Poll::Ready(silence.poll(cx))).await.is_pending());
            poll_fn(|cx| shorter.poll(cx)).await;
            shorter.is_over();
            // The timer was set before this.
            silence.is_over();
            last = Instant::now();
        }
        poll_fn(|cx| silence.poll(cx)).await;
        assert!(last.elapsed() >= LIMIT);
    }
}
