//! What became of a request: filled in as it goes, and told to the gate when its last byte has gone either way.

use std::any::Any;
use std::sync::Arc;
use std::time::Instant;

use crate::error::Error;
use crate::gate::{Gate, Pass, Record};

/// One request's record. Dropping it tells the gate.
pub(crate) struct Tally {
    gate: Arc<dyn Gate>,
    record: Option<Record>,
    begun: Instant,
    held: Option<Arc<dyn Any + Send + Sync>>,
}

impl Tally {
    /// Begins a record.
    pub(crate) fn new(gate: Arc<dyn Gate>, record: Record, begun: Instant) -> Self {
        let record = Some(record);
        Self {
            gate,
            record,
            begun,
            held: None,
        }
    }

    /// The record goes on elsewhere, and is ended there.
    pub(crate) fn hand_over(&mut self) -> Self {
        Self {
            gate: Arc::clone(&self.gate),
            record: self.record.take(),
            begun: self.begun,
            held: self.held.take(),
        }
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
    pub(crate) fn passed(&mut self, pass: &Pass) {
        self.edit(|record| record.who = Some(Arc::clone(&pass.who)));
        self.held.clone_from(&pass.held);
    }

    /// Something failed.
    pub(crate) fn fail(&mut self, error: &Error) {
        self.edit(|record| {
            tracing::debug!(app = %record.route.app, side = ?error.side(), %error, "a proxied request failed");
            record.failed = Some(error.side());
        });
    }

    fn edit(&mut self, edit: impl FnOnce(&mut Record)) {
        if let Some(record) = &mut self.record {
            edit(record);
        }
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        if let Some(mut record) = self.record.take() {
            record.time = self.begun.elapsed();
            self.gate.record(record);
        }
    }
}
