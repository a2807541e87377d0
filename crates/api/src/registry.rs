//! Registries: where images come from, and the passwords for those that ask for one.

use serde::{Deserialize, Serialize};

use crate::secret::Secret;
use crate::time::Timestamp;

/// A registry whose password Stardeck keeps. The password itself is never answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Registry {
    /// Its name, with a port where that is not the usual one, such as `ghcr.io` or `registry.example.net:5000`.
    pub host: String,
    /// The name to log in with.
    pub username: String,
    /// When the password was given last.
    pub created: Timestamp,
    /// The name of who gave it.
    pub by: String,
}

/// The password for a registry; it takes the place of the one that was kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetRegistry {
    /// Its name, with a port where that is not the usual one.
    pub host: String,
    /// The name to log in with.
    pub username: String,
    /// The password, or a token in its place.
    pub password: Secret,
}
