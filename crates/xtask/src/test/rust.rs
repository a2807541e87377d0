//! Rust tests: by nextest where it is, else by cargo.

use super::{Counts, stream};
use crate::setup::Account;
use crate::shell;
use anyhow::Result;
use std::process::Command;

/// Units, and integration on real Podman.
pub(super) fn run(account: &Account) -> Result<Counts> {
    stream::counted(with_account(runner()?.arg("--workspace"), account))
}

/// The runner of tests that is here, without a choice of packages.
pub(super) fn runner() -> Result<Command> {
    let mut cargo = shell::cargo()?;
    if shell::which("cargo-nextest").is_some() {
        cargo.args(["nextest", "run", "--no-fail-fast"]);
    } else {
        cargo.args(["test", "--no-fail-fast", "--lib", "--bins", "--tests"]);
    }
    Ok(cargo)
}

/// The examples in the documentation.
pub(super) fn doc(account: &Account) -> Result<Counts> {
    let mut cargo = shell::cargo()?;
    stream::counted(with_account(cargo.args(["test", "--workspace", "--doc"]), account))
}

/// Tells the tests which account Podman runs as.
fn with_account<'a>(command: &'a mut Command, account: &Account) -> &'a mut Command {
    command.env("STARDECK_USER", &account.name)
}
