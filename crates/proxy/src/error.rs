//! What can go wrong with a byte, and on whose side.

use std::io;

/// A cause that keeps its own type to itself.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Who failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The browser, or whoever asked.
    Browser,
    /// The app.
    App,
    /// Stardeck itself.
    Ours,
}

/// Everything that fails in this crate.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The browser went away, or sent what is no HTTP.
    #[error("the browser's side of the connection failed")]
    Browser(#[source] Cause),
    /// The browser did not send or take anything for too long.
    #[error("the browser was silent for too long")]
    BrowserSilent,
    /// Nothing listens where the app should be, or it does not speak TLS as agreed.
    #[error("the app could not be connected to")]
    Unreachable(#[source] io::Error),
    /// The app did not begin to answer in time.
    #[error("the app did not answer in time")]
    AppSilent,
    /// The app's connection failed, or what it said is no HTTP.
    #[error("the app's side of the connection failed")]
    App(#[source] Cause),
    /// The app answered in a way that could be read in two ways.
    #[error("the app's answer breaks the rules of HTTP: {0}")]
    AppUnruly(&'static str),
    /// The right to what was open has ended.
    #[error("the right to this app has ended")]
    LeaseEnded,
    /// A reply of the server's own failed.
    #[error("the server's own reply failed")]
    Ours(#[source] Cause),
    /// A thread that moves bytes did not start.
    #[error("a thread of the proxy could not be started")]
    Worker(#[source] io::Error),
    /// A certificate or its key cannot be used.
    #[error("the certificate or its key cannot be used")]
    Certificate(#[source] Cause),
    /// Not an id of an app.
    #[error("an app's id is 1 to 64 small letters, digits and dashes")]
    AppId,
    /// Not an origin.
    #[error("an origin is http:// or https://, a name in small letters, and a port unless it is the scheme's own")]
    Origin,
}

impl Error {
    /// Whose fault it is.
    #[must_use]
    pub fn side(&self) -> Side {
        match self {
            Self::Browser(_) | Self::BrowserSilent => Side::Browser,
            Self::Unreachable(_) | Self::AppSilent | Self::App(_) | Self::AppUnruly(_) => Side::App,
            Self::LeaseEnded | Self::Ours(_) | Self::Worker(_) | Self::Certificate(_) | Self::AppId | Self::Origin => {
                Side::Ours
            }
        }
    }
}
