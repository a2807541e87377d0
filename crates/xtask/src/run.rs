//! `cargo xtask run`: from a fresh machine to a running Stardeck.

use crate::setup::{self, Account, Purpose};
use crate::{shell, tree, web};
use anyhow::{Context, Result};
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Arguments of `cargo xtask run`.
#[derive(clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    setup: setup::Options,
    /// Build faster, for work on Stardeck itself
    #[arg(long)]
    dev: bool,
    /// More arguments of `stardeck serve`
    #[arg(last = true)]
    serve: Vec<String>,
}

/// Sets up, builds, and becomes `stardeck serve`, so that signals and the exit status are its own.
pub(crate) fn run(options: &Options) -> Result<()> {
    let account = setup::prepare(&options.setup, Purpose::Run)?;
    let folder = web::build(&web::Options { dev: options.dev })?;
    let binary = build_server(if options.dev { "dev" } else { "release" })?;
    let (binary, folder) = reachable(&account, &binary, &folder)?;
    println!(
        "run: Stardeck as {}, its data in {}; Ctrl-C ends it",
        account.name,
        account.data_dir().display()
    );
    let mut command = account.command(binary);
    command
        .arg("serve")
        .arg("--web")
        .arg(folder)
        .arg("--data-dir")
        .arg(account.data_dir());
    command
        .arg("--podman-socket")
        .arg(account.podman_socket())
        .args(&options.serve);
    Err(command.exec()).with_context(|| format!("starting {}", shell::line(&command)))
}

/// Builds the server in a cargo profile and returns its binary.
pub(crate) fn build_server(profile: &str) -> Result<PathBuf> {
    println!("cargo build of the server ({profile})");
    let mut cargo = shell::cargo()?;
    shell::run(cargo.args([
        "build",
        "--package",
        "server",
        "--bin",
        "stardeck",
        "--profile",
        profile,
    ]))?;
    let folder = if profile == "dev" { "debug" } else { profile };
    Ok(tree::target()?.join(folder).join("stardeck"))
}

/// The binary and the bundle where the account can read them: in its home when the checkout may be closed to it.
///
/// The account writes the copies itself, from what we open, so that root follows no link in a home.
pub(crate) fn reachable(account: &Account, binary: &Path, folder: &Path) -> Result<(PathBuf, PathBuf)> {
    if !account.is_other() {
        return Ok((binary.to_path_buf(), folder.to_path_buf()));
    }
    let place = account.home.join(".local/lib/stardeck");
    println!("copying the binary and the bundle to {}", place.display());
    let copied = place.join("stardeck");
    if std::fs::read(&copied).ok() != std::fs::read(binary).ok() {
        let script = "mkdir -p ~/.local/lib/stardeck && cd ~/.local/lib/stardeck && cat >stardeck.new && \
                      chmod 755 stardeck.new && mv stardeck.new stardeck";
        let source = File::open(binary).with_context(|| format!("reading {}", binary.display()))?;
        feed(account, script, source.into())?;
    }
    let mut tar = Command::new("tar")
        .arg("-C")
        .arg(folder)
        .args(["-cf", "-", "."])
        .stdout(Stdio::piped())
        .spawn()?;
    let archive = tar.stdout.take().context("tar has an output")?;
    let script = "cd ~/.local/lib/stardeck && rm -rf web && mkdir web && tar -C web -xf -";
    feed(account, script, archive.into())?;
    anyhow::ensure!(tar.wait()?.success(), "tar could not read {}", folder.display());
    Ok((copied, place.join("web")))
}

/// Runs a script as the account with this input.
fn feed(account: &Account, script: &str, input: Stdio) -> Result<()> {
    let mut command = account.command("sh");
    let status = command.args(["-ec", script]).stdin(input).status()?;
    anyhow::ensure!(status.success(), "{script} failed as {} ({status})", account.name);
    Ok(())
}
