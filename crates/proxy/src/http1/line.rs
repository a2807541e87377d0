//! What an exchange has of the connection that asks, beside the request itself.

use std::future::poll_fn;
use std::task::Poll;

use tokio::sync::oneshot;

use super::wire::{Raw, Shared};
use crate::lease::{End, Lease};

/// The connection that asks: more can be done with one of ours than with one that hyper serves.
#[derive(Default)]
pub(crate) struct Line {
    wire: Option<Shared>,
    /// The right under which the last request was answered, awaited: mostly the next one is answered under the same.
    right: Option<End>,
    switch: Option<oneshot::Sender<Raw>>,
}

impl Line {
    /// The line of a connection of ours.
    pub(crate) fn new(wire: Shared) -> Self {
        Self {
            wire: Some(wire),
            ..Self::default()
        }
    }

    /// Tells the browser of `links` before the answer, where that can be done.
    pub(crate) fn hint<'a>(&self, links: impl Iterator<Item = &'a [u8]>) {
        let Some(wire) = &self.wire else { return };
        let mut wire = wire.lock();
        wire.say(b"HTTP/1.1 103 Early Hints\r\n");
        for link in links {
            for part in [b"link: ", link, b"\r\n"] {
                wire.say(part);
            }
        }
        wire.say(b"\r\n");
    }

    /// Writes what the browser was told. What it does not take now goes before the answer.
    pub(crate) async fn tell(&self) {
        let Some(wire) = &self.wire else { return };
        poll_fn(|cx| {
            // A failure is met again by whoever writes the answer.
            let _ = wire.lock().poll_tell(cx);
            Poll::Ready(())
        })
        .await;
    }

    /// The end of a right; to be kept for the next request.
    pub(crate) fn end_of(&mut self, lease: &Lease) -> End {
        let known = self.right.take().filter(|end| end.is_of(lease));
        known.unwrap_or_else(|| lease.watch())
    }

    /// Keeps it for the next request.
    pub(crate) fn keep(&mut self, end: End) {
        self.right = Some(end);
    }

    /// The connection itself, as soon as the reply that switches protocols is written; nothing where hyper has it.
    pub(crate) fn switch(&mut self) -> Option<oneshot::Receiver<Raw>> {
        self.wire.as_ref()?;
        let (sender, receiver) = oneshot::channel();
        self.switch = Some(sender);
        Some(receiver)
    }

    /// Who waits for the connection itself.
    pub(crate) fn switched(self) -> Option<oneshot::Sender<Raw>> {
        self.switch
    }
}
