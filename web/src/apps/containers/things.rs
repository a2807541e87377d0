//! Images, volumes and networks as lines of one list, and what is to be known before one is removed: pure.

use api::image::{Image, ImageDetail};
use api::network::{Network, NetworkDetail};
use api::thing::{Owner, UsedBy};
use api::time::Timestamp;
use api::volume::{Volume, VolumeDetail};

use super::say;
use crate::client::ThingKind;
use crate::desktop::time::bytes;

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thing {
    /// What it is.
    pub kind: ThingKind,
    /// What the server knows it by.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What stands below its name.
    pub beside: String,
    /// How large it is, or which addresses it has.
    pub amount: String,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Who uses it.
    pub users: Vec<String>,
    /// Whether anybody does; then it is not removed.
    pub in_use: bool,
    /// Whether this Stardeck did not make it.
    pub foreign: bool,
}

fn users(used_by: &[UsedBy]) -> Vec<String> {
    used_by.iter().map(|user| user.name.clone()).collect()
}

impl From<Image> for Thing {
    fn from(image: Image) -> Self {
        let first = image.tags.first().map(|tag| say::image(tag).to_owned());
        let mut beside = say::short(&image.id).to_owned();
        if image.tags.len() > 1 {
            let more: Vec<_> = image.tags[1..].iter().map(|tag| say::image(tag)).collect();
            beside = format!("also {}", more.join(", "));
        }
        let mut users = users(&image.used_by);
        let stacks = image.stacks.iter().map(|stack| format!("stack {stack}"));
        users.extend(stacks.filter(|_| image.used_by.is_empty()));
        Self {
            kind: ThingKind::Image,
            name: first.unwrap_or_else(|| "Without a name".to_owned()),
            beside,
            amount: bytes(image.size),
            created: image.created,
            users,
            in_use: image.in_use,
            foreign: false,
            id: image.id,
        }
    }
}

impl From<Volume> for Thing {
    fn from(volume: Volume) -> Self {
        let beside = match (&volume.stack, volume.anonymous) {
            (Some(stack), _) => format!("stack {stack}"),
            (None, true) => "without a name".to_owned(),
            (None, false) => volume.driver.clone(),
        };
        Self {
            kind: ThingKind::Volume,
            id: volume.name.clone(),
            name: if volume.anonymous {
                say::short(&volume.name).to_owned()
            } else {
                volume.name
            },
            beside,
            amount: volume.size.map(bytes).unwrap_or_default(),
            created: volume.created,
            users: users(&volume.used_by),
            in_use: volume.in_use,
            foreign: volume.owner != Owner::Ours,
        }
    }
}

impl From<Network> for Thing {
    fn from(network: Network) -> Self {
        let subnets: Vec<_> = network.subnets.iter().map(|subnet| subnet.subnet.clone()).collect();
        let reach = if network.internal { ", leads nowhere else" } else { "" };
        let beside = match &network.stack {
            Some(stack) => format!("stack {stack}{reach}"),
            None => format!("{}{reach}", network.driver),
        };
        Self {
            kind: ThingKind::Network,
            id: network.name.clone(),
            name: network.name,
            beside,
            amount: subnets.join(", "),
            created: network.created,
            users: users(&network.used_by),
            in_use: network.in_use,
            foreign: network.owner != Owner::Ours,
        }
    }
}

/// What a close look says: a name, and a line for each value.
pub type Facts = Vec<(&'static str, Vec<String>)>;

fn pairs(pairs: &std::collections::BTreeMap<String, String>) -> Vec<String> {
    pairs.iter().map(|(name, value)| format!("{name} = {value}")).collect()
}

/// What a close look at an image says.
#[must_use]
pub fn of_image(detail: ImageDetail) -> Facts {
    let command = [detail.entrypoint, detail.command].concat().join(" ");
    vec![
        ("Names", detail.image.tags),
        ("Digests", detail.image.digests),
        ("Runs", vec![command]),
        ("As", vec![detail.user]),
        ("In", vec![detail.working_dir]),
        ("Ports", detail.ports),
        ("Volumes at", detail.volumes),
        ("Variables", detail.environment),
        ("For", vec![format!("{}/{}", detail.os, detail.architecture)]),
        ("Labels", pairs(&detail.labels)),
        ("Id", vec![detail.image.id]),
    ]
}

/// What a close look at a volume says.
#[must_use]
pub fn of_volume(detail: VolumeDetail) -> Facts {
    vec![
        ("On the machine", vec![detail.mountpoint]),
        ("Driver", vec![detail.volume.driver]),
        ("Options", detail.options),
        ("Labels", pairs(&detail.labels)),
    ]
}

/// What a close look at a network says.
#[must_use]
pub fn of_network(detail: NetworkDetail) -> Facts {
    let subnet = |subnet: api::network::Subnet| match subnet.gateway {
        Some(gateway) => format!("{} by {gateway}", subnet.subnet),
        None => subnet.subnet,
    };
    let names = if detail.network.names { "yes" } else { "no" };
    vec![
        ("Addresses", detail.network.subnets.into_iter().map(subnet).collect()),
        ("Driver", vec![detail.network.driver]),
        ("Finds by name", vec![names.to_owned()]),
        ("Labels", pairs(&detail.labels)),
        ("Id", vec![detail.network.id]),
    ]
}

impl Thing {
    /// What follows when it is removed, a sentence each.
    #[must_use]
    pub fn consequences(&self) -> Vec<String> {
        let mut lines = vec![
            match self.kind {
                ThingKind::Image => "It is fetched again when something needs it.",
                ThingKind::Volume => "All data in it is lost. This cannot be taken back.",
                ThingKind::Network => "Nothing is on it. A deploy of its stack makes it again.",
            }
            .to_owned(),
        ];
        if self.foreign {
            lines.push("It was not made by this Stardeck: whoever made it may rely on it.".to_owned());
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn volume() -> Volume {
        Volume {
            name: "shop_data".to_owned(),
            driver: "local".to_owned(),
            created: None,
            owner: Owner::Ours,
            stack: Some("shop".to_owned()),
            anonymous: false,
            size: Some(1_500_000),
            in_use: true,
            used_by: vec![UsedBy {
                container: "id".to_owned(),
                name: "shop-db-1".to_owned(),
                stack: Some("shop".to_owned()),
                running: true,
            }],
        }
    }

    #[test]
    fn a_volume_is_said_with_its_stack_its_size_and_its_users() {
        let thing = Thing::from(volume());
        assert_eq!((thing.beside.as_str(), thing.amount.as_str()), ("stack shop", "1.5 MB"));
        assert_eq!((thing.users, thing.in_use), (vec!["shop-db-1".to_owned()], true));
    }

    #[test]
    fn what_is_lost_and_whose_it_was_is_said_before_it_goes() {
        let foreign = Volume {
            owner: Owner::Foreign,
            ..volume()
        };
        let said = Thing::from(foreign).consequences().join(" ");
        assert!(
            said.contains("data in it is lost") && said.contains("not made by this Stardeck"),
            "{said}"
        );
    }
}
