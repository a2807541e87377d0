//! The byte path between a browser and the apps.
//!
//! In the order in which a byte meets them: `serve` (listener, `worker`, `tls`) → `inlet` with `head` and `chunks` (a request that
//! has one meaning), or `http2` with `blocks` → `exchange` (the phases of a request: [`route`], `origin`, [`gate`], `headers` with `cookies`, `csp` and
//! `location`) → `pool` and `outlet` (the app's connection) → `body`, or `upgrade` for sockets. [`pages`] is what a person
//! sees when no app answers, `access` what the gate is told of it. [`fetch`] asks an app for a small file in our own name.
//!
//! Invariants: no database, no stacks, no sessions in here; a byte waits for nobody but the gate, once a request. An
//! upstream is a port of 127.0.0.1 out of the table, and nothing in a request can name another.

mod access;
mod blocks;
mod body;
mod chunks;
mod cookies;
mod csp;
mod error;
mod exchange;
pub mod fetch;
pub mod gate;
mod head;
mod headers;
mod http2;
mod inlet;
mod location;
mod origin;
mod outlet;
pub mod pages;
mod pool;
mod process;
pub mod route;
mod serve;
mod tls;
mod upgrade;
mod worker;

#[cfg(test)]
mod cases;

pub use body::{Body, full};
pub use cookies::OwnCookies;
pub use error::{Cause, Error, Side};
pub use process::Process;
pub use serve::{Config, Limits, Proxy};
pub use tls::{Tls, no_roots};
