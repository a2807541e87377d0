//! What differs between distributions: the names of packages, and what is too old.

use super::facts::Facts;
use anyhow::{Result, bail};

/// Families of distributions that share their packages' names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Debian,
    Fedora,
}

/// Which names this machine's packages have.
pub(super) fn family(facts: &Facts) -> Option<Family> {
    let mut words = facts.system.like.split_whitespace().chain([facts.system.id.as_str()]);
    words.find_map(|word| match word {
        "debian" | "ubuntu" => Some(Family::Debian),
        "fedora" | "rhel" => Some(Family::Fedora),
        _ => None,
    })
}

/// The distribution's packages that can compile for the browser, where rustup may not.
pub(super) fn browser_compiler(facts: &Facts) -> Result<&'static [&'static str]> {
    match (family(facts), facts.system.id.as_str()) {
        (Some(Family::Fedora), _) => Ok(&["rust", "rust-std-static-wasm32-unknown-unknown", "lld"]),
        (Some(Family::Debian), "debian") => Ok(&["rustc-web", "rust-web-src", "lld"]),
        _ => bail!(
            "nothing here compiles for the browser: install rustup (https://rustup.rs), run \
             `rustup target add wasm32-unknown-unknown`, then try again"
        ),
    }
}

/// What is installed and too old cannot be mended by installing.
pub(super) fn check_versions(facts: &Facts) -> Result<()> {
    let at_least = |version: &str, least: (u32, u32)| {
        let mut numbers = version
            .split(['.', '-', '+', '~'])
            .map(|part| part.parse().unwrap_or(0));
        (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= least
    };
    if let Some(podman) = &facts.podman
        && !at_least(podman, (4, 3))
    {
        bail!("Podman {podman} is too old, 4.3 is needed: Debian 12, Ubuntu 24.04 and every later release have it");
    }
    if let Some(node) = &facts.node
        && !at_least(node, (18, 0))
    {
        bail!("Node {node} is too old, 18 is needed: Debian 12, Ubuntu 24.04 and every later release have it");
    }
    Ok(())
}
