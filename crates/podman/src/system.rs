//! What this Podman is and can do.

use std::{fmt, str::FromStr};

use http::HeaderMap;
use jiff::Timestamp;
use serde::Deserialize;

use crate::{Call, Error, Podman, Result, tolerant::null_is_default};

/// A version of Podman, such as 4.3.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The 4 of 4.3.1.
    pub major: u16,
    /// The 3 of 4.3.1.
    pub minor: u16,
    /// The 1 of 4.3.1.
    pub patch: u16,
}

impl Version {
    /// The oldest that Stardeck works with.
    pub const OLDEST: Self = Self {
        major: 4,
        minor: 3,
        patch: 0,
    };

    /// Whether Stardeck works with it.
    #[must_use]
    pub fn is_supported(self) -> bool {
        self >= Self::OLDEST
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl FromStr for Version {
    type Err = Error;

    /// Reads `4.3.1`, and also `5.8.0-rc1` and `5.8`.
    fn from_str(text: &str) -> Result<Self> {
        let numbers = text.split(['-', '+', '~']).next().unwrap_or_default();
        let mut parts = numbers.split('.').map(|part| part.parse().ok());
        match (parts.next().flatten(), parts.next().flatten(), parts.next()) {
            (Some(major), Some(minor), None) => Ok(Self { major, minor, patch: 0 }),
            (Some(major), Some(minor), Some(Some(patch))) => Ok(Self { major, minor, patch }),
            _ => Err(Error::garbled("a version", text.to_owned())),
        }
    }
}

/// What a sign of life says.
#[derive(Clone, Copy, Debug)]
pub struct Pong {
    /// Podman's version.
    pub version: Version,
    /// What Podman's clock says, to the second.
    pub time: Option<Timestamp>,
}

/// What this Podman is and can do. It takes Podman a second to find out: ask once a connection, and keep it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "these are independent facts, each with a name"
)]
pub struct Capabilities {
    /// Its version.
    pub version: Version,
    /// Whether it runs without root's rights.
    pub rootless: bool,
    /// Whether the machine has the unified cgroup tree; without it Podman has no statistics.
    pub cgroup_v2: bool,
    /// `systemd` or `cgroupfs`.
    pub cgroup_manager: String,
    /// The cgroup controllers that it may use.
    pub controllers: Vec<String>,
    /// Whether it runs health checks by itself; where not, somebody has to call for each.
    pub health_timers: bool,
    /// Whether containers can be paused.
    pub pause: bool,
    /// `crun` or `runc`.
    pub runtime: String,
    /// `netavark` or `cni`.
    pub network_backend: String,
    /// `overlay`, `vfs`, …
    pub storage_driver: String,
    /// Whether volumes can be exported and imported as tar over the API.
    pub volume_export: bool,
    /// The name of the machine.
    pub hostname: String,
    /// Its operating system, such as `debian 12`.
    pub distribution: String,
    /// Its architecture, in Go's words, such as `amd64`.
    pub architecture: String,
}

impl Capabilities {
    /// Whether there are statistics of containers: CPU and network at least.
    #[must_use]
    pub fn stats(&self) -> bool {
        self.cgroup_v2
    }

    /// Whether a limit on `controller` (`memory`, `cpu`, `pids`) takes effect. Where it does not, the old cgroup tree
    /// makes Podman ignore it with a warning, and the new one makes the container fail to start.
    #[must_use]
    pub fn limits(&self, controller: &str) -> bool {
        (!self.rootless || self.cgroup_v2) && self.controllers.iter().any(|has| has == controller)
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Info {
    host: Host,
    store: Store,
    version: VersionInfo,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Host {
    arch: String,
    cgroup_manager: String,
    cgroup_version: String,
    #[serde(deserialize_with = "null_is_default")]
    cgroup_controllers: Vec<String>,
    distribution: Distribution,
    hostname: String,
    network_backend: String,
    oci_runtime: Runtime,
    security: Security,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Distribution {
    distribution: String,
    version: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Runtime {
    name: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Security {
    rootless: bool,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Store {
    graph_driver_name: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct VersionInfo {
    version: String,
}

impl Podman {
    /// A sign of life, half a millisecond from a Podman that is well.
    ///
    /// # Errors
    /// Podman is out of reach, silent or garbled.
    pub async fn ping(&self) -> Result<Pong> {
        let (_, headers) = self.wire.done(Call::get("_ping")).await?;
        let header = |name| HeaderMap::get(&headers, name).and_then(|value| value.to_str().ok());
        let Some(version) = header("libpod-api-version") else {
            return Err(Error::garbled("a ping", "it names no version of Podman"));
        };
        let time = header("date").and_then(|date| jiff::fmt::rfc2822::parse(date).ok());
        Ok(Pong {
            version: version.parse()?,
            time: time.map(|time| time.timestamp()),
        })
    }

    /// Podman's version.
    ///
    /// # Errors
    /// As [`Podman::ping`].
    pub async fn version(&self) -> Result<Version> {
        Ok(self.ping().await?.version)
    }

    /// What this Podman is and can do.
    ///
    /// # Errors
    /// As [`Podman::ping`].
    pub async fn capabilities(&self) -> Result<Capabilities> {
        let Info { host, store, version } = self.wire.json(Call::get("info")).await?;
        let version: Version = version.version.parse()?;
        let cgroup_v2 = host.cgroup_version == "v2";
        let systemd = host.cgroup_manager == "systemd";
        Ok(Capabilities {
            version,
            rootless: host.security.rootless,
            cgroup_v2,
            // Its health checks are systemd's timers; the cgroup manager tells whether it has a systemd to ask.
            health_timers: systemd,
            pause: cgroup_v2 || !host.security.rootless,
            cgroup_manager: host.cgroup_manager,
            controllers: host.cgroup_controllers,
            runtime: host.oci_runtime.name,
            network_backend: host.network_backend,
            storage_driver: store.graph_driver_name,
            volume_export: version
                >= Version {
                    major: 5,
                    minor: 6,
                    patch: 0,
                },
            hostname: host.hostname,
            distribution: format!("{} {}", host.distribution.distribution, host.distribution.version)
                .trim()
                .to_owned(),
            architecture: host.arch,
        })
    }
}
