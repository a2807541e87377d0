//! Requests → engine → replies.
//!
//! - [`routes`]: all routes on one page
//! - [`guard`]: what every request passes first, and every reply last
//! - [`signed`]: who asks
//! - [`idempotency`]: a mutation that is sent twice happens once
//! - [`here`]: where the desktop was reached
//! - [`json`], [`cookies`]: the shapes on the wire
//! - [`handlers`]: one file a thing
//! - [`error`]: refusals → replies; the only place with status codes

pub(crate) mod cookies;
pub(crate) mod error;
mod guard;
mod handlers;
mod here;
mod idempotency;
mod json;
mod picture;
mod push;
pub(crate) mod routes;
pub(crate) mod signed;

use std::sync::Arc;

use engine::Engine;

use crate::apps::doors::Doors;
use crate::bundle::Bundle;

/// What the handlers share.
#[derive(Clone)]
pub(crate) struct App {
    /// All behaviour.
    pub engine: Engine,
    /// The desktop's files.
    pub bundle: Arc<Bundle>,
    /// The ports of apps.
    pub doors: Arc<Doors>,
    /// The names that the desktop may be reached by, beside the address of the connection itself.
    pub hosts: Arc<[String]>,
    /// The certificate of this machine's own authority, where it has one.
    pub authority: Option<Arc<str>>,
}
