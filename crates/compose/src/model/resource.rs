//! Networks, volumes, secrets, configs and AI models.

use serde::{Deserialize, Serialize};

use super::values::{Extensions, Texts};

/// A network.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Network {
    /// Its name outside of the project.
    pub name: String,
    /// What makes it.
    pub driver: String,
    /// Options of the driver.
    pub driver_opts: Texts,
    /// How addresses are given.
    pub ipam: Ipam,
    /// Whether it exists already.
    pub external: bool,
    /// Whether it leads nowhere outside.
    pub internal: bool,
    /// Whether containers of no service may join.
    pub attachable: bool,
    /// Labels.
    pub labels: Texts,
    /// Whether addresses of IPv4 are given.
    pub enable_ipv4: Option<bool>,
    /// Whether addresses of IPv6 are given.
    pub enable_ipv6: Option<bool>,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}

/// How a network gives addresses.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ipam {
    /// What gives them.
    pub driver: String,
    /// From where.
    pub config: Vec<IpamPool>,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}

/// A range of addresses.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct IpamPool {
    /// The subnet.
    pub subnet: String,
    /// The address that leads out of it.
    pub gateway: String,
    /// The part of it from which addresses are taken.
    pub ip_range: String,
    /// Addresses that are not given, by name.
    pub aux_addresses: Texts,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}

/// A volume.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Volume {
    /// Its name outside of the project.
    pub name: String,
    /// What makes it.
    pub driver: String,
    /// Options of the driver.
    pub driver_opts: Texts,
    /// Whether it exists already.
    pub external: bool,
    /// Labels.
    pub labels: Texts,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}

/// A secret or a config.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FileResource {
    /// Its name outside of the project.
    pub name: String,
    /// The file that holds it.
    pub file: String,
    /// The variable that holds it.
    pub environment: String,
    /// What it holds.
    pub content: String,
    /// Whether it exists already.
    pub external: bool,
    /// Labels.
    pub labels: Texts,
    /// What keeps it.
    pub driver: String,
    /// Options of the driver.
    pub driver_opts: Texts,
    /// What fills in its template.
    pub template_driver: String,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}

/// An AI model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AiModel {
    /// Its name outside of the project.
    pub name: String,
    /// Which model.
    pub model: String,
    /// How much it keeps in mind.
    pub context_size: i64,
    /// Options of what runs it.
    pub runtime_flags: Vec<String>,
    /// Keys that start with `x-`.
    #[serde(rename = "#extensions")]
    pub extensions: Extensions,
}
