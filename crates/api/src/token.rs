//! API tokens: for programs, in place of a session.

use serde::{Deserialize, Serialize};

use crate::secret::Secret;
use crate::time::Timestamp;

/// How much of its owner's rights a token carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Reads what its owner may read.
    Read,
    /// Also starts, stops and changes what its owner may.
    Operate,
    /// Everything that its owner may, but for accounts, sessions and tokens.
    Administer,
}

/// A token as its owner sees it afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Token {
    /// Stable and opaque.
    pub id: String,
    /// What its owner called it.
    pub label: String,
    /// How much it may.
    pub scope: Scope,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last used, to within a minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Timestamp>,
    /// When it ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
}

/// Makes a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateToken {
    /// What to call it, 1 to 100 characters.
    pub label: String,
    /// How much it may.
    pub scope: Scope,
    /// Days until it ends by itself; absent: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u16>,
}

/// A token just made: the only time that its secret is shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewToken {
    /// To be sent as `Authorization: Bearer …`.
    pub secret: Secret,
    /// The token.
    pub token: Token,
}
