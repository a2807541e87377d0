//! Refusals → replies. The only place with status codes, and where what a person reads is written.

use api::error::{ErrorBody, ErrorDetail};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::Error as E;

/// Carried out; there is nothing to say.
pub(crate) const DONE: StatusCode = StatusCode::NO_CONTENT;
/// Something was made.
pub(crate) const MADE: StatusCode = StatusCode::CREATED;
/// A job does it; its reply says which.
pub(crate) const BEGUN: StatusCode = StatusCode::ACCEPTED;
/// It is what the browser has already.
pub(crate) const UNCHANGED: StatusCode = StatusCode::NOT_MODIFIED;
/// It is not well.
pub(crate) const UNWELL: StatusCode = StatusCode::SERVICE_UNAVAILABLE;

/// The status of a reply that was kept as a number.
pub(crate) fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// What the edge itself refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The head of the request is not one that two programs would read alike.
    Malformed(&'static str),
    /// The request is for a name that is not this machine's.
    WrongHost,
    /// The request comes from a page of another origin.
    WrongOrigin,
    /// The body is not said to be JSON.
    NotJson,
    /// The body is not said to be a picture.
    NotPicture,
    /// The body is too large.
    TooLarge,
    /// The body did not arrive in time.
    TooSlow,
    /// There is no such route.
    NoRoute,
    /// The route has no such method.
    NoMethod,
    /// A WebSocket was expected.
    NotWebSocket,
}

/// A reply that says no.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    body: ErrorBody,
    retry_after: Option<u64>,
}

/// What a handler answers with.
pub(crate) type Reply<T> = Result<T, Refusal>;

impl Refusal {
    fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        let (code, message) = (code.to_owned(), message.into());
        let error = ErrorDetail {
            code,
            message,
            hint: None,
            details: serde_json::Map::new(),
        };
        Self {
            status,
            body: ErrorBody { error },
            retry_after: None,
        }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.body.error.hint = Some(hint.into());
        self
    }

    fn detail(mut self, key: &str, value: impl Into<serde_json::Value>) -> Self {
        self.body.error.details.insert(key.to_owned(), value.into());
        self
    }

    /// The body or the query does not say what it should; `why` names the place.
    pub(crate) fn unreadable(what: &str, why: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "bad_request",
            format!("The {what} cannot be read: {why}."),
        )
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Malformed(why) => Self::new(StatusCode::BAD_REQUEST, "bad_request", why),
            Fault::WrongHost => Self::new(
                StatusCode::MISDIRECTED_REQUEST,
                "wrong_host",
                "This Stardeck does not answer to that name.",
            )
            .hint("Use the address that it printed, or add the name under `hosts` in its configuration."),
            Fault::WrongOrigin => Self::new(
                StatusCode::FORBIDDEN,
                "wrong_origin",
                "That came from a page of another origin.",
            ),
            Fault::NotJson => Self::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not_json",
                "The body must be `application/json`.",
            ),
            Fault::NotPicture => Self::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not_a_picture",
                "The body must be a picture, such as `image/png`.",
            ),
            Fault::TooLarge => Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The body is too large."),
            Fault::TooSlow => Self::new(
                StatusCode::REQUEST_TIMEOUT,
                "too_slow",
                "The body did not arrive in time.",
            ),
            Fault::NoRoute => Self::new(StatusCode::NOT_FOUND, "no_such_route", "There is nothing here."),
            Fault::NoMethod => Self::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "no_such_method",
                "That cannot be done to this.",
            ),
            Fault::NotWebSocket => Self::new(
                StatusCode::UPGRADE_REQUIRED,
                "not_a_websocket",
                "This is opened as a WebSocket.",
            ),
        }
    }
}

