//! The ordinary user that Podman and Stardeck run as.

use std::{
    fs,
    os::unix::fs::{MetadataExt, chown},
    path::{Path, PathBuf},
};

/// An ordinary user: the one that runs the tests, or, when root does, the one that `STARDECK_USER` names (`stardeck`
/// when it does not).
#[derive(Clone, Debug)]
pub struct User {
    /// Its name.
    pub name: String,
    /// Its number.
    pub uid: u32,
    /// Its group's number.
    pub gid: u32,
    /// Whether it has to be switched to, because the tests run as root.
    pub switch: bool,
}

impl User {
    /// Finds the user, and looks whether this machine has what rootless Podman needs.
    ///
    /// # Panics
    /// Something is missing; the message lists all of it.
    #[must_use]
    pub fn find() -> Self {
        let root = rustix::process::geteuid().is_root();
        let wanted = std::env::var("STARDECK_USER").unwrap_or_else(|_| "stardeck".to_owned());
        let own = rustix::process::geteuid().as_raw();
        let passwd = fs::read_to_string("/etc/passwd").expect("/etc/passwd can be read");
        let found = passwd.lines().find_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            let uid = fields.nth(1)?.parse().ok()?;
            let gid = fields.next()?.parse().ok()?;
            (if root { name == wanted } else { uid == own }).then(|| Self {
                name: name.to_owned(),
                uid,
                gid,
                switch: root,
            })
        });

        let mut missing: Vec<String> = Vec::new();
        for (program, package) in [
            ("podman", "podman"),
            ("newuidmap", "uidmap"),
            ("setpriv", "util-linux"),
            ("busybox", "busybox-static"),
        ] {
            if program_path(program).is_none() {
                missing.push(format!("the program `{program}` (package {package})"));
            }
        }
        for device in ["/dev/net/tun", "/dev/fuse"] {
            match fs::metadata(device) {
                Ok(metadata) if metadata.mode() & 0o006 == 0o006 => {}
                _ => missing.push(format!("{device}, to be opened by everybody (chmod 666 {device})")),
            }
        }
        match &found {
            None => missing.push(format!("the user `{wanted}` (useradd --create-home {wanted})")),
            Some(user) => {
                for file in ["/etc/subuid", "/etc/subgid"] {
                    let ids = fs::read_to_string(file).unwrap_or_default();
                    let number = user.uid.to_string();
                    if !ids
                        .lines()
                        .any(|line| line.split(':').next().is_some_and(|id| id == user.name || id == number))
                    {
                        missing.push(format!("subordinate ids of `{}` in {file} (usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {})", user.name, user.name));
                    }
                }
            }
        }
        assert!(
            missing.is_empty(),
            "tests on real Podman need what this machine lacks (`cargo xtask test` sets it up):\n- {}",
            missing.join("\n- ")
        );
        found.expect("it was found, or it is missing")
    }

    /// Makes a directory that belongs to this user.
    ///
    /// # Panics
    /// It cannot be made.
    pub fn make_dir(&self, path: &Path) {
        fs::create_dir_all(path).unwrap_or_else(|error| panic!("cannot make {}: {error}", path.display()));
        self.own(path);
    }

    /// Writes a file that belongs to this user.
    ///
    /// # Panics
    /// It cannot be written.
    pub fn write(&self, path: &Path, text: &str) {
        fs::write(path, text).unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
        self.own(path);
    }

    fn own(&self, path: &Path) {
        if self.switch {
            chown(path, Some(self.uid), Some(self.gid))
                .unwrap_or_else(|error| panic!("cannot give {} to {}: {error}", path.display(), self.name));
        }
    }
}

/// Where a program is, as a shell would find it.
pub(crate) fn program_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|dir| dir.join(program))
        .find(|path| path.is_file())
}
