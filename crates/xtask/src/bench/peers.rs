//! The tools that ours is measured beside, and how each gets here.
//!
//! One is taken from where its variable says, or from the PATH, or put into the target folder: podman-compose from PyPI
//! into a virtual environment, docker compose from the Debian release that has the version which is the reference. The
//! latter needs nothing but libc, so it runs on older releases too; it talks to Podman's socket, no Docker is involved.

use crate::shell::{self, quote};
use crate::{apt, tree};
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::Command;

/// The release of Debian whose docker compose is 2.40.
const RELEASE: &str = "forky";
/// Where its package has the program.
const PLUGIN: &str = "usr/libexec/docker/cli-plugins/docker-compose";

/// Somebody else's tool for compose files.
pub(super) struct Peer {
    pub(super) name: &'static str,
    /// The variable that names its program.
    pub(super) variable: &'static str,
    install: fn() -> Result<PathBuf>,
}

/// All of them.
pub(super) const PEERS: [Peer; 2] = [
    Peer {
        name: "podman-compose",
        variable: "STARDECK_PODMAN_COMPOSE",
        install: from_pypi,
    },
    Peer {
        name: "docker-compose",
        variable: "STARDECK_DOCKER_COMPOSE",
        install: from_debian,
    },
];

/// The programs of those that can be had. Says in a line which of them `bench` compares with, and why not with the others.
pub(super) fn find(bench: &str) -> Vec<(&'static Peer, PathBuf)> {
    let mut here = Vec::new();
    let mut said = Vec::new();
    for peer in &PEERS {
        match peer.program().and_then(|program| Ok((version(&program)?, program))) {
            Ok((version, program)) => {
                said.push(format!("{} {version}", peer.name));
                here.push((peer, program));
            }
            Err(why) => said.push(format!("{} NOT, it cannot be had: {why:#}", peer.name)),
        }
    }
    println!(
        "{bench}: compared with {} of {} peers: {}",
        here.len(),
        PEERS.len(),
        said.join("; ")
    );
    here
}

impl Peer {
    fn program(&self) -> Result<PathBuf> {
        let named = std::env::var_os(self.variable).map(PathBuf::from);
        named.or_else(|| shell::which(self.name)).map_or_else(self.install, Ok)
    }
}

/// The first word of what it says about itself that is a number.
fn version(program: &PathBuf) -> Result<String> {
    let said = shell::read(Command::new(program).arg("version"))?;
    let number = |word: &&str| word.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit());
    let version = said.split_whitespace().find(number);
    Ok(version
        .with_context(|| format!("{} said: {said}", program.display()))?
        .to_owned())
}

/// Debian's own Python, because the machine's user has to be able to run it.
fn from_pypi() -> Result<PathBuf> {
    let folder = tree::target()?.join("podman-compose");
    let program = folder.join("bin/podman-compose");
    if !program.exists() {
        shell::quiet(Command::new("/usr/bin/python3").args(["-m", "venv"]).arg(&folder))?;
        shell::quiet(Command::new(folder.join("bin/pip")).args(["install", "--quiet", "podman-compose==1.6.0"]))?;
    }
    Ok(program)
}

/// From the mirror that this machine itself uses; nothing is installed.
fn from_debian() -> Result<PathBuf> {
    let folder = tree::target()?.join("docker-compose");
    let program = folder.join(PLUGIN);
    if program.exists() {
        return Ok(program);
    }
    if shell::which("mmdebstrap").is_none() {
        bail!("mmdebstrap is not here to fetch it: run `cargo xtask setup --benches`");
    }
    let mirror = apt::mirror()?;
    println!("bench: fetching docker compose of Debian {RELEASE} (14 MB, once)");
    std::fs::create_dir_all(&folder)?;
    // The index of a release that is not out yet may be past its date on a mirror.
    let script = format!(
        "mmdebstrap --quiet --variant=extract --format=tar --include=docker-compose \
         --aptopt='Acquire::Check-Valid-Until \"false\"' {RELEASE} \"$1.tar\" {}\n\
         tar -x -f \"$1.tar\" -C \"$1\" ./{PLUGIN}\nrm \"$1.tar\"",
        quote(&mirror)
    );
    shell::quiet(Command::new("sh").args(["-ec", &script, "sh"]).arg(&folder))?;
    Ok(program)
}
