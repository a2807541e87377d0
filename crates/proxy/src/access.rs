//! What became of a request: filled in as it goes, and told to the gate when its last byte has gone either way.

use std::any::Any;
use std::sync::Arc;
use std::time::Instant;

use crate::error::Error;
use crate::gate::{Gate, Record};

/// One request's record. Dropping it tells the gate.
pub(crate) struct Tally(Option<Open>);

/// A record that is not told yet.
struct Open {
    gate: Arc<Arc<dyn Gate>>,
    record: Record,
    begun: Instant,
    held: Option<Arc<dyn Any + Send + Sync>>,
}

impl Tally {
    /// Begins a record.
    pub(crate) fn new(gate: Arc<Arc<dyn Gate>>, record: Record, begun: Instant) -> Self {
        Self(Some(Open {
            gate,
            record,
            begun,
            held: None,
        }))
    }

    /// The record goes on elsewhere, and is ended there.
    pub(crate) fn hand_over(&mut self) -> Self {
        Self(self.0.take())
    }

    /// Bytes went to the browser.
    pub(crate) fn add(&mut self, bytes: usize) {
        self.edit(|record| record.sent += bytes as u64);
    }

    /// How many bytes went to the browser in all.
    pub(crate) fn sent(&mut self, bytes: u64) {
        self.edit(|record| record.sent = bytes);
    }

    /// How many bytes came from the browser.
    pub(crate) fn received(&mut self, bytes: u64) {
        self.edit(|record| record.received = bytes);
    }

    /// The answer's status.
    pub(crate) fn status(&mut self, status: http::StatusCode) {
        self.edit(|record| record.status = status.as_u16());
    }

    /// Who it is, and what is held until it is over.
    pub(crate) fn passed(&mut self, who: Arc<str>, held: Option<Arc<dyn Any + Send + Sync>>) {
        if let Some(open) = &mut self.0 {
            open.record.who = Some(who);
            open.held = held;
        }
    }

    /// Something failed.
    pub(crate) fn fail(&mut self, error: &Error) {
        self.edit(|record| {
            tracing::debug!(app = %record.route.app, side = ?error.side(), %error, "a proxied request failed");
            record.failed = Some(error.side());
        });
    }

    fn edit(&mut self, edit: impl FnOnce(&mut Record)) {
        if let Some(open) = &mut self.0 {
            edit(&mut open.record);
        }
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        if let Some(mut open) = self.0.take() {
            open.record.time = open.begun.elapsed();
            open.gate.record(open.record);
        }
    }
}
