//! Networks.

use std::net::IpAddr;

use api::network::{CreateNetwork, Network, NetworkDetail, Subnet};
use api::page::{Page, PageQuery};
use api::thing::RemoveThing;
use podman::container::Summary as Container;

use super::users::Users;
use super::{is_seen, may_remove, new_name, own_labels};
use crate::actor::{Actor, Right};
use crate::containers::shown::{owner_of, stack_of, whole_second};
use crate::error::{Error, Result};
use crate::{Engine, audit, page};

impl Engine {
    /// The networks that the actor may see, by name.
    pub async fn networks(&self, actor: &Actor, query: &PageQuery) -> Result<Page<Network>> {
        actor.require(Right::See)?;
        let containers = self.podman.containers().list().await?;
        let listed = self.podman.networks().list().await?;
        let mut items: Vec<Network> = listed
            .into_iter()
            .filter(|network| is_seen(actor, owner_of(&network.labels, &self.deck)))
            .map(|network| self.show_network(actor, &network, &containers))
            .collect();
        items.sort_by(|a, b| a.name.cmp(&b.name));
        page::cut(
            items,
            query,
            |network| network.name.clone(),
            |network| format!("{}\n{}", network.name, network.stack.as_deref().unwrap_or_default()).to_lowercase(),
        )
    }

    /// A network, looked at closely.
    pub async fn network(&self, actor: &Actor, name: &str) -> Result<NetworkDetail> {
        let network = self.find_network(actor, name, Right::See).await?;
        let containers = self.podman.containers().list().await?;
        Ok(NetworkDetail {
            network: self.show_network(actor, &network, &containers),
            labels: network.labels,
        })
    }

    /// Makes a network.
    pub async fn create_network(&self, actor: &Actor, request: CreateNetwork) -> Result<NetworkDetail> {
        actor.require(Right::Operate)?;
        let range = request.subnet.as_deref().map(range).transpose()?;
        let create = podman::network::Create {
            internal: request.internal,
            ipv6: request.ipv6,
            subnets: range.into_iter().collect(),
            labels: own_labels(&self.deck),
            ..podman::network::Create::bridge(new_name(&request.name)?)
        };
        let (engine, name) = (self.clone(), create.name.clone());
        self.audited(audit::by(actor, "network.create", &name), async move {
            let made = engine.podman.networks().create(&create).await.map(drop);
            made.map_err(|error| match error {
                error if error.is_conflict() => Error::Conflict {
                    code: "network_exists",
                    message: format!("There is a network {} already.", request.name),
                    hint: "Choose another name.",
                },
                // What is wrong with a range of addresses, Podman says best.
                podman::Error::Refused { message, .. } => Error::invalid("subnet", format!("Podman says: {message}.")),
                error => error.into(),
            })
        })
        .await?;
        self.network(actor, &name).await
    }

    /// Removes a network, if no container is on it.
    pub async fn remove_network(&self, actor: &Actor, name: &str, how: RemoveThing) -> Result<()> {
        let network = self.find_network(actor, name, Right::Operate).await?;
        may_remove("network", name, &network.labels, &self.deck, how)?;
        let containers = self.podman.containers().list().await?;
        let users = Users::of(self, actor, &containers, |container| is_on(container, name));
        if users.any {
            return Err(users.refusal("network", name));
        }
        let engine = self.clone();
        self.audited(audit::by(actor, "network.remove", name), async move {
            Ok(engine.podman.networks().remove(&network.name).await?)
        })
        .await
    }

    /// The network of that name, if the actor has `right` to it.
    async fn find_network(&self, actor: &Actor, name: &str, right: Right) -> Result<podman::network::Network> {
        let listed = self.podman.networks().list().await?;
        let found = listed.into_iter().find(|network| network.name == name);
        let seen =
            found.filter(|network| actor.may(Right::See) && is_seen(actor, owner_of(&network.labels, &self.deck)));
        let seen = seen.ok_or_else(|| Error::not_found("network", name));
        actor.require(right)?;
        seen
    }

    fn show_network(&self, actor: &Actor, network: &podman::network::Network, containers: &[Container]) -> Network {
        let users = Users::of(self, actor, containers, |container| is_on(container, &network.name));
        let subnet = |subnet: &podman::network::Subnet| Subnet {
            subnet: subnet.subnet.clone(),
            gateway: subnet.gateway.clone(),
        };
        Network {
            name: network.name.clone(),
            id: network.id.clone(),
            driver: network.driver.clone(),
            created: whole_second(network.created),
            owner: owner_of(&network.labels, &self.deck),
            stack: stack_of(&network.labels),
            subnets: network.subnets.iter().map(subnet).collect(),
            internal: network.internal,
            names: network.names,
            in_use: users.any,
            used_by: users.seen,
        }
    }
}

fn is_on(container: &Container, network: &str) -> bool {
    container.networks.iter().any(|name| name == network)
}

/// A range of addresses as a person writes it.
fn range(text: &str) -> Result<podman::network::Subnet> {
    let parsed = text.split_once('/').and_then(|(address, bits)| {
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 30 } else { 126 };
        let bits: u8 = bits.parse().ok()?;
        (8..=most).contains(&bits).then_some(())
    });
    parsed.ok_or_else(|| Error::invalid("subnet", "A range of addresses is written as in `10.90.0.0/24`."))?;
    Ok(podman::network::Subnet {
        subnet: text.to_owned(),
        gateway: None,
    })
}

#[cfg(test)]
mod tests {
    use super::range;

    #[test]
    fn a_range_is_an_address_and_a_length() {
        assert_eq!(range("10.90.0.0/24").unwrap().subnet, "10.90.0.0/24");
        assert!(range("fd00:1::/64").is_ok());
        for wrong in [
            "",
            "10.90.0.0",
            "10.90.0.0/",
            "10.90.0.0/31",
            "10.0.0.0/1",
            "a/24",
            "fd00::/127",
            "10.9.0.0/24/1",
        ] {
            assert!(range(wrong).is_err(), "{wrong}");
        }
    }
}
