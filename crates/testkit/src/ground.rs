//! The ground that a machine stands on: its directory, its configuration, and the commands that run things there.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use crate::{User, process::Group, user::program_path, wait_until};

/// What kind of ground a machine stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// No systemd, and as a rule no unified cgroup tree: no statistics, pause, limits or health timers.
    Plain,
    /// The user has a systemd of its own: all but limits, which depend on what was delegated.
    Session,
}

const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

impl Lane {
    /// The lane that the environment asks for (`STARDECK_TEST_LANE`: `plain` or `session`), or else the best one that
    /// is there already.
    pub(crate) fn of_environment(user: &User) -> Self {
        match std::env::var("STARDECK_TEST_LANE").as_deref() {
            Ok("plain") => Self::Plain,
            Ok("session") => Self::Session,
            Ok(other) => panic!("STARDECK_TEST_LANE is {other:?}; it may be `plain` or `session`"),
            Err(_) if user_bus(user).is_some() || podman_root().is_some() => Self::Session,
            Err(_) => Self::Plain,
        }
    }
}

/// Another root file system whose Podman is to be used: `STARDECK_TEST_PODMAN_ROOT`.
fn podman_root() -> Option<PathBuf> {
    std::env::var_os("STARDECK_TEST_PODMAN_ROOT")
        .filter(|root| !root.is_empty())
        .map(PathBuf::from)
}

/// Where Podman keeps all that it has, in the machine's directory.
pub(crate) const STORAGE: &str = "home/.local/share/containers";

/// Lays the ground. A session that had to be made is returned, and lasts as long as that value. Where `room` is said, it
/// is all that Podman has for images, containers and volumes.
pub(crate) async fn lay(user: &User, lane: Lane, dir: &Path, room: Option<u64>) -> Option<Group> {
    for made in ["", "home", "run", "tmp", "home/.config", "home/.config/containers"] {
        user.make_dir(&dir.join(made));
    }
    mode(&dir.join("run"), 0o700);
    if let Some(bytes) = room {
        small_storage(user, dir, bytes);
    }
    configure(user, lane, dir);

    let bus = user_bus(user).filter(|_| lane == Lane::Session && podman_root().is_none());
    let bus_address = bus.clone().unwrap_or_else(|| dir.join("run/bus"));
    let bus_variable = match lane {
        Lane::Plain => String::new(),
        Lane::Session => format!("DBUS_SESSION_BUS_ADDRESS=unix:path={} ", bus_address.display()),
    };
    let switch = if user.switch {
        format!(
            "setpriv --reuid {} --regid {} --init-groups --reset-env -- ",
            user.uid, user.gid
        )
    } else {
        String::new()
    };
    let (at, name) = (dir.display(), &user.name);
    let as_user = format!(
        "{switch}env -i -C {at}/home HOME={at}/home USER={name} LOGNAME={name} LANG=C.UTF-8 PATH={PATH} \
         XDG_RUNTIME_DIR={at}/run TMPDIR={at}/tmp {bus_variable}\"$@\"\n"
    );
    script(user, dir, "plain-as-user", &format!("exec {as_user}"));
    script(user, dir, "podman", &format!("exec {at}/as-user podman \"$@\"\n"));
    if lane == Lane::Plain || bus.is_some() {
        script(user, dir, "as-user", &format!("exec {as_user}"));
        return None;
    }
    Some(make_session(user, dir, &as_user).await)
}

