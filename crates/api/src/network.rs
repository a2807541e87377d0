//! Networks: what containers reach each other by.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::thing::{Owner, UsedBy};
use crate::time::Timestamp;

/// A range of addresses of a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Subnet {
    /// The range, such as `10.89.0.0/24`.
    pub subnet: String,
    /// The way out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<String>,
}

/// A network as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Network {
    /// Its name.
    pub name: String,
    /// Podman's id.
    pub id: String,
    /// `bridge`, `macvlan`, …
    pub driver: String,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// Who made it. `podman` is there from the start: it is foreign, and cannot be removed.
    pub owner: Owner,
    /// The stack that it was made for, ours or another tool's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
    /// Its ranges of addresses.
    pub subnets: Vec<Subnet>,
    /// Whether it leads nowhere else.
    pub internal: bool,
    /// Whether its containers find each other by name.
    pub names: bool,
    /// Whether a container is on it, also one that the asker may not see; such a network is not removed.
    pub in_use: bool,
    /// The containers that are on it, stopped ones too, as far as the asker may see them.
    pub used_by: Vec<UsedBy>,
}

/// A network, looked at closely.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NetworkDetail {
    /// What the list says of it.
    #[serde(flatten)]
    pub network: Network,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
}

/// A network to be made: a bridge whose containers find each other by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateNetwork {
    /// Its name: a letter or digit, then letters, digits, `.`, `_` and `-`.
    pub name: String,
    /// Lead nowhere else.
    #[serde(default)]
    pub internal: bool,
    /// Give addresses of IPv6 too.
    #[serde(default)]
    pub ipv6: bool,
    /// The range of addresses, such as `10.90.0.0/24`; absent lets Podman pick one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subnet: Option<String>,
}
