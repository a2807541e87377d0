//! What can go wrong between the desktop and the server, as far as a person or a view can tell the difference.

use api::error::ErrorDetail;

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It expired, was ended elsewhere, or its account was disabled.
    Over,
    /// The browser now holds the cookie of another session: somebody logged in from another tab.
    Changed,
}

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// Nothing answered.
    #[error("Stardeck does not answer. Is it running, and is the network up?")]
    Unreachable,
    /// The session is over.
    #[error("Your session has ended. Log in again.")]
    Ended(Ended),
    /// The server said no, and why.
    #[error("{}", .0.message)]
    Refused(Refusal),
    /// The server answered something else than it should.
    #[error("Stardeck's answer could not be understood. Reload the page: it may be of another version.")]
    Garbled,
}

impl Error {
    /// The stable code of a refusal.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused(refusal) => Some(&refusal.code),
            _ => None,
        }
    }

    /// What to do about it, where the server knows.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Refused(refusal) => refusal.hint.as_deref(),
            _ => None,
        }
    }

    /// The field of the request that is wrong, where it is one.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Refused(refusal) => refusal.field.as_deref(),
            _ => None,
        }
    }
}

/// The server's refusal of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// A stable word, such as `container_not_found`.
    pub code: String,
    /// What happened, as a sentence.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
    /// The field of the request that is wrong.
    pub field: Option<String>,
}

impl From<ErrorDetail> for Error {
    fn from(detail: ErrorDetail) -> Self {
        match detail.code.as_str() {
            "session_ended" => return Self::Ended(Ended::Over),
            "session_changed" => return Self::Ended(Ended::Changed),
            _ => {}
        }
        let field = detail
            .details
            .get("field")
            .and_then(serde_json::Value::as_str)
            .map(str::to_owned);
        Self::Refused(Refusal {
            code: detail.code,
            message: detail.message,
            hint: detail.hint,
            field,
        })
    }
}
