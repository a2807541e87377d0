//! The tests on Podman, against a newer Podman than the machine's own: that of another Debian release, in a root file
//! system of its own. The testkit enters it, with a systemd of the user's own; here it is made.

use super::{Counts, stream};
use crate::setup::Account;
use crate::{apt, shell, tree};
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What has to be in the file system for rootless Podman.
const PACKAGES: &str = "podman,crun,netavark,aardvark-dns,passt,slirp4netns,fuse-overlayfs,uidmap,catatonit,iptables,\
                        nftables,iproute2,ca-certificates,procps,busybox-static,systemd,dbus-user-session,libpam-systemd";

/// Packages of ours whose integration tests talk to Podman.
const TALKERS: [&str; 2] = ["podman", "server"];

/// A Debian release with a newer Podman.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Release {
    /// Podman 5.4
    Trixie,
    /// Podman 5.8
    Forky,
}

/// Runs the lane.
pub(super) fn run(release: Release, account: &Account) -> Result<Counts> {
    ensure!(
        rustix::process::geteuid().is_root(),
        "this lane mounts file systems: run it as root, in a container or on a CI machine"
    );
    let root = file_system(release)?;
    for file in ["passwd", "group", "subuid", "subgid"] {
        introduce(account, &Path::new("/etc").join(file), &root.join("etc").join(file))?;
    }
    let mut tests = super::rust::runner()?;
    for package in TALKERS {
        tests.args(["--package", package]);
    }
    tests
        .env("STARDECK_USER", &account.name)
        .env("STARDECK_TEST_PODMAN_ROOT", root);
    stream::counted(&mut tests)
}

/// Copies the account's line to a file of the other file system, unless it has one.
fn introduce(account: &Account, from: &Path, to: &Path) -> Result<()> {
    let line = |text: &str| {
        text.lines()
            .find(|line| line.split(':').next() == Some(&account.name))
            .map(str::to_owned)
    };
    let there = std::fs::read_to_string(to).unwrap_or_default();
    match line(&tree::read(from)?) {
        Some(new) if line(&there).is_none() => tree::write(to, format!("{there}{new}\n")),
        _ => Ok(()),
    }
}

/// Makes the release's file system once, from the mirror that this machine itself uses.
fn file_system(release: Release) -> Result<PathBuf> {
    let name = match release {
        Release::Trixie => "trixie",
        Release::Forky => "forky",
    };
    let root = tree::target()?.join("podman").join(name);
    if root.join("usr/bin/podman").exists() {
        return Ok(root);
    }
    if shell::which("mmdebstrap").is_none() {
        println!("lane: installing mmdebstrap, which makes the file system");
        let script =
            "apt-get update -q && apt-get -o DPkg::Lock::Timeout=300 install -q -y --no-install-recommends mmdebstrap";
        shell::quiet(
            Command::new("sh")
                .args(["-ec", script])
                .env("DEBIAN_FRONTEND", "noninteractive"),
        )?;
    }
    if root.exists() {
        std::fs::remove_dir_all(&root).with_context(|| format!("removing {}", root.display()))?;
    }
    let mirror = apt::mirror()?;
    println!("lane: making a file system of Debian {name} (about 300 MB, once)");
    let mut make = Command::new("mmdebstrap");
    make.args(["--quiet", "--variant=minbase", &format!("--include={PACKAGES}")]);
    // The index of a release that is not out yet may be past its date on a mirror.
    make.arg("--aptopt=Acquire::Check-Valid-Until \"false\"");
    make.args(["man", "doc", "locale"].map(|kind| format!("--dpkgopt=path-exclude=/usr/share/{kind}/*")));
    std::fs::create_dir_all(root.parent().context("it lies in a folder")?)?;
    shell::quiet(make.arg(name).arg(&root).arg(&mirror))?;
    Ok(root)
}
