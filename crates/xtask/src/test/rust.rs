//! Rust tests: by nextest where it is, else by cargo.

use super::{Counts, parts, stream};
use crate::setup::Account;
use crate::{lints, shell, tree};
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What everything is compiled with. The tests of crashes end the server at points that only a build for them has; and
/// with other features for one suite, half of all crates would be compiled again.
const WITH: [&str; 3] = ["--workspace", "--features", "server/failpoints"];

/// Units, and integration on real Podman.
pub(super) fn run(account: &Account) -> Result<Counts> {
    let mut command = runner()?;
    with(&mut command).env("STARDECK_TEST_APP", programs()?.join("testkit-app"));
    leave_out(&mut command)?;
    stream::counted(with_account(&mut command, account))
}

/// Compiles all packages, with what the tests are compiled with.
pub(crate) fn with(cargo: &mut Command) -> &mut Command {
    lints::apply(cargo.args(WITH))
}

/// The tests that need what only Debian has: a kernel as a program, a test authority, and packages to make an image of.
/// Elsewhere they are left out and named.
fn leave_out(command: &mut Command) -> Result<()> {
    let mut out = Vec::new();
    if !Path::new("/usr/bin/linux.uml").exists() {
        println!(
            "rust: fault_16 (loss of power) and statistics in a guest are NOT run: there is no User Mode Linux here"
        );
        out.extend(["fault_16_", "in_a_guest_"]);
    }
    if shell::which("pebble").is_none() {
        println!("rust: certificates over ACME are NOT tested: this distribution has no pebble");
        out.push("over_acme_");
    }
    match parts::make()? {
        Some(file) => drop(command.env("STARDECK_TEST_PARTS", file)),
        None => {
            println!("rust: the story of a whole shop is NOT run: this distribution is not Debian");
            out.push("whole_shop_");
        }
    }
    if out.is_empty() {
        return Ok(());
    }
    if nextest() {
        command.args(["-E", &format!("not test(/{}/)", out.join("|"))]);
    } else {
        command.arg("--").args(out.iter().flat_map(|name| ["--skip", name]));
    }
    Ok(())
}

/// The folder of the programs that suites start: `stardeck`, `testkit-app`, `examples/replay`, and `examples/load`. All
/// programs are asked for: cargo would leave packages without one out, with the features that they ask of others.
pub(super) fn programs() -> Result<PathBuf> {
    let mut cargo = shell::cargo()?;
    shell::run(with(cargo.args([
        "build",
        "--bins",
        "--example",
        "replay",
        "--example",
        "load",
    ])))?;
    Ok(tree::target()?.join("debug"))
}

fn nextest() -> bool {
    shell::which("cargo-nextest").is_some()
}

/// The runner of tests that is here, without a choice of packages.
pub(super) fn runner() -> Result<Command> {
    let mut cargo = shell::cargo()?;
    if nextest() {
        cargo.args(["nextest", "run", "--no-fail-fast"]);
    } else {
        cargo.args(["test", "--no-fail-fast", "--lib", "--bins", "--tests"]);
    }
    Ok(cargo)
}

/// The examples in the documentation.
pub(super) fn doc(account: &Account) -> Result<Counts> {
    let mut cargo = shell::cargo()?;
    stream::counted(with_account(with(cargo.args(["test", "--doc"])), account))
}

/// Tells the tests which account Podman runs as.
fn with_account<'a>(command: &'a mut Command, account: &Account) -> &'a mut Command {
    command.env("STARDECK_USER", &account.name)
}
