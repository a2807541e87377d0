//! Networks.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Call, Error, Result,
    tolerant::{null_is_default, time},
    wire::Wire,
};

/// The calls about networks.
#[derive(Clone, Debug)]
pub struct Networks {
    wire: Arc<Wire>,
}

/// A network.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Network {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `bridge`, `macvlan`, …
    #[serde(default)]
    pub driver: String,
    /// When it was made; for Podman's own network, when it was asked for.
    #[serde(default, deserialize_with = "time")]
    pub created: Option<Timestamp>,
    /// Its ranges of addresses.
    #[serde(default, deserialize_with = "null_is_default")]
    pub subnets: Vec<Subnet>,
    /// Whether it leads nowhere else.
    #[serde(default)]
    pub internal: bool,
    /// Whether its containers find each other by name.
    #[serde(default, rename = "dns_enabled")]
    pub names: bool,
    /// Its labels.
    #[serde(default, deserialize_with = "null_is_default")]
    pub labels: BTreeMap<String, String>,
}

/// A range of addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subnet {
    /// The range, as `10.89.0.0/24`.
    pub subnet: String,
    /// The way out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<String>,
}

/// A network to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Create {
    /// Its name.
    pub name: String,
    /// `bridge`, `macvlan`, …
    pub driver: String,
    /// Lead nowhere else.
    pub internal: bool,
    /// Let containers find each other by name.
    #[serde(rename = "dns_enabled")]
    pub names: bool,
    /// Give addresses of IPv6 too.
    #[serde(rename = "ipv6_enabled", skip_serializing_if = "std::ops::Not::not")]
    pub ipv6: bool,
    /// Ranges of addresses; empty lets Podman pick one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subnets: Vec<Subnet>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Options of the driver.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
}

impl Create {
    /// A bridge whose containers find each other by name.
    pub fn bridge(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            driver: "bridge".to_owned(),
            internal: false,
            names: true,
            ipv6: false,
            subnets: Vec::new(),
            labels: BTreeMap::new(),
            options: BTreeMap::new(),
        }
    }

    /// Nothing on it reaches what is on another network that is closed like this one, nor is reached from there.
    pub fn close(&mut self) {
        self.options.insert("isolate".to_owned(), "true".to_owned());
    }
}

impl Networks {
    pub(crate) fn new(wire: Arc<Wire>) -> Self {
        Self { wire }
    }

    /// All networks.
    ///
    /// # Errors
    /// Podman is in trouble.
    pub async fn list(&self) -> Result<Vec<Network>> {
        let listed: Option<Vec<Network>> = self.wire.json(Call::get("networks/json")).await?;
        Ok(listed.unwrap_or_default())
    }

    /// One network.
    ///
    /// # Errors
    /// Podman is in trouble, or there is no such network.
    pub async fn inspect(&self, name: &str) -> Result<Network> {
        self.wire.json(Call::get("networks").name(name).then("json")).await
    }

    /// Makes a network.
    ///
    /// # Errors
    /// Podman is in trouble, the name is taken (a conflict), or the range of addresses is.
    pub async fn create(&self, network: &Create) -> Result<Network> {
        self.wire.json(Call::post("networks/create").json(network)).await
    }

    /// Removes a network.
    ///
    /// # Errors
    /// Podman is in trouble, there is no such network, or a container is on it.
    pub async fn remove(&self, name: &str) -> Result<()> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Removed {
            #[serde(default)]
            err: serde_json::Value,
        }
        let removed: Vec<Removed> = self.wire.patient(Call::delete("networks").name(name)).await?;
        match removed.into_iter().find(|removed| !removed.err.is_null()) {
            Some(Removed { err }) => Err(Error::Refused {
                status: 200,
                message: err.to_string(),
            }),
            None => Ok(()),
        }
    }
}
