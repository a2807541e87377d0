//! The tests on Podman, against a newer Podman than the machine's own: that of another Debian release, in a file system
//! of its own, under a systemd of the user's own (see `lane.sh`).

use super::{Counts, stream};
use crate::setup::Account;
use crate::{shell, tree};
use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What has to be in the file system for rootless Podman.
const PACKAGES: &str = "podman,crun,netavark,aardvark-dns,passt,slirp4netns,fuse-overlayfs,uidmap,catatonit,iptables,\
                        nftables,iproute2,ca-certificates,procps,busybox-static,systemd,dbus-user-session,libpam-systemd";

/// Packages of ours whose integration tests talk to Podman.
const TALKERS: [&str; 2] = ["podman", "server"];

/// The lane has an account of its own, so that it stops nobody's systemd.
const ACCOUNT: &str = "stardeck-lane";

/// A Debian release with a newer Podman.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Release {
    /// Podman 5.4
    Trixie,
    /// Podman 5.8
    Forky,
}

/// Runs the lane.
pub(super) fn run(release: Release) -> Result<Counts> {
    ensure!(
        rustix::process::geteuid().is_root(),
        "this lane mounts file systems: run it as root (in a container or on a CI machine)"
    );
    ensure!(
        !Path::new("/run/systemd/system").is_dir(),
        "this lane brings a systemd of its own and is for machines without one: use a container or a CI machine"
    );
    let root = file_system(release)?;
    if Account::find(ACCOUNT).is_err() {
        shell::run(Command::new("useradd").args(["--create-home", "--shell", "/bin/bash", ACCOUNT]))?;
    }
    let account = Account::find(ACCOUNT)?;
    let programs = programs()?;
    let mut inside = Command::new("unshare");
    inside.args([
        "--mount",
        "--cgroup",
        "--propagation",
        "slave",
        "sh",
        "-ec",
        include_str!("lane.sh"),
    ]);
    inside
        .env("ROOT", &root)
        .env("TREE", tree::root()?)
        .env("PROGRAMS", programs.join(" "));
    inside
        .env("ACCOUNT", ACCOUNT)
        .env("ID", account.uid.to_string())
        .env("HOUSE", &account.home);
    stream::counted(&mut inside)
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
    let mirror = mirror(&apt_sources()?).context("no Debian mirror in this machine's apt sources")?;
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

fn apt_sources() -> Result<String> {
    let mut text = std::fs::read_to_string("/etc/apt/sources.list").unwrap_or_default();
    for file in tree::files(Path::new("/etc/apt/sources.list.d"), &["sources", "list"])? {
        text.push_str(&tree::read(&file)?);
        text.push('\n');
    }
    Ok(text)
}

/// The first Debian archive in apt's sources, in the old format or the new.
fn mirror(sources: &str) -> Option<String> {
    let addresses = sources.lines().flat_map(|line| match line.strip_prefix("URIs:") {
        Some(rest) => rest.split_whitespace().collect::<Vec<_>>(),
        None if line.starts_with("deb ") => line.split_whitespace().filter(|word| word.contains("://")).collect(),
        None => Vec::new(),
    });
    let mut archives = addresses
        .map(|address| address.trim_end_matches('/'))
        .filter(|address| address.ends_with("/debian"));
    archives.next().map(str::to_owned)
}

/// Builds the tests that talk to Podman and returns their binaries.
fn programs() -> Result<Vec<String>> {
    let root = tree::root()?;
    let mut cargo = shell::cargo()?;
    cargo.args(["test", "--no-run", "--test", "it"]);
    for package in TALKERS {
        if ["crates/", ""]
            .iter()
            .any(|folder| root.join(format!("{folder}{package}/tests/it/main.rs")).is_file())
        {
            cargo.args(["--package", package]);
        }
    }
    shell::run(&mut cargo)?;
    let report = shell::read(cargo.args(["--quiet", "--message-format=json"]))?;
    let executable = |line: &str| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        let is_test = message.get("profile")?.get("test")?.as_bool()?;
        message
            .get("executable")?
            .as_str()
            .filter(|_| is_test)
            .map(str::to_owned)
    };
    let programs: Vec<_> = report.lines().filter_map(executable).collect();
    if programs.is_empty() {
        bail!("no package has integration tests on Podman yet");
    }
    Ok(programs)
}

#[cfg(test)]
mod tests {
    use super::mirror;

    #[test]
    fn the_mirror_is_found_in_both_formats_of_apt() {
        let new = "Types: deb\nURIs: http://mirror.example/debian/\nSuites: bookworm\n";
        assert_eq!(mirror(new).as_deref(), Some("http://mirror.example/debian"));
        let old = "# deb http://old.example/debian x\ndeb [signed-by=/k] https://extra.example/node x main\n\
                   deb [arch=amd64] http://mirror.example/debian bookworm main\n";
        assert_eq!(mirror(old).as_deref(), Some("http://mirror.example/debian"));
        assert_eq!(mirror("URIs: http://security.example/debian-security\n"), None);
    }
}
