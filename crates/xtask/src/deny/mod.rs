//! `cargo xtask deny`: licences, bans and sources of everything that we use, after the lists in `deny.toml`.
//!
//! cargo-deny reads the same file and does more (advisories); where it is installed, it is asked as well.

mod licence;

use crate::{shell, tree};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::process::Command;

/// The part of `deny.toml` that is read here.
#[derive(Deserialize)]
struct Lists {
    licenses: Licences,
    bans: Bans,
}

#[derive(Deserialize)]
struct Licences {
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
    reason: String,
}

/// The part of `cargo metadata` that is read here.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    /// Nothing for our own.
    source: Option<String>,
}

/// Checks, and prints what is wrong.
pub(crate) fn run() -> Result<()> {
    let root = tree::root()?;
    let lists: Lists = toml::from_str(&tree::read(&root.join("deny.toml"))?).context("reading deny.toml")?;
    let mut cargo = shell::cargo()?;
    let metadata = shell::read(cargo.args(["metadata", "--format-version=1", "--all-features", "--locked"]))?;
    let metadata: Metadata = serde_json::from_str(&metadata).context("reading the output of cargo metadata")?;
    let faults: Vec<_> = metadata
        .packages
        .iter()
        .flat_map(|package| faults(package, &lists))
        .collect();
    for fault in &faults {
        println!("deny: {fault}");
    }
    if !faults.is_empty() {
        bail!("deny: {} faults in {} packages", faults.len(), metadata.packages.len());
    }
    println!(
        "deny: licences, bans and sources of {} packages are fine",
        metadata.packages.len()
    );
    advisories(&root)
}

fn faults(package: &Package, lists: &Lists) -> Vec<String> {
    let Some(source) = &package.source else {
        return Vec::new();
    };
    let name = format!("{} {}", package.name, package.version);
    let mut faults = Vec::new();
    match package.license.as_deref() {
        None => faults.push(format!("{name} names no licence")),
        Some(licence) if !licence::allows(licence, &lists.licenses.allow) => {
            faults.push(format!("{name} is under `{licence}`, which deny.toml does not allow"));
        }
        Some(_) => {}
    }
    if let Some(ban) = lists.bans.deny.iter().find(|ban| ban.name == package.name) {
        faults.push(format!("{name} is banned: {}", ban.reason));
    }
    if !source.starts_with("registry+") {
        faults.push(format!("{name} does not come from the registry but from {source}"));
    }
    faults
}

/// Known security holes, where cargo-deny is there to ask about them.
fn advisories(root: &std::path::Path) -> Result<()> {
    if shell::which("cargo-deny").is_none() {
        println!("deny: advisories NOT checked: cargo-deny is not installed (cargo install --locked cargo-deny)");
        return Ok(());
    }
    let mut deny = Command::new("cargo-deny");
    if !shell::succeeds(deny.current_dir(root).args(["fetch", "db"])) {
        println!("deny: advisories NOT checked: their database cannot be reached");
        return Ok(());
    }
    shell::run(
        Command::new("cargo-deny")
            .current_dir(root)
            .args(["--workspace", "check", "--disable-fetch"]),
    )
}

#[cfg(test)]
mod tests {
    use super::{Lists, Package, faults};

    fn check(licence: Option<&str>, name: &str, source: &str) -> Vec<String> {
        let lists: Lists = toml::from_str(
            "[licenses]\nallow = [\"MIT\"]\n[bans]\ndeny = [{ crate = \"openssl\", reason = \"rustls does it\" }]\n",
        )
        .unwrap();
        let package = Package {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            license: licence.map(str::to_owned),
            source: Some(source.to_owned()),
        };
        faults(&package, &lists)
    }

    #[test]
    fn each_kind_of_fault_is_found() {
        assert_eq!(check(Some("MIT"), "serde", "registry+x"), Vec::<String>::new());
        assert!(check(Some("GPL-3.0-only"), "serde", "registry+x")[0].contains("GPL-3.0-only"));
        assert!(check(None, "serde", "registry+x")[0].contains("no licence"));
        assert!(check(Some("MIT"), "openssl", "registry+x")[0].contains("rustls does it"));
        assert!(check(Some("MIT"), "serde", "git+x")[0].contains("git+x"));
    }
}
