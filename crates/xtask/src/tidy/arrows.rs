//! Who may use whom: the table of the layout, for our own crates and for the outside crates that have one home.

use super::manifests::packages;
use super::{Fault, Tree};

/// Our crates, each with those of ours that it may use; a crate without a line here may not exist. A new arrow is a design
/// change: it is made here, and its commit says why.
const MAY_USE: [(&str, &[&str]); 12] = [
    ("api", &[]),
    ("compose", &["api"]),
    ("podman", &[]),
    ("vault", &[]),
    ("proxy", &[]),
    ("registry", &[]),
    ("fetch", &[]),
    ("engine", &["api", "compose", "podman", "vault", "proxy", "registry", "fetch"]),
    // The server composes: it connects to Podman and hands the engine the connection.
    ("server", &["api", "compose", "engine", "proxy", "podman"]),
    ("web", &["api", "compose"]),
    ("testkit", &["api", "podman"]),
    ("xtask", &[]),
];

/// Outside crates with a home: only these of ours may use them.
const RESERVED: [(&str, &[&str]); 15] = [
    ("aes-gcm", &["vault"]),
    ("axum", &["server"]),
    ("hkdf", &["vault"]),
    ("hyper", &["podman", "proxy", "server", "registry", "fetch"]),
    ("hyper-util", &["podman", "proxy", "server", "registry", "fetch"]),
    ("image", &["engine"]),
    ("leptos", &["web"]),
    ("rusqlite", &["engine"]),
    ("rusqlite_migration", &["engine"]),
    ("rustls", &["proxy", "server", "registry", "fetch"]),
    ("saphyr-parser", &["compose"]),
    ("tokio-rustls", &["proxy", "server", "registry", "fetch"]),
    ("totp-rs", &["engine"]),
    ("wasm-bindgen-cli-support", &["xtask"]),
    ("web-sys", &["web"]),
];

/// What some crates must never know, in tests neither.
const NEVER: [(&str, &[&str]); 3] = [
    ("api", &["tokio", "axum"]),
    ("compose", &["tokio", "podman"]),
    ("vault", &["tokio", "rusqlite"]),
];

/// Faults of the arrows between our own crates.
pub(super) fn between_ours(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for package in packages(tree) {
        let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == package.name) else {
            faults.push(Fault::new(
                &package.manifest,
                format!("`{}` is not in the table of arrows", package.name),
            ));
            continue;
        };
        let ours = |name: &&String| MAY_USE.iter().any(|(ours, _)| ours == name);
        for used in package
            .uses
            .iter()
            .filter(ours)
            .filter(|used| !allowed.contains(&used.as_str()))
        {
            faults.push(Fault::new(
                &package.manifest,
                format!("`{}` may not use `{used}`", package.name),
            ));
        }
        let tests = |used: &&String| !allowed.contains(&used.as_str()) && *used != "testkit";
        for used in package.tests_use.iter().filter(ours).filter(tests) {
            faults.push(Fault::new(
                &package.manifest,
                format!("tests of `{}` may not use `{used}`", package.name),
            ));
        }
    }
    faults
}

/// Faults of the outside crates that have a home.
pub(super) fn reserved(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for package in packages(tree) {
        for used in &package.uses {
            if let Some((_, homes)) = RESERVED.iter().find(|(name, _)| name == used)
                && !homes.contains(&package.name.as_str())
            {
                let says = format!(
                    "`{}` may not use `{used}`, whose home is {}",
                    package.name,
                    homes.join(", ")
                );
                faults.push(Fault::new(&package.manifest, says));
            }
        }
        let never = NEVER
            .iter()
            .find(|(name, _)| *name == package.name)
            .map(|(_, never)| *never)
            .unwrap_or_default();
        for used in package
            .uses
            .iter()
            .chain(&package.tests_use)
            .filter(|used| never.contains(&used.as_str()))
        {
            faults.push(Fault::new(
                &package.manifest,
                format!("`{}` must never know `{used}`", package.name),
            ));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::{between_ours, reserved};

    const PODMAN: &str = "[package]\nname = \"podman\"\n[dependencies]\nhyper.workspace = true\n";

    #[test]
    fn an_arrow_that_is_not_in_the_table_is_found() {
        let engine = "[package]\nname = \"engine\"\n[dependencies]\napi.workspace = true\nserver.workspace = true\n";
        let faults = between_ours(
            &[
                ("crates/engine/Cargo.toml", engine),
                ("crates/podman/Cargo.toml", PODMAN),
            ]
            .into(),
        );
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].says, "`engine` may not use `server`");
    }

    #[test]
    fn tests_may_use_the_testkit_and_no_more() {
        let podman = format!("{PODMAN}[dev-dependencies]\ntestkit.workspace = true\nengine.workspace = true\n");
        let faults = between_ours(&[("crates/podman/Cargo.toml", podman.as_str())].into());
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].says, "tests of `podman` may not use `engine`");
    }

    #[test]
    fn a_crate_without_a_line_in_the_table_is_found() {
        assert_eq!(
            between_ours(&[("crates/extra/Cargo.toml", "[package]\nname = \"extra\"")].into()).len(),
            1
        );
    }

    #[test]
    fn an_outside_crate_away_from_home_is_found_also_for_one_target_only() {
        let web = "[package]\nname = \"web\"\n[target.'cfg(unix)'.dependencies]\nrusqlite.workspace = true\n";
        let faults = reserved(&[("web/Cargo.toml", web), ("crates/podman/Cargo.toml", PODMAN)].into());
        assert_eq!(faults.len(), 1);
        assert!(faults[0].says.contains("whose home is engine"), "{faults:?}");
        let api = "[package]\nname = \"api\"\n[dev-dependencies]\ntokio.workspace = true\n";
        assert_eq!(reserved(&[("crates/api/Cargo.toml", api)].into()).len(), 1);
    }
}
