//! HTTP/1.1, read and written by ourselves, on both sides of an exchange.
//!
//! Towards the browser: `browser` (one task a connection: a request, its reply, the next request) reads a `head`, hands its
//! body out as an [`Incoming`] that reads from the `wire`, and writes the `reply`; the `line` is what an exchange may do with
//! it meanwhile. Towards the app: `question` (the request
//! on its way) and `app` (a connection that asks it and reads the head of the `answer`). Both sides share `stream`, `frames`
//! with `chunks` (where a body ends) and `outgoing` (few writes). `desktop` is where hyper still serves a connection: one
//! that becomes a WebSocket of the desktop's own.

pub(crate) mod answer;
pub(crate) mod app;
pub(crate) mod browser;
pub(crate) mod chunks;
mod desktop;
pub(crate) mod frames;
pub(crate) mod head;
pub(crate) mod incoming;
pub(crate) mod line;
mod outgoing;
pub(crate) mod question;
mod reply;
pub(crate) mod stream;
pub(crate) mod wire;

pub use incoming::Incoming;
