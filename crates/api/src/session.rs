//! Setup, login, sessions and tickets.

use serde::{Deserialize, Serialize};

use crate::name::UserName;
use crate::secret::Secret;
use crate::time::Timestamp;
use crate::user::User;

/// Makes the first administrator, by the one-time token that the server printed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetupRequest {
    /// The one-time token.
    pub token: Secret,
    /// What the administrator will log in with.
    pub name: UserName,
    /// 8 to 1024 characters, and none of the most common passwords.
    pub password: Secret,
}

/// Whether the first administrator is still to be made; the call is gone (404) once there is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetupState {
    /// The machine's name, to greet with.
    pub machine: String,
}

/// Who logs in, and with what.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    /// The account's name. Not parsed: an impossible name is answered like a wrong password.
    pub name: String,
    /// The account's password.
    pub password: Secret,
}

/// The second step of a login: the code that the account's second factor shows.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LoginCodeRequest {
    /// The `challenge` among the details of the `code_needed` refusal; good for five minutes and five tries.
    pub challenge: Secret,
    /// The six digits.
    pub code: Secret,
}

/// A session as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// Stable and opaque; says nothing about the cookie.
    pub id: String,
    /// The session that asks.
    pub current: bool,
    /// The browser, by its own word.
    pub agent: String,
    /// The address that it came from last.
    pub peer: String,
    /// When it logged in.
    pub created: Timestamp,
    /// When it was last used, to within a minute.
    pub seen: Timestamp,
    /// When it ends by itself, used or not.
    pub expires: Timestamp,
}

/// The reply to setup, login and bootstrap: who one is, and the header half of the session.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionReply {
    /// To be sent as `X-Stardeck-Token` on every call; kept in `sessionStorage`, never in a cookie.
    pub token: Secret,
    /// The session.
    pub session: Session,
    /// Whose it is.
    pub user: User,
    /// The machine's name.
    pub machine: String,
    /// The server's version.
    pub version: String,
}

/// The reply to "who am I".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CurrentSession {
    /// The session; absent where an API token asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Session>,
    /// Whose it is.
    pub user: User,
    /// Until when the password counts as just given; absent when it must be given again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elevated_until: Option<Timestamp>,
    /// Whether the account has a second factor in force.
    pub factor: bool,
    /// The machine's name.
    pub machine: String,
    /// The server's version.
    pub version: String,
}

/// Gives the password again, for what needs it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ElevateRequest {
    /// The account's password.
    pub password: Secret,
}

/// Changes one's own password; ends all other sessions of the account.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The password until now.
    pub current: Secret,
    /// The password from now on.
    pub new: Secret,
}

/// A second factor that was begun: what the person's authenticator app takes in. Shown this once.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewFactor {
    /// The secret in base32, to be typed.
    pub secret: Secret,
    /// The same as an `otpauth://` address, to be shown as a QR code.
    pub address: Secret,
}

/// Puts a second factor that was begun in force; ends all other sessions of the account.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConfirmFactor {
    /// The six digits that the app shows.
    pub code: Secret,
}

/// Asks for a ticket: the way to open a WebSocket, where a browser cannot send headers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TicketRequest {
    /// The path that it is for, such as `/api/events`.
    pub route: String,
}

/// A ticket: good once, for 30 seconds, for one session and one path, as `?ticket=`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ticket {
    /// The ticket.
    pub ticket: Secret,
}
