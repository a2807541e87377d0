//! The short form of a published port: `[[address:]host:]container[/protocol]`, with ranges.

use std::net::IpAddr;

/// One port of one container, as docker compose spells it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Port {
    pub(crate) host_ip: String,
    pub(crate) target: u16,
    pub(crate) published: String,
    pub(crate) protocol: String,
}

/// Spells out the short form; a range of container ports makes one entry each, sorted as text.
pub(crate) fn parse(text: &str) -> Result<Vec<Port>, String> {
    let parts: Vec<&str> = text.split(':').collect();
    let (address, host, container) = match parts.as_slice() {
        [container] => (String::new(), "", *container),
        [host, container] => (String::new(), *host, *container),
        [address @ .., host, container] => (address.join(":"), *host, *container),
        [] => (String::new(), "", ""),
    };
    let (container, protocol) = match container.split_once('/') {
        Some((port, rest)) => match rest.split('/').next() {
            None | Some("") => (port, "tcp"),
            Some(protocol) => (port, protocol),
        },
        None => (container, "tcp"),
    };
    let host_ip = match address.strip_prefix('[') {
        Some(inner) => inner
            .strip_suffix(']')
            .ok_or_else(|| format!("`{address}` is not an address: its bracket is never closed"))?
            .to_owned(),
        None => address,
    };
    if !host_ip.is_empty() && !is_address(&host_ip) {
        return Err(format!("`{host_ip}` is not an IP address"));
    }
    if container.is_empty() {
        return Err(format!("`{text}` names no port of the container"));
    }
    let (first, last) = range(container).ok_or_else(|| format!("`{container}` is not a port or a range of ports"))?;
    let host_range = match host {
        "" => None,
        _ => Some(range(host).ok_or_else(|| format!("`{host}` is not a port or a range of ports"))?),
    };
    if let Some((host_first, host_last)) = host_range
        && last - first != host_last - host_first
        && first != last
    {
        return Err(format!("the ranges `{host}` and `{container}` have different lengths"));
    }
    let protocol = protocol.to_ascii_lowercase();
    if !matches!(protocol.as_str(), "tcp" | "udp" | "sctp") {
        return Err(format!("`{protocol}` is not a protocol: it is tcp, udp or sctp"));
    }
    let published = |target: u16| match host_range {
        None => String::new(),
        Some((host_first, host_last)) if first == last && host_first != host_last => {
            format!("{host_first}-{host_last}")
        }
        Some((host_first, _)) => (u32::from(host_first) + u32::from(target - first)).to_string(),
    };
    let mut ports: Vec<Port> = (first..=last)
        .map(|target| Port {
            host_ip: host_ip.clone(),
            target,
            published: published(target),
            protocol: protocol.clone(),
        })
        .collect();
    ports.sort_by_cached_key(|port| port.target.to_string());
    Ok(ports)
}

/// How many entries the short form makes, without making them.
pub(crate) fn count(text: &str) -> usize {
    let container = text.rsplit(':').next().unwrap_or_default();
    let container = container.split('/').next().unwrap_or_default();
    range(container).map_or(1, |(first, last)| usize::from(last - first) + 1)
}

/// Whether a text is an IP address.
pub(crate) fn is_address(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
}

fn range(text: &str) -> Option<(u16, u16)> {
    let number = |text: &str| -> Option<u16> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| digits)
    };
    match text.split_once('-') {
        None => number(text).map(|port| (port, port)),
        Some((first, rest)) => {
            let last = rest.split('-').next().unwrap_or_default();
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then_some((first, last))
        }
    }
}
