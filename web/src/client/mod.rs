//! All that the desktop says to the server, and the only place that does.
//!
//! Invariant: a [`Session`] cannot be made but by setup, login or the browser's own cookie, and everything behind the
//! login is a method of it. What one is shown depends on the server alone.

mod apps;
mod error;
mod events;
mod files;
mod logs;
mod session;
mod socket;
mod stacks;
mod stats;
mod things;
mod transport;

pub use error::{Challenge, Ended, Error, Refusal};
pub use events::Events;
pub use logs::LogStream;
pub use session::{Session, StackVerb, Verb, kept, login, login_with_code, resume, setup, setup_state};
pub use stats::StatsStream;
pub use things::ThingKind;
