//! What can go wrong between the desktop and the server, as far as a person or a view can tell the difference.

use std::fmt;

use api::error::ErrorDetail;
use api::secret::Secret;

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It expired, was ended elsewhere, or its account was disabled.
    Over,
    /// The browser now holds the cookie of another session: somebody logged in from another tab.
    Changed,
}

/// Under what the second step of a login is answered: not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge(String);

impl Challenge {
    /// The same, on its way to the server.
    pub(super) fn secret(&self) -> Secret {
        Secret::from(self.0.clone())
    }
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[challenge]")
    }
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
    /// The password was right, and the account has a second factor.
    #[error("This account has a second factor: give its code.")]
    CodeNeeded(Challenge),
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

    /// What happened and what to do about it, as one text.
    #[must_use]
    pub fn words(&self) -> String {
        match self.hint() {
            Some(hint) => format!("{self} {hint}"),
            None => self.to_string(),
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
    /// What else there is to know, by the names that the code has for it.
    pub details: serde_json::Map<String, serde_json::Value>,
}

impl From<ErrorDetail> for Error {
    fn from(detail: ErrorDetail) -> Self {
        match detail.code.as_str() {
            "session_ended" => return Self::Ended(Ended::Over),
            "session_changed" => return Self::Ended(Ended::Changed),
            _ => {}
        }
        let text = |name: &str| Some(detail.details.get(name)?.as_str()?.to_owned());
        if let ("code_needed", Some(challenge)) = (detail.code.as_str(), text("challenge")) {
            return Self::CodeNeeded(Challenge(challenge));
        }
        let field = text("field");
        Self::Refused(Refusal {
            code: detail.code,
            message: detail.message,
            hint: detail.hint,
            field,
            details: detail.details,
        })
    }
}
