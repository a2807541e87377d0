//! Volumes.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Call, Result,
    tolerant::{null_is_default, time},
    wire::Wire,
};

/// The calls about volumes. There is none that removes what it was not given by name.
#[derive(Clone, Debug)]
pub struct Volumes {
    wire: Arc<Wire>,
}

/// A volume.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Volume {
    /// Its name.
    pub name: String,
    /// What keeps it, mostly `local`.
    #[serde(default)]
    pub driver: String,
    /// Where it is on the machine.
    #[serde(default)]
    pub mountpoint: String,
    /// When it was made.
    #[serde(default, rename = "CreatedAt", deserialize_with = "time")]
    pub created: Option<Timestamp>,
    /// Its labels.
    #[serde(default, deserialize_with = "null_is_default")]
    pub labels: BTreeMap<String, String>,
    /// The driver's options; `type=none,o=bind` among them is a directory of the machine.
    #[serde(default, deserialize_with = "null_is_default")]
    pub options: BTreeMap<String, String>,
    /// Whether Podman made it without being given a name.
    #[serde(default)]
    pub anonymous: bool,
}

/// A volume to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Create {
    /// Its name; empty lets Podman make one up.
    pub name: String,
    /// What keeps it; empty for `local`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub driver: String,
    /// The driver's options.
    pub options: BTreeMap<String, String>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
}

impl Volumes {
    pub(crate) fn new(wire: Arc<Wire>) -> Self {
        Self { wire }
    }

    /// All volumes.
    ///
    /// # Errors
    /// Podman is in trouble.
    pub async fn list(&self) -> Result<Vec<Volume>> {
        let listed: Option<Vec<Volume>> = self.wire.json(Call::get("volumes/json")).await?;
        Ok(listed.unwrap_or_default())
    }

    /// One volume.
    ///
    /// # Errors
    /// Podman is in trouble, or there is no such volume.
    pub async fn inspect(&self, name: &str) -> Result<Volume> {
        self.wire.json(Call::get("volumes").name(name).then("json")).await
    }

    /// Makes a volume.
    ///
    /// # Errors
    /// Podman is in trouble, the name is taken, or the driver refuses.
    pub async fn create(&self, volume: &Create) -> Result<Volume> {
        self.wire.json(Call::post("volumes/create").json(volume)).await
    }

    /// Removes a volume with all that is in it.
    ///
    /// # Errors
    /// Podman is in trouble, there is no such volume, or a container uses it, which is a conflict.
    pub async fn remove(&self, name: &str) -> Result<()> {
        self.wire.patient_done(Call::delete("volumes").name(name)).await
    }
}
