//! The typed model: what a compose file means once everything that is short, implied or elsewhere is written out.
//!
//! - [`service`], [`build`], [`deploy`]: services
//! - [`resource`]: networks, volumes, secrets, configs, AI models
//! - [`values`]: sizes, durations, commands, and maps of texts
//! - [`decode`]: from values with places to these types

pub mod build;
pub(crate) mod decode;
pub mod deploy;
pub mod resource;
pub mod service;
pub mod values;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use build::Build;
pub use deploy::Deploy;
pub use resource::{AiModel, FileResource, Network, Volume};
pub use service::Service;
pub use values::{Bytes, Command, Duration, Extensions, Texts, Variables};

/// A whole project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Project {
    /// The name, from which containers, networks and volumes get theirs.
    pub name: String,
    /// The networks that the services use.
    pub networks: BTreeMap<String, Network>,
    /// The volumes that the services use.
    pub volumes: BTreeMap<String, Volume>,
    /// The secrets that the services use.
    pub secrets: BTreeMap<String, FileResource>,
    /// The configs that the services use.
    pub configs: BTreeMap<String, FileResource>,
    /// The AI models that the services use.
    pub models: BTreeMap<String, AiModel>,
    /// The services that the chosen profiles enable.
    pub services: BTreeMap<String, Service>,
    /// The services that the chosen profiles leave out.
    pub disabled_services: BTreeMap<String, Service>,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}
