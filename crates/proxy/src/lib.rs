//! The byte path between a browser and the apps.
//!
//! In the order in which a byte meets them: `serve` (listener, `worker`, `tls`) → `http1` (a request that has one meaning, its
//! reply, and the app's connection) or `http2` with `blocks` → `exchange` (the phases of a request: [`route`] in a `view`, `origin`,
//! [`gate`], `headers` with `cookies`, `csp` and `location`) → `pool` (connections to apps) → `body`, or `upgrade` for
//! sockets. [`pages`] is what a person sees when no app answers, `access` what the gate is told of it; a `lease` is the right
//! to what is open, a `silence` how long nothing may happen. [`fetch`] asks an app for a small file in our own name.
//!
//! Invariants: no database, no stacks, no sessions in here; a byte waits for nobody but the gate, once a request. An
//! upstream is a port of 127.0.0.1 out of the table, and nothing in a request can name another.

mod access;
mod body;
mod cookies;
mod csp;
mod error;
mod exchange;
pub mod fetch;
pub mod gate;
mod headers;
mod http1;
mod http2;
mod lease;
mod location;
mod origin;
pub mod pages;
mod pool;
mod process;
pub mod route;
mod serve;
mod silence;
mod tls;
mod upgrade;
mod view;
mod worker;

#[cfg(test)]
mod cases;

pub use body::{Body, full};
pub use cookies::OwnCookies;
pub use error::{Cause, Error, Side};
pub use http1::Incoming;
pub use lease::Lease;
pub use process::Process;
pub use serve::{Config, Limits, Proxy};
pub use tls::{Tls, no_roots};
