//! People: accounts, and the ways to prove that one is somebody.
//!
//! - [`setup`]: the first administrator, by a one-time token
//! - [`login`]: name and password → a session
//! - [`factor`]: the second factor, and the second step of a login
//! - [`sessions`]: a session's two halves → an [`Actor`](crate::Actor); listing and ending sessions
//! - [`tickets`]: one-time tickets, for where a browser cannot send headers
//! - [`tokens`]: API tokens for programs
//! - [`accounts`]: making, changing and removing accounts
//! - [`leases`]: ends what is open when the right to it ends
//! - `password`, `throttle`, `challenges`: what the above stand on

mod accounts;
pub(crate) mod challenges;
pub(crate) mod factor;
pub(crate) mod leases;
mod login;
pub(crate) mod password;
pub(crate) mod sessions;
mod setup;
pub(crate) mod throttle;
pub(crate) mod tickets;
mod tokens;

pub use leases::Lease;
pub use login::Opened;
pub use sessions::Credentials;
pub use setup::{token_path as setup_token_path, write_token as write_setup_token};

use std::net::IpAddr;

/// Who is at the other end of a connection, before anybody is known.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The address of the peer itself; forwarded headers say nothing.
    pub peer: IpAddr,
    /// What the browser calls itself.
    pub agent: String,
}
