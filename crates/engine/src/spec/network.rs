//! Where a container is on networks, and how it finds others.

use compose::Project;
use compose::model::Service;
use compose::model::service::NetworkUse;
use podman::container::{Namespace, PublishedPort, Spec, SpecNetwork};

use super::service::container_name;
use super::{Ground, Report};

pub(super) fn set(
    ground: &Ground<'_>,
    project: &Project,
    (name, service): (&str, &Service),
    at: &str,
    spec: &mut Spec,
    report: &mut Report,
) {
    spec.hosts = service
        .extra_hosts
        .0
        .iter()
        .flat_map(|(host, addresses)| addresses.iter().map(move |address| format!("{host}:{address}")))
        .collect();
    spec.dns.clone_from(&service.dns.0);
    spec.dns_search.clone_from(&service.dns_search.0);
    spec.dns_options.clone_from(&service.dns_opt);
    if service.network_mode.is_empty() || service.network_mode == "bridge" {
        spec.network_namespace = Some(mode("bridge", ""));
        join(ground, project, name, service, at, spec, report);
        publish(service, at, spec, report);
        return;
    }
    report.warn(
        !service.ports.is_empty(),
        &format!("{at}.ports"),
        "nothing is published where the network is not the container's own; it is left out",
        "Say it at the service whose network this one shares.",
    );
    spec.network_namespace = Some(match service.network_mode.split_once(':') {
        None if service.network_mode == "none" => mode("none", ""),
        None if service.network_mode == "host" => mode("host", ""),
        Some(("service", other)) => match project.services.get(other) {
            Some(of) => {
                // It is that one's network: names and servers are set there.
                spec.hostname.clear();
                mode("container", &container_name(ground.stack, other, of, 1))
            }
            None => mode("none", ""),
        },
        _ => {
            let at = format!("{at}.network_mode");
            report.refuse(true, &at, "it is `bridge`, `host`, `none` or `service:…` here");
            mode("none", "")
        }
    });
}

fn mode(mode: &str, value: &str) -> Namespace {
    Namespace {
        mode: mode.to_owned(),
        value: value.to_owned(),
    }
}

fn join(
    ground: &Ground<'_>,
    project: &Project,
    name: &str,
    service: &Service,
    at: &str,
    spec: &mut Spec,
    report: &mut Report,
) {
    for link in &service.links {
        let (other, alias) = link.split_once(':').unwrap_or((link, link));
        report.refuse(
            other != alias,
            &format!("{at}.links"),
            "a name of one's own for another service is an alias in that service's `networks`",
        );
    }
    // The service's own hardware address is that of its first network.
    let mut mac = Some(service.mac_address.clone());
    for (key, used) in &service.networks {
        let used = used.clone().unwrap_or_default();
        let at = format!("{at}.networks.{key}");
        let known = NetworkUse {
            aliases: used.aliases.clone(),
            ipv4_address: used.ipv4_address.clone(),
            ipv6_address: used.ipv6_address.clone(),
            mac_address: used.mac_address.clone(),
            // Podman has no order among networks, and the first way out is as good.
            priority: used.priority,
            gw_priority: used.gw_priority,
            extensions: used.extensions.clone(),
            ..NetworkUse::default()
        };
        report.refuse(used != known, &at, "only aliases and addresses are taken here");
        let own = project.networks.get(key).map(|network| network.name.clone());
        let network = own.filter(|name| !name.is_empty()).unwrap_or_else(|| ground.named(key));
        let mut aliases = used.aliases;
        aliases.push(name.to_owned());
        aliases.dedup();
        let addresses = [used.ipv4_address, used.ipv6_address];
        let network_use = SpecNetwork {
            aliases,
            hardware_address: [used.mac_address, mac.take().unwrap_or_default()]
                .into_iter()
                .find(|address| !address.is_empty())
                .unwrap_or_default(),
            addresses: addresses.into_iter().filter(|address| !address.is_empty()).collect(),
        };
        spec.networks.insert(network, network_use);
    }
}

/// Ports go to free ones of the loopback; the wish for one of the machine is kept in a label, and said.
fn publish(service: &Service, at: &str, spec: &mut Spec, report: &mut Report) {
    for (number, port) in service.ports.iter().enumerate() {
        let at = format!("{at}.ports[{number}]");
        let target = u16::try_from(port.target).ok().filter(|port| *port > 0);
        report.refuse(target.is_none(), &at, "there is no such port");
        let Some(target) = target else { continue };
        let protocol = if port.protocol.is_empty() {
            "tcp"
        } else {
            &port.protocol
        };
        if !port.published.is_empty() {
            report.note(
                &at,
                &format!(
                    "port {} of the machine stays closed: {target} is reached through Stardeck, at the app's own address",
                    port.published
                ),
            );
            let wish = format!("io.stardeck.wish.{target}/{protocol}");
            let address = if port.host_ip.is_empty() { "" } else { ":" };
            let value = format!("{}{address}{}", port.host_ip, port.published);
            spec.labels.insert(wish, value);
        }
        let published = PublishedPort {
            host_address: "127.0.0.1".to_owned(),
            host_port: 0,
            container_port: target,
            protocol: protocol.to_owned(),
        };
        if !spec.ports.contains(&published) {
            spec.ports.push(published);
        }
    }
}