/// Makes a session for this machine alone.
async fn make_session(user: &User, dir: &Path, as_user: &str) -> Group {
    assert!(
        user.switch,
        "this needs a systemd of the user (log in on a machine with systemd and the unified cgroup tree), or root's rights to make one"
    );
    let tree = ["/sys/fs/cgroup/unified", "/sys/fs/cgroup"]
        .into_iter()
        .find(|tree| Path::new(tree).is_dir());
    let name = dir
        .file_name()
        .and_then(|name| name.to_str())
        .expect("a plain name in /tmp");
    let cgroup = format!("{}/{name}", tree.expect("Linux has cgroups"));
    let own = format!("{cgroup}/user.slice/user-{0}.slice/user@{0}.service", user.uid);
    let at = dir.display();
    script(
        user,
        dir,
        "as-user",
        &format!("echo $$ > {own}/cgroup.procs\nexec nsenter -t \"$(cat {at}/session.pid)\" -m -C -r -w {as_user}"),
    );
    script(
        user,
        dir,
        "remove-cgroup",
        &format!(
            "echo 1 > {cgroup}/cgroup.kill\ni=0\nwhile [ -d {cgroup} ] && [ $i -lt 50 ]; do\n\
             find {cgroup} -depth -type d -exec rmdir {{}} + 2> /dev/null && break\n\
             i=$((i + 1)); sleep 0.1\ndone\n[ ! -d {cgroup} ] || echo 'cgroup: {cgroup}'\n"
        ),
    );
    let mut command = Command::new("sh");
    command
        .args(["-c", include_str!("session.sh"), "testkit-session"])
        .arg(dir)
        .arg(&cgroup)
        .args([user.uid.to_string(), user.gid.to_string()])
        .arg(podman_root().unwrap_or_default());
    let mut session = Group::start(command, dir, "session");
    let log = dir.join("session.log");
    wait_until("the user's systemd", Duration::from_secs(20), async || {
        if let Some(status) = session.ended() {
            panic!(
                "the user's systemd ended ({status}): {}",
                fs::read_to_string(&log).unwrap_or_default()
            );
        }
        (dir.join("run/systemd/private").exists() && dir.join("run/bus").exists()).then_some(())
    })
    .await;
    session
}

/// A small file system for Podman's storage. The watchdog takes it away.
fn small_storage(user: &User, dir: &Path, bytes: u64) {
    for made in ["home/.local", "home/.local/share", STORAGE] {
        user.make_dir(&dir.join(made));
    }
    let options = format!("size={bytes},mode=755,uid={},gid={}", user.uid, user.gid);
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", &options, "stardeck-test"])
        .arg(dir.join(STORAGE))
        .output()
        .expect("Linux has mount");
    let said = String::from_utf8_lossy(&mounted.stderr);
    assert!(mounted.status.success(), "a small storage takes root's rights: {said}");
}

/// Writes Podman's configuration: it has to be told what it would find by itself on a machine that people log in to. Its
/// usual locks lie in memory that all of the user's Podmans share, and each new one frees them all; hence files.
fn configure(user: &User, lane: Lane, dir: &Path) {
    let (manager, cgroups) = match lane {
        Lane::Session => ("systemd", "enabled"),
        Lane::Plain if unified_cgroups() => ("cgroupfs", "disabled"),
        Lane::Plain => ("cgroupfs", "enabled"),
    };
    // crun refuses the old cgroup tree.
    let unified = unified_cgroups() || lane == Lane::Session;
    let runtime = if unified && (program_path("crun").is_some() || podman_root().is_some()) {
        "crun"
    } else {
        "runc"
    };
    let config = dir.join("home/.config/containers");
    user.write(
        &config.join("containers.conf"),
        &format!(
            "[engine]\ncgroup_manager = \"{manager}\"\nevents_logger = \"file\"\nruntime = \"{runtime}\"\n\
             lock_type = \"file\"\n\
             env = [\"PODMAN_IGNORE_CGROUPSV1_WARNING=1\"]\n\
             [containers]\nlog_driver = \"k8s-file\"\npids_limit = 0\ncgroups = \"{cgroups}\"\n"
        ),
    );
    user.write(&config.join("storage.conf"), "[storage]\ndriver = \"overlay\"\n");
    user.write(&config.join("registries.conf"), "unqualified-search-registries = []\n");
    user.write(
        &config.join("policy.json"),
        r#"{"default":[{"type":"insecureAcceptAnything"}]}"#,
    );
}

fn script(user: &User, dir: &Path, name: &str, body: &str) {
    let path = dir.join(name);
    user.write(&path, &format!("#!/bin/sh\n{body}"));
    mode(&path, 0o755);
}

pub(crate) fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("our own file");
}

fn unified_cgroups() -> bool {
    Path::new("/sys/fs/cgroup/cgroup.controllers").exists()
}

/// The bus of the user's own systemd, where there is one that Podman can use.
fn user_bus(user: &User) -> Option<PathBuf> {
    let bus = PathBuf::from(format!("/run/user/{}/bus", user.uid));
    (unified_cgroups() && Path::new("/run/systemd/system").exists() && bus.exists()).then_some(bus)
}
