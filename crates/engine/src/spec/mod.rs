//! What a compose project means on Podman, as pure data, and what of it is allowed.
//!
//! What has no translation here is an error with the name of the key: nothing is dropped silently, and nothing reaches
//! Podman that [`judge`] does not know.
//!
//! - [`service`]: a service → the specs of its containers, with [`build`], [`network`], [`mounts`], [`limits`] and [`confine`]
//! - [`here`]: what the machine can run and has
//! - [`judge`](mod@judge): the policy, over the finished specs

mod build;
mod confine;
mod here;
mod judge;
mod limits;
mod mounts;
mod network;
mod service;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;

use api::compose::{Diagnostic, Severity};
use api::name::StackName;
use compose::Project;
use podman::container::Spec;
use podman::system::Capabilities;
use sha2::{Digest, Sha256};

#[cfg(test)]
pub(crate) use build::BuildSecret;
pub(crate) use build::{SecretSource, WantedBuild};
pub(crate) use here::{Fit, Here, same_platform};
pub(crate) use judge::{CLOSED, KEYS, judge};
pub(crate) use mounts::{KEPT, Needs};
pub(crate) use service::container_name;

/// The label with the hash of what something was made of.
pub(crate) const HASH: &str = "io.stardeck.hash";

/// Where a project stands.
pub(crate) struct Ground<'a> {
    /// The id of this Stardeck.
    pub(crate) deck: &'a str,
    /// The stack.
    pub(crate) stack: &'a StackName,
    /// The generation that is deployed.
    pub(crate) generation: u64,
    /// The folder of the stack, absolute.
    pub(crate) home: &'a Path,
    /// The machine.
    pub(crate) here: &'a Here,
}

/// The whole of what a project means on this Podman.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Wanted {
    /// The machine that it is wanted on.
    pub(crate) here: Here,
    pub(crate) networks: Vec<WantedNetwork>,
    pub(crate) volumes: Vec<WantedVolume>,
    pub(crate) services: Vec<WantedService>,
}

/// A network.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct WantedNetwork {
    pub(crate) name: String,
    pub(crate) spec: podman::network::Create,
    /// Changes with all that makes it another network.
    pub(crate) hash: String,
    /// Whether it is somebody else's, and only used.
    pub(crate) external: bool,
}

/// A volume.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct WantedVolume {
    pub(crate) name: String,
    pub(crate) spec: podman::volume::Create,
    /// Changes with all that makes it another volume.
    pub(crate) hash: String,
    /// Whether it is somebody else's, and only used.
    pub(crate) external: bool,
}

/// A service.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct WantedService {
    pub(crate) name: String,
    /// The image, with its registry.
    pub(crate) image: String,
    /// How the image is made; it is fetched where this is absent.
    pub(crate) build: Option<WantedBuild>,
    /// The platform that the image has to be for, where the file says.
    pub(crate) platform: Option<String>,
    pub(crate) pull_policy: PullPolicy,
    pub(crate) depends_on: Vec<Dependency>,
    pub(crate) replicas: Vec<WantedContainer>,
    pub(crate) has_health_check: bool,
}

/// When an image is fetched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum PullPolicy {
    /// At each deploy; what is built is built again then.
    Always,
    /// Where it is not there.
    #[default]
    Missing,
    /// Not at all.
    Never,
}

/// What a service waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dependency {
    pub(crate) service: String,
    pub(crate) condition: Condition,
    /// Whether it starts again when the other one does.
    pub(crate) restart: bool,
    /// Whether it cannot do without the other one.
    pub(crate) required: bool,
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    /// That it was started.
    Started,
    /// That its health check says so.
    Healthy,
    /// That it ended with exit code 0.
    Completed,
}

/// One container of a service.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct WantedContainer {
    pub(crate) index: u32,
    pub(crate) name: String,
    pub(crate) spec: Spec,
    /// Changes with all that makes the container another one; the generation does not.
    pub(crate) hash: String,
    /// What has to be there before it is made.
    pub(crate) needs: Needs,
}

impl WantedContainer {
    /// Whether it may run while its predecessor still does: it is one that people reach through a port, which is always a
    /// free one, and it writes to nothing that the two would share, nor needs an address or a device for itself.
    pub(crate) fn stands_beside_another(&self) -> bool {
        let spec = &self.spec;
        let reads_only = |options: &[String]| options.iter().any(|option| option == "ro");
        let mut mounts = spec.mounts.iter();
        let mut volumes = spec.volumes.iter();
        let mut networks = spec.networks.values();
        !spec.ports.is_empty()
            && mounts.all(|mount| mount.kind == "tmpfs" || reads_only(&mount.options))
            && volumes.all(|volume| volume.name.is_empty() || reads_only(&volume.options))
            && networks.all(|network| network.addresses.is_empty() && network.hardware_address.is_empty())
            && spec.devices.is_empty()
    }
}

/// Something that is not allowed as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// The same risk has the same id.
    pub(crate) id: String,
    pub(crate) service: String,
    pub(crate) message: String,
    /// Whether an administrator can agree to it.
    pub(crate) consentable: bool,
}