impl From<E> for Refusal {
    fn from(error: E) -> Self {
        match error {
            E::SetupNeeded => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "setup_needed",
                "This Stardeck has no administrator yet.",
            )
            .hint("Open the address that it printed at start; `stardeck admin setup-token` prints a new one."),
            E::SetupOver => Self::from(Fault::NoRoute),
            E::WrongSetupToken => Self::new(
                StatusCode::FORBIDDEN,
                "wrong_setup_token",
                "That is not the setup token, or it has expired.",
            )
            .hint("It is good for 30 minutes; `stardeck admin setup-token` prints a new one."),
            E::NotLoggedIn => Self::new(StatusCode::UNAUTHORIZED, "not_logged_in", "Log in first."),
            E::SessionChanged => Self::new(
                StatusCode::UNAUTHORIZED,
                "session_changed",
                "The session has changed in this browser.",
            )
            .hint("Log in again."),
            E::HeaderMissing => Self::new(
                StatusCode::FORBIDDEN,
                "session_header_missing",
                "A session's cookie alone may do nothing: its header is missing.",
            ),
            E::WrongTicket => Self::new(
                StatusCode::FORBIDDEN,
                "wrong_ticket",
                "That ticket is not valid any more.",
            ),
            E::WrongCredentials => Self::new(
                StatusCode::UNAUTHORIZED,
                "wrong_credentials",
                "The name or the password is wrong.",
            ),
            E::CodeNeeded { challenge } => Self::new(
                StatusCode::UNAUTHORIZED,
                "code_needed",
                "This account has a second factor: give its code.",
            )
            .detail("challenge", challenge.expose_secret()),
            E::WrongCode => Self::new(
                StatusCode::UNAUTHORIZED,
                "wrong_code",
                "That code is wrong, or was used before.",
            )
            .hint("Wait for the next one. If it is refused too, look at the clocks of the phone and of this machine."),
            E::LoginOver => Self::new(
                StatusCode::UNAUTHORIZED,
                "login_over",
                "That login has taken too long, or too many tries.",
            )
            .hint("Begin again with the password."),
            E::Throttled { retry_after } => {
                let message = format!("Too many attempts. Try again in {retry_after} seconds.");
                let mut refusal = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", message)
                    .detail("retry_after", retry_after);
                refusal.retry_after = Some(retry_after);
                refusal
            }
            E::Forbidden { need } => Self::new(StatusCode::FORBIDDEN, "forbidden", format!("That needs {need}.")),
            E::PasswordNeeded => Self::new(
                StatusCode::FORBIDDEN,
                "password_needed",
                "That needs your password again.",
            ),
            E::NotFound { what, id } => Self::new(
                StatusCode::NOT_FOUND,
                &format!("{what}_not_found"),
                format!("There is no {what} {id:?}."),
            ),
            E::Invalid { field, message } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message).detail("field", field)
            }
            E::Conflict { code, message, hint } => Self::new(StatusCode::CONFLICT, code, message).hint(hint),
            E::InUse {
                what,
                message,
                used_by,
                stacks,
            } => Self::new(StatusCode::CONFLICT, &format!("{what}_in_use"), message)
                .hint("Remove what uses it first.")
                .detail("used_by", json(&used_by))
                .detail("stacks", json(&stacks)),
            E::StackChanged { disk, sent } => Self::new(
                StatusCode::CONFLICT,
                "stack_changed",
                "The files of the stack have changed since they were read; nothing was written.",
            )
            .hint("Look at both texts, and send the one that is meant with the version that is there now.")
            .detail("disk", json(&*disk))
            .detail("sent", json(&*sent)),
            E::Unfit { diagnostics } => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "compose_invalid",
                "The compose file cannot be deployed as it is.",
            )
            .hint("The diagnostics say where and why.")
            .detail("diagnostics", json(&diagnostics)),
            E::Refused { risks } => {
                let message = format!("The stack asks for what is not given: {}", sentences(&risks));
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "policy_refused", message).detail("risks", json(&risks))
            }
            E::ConsentNeeded { risks } => {
                let message = format!("An administrator has to agree first: {}", sentences(&risks));
                Self::new(StatusCode::FORBIDDEN, "consent_needed", message)
                    .hint("Name each risk in `consents`.")
                    .detail("risks", json(&risks))
            }
            E::Podman(error) => podman(error),
            E::Unseen => unreachable("Podman has not told yet whether there is such a container."),
            E::Store(engine::store::Error::Full(_)) => Self::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "disk_full",
                "The disk that holds Stardeck's database is full; nothing was changed.",
            )
            .hint("Free some space on it. What runs goes on."),
            E::Stopping | E::Store(engine::store::Error::Closed) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "stopping", "Stardeck is stopping.")
            }
            E::Store(_) | E::Vault(_) | E::File { .. } | E::NoRandomness | E::Hash => {
                tracing::error!(error = &error as &dyn std::error::Error, "a request failed");
                Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "internal",
                    "That failed on Stardeck's side.",
                )
                .hint("Its log says why.")
            }
        }
    }
}

/// A value of the API as a detail.
fn json(value: &impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}

fn sentences(risks: &[api::stack::Risk]) -> String {
    let messages: Vec<&str> = risks.iter().map(|risk| risk.message.as_str()).collect();
    messages.join(" ")
}

/// What to do where Podman does not answer.
const LOOK_AT_PODMAN: &str = "Look at its service: `systemctl --user status podman.socket`, or `stardeck doctor`.";

fn podman(error: podman::Error) -> Refusal {
    use podman::Error as P;
    match error {
        P::NotFound { message } => Refusal::new(StatusCode::NOT_FOUND, "podman_not_found", sentence(&message)),
        P::Conflict { message } => Refusal::new(StatusCode::CONFLICT, "podman_conflict", sentence(&message)),
        P::Refused { message, .. } => Refusal::new(
            StatusCode::BAD_GATEWAY,
            "podman_refused",
            format!("Podman says: {}", sentence(&message)),
        ),
        P::Deadline { .. } => Refusal::new(
            StatusCode::GATEWAY_TIMEOUT,
            "podman_not_responding",
            "Podman does not answer.",
        )
        .hint(LOOK_AT_PODMAN),
        error => {
            tracing::warn!(error = &error as &dyn std::error::Error, "Podman cannot be used");
            unreachable("Podman cannot be reached.")
        }
    }
}

fn unreachable(message: &'static str) -> Refusal {
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "podman_unreachable", message).hint(LOOK_AT_PODMAN)
}

/// Podman's words as a sentence.
fn sentence(message: &str) -> String {
    let message = message.trim().trim_end_matches('.');
    let mut letters = message.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string())
        .unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut reply = (self.status, axum::Json(self.body)).into_response();
        if let Some(seconds) = self.retry_after {
            reply
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        reply
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let malformed = matches!(self, Self::Malformed(_));
        let mut reply = Refusal::from(self).into_response();
        if malformed {
            // What follows on this connection might not be what its sender thinks it is.
            reply
                .headers_mut()
                .insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        reply
    }
}
