//! The vocabulary of both ends of Stardeck: what the server says and what the desktop hears.
//!
//! Invariants: serde and plain data only; it builds for wasm32; nothing in here knows of tokio, axum, Podman or the
//! engine. A thing has one name, and this crate is where it is spelled.
//!
//! - [`name`]: strings that are valid once they are parsed
//! - [`time`]: points in time as they cross the wire
//! - [`secret`]: texts that are not to be seen
//! - [`error`]: the one shape of every refusal
//! - [`page`]: how lists are cut
//! - [`session`]: setup, login, the second factor, sessions, tickets
//! - [`user`]: people and their roles
//! - [`token`]: API tokens
//! - [`audit`]: what was done, by whom
//! - [`compose`]: diagnostics and edits of compose files
//! - [`container`]: containers as they are listed and inspected
//! - [`stack`]: stacks, their files, plans and generations
//! - [`update`]: what registries have that is newer
//! - [`source`]: where the files of a stack come from, and how they differ
//! - [`job`]: work that takes a while
//! - [`adopt`]: containers that others made become a stack
//! - [`app`]: what is an icon and opens in a window
//! - [`desk`]: what a person has on the desk
//! - [`filesystem`]: folders of the machine
//! - [`settings`]: what holds for the whole deck
//! - [`system`]: the machine, Podman, health
//! - [`thing`]: what images, volumes and networks have in common
//! - [`image`], [`volume`], [`network`]: what containers are made of and live on
//! - [`registry`]: passwords for where images come from
//! - [`disk`]: what it all takes on the disk
//! - [`log`]: what containers print
//! - [`event`]: what is pushed over the event stream

pub mod adopt;
pub mod app;
pub mod audit;
pub mod compose;
pub mod container;
pub mod desk;
pub mod disk;
pub mod error;
pub mod event;
pub mod filesystem;
pub mod image;
pub mod job;
pub mod log;
pub mod name;
pub mod network;
pub mod page;
pub mod registry;
pub mod secret;
pub mod session;
pub mod settings;
pub mod source;
pub mod stack;
pub mod stats;
pub mod system;
pub mod thing;
pub mod time;
pub mod token;
pub mod update;
pub mod user;
pub mod volume;

/// The header that carries the half of a session that no other origin can read.
pub const SESSION_HEADER: &str = "x-stardeck-token";

/// The header that makes a repeated mutation happen once.
pub const IDEMPOTENCY_HEADER: &str = "idempotency-key";
