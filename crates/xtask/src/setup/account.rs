//! The account that Podman and Stardeck run as, and commands run as it.

use crate::shell;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

/// An account of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) home: PathBuf,
}

impl Account {
    /// Looks an account up by its name or its number.
    pub(crate) fn find(name: &str) -> Result<Account> {
        let line = shell::read(Command::new("getent").args(["passwd", name]))
            .with_context(|| format!("there is no account `{name}` on this machine"))?;
        Account::parse(&line).with_context(|| format!("the account `{name}` cannot be read: {line}"))
    }

    fn parse(line: &str) -> Option<Account> {
        let mut fields = line.split(':');
        Some(Account {
            name: fields.next()?.to_owned(),
            uid: fields.nth(1)?.parse().ok()?,
            gid: fields.next()?.parse().ok()?,
            home: fields.nth(1)?.into(),
        })
    }

    /// The folder for sockets and the like, which goes away with the last login.
    pub(crate) fn runtime_dir(&self) -> PathBuf {
        if self.uid == 0 {
            "/run".into()
        } else {
            format!("/run/user/{}", self.uid).into()
        }
    }

    /// Podman's API socket of this account.
    pub(crate) fn podman_socket(&self) -> PathBuf {
        self.runtime_dir().join("podman/podman.sock")
    }

    /// Where Stardeck keeps everything when it is started from the checkout.
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.home.join(".local/share/stardeck")
    }

    /// True when we are root and the account is not: commands then have to change sides.
    pub(crate) fn is_other(&self) -> bool {
        is_root() && self.uid != 0
    }

    /// A command that runs as this account, at its home, with the environment of a login.
    pub(crate) fn command(&self, program: impl AsRef<Path>) -> Command {
        if !self.is_other() {
            let mut command = Command::new(program.as_ref());
            if self.uid != 0 {
                command.env("XDG_RUNTIME_DIR", self.runtime_dir());
            }
            return command;
        }
        let mut command = Command::new("setpriv");
        command.args(["--reuid", &self.uid.to_string(), "--regid", &self.gid.to_string()]);
        command.args(["--init-groups", "--reset-env", "--", "env"]);
        command.arg(format!("HOME={}", self.home.display()));
        command.args([
            format!("USER={}", self.name),
            format!("LOGNAME={}", self.name),
            "LANG=C.UTF-8".into(),
        ]);
        command.arg(format!("XDG_RUNTIME_DIR={}", self.runtime_dir().display()));
        command.arg("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        let bus = self.runtime_dir().join("bus");
        if bus.exists() {
            command.arg(format!("DBUS_SESSION_BUS_ADDRESS=unix:path={}", bus.display()));
        }
        command.arg(program.as_ref()).current_dir(&self.home);
        command
    }
}

/// True when this process may do everything.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(test)]
mod tests {
    use super::Account;

    #[test]
    fn an_account_is_read_from_its_line() {
        let account = Account::parse("stardeck:x:1001:1002:,,,:/home/stardeck:/bin/bash").unwrap();
        assert_eq!((account.uid, account.gid), (1001, 1002));
        assert_eq!(account.home.to_str(), Some("/home/stardeck"));
        assert_eq!(
            account.podman_socket().to_str(),
            Some("/run/user/1001/podman/podman.sock")
        );
        assert_eq!(Account::parse("broken:x"), None);
    }
}
