//! Stories in a real browser: `web/e2e/*.test.mjs`, run by Node's own runner.
//!
//! They are told by their environment what to start, and as whom:
//! `STARDECK_BIN` and `STARDECK_WEB` (the server and the bundle, where the account can read them), `STARDECK_TEST_DECK`
//! (the program that starts both), `STARDECK_USER`, `STARDECK_UID`, `STARDECK_GID`, `STARDECK_HOME`,
//! `STARDECK_PODMAN_SOCKET`, and `CHROMIUM`.

use super::{Counts, rust, stream};
use crate::setup::Account;
use crate::{run, shell, tree, web};
use anyhow::{Context, Result};
use std::process::Command;

/// Builds what the stories need, and runs them.
pub(super) fn run(account: &Account) -> Result<Counts> {
    let root = tree::root()?;
    let mut stories = tree::files(&root.join("web/e2e"), &["mjs"])?;
    stories.retain(|path| path.to_string_lossy().ends_with(".test.mjs"));
    if stories.is_empty() {
        println!("browser: there is no web/e2e/*.test.mjs, so nothing was run");
        return Ok(Counts::default());
    }
    let mut node = node(account, &web::Options::default())?;
    // One file at a time: two gain little on two processors, and each then waits for what the other computes.
    stream::counted(node.arg("--test-concurrency=1").args(&stories))
}

/// Node's runner, ready for the stories that are given to it. What they need is built.
pub(super) fn node(account: &Account, options: &web::Options) -> Result<Command> {
    let root = tree::root()?;
    let folder = web::build(options)?;
    let programs = rust::programs()?;
    let binary = programs.join("stardeck");
    let (binary, folder) = run::reachable(account, &binary, &folder)?;
    web::npm::install(&root)?;
    let chromium = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find_map(shell::which);
    let mut node = Command::new("node");
    node.current_dir(&root).args(["--test", "--test-reporter=spec"]);
    node.env("STARDECK_BIN", binary).env("STARDECK_WEB", folder);
    node.env("STARDECK_TEST_DECK", programs.join("testkit-deck"));
    node.env("STARDECK_USER", &account.name)
        .env("STARDECK_HOME", &account.home);
    node.env("STARDECK_UID", account.uid.to_string())
        .env("STARDECK_GID", account.gid.to_string());
    node.env("STARDECK_PODMAN_SOCKET", account.podman_socket());
    node.env(
        "CHROMIUM",
        chromium.context("Chromium is missing: run `cargo xtask setup --tests`")?,
    );
    Ok(node)
}
