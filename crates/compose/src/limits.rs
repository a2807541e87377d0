//! How much a compose file may ask of this machine.
//!
//! Text is refused before it reaches the parser, and everything that multiplies text (aliases, merge keys, `extends`,
//! `include`, port ranges, variables) draws on one budget, so that no input takes more than some tens of megabytes.

use std::cell::Cell;

/// The longest file, in bytes. Real compose files are a hundredth of it.
pub const FILE_BYTES: usize = 512 << 10;
/// How deep values may be nested.
pub const DEPTH: usize = 100;
/// How many files one load may read.
pub const FILES: u32 = 200;
/// How many characters that shape flow collections one file may hold. The parser keeps such a collection whole until it
/// knows that it is no key.
pub const FLOW_CHARACTERS: usize = 100_000;
/// How many values one file may hold.
pub const FILE_VALUES: usize = 40_000;
/// How many services one project may have.
pub const SERVICES: usize = 1_000;
/// How many values one load may make.
pub(crate) const VALUES: usize = 80_000;
/// How many bytes of text one load may make out of variables, aliases and copies.
pub(crate) const TEXT: usize = 8 << 20;
/// How deep defaults of variables may be nested.
pub(crate) const VARIABLE_DEPTH: usize = 50;
/// How many diagnostics are kept.
pub(crate) const DIAGNOSTICS: usize = 200;

/// What is left of what one load may use.
#[derive(Debug)]
pub(crate) struct Budget {
    values: Cell<usize>,
    text: Cell<usize>,
    files: Cell<u32>,
    exceeded: Cell<bool>,
}

impl Default for Budget {
    fn default() -> Self {
        Budget {
            values: Cell::new(VALUES),
            text: Cell::new(TEXT),
            files: Cell::new(FILES),
            exceeded: Cell::new(false),
        }
    }
}

impl Budget {
    /// Takes `count` values; false where that is more than is left.
    pub(crate) fn values(&self, count: usize) -> bool {
        self.keep(self.values.get().checked_sub(count).map(|left| self.values.set(left)))
    }

    /// Takes `bytes` of text; false where that is more than is left.
    pub(crate) fn text(&self, bytes: usize) -> bool {
        self.keep(self.text.get().checked_sub(bytes).map(|left| self.text.set(left)))
    }

    /// Takes one file; false where none is left.
    pub(crate) fn file(&self) -> bool {
        self.keep(self.files.get().checked_sub(1).map(|left| self.files.set(left)))
    }

    /// Says that more is asked for than there can be.
    pub(crate) fn exceed(&self) {
        self.exceeded.set(true);
    }

    /// Whether more was asked for than there was.
    pub(crate) fn exceeded(&self) -> bool {
        self.exceeded.get()
    }

    /// How many bytes of text are left.
    pub(crate) fn text_left(&self) -> usize {
        self.text.get()
    }

    fn keep(&self, taken: Option<()>) -> bool {
        if taken.is_none() {
            self.exceeded.set(true);
        }
        taken.is_some()
    }
}