/// What `project` means on a Podman that can do `capabilities`, and what is to be said about it.
pub(crate) fn wanted(ground: &Ground<'_>, project: &Project, capabilities: &Capabilities) -> (Wanted, Vec<Diagnostic>) {
    let mut report = Report::default();
    let labels = |key: &str, own: &BTreeMap<String, String>| {
        let mut labels = own.clone();
        labels.extend(ground.labels());
        labels.insert(
            "com.docker.compose.project".to_owned(),
            ground.stack.as_str().to_owned(),
        );
        labels.insert(format!("com.docker.compose.{key}"), key.to_owned());
        labels
    };
    let mut wanted = Wanted {
        here: ground.here.clone(),
        ..Wanted::default()
    };
    for (key, network) in &project.networks {
        let at = format!("networks.{key}");
        let plain = matches!(network.driver.as_str(), "" | "bridge" | "default") && network.driver_opts.0.is_empty();
        report.refuse(!plain, &at, "only bridge networks without options of a driver are made");
        let pools = network.ipam.config.iter();
        let subnets = pools.clone().map(|pool| podman::network::Subnet {
            subnet: pool.subnet.clone(),
            gateway: Some(pool.gateway.clone()).filter(|gateway| !gateway.is_empty()),
        });
        let odd = |pool: &compose::model::resource::IpamPool| {
            pool.subnet.is_empty() || !pool.ip_range.is_empty() || !pool.aux_addresses.0.is_empty()
        };
        report.refuse(
            pools.clone().any(odd),
            &format!("{at}.ipam"),
            "a range has a `subnet`, and nothing else than a `gateway` beside it",
        );
        report.own_labels(&at, &network.labels.0);
        let name = if network.name.is_empty() {
            ground.named(key)
        } else {
            network.name.clone()
        };
        let mut spec = podman::network::Create {
            internal: network.internal,
            subnets: subnets.collect(),
            ipv6: network.enable_ipv6 == Some(true),
            labels: labels("network", &network.labels.0),
            ..podman::network::Create::bridge(&name)
        };
        let hash = hash(&spec);
        spec.labels.insert(HASH.to_owned(), hash.clone());
        // Not in the hash: it holds for every network, and those that were made before it did stay as they are.
        spec.close();
        wanted.networks.push(WantedNetwork {
            spec,
            name,
            hash,
            external: network.external,
        });
    }
    for (key, volume) in &project.volumes {
        let at = format!("volumes.{key}");
        let local = matches!(volume.driver.as_str(), "" | "local");
        report.refuse(!local, &at, "only local volumes are made");
        report.own_labels(&at, &volume.labels.0);
        let name = if volume.name.is_empty() {
            ground.named(key)
        } else {
            volume.name.clone()
        };
        let mut spec = podman::volume::Create {
            name: name.clone(),
            options: volume.driver_opts.0.clone(),
            labels: labels("volume", &volume.labels.0),
            ..podman::volume::Create::default()
        };
        let hash = hash(&spec);
        spec.labels.insert(HASH.to_owned(), hash.clone());
        wanted.volumes.push(WantedVolume {
            spec,
            name,
            hash,
            external: volume.external,
        });
    }
    for (name, service) in &project.services {
        let service = service::wanted(ground, project, name, service, capabilities, &mut report);
        let other = wanted.services.iter().find(|other| other.image == service.image);
        report.refuse(
            other.is_some_and(|other| other.platform != service.platform),
            &format!("services.{name}.platform"),
            "another service has the same image for another platform; give one of them a tag of its own",
        );
        wanted.services.push(service);
    }
    (wanted, report.0)
}

fn hash(spec: &impl serde::Serialize) -> String {
    // What is plain data is always JSON.
    let json = serde_json::to_vec(spec).unwrap_or_default();
    data_encoding::HEXLOWER.encode(&Sha256::digest(json)[..16])
}

impl Ground<'_> {
    fn named(&self, key: &str) -> String {
        format!("{}_{key}", self.stack)
    }

    fn labels(&self) -> [(String, String); 2] {
        [
            ("io.stardeck.deck".to_owned(), self.deck.to_owned()),
            ("io.stardeck.stack".to_owned(), self.stack.as_str().to_owned()),
        ]
    }
}

/// What there is to say.
#[derive(Default)]
struct Report(Vec<Diagnostic>);

impl Report {
    fn say(&mut self, severity: Severity, code: &str, path: &str, words: &str, hint: &str) {
        self.0.push(Diagnostic {
            severity,
            code: code.to_owned(),
            message: format!("`{path}`: {words}"),
            file: String::new(),
            span: None,
            path: path.to_owned(),
            hint: (!hint.is_empty()).then(|| hint.to_owned()),
            fix: None,
        });
    }

    fn refuse(&mut self, refused: bool, path: &str, why: &str) {
        if refused {
            self.say(Severity::Error, "not-supported", path, why, "");
        }
    }

    fn warn(&mut self, left_out: bool, path: &str, why: &str, hint: &str) {
        if left_out {
            self.say(Severity::Warning, "left-out", path, why, hint);
        }
    }

    fn note(&mut self, path: &str, words: &str) {
        self.say(Severity::Note, "rootless", path, words, "");
    }

    fn own_labels(&mut self, path: &str, labels: &BTreeMap<String, String>) {
        let ours = labels.keys().any(|name| name.starts_with("io.stardeck."));
        self.refuse(ours, path, "labels that begin with `io.stardeck.` are Stardeck's own");
    }
}
