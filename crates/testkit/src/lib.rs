//! For tests: a temporary deck on real Podman.
//!
//! Everything here is real: rootless Podman of an ordinary user, with a storage and a socket of its own for each
//! [`Machine`], so that tests run beside each other. It is torn down by a watchdog process that outlives the test, so
//! that a test which panics or is killed leaves nothing behind either; a test that leaves something fails.
//!
//! - [`User`]: the ordinary user that Podman and Stardeck run as
//! - [`Machine`]: one isolated Podman, with the image [`TINY`]
//! - [`PARTS`]: an image of Debian packages, for stories with a real database
//! - [`FaultSocket`]: what stands between a client and Podman, and fails on request
//! - [`Deck`]: the real `stardeck` binary on a machine
//! - [`Registry`]: a real registry on loopback, and [`Narrow`] before it
//! - [`AcmeServer`]: a real authority that gives certificates
//! - [`Line`]: a bad line between a browser and a deck
//! - [`wait_until`], [`free_port`]: instead of sleeping and guessing
//!
//! What is missing on this machine is a panic that says so: in a test there is nothing better to do.

#![allow(clippy::missing_panics_doc, reason = "panicking is how a test fails")]

mod acme;
mod app;
mod deck;
mod fault;
mod ground;
mod line;
mod machine;
mod parts;
mod process;
mod registry;
mod tiny;
mod user;
mod wait;

pub use acme::AcmeServer;
pub use deck::{Deck, DeckOptions};
pub use fault::{Fault, FaultSocket};
pub use ground::Lane;
pub use line::{Line, Weather};
pub use machine::Machine;
pub use parts::PARTS;
pub use registry::{ACCOUNT, Narrow, Registry};
pub use tiny::TINY;
pub use user::User;
pub use wait::{free_port, wait_until};
