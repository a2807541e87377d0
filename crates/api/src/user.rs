//! People and their roles.

use serde::{Deserialize, Serialize};

use crate::name::UserName;
use crate::secret::Secret;
use crate::time::Timestamp;

/// What a person may do here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees what Stardeck runs; changes nothing.
    Viewer,
    /// Runs what Stardeck manages.
    Member,
    /// Everything: users, foreign containers, settings.
    Administrator,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct User {
    /// Stable and opaque.
    pub id: String,
    /// What the person logs in with.
    pub name: UserName,
    /// What the person may do.
    pub role: Role,
    /// A disabled account cannot log in and has no sessions.
    pub disabled: bool,
    /// When the account was made.
    pub created: Timestamp,
}

/// Makes an account.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateUser {
    /// What the person will log in with.
    pub name: UserName,
    /// The first password, 8 to 1024 characters.
    pub password: Secret,
    /// What the person may do.
    pub role: Role,
}

/// Changes an account; what is absent stays.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct UpdateUser {
    /// A new role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Whether the account is disabled; disabling ends its sessions and tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// A new password; ends the account's sessions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
}
