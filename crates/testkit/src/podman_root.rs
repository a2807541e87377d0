//! Another version of Podman: the root file system of another Debian, beside the machine's own.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use crate::User;

/// What another Podman needs around it.
const PACKAGES: &str = "podman,crun,netavark,aardvark-dns,passt,uidmap,catatonit,iptables,nftables,iproute2,\
                        ca-certificates,systemd,dbus-user-session,procps";

/// Makes a root file system of the Debian release `suite` (`trixie` has Podman 5.4) in `folder`, or finds the one that was
/// made before, and returns its path. Tests use its Podman when `STARDECK_TEST_PODMAN_ROOT` is that path. Takes about a
/// minute and 400 MB; needs root's rights and the program `mmdebstrap`.
///
/// # Errors
/// It cannot be made; the text says why.
pub fn podman_root(suite: &str, folder: &Path) -> Result<PathBuf, String> {
    let user = User::find();
    let root = folder.join(suite);
    if !root.join("usr/bin/podman").exists() {
        let unfinished = folder.join(format!("{suite}.unfinished"));
        let _ = fs::remove_dir_all(&unfinished);
        fs::create_dir_all(folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
        let made = Command::new("mmdebstrap")
            .args(["--quiet", "--variant=minbase"])
            // A mirror may hold an index that is past its date.
            .arg("--aptopt=Acquire::Check-Valid-Until \"false\"")
            .arg(format!("--include={PACKAGES}"))
            .args(["man", "doc", "locale"].map(|dir| format!("--dpkgopt=path-exclude=/usr/share/{dir}/*")))
            .arg(suite)
            .arg(&unfinished)
            .arg(mirror()?)
            .output()
            .map_err(|error| format!("cannot run mmdebstrap ({error}); install the package mmdebstrap"))?;
        if !made.status.success() {
            let words = String::from_utf8_lossy(&made.stderr).into_owned();
            return Err(format!("mmdebstrap could not make a root of {suite}: {words}"));
        }
        fs::rename(&unfinished, &root).map_err(|error| format!("cannot move {}: {error}", unfinished.display()))?;
    }
    for file in ["passwd", "group", "subuid", "subgid"] {
        make_known(&user, &Path::new("/etc").join(file), &root.join("etc").join(file))
            .map_err(|error| format!("cannot tell {} of the user: {error}", root.display()))?;
    }
    Ok(root)
}

/// The mirror that this machine itself installs from.
fn mirror() -> Result<String, String> {
    let targets = Command::new("apt-get")
        .args(["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"])
        .output()
        .map_err(|error| format!("cannot ask apt-get for this machine's mirror: {error}"))?;
    let text = String::from_utf8_lossy(&targets.stdout).into_owned();
    let mirror = text.lines().find(|uri| !uri.contains("security"));
    mirror
        .map(str::to_owned)
        .ok_or_else(|| "apt has no mirror; this needs a Debian machine".to_owned())
}

/// Copies the user's line from the machine's own file, unless there is one.
fn make_known(user: &User, from: &Path, to: &Path) -> std::io::Result<()> {
    let line_of = |path: &Path| {
        let text = fs::read_to_string(path).unwrap_or_default();
        text.lines()
            .find(|line| line.split(':').next() == Some(&user.name))
            .map(str::to_owned)
    };
    match line_of(from) {
        Some(line) if line_of(to).is_none() => {
            let mut file = File::options().append(true).create(true).open(to)?;
            writeln!(file, "{line}")
        }
        _ => Ok(()),
    }
}
