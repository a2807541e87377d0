//! What is true of this machine, found without changing anything. `cargo xtask setup --facts` prints it; such records
//! are what the planner is tested with.

use super::account::{Account, is_root};
use super::needs::NEEDS;
use super::service;
use crate::shell;
use crate::web::Compiler;
use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

/// All facts.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub(crate) struct Facts {
    /// We are root.
    pub(crate) root: bool,
    /// Root can be had by asking.
    pub(crate) sudo: bool,
    /// systemd is process 1.
    pub(crate) systemd: bool,
    /// The control groups are the unified tree alone.
    pub(crate) cgroup2: bool,
    /// Podman's version, when it is installed.
    pub(crate) podman: Option<String>,
    /// Node's version, when it is installed.
    pub(crate) node: Option<String>,
    /// Something can compile for the browser.
    pub(crate) wasm: bool,
    /// rustup is here and may install targets.
    pub(crate) rustup: bool,
    /// What is here, by the names of [`NEEDS`].
    pub(crate) present: Vec<String>,
    pub(crate) system: System,
    pub(crate) tun: Device,
    pub(crate) fuse: Device,
    pub(crate) user: User,
}

/// Which distribution this is.
#[derive(Serialize, Deserialize, Debug, Clone, Default)]
pub(crate) struct System {
    pub(crate) id: String,
    pub(crate) like: String,
    pub(crate) version: String,
}

/// A device node that rootless containers open.
#[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Device {
    /// There is none.
    Missing,
    /// Ordinary users may not open it.
    Closed,
    /// They may.
    Open,
}

/// The account that Podman runs as.
#[derive(Serialize, Deserialize, Debug, Clone)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) exists: bool,
    /// It is root's own.
    pub(crate) rootful: bool,
    /// It has subordinate user and group ids.
    pub(crate) subordinate_ids: bool,
    /// Its runtime folder is there and its own.
    pub(crate) runtime_dir: bool,
    /// Its services outlive its logins.
    pub(crate) linger: bool,
    /// Podman keeps images and containers for it already, so its storage must not be changed.
    pub(crate) storage_in_use: bool,
    pub(crate) storage_conf: bool,
    pub(crate) containers_conf: bool,
    /// Its Podman answers on its socket.
    pub(crate) podman_answers: bool,
}

impl Facts {
    /// Looks.
    pub(crate) fn probe(rootful: bool) -> Result<Facts> {
        if !cfg!(target_os = "linux") {
            bail!("Stardeck drives Podman on Linux: use a Linux machine, or a virtual one");
        }
        let root = is_root();
        if rootful && !root {
            bail!("--rootful runs Podman as root: start the command as root (sudo -E cargo xtask …), or leave it out");
        }
        let version = |program: &str| {
            shell::which(program)?;
            let said = shell::read(Command::new(program).arg("--version")).ok()?;
            said.split_whitespace()
                .next_back()
                .map(|word| word.trim_start_matches('v').to_owned())
        };
        let may_install = std::env::var("RUSTUP_AUTO_INSTALL").is_ok_and(|value| value == "0");
        Ok(Facts {
            root,
            sudo: shell::which("sudo").is_some(),
            systemd: Path::new("/run/systemd/system").is_dir(),
            cgroup2: Path::new("/sys/fs/cgroup/cgroup.controllers").is_file(),
            podman: version("podman"),
            node: version("node"),
            wasm: Compiler::find().is_some(),
            rustup: shell::which("rustup").is_some() && !may_install,
            present: NEEDS
                .iter()
                .filter(|need| need.is_here())
                .map(|need| need.name.to_owned())
                .collect(),
            system: System::read(&std::fs::read_to_string("/etc/os-release").unwrap_or_default()),
            tun: device("/dev/net/tun"),
            fuse: device("/dev/fuse"),
            user: User::probe(root, rootful)?,
        })
    }
}

impl System {
    fn read(text: &str) -> System {
        let field = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            line.unwrap_or_default().trim_matches('"').to_owned()
        };
        System {
            id: field("ID"),
            like: field("ID_LIKE"),
            version: field("VERSION_ID"),
        }
    }
}

impl User {
    fn probe(root: bool, rootful: bool) -> Result<User> {
        let name = match (root, rootful) {
            (true, true) => "root".to_owned(),
            (true, false) => std::env::var("STARDECK_USER").unwrap_or_else(|_| "stardeck".to_owned()),
            (false, _) => Account::find(&rustix::process::geteuid().as_raw().to_string())?.name,
        };
        let Ok(account) = Account::find(&name) else {
            return Ok(User::missing(name));
        };
        let owned = |file: &str| {
            let lines = std::fs::read_to_string(file).unwrap_or_default();
            let number = account.uid.to_string();
            lines.lines().any(|line| {
                line.split(':')
                    .next()
                    .is_some_and(|owner| owner == name || owner == number)
            })
        };
        let config = account.home.join(".config/containers");
        Ok(User {
            exists: true,
            rootful: account.uid == 0,
            subordinate_ids: owned("/etc/subuid") && owned("/etc/subgid"),
            runtime_dir: std::fs::metadata(account.runtime_dir()).is_ok_and(|data| data.uid() == account.uid),
            linger: Path::new("/var/lib/systemd/linger").join(&name).exists(),
            storage_in_use: account.home.join(".local/share/containers/storage").exists(),
            storage_conf: config.join("storage.conf").exists(),
            containers_conf: config.join("containers.conf").exists(),
            podman_answers: service::answers(&account.podman_socket()),
            name,
        })
    }

    fn missing(name: String) -> User {
        User {
            name,
            exists: false,
            rootful: false,
            subordinate_ids: false,
            runtime_dir: false,
            linger: false,
            storage_in_use: false,
            storage_conf: false,
            containers_conf: false,
            podman_answers: false,
        }
    }
}

fn device(path: &str) -> Device {
    match std::fs::metadata(path) {
        Err(_) => Device::Missing,
        Ok(data) if data.mode() & 0o006 == 0o006 => Device::Open,
        Ok(_) => Device::Closed,
    }
}

#[cfg(test)]
mod tests {
    use super::System;

    #[test]
    fn the_distribution_is_read_with_and_without_quotes() {
        let system = System::read("NAME=\"Ubuntu\"\nVERSION_ID=\"24.04\"\nID=ubuntu\nID_LIKE=debian\n");
        assert_eq!(
            (&*system.id, &*system.like, &*system.version),
            ("ubuntu", "debian", "24.04")
        );
    }
}
