//! One isolated rootless Podman.

use std::{
    fs,
    io::{Read, Write},
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use futures_util::{StreamExt, stream};
use podman::Podman;
use rustix::process::Signal;
use tokio::sync::OnceCell;

use crate::{FaultSocket, TINY, User, process::Group, tiny, user::program_path, wait_until};

/// What kind of ground a machine stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// No systemd, and as a rule no unified cgroup tree: no statistics, pause, limits or health timers.
    Plain,
    /// The user has a systemd of its own: all but limits, which depend on what was delegated.
    Session,
}

/// One isolated rootless Podman with the image [`TINY`]. All that it is lies in one directory, and goes when it goes.
#[derive(Debug)]
pub struct Machine {
    user: User,
    lane: Lane,
    dir: PathBuf,
    service: Mutex<Option<Group>>,
    names: AtomicU32,
    watchdog: Option<Child>,
}

impl Machine {
    /// Sets one up on the ground that this computer offers.
    pub async fn start() -> Self {
        let user = User::find();
        let lane = if user_bus(&user).is_some() {
            Lane::Session
        } else {
            Lane::Plain
        };
        let dir = tempfile::Builder::new()
            .prefix("sd-")
            .tempdir_in("/tmp")
            .expect("/tmp can be written")
            .keep();
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).expect("our own directory");
        lay(&user, lane, &dir);
        let watchdog = Some(watchdog(&dir));
        let machine = Self {
            user,
            lane,
            dir,
            service: Mutex::new(None),
            names: AtomicU32::new(0),
            watchdog,
        };
        machine.start_podman().await;
        let tar = stream::iter([Ok(tiny::files())]).boxed();
        machine
            .podman()
            .images()
            .import(TINY, tiny::CHANGES, tar)
            .await
            .expect("the image can be made");
        machine
    }

    /// A machine for all tests of this process. Give what you make there [a name of its own](Self::unique). It is taken
    /// down when the process ends, which is too late for a test to fail on what it left.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<Machine> = OnceCell::const_new();
        SHARED.get_or_init(Self::start).await
    }

    /// The user that this Podman belongs to.
    #[must_use]
    pub fn user(&self) -> &User {
        &self.user
    }

    /// What kind of ground it stands on.
    #[must_use]
    pub fn lane(&self) -> Lane {
        self.lane
    }

    /// The directory that holds all of it; the user may enter, and what is put there goes with the machine.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The socket of its API.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.dir.join("podman.sock")
    }

    /// A client of its API.
    #[must_use]
    pub fn podman(&self) -> Podman {
        Podman::new(self.socket())
    }

    /// A socket that stands before the API's and fails on request.
    pub async fn fault_socket(&self) -> FaultSocket {
        FaultSocket::new(
            self.dir.join(self.unique("fault")).with_extension("sock"),
            self.socket(),
        )
        .await
    }

    /// A name that begins with `word` and that nothing else on this machine has.
    #[must_use]
    pub fn unique(&self, word: &str) -> String {
        format!("{word}-{}", self.names.fetch_add(1, Ordering::Relaxed))
    }

    /// Runs the real command line as the user, as one would in a terminal, and returns what it prints.
    ///
    /// # Panics
    /// It fails.
    pub async fn cli(&self, args: &[&str]) -> String {
        let output = self.try_cli(args).await;
        assert!(
            output.status.success(),
            "podman {} failed: {}",
            args.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Runs the real command line as the user; it may fail.
    pub async fn try_cli(&self, args: &[&str]) -> Output {
        let command = tokio::process::Command::new(self.dir.join("podman"))
            .args(args)
            .stdin(Stdio::null())
            .output();
        command.await.expect("the command line can be started")
    }

    /// A container of [`TINY`] that runs, and its id.
    pub async fn run_tiny(&self, name: &str) -> String {
        self.cli(&["run", "--detach", "--name", name, TINY]).await
    }

    /// A command that runs `program` as the user, in the user's environment.
    #[must_use]
    pub fn command_as_user(&self, program: &Path) -> Command {
        let mut command = Command::new(self.dir.join("as-user"));
        command.arg(program);
        command
    }

    /// Starts the API's service again after [`Self::stop_podman`] or [`Self::kill_podman`].
    pub async fn start_podman(&self) {
        let mut command = Command::new(self.dir.join("podman"));
        command
            .args(["system", "service", "--time=0"])
            .arg(format!("unix://{}", self.socket().display()));
        // What was killed leaves its socket behind.
        let _ = fs::remove_file(self.socket());
        *self.service() = Some(Group::start(command, &self.dir, "service"));
        let podman = self.podman();
        wait_until("Podman's API to answer", Duration::from_secs(30), async || {
            let ended = self.service().as_mut().and_then(Group::ended);
            assert!(ended.is_none(), "Podman's API service ended: {}", self.log("service"));
            podman.ping().await.ok()
        })
        .await;
    }

    /// Asks the API's service to end. Containers go on.
    pub async fn stop_podman(&self) {
        self.end_podman(Signal::TERM).await;
    }

    /// Kills the API's service. Containers go on.
    pub async fn kill_podman(&self) {
        self.end_podman(Signal::KILL).await;
    }

    async fn end_podman(&self, signal: Signal) {
        let service = self.service().take();
        if let Some(mut service) = service {
            service
                .end(signal, "Podman's API service", Duration::from_secs(20))
                .await;
        }
    }

    /// Freezes the API's service: its socket accepts, and nobody answers.
    pub fn freeze_podman(&self) {
        if let Some(service) = &*self.service() {
            service.signal(Signal::STOP);
        }
    }

    /// Lets a frozen service go on.
    pub fn thaw_podman(&self) {
        if let Some(service) = &*self.service() {
            service.signal(Signal::CONT);
        }
    }

    /// What a process of this machine printed so far.
    #[must_use]
    pub fn log(&self, name: &str) -> String {
        fs::read_to_string(self.dir.join(format!("{name}.log"))).unwrap_or_default()
    }

    fn service(&self) -> std::sync::MutexGuard<'_, Option<Group>> {
        self.service.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- Podman's API service said:\n{}---", self.log("service"));
        }
        let Some(mut watchdog) = self.watchdog.take() else {
            return;
        };
        drop(watchdog.stdin.take());
        let mut leftovers = String::new();
        if let Some(mut stdout) = watchdog.stdout.take() {
            let _ = stdout.read_to_string(&mut leftovers);
        }
        let _ = watchdog.wait();
        if !leftovers.is_empty() && !std::thread::panicking() {
            panic!("the test left behind:\n{leftovers}");
        }
    }
}

/// Writes the machine's files: the user's home with Podman's configuration, and the commands that run things there.
fn lay(user: &User, lane: Lane, dir: &Path) {
    let config = dir.join("home/.config/containers");
    for made in ["", "home", "run", "home/.config", "home/.config/containers"] {
        user.make_dir(&dir.join(made));
    }
    fs::set_permissions(dir.join("run"), fs::Permissions::from_mode(0o700)).expect("our own directory");
    // Podman has to be told what it would find by itself on a machine with a login session.
    let (manager, cgroups) = match lane {
        Lane::Session => ("systemd", "enabled"),
        Lane::Plain if unified_cgroups() => ("cgroupfs", "disabled"),
        Lane::Plain => ("cgroupfs", "enabled"),
    };
    let runtime = if unified_cgroups() && program_path("crun").is_some() {
        "crun"
    } else {
        "runc"
    };
    user.write(
        &config.join("containers.conf"),
        &format!(
            "[engine]\ncgroup_manager = \"{manager}\"\nevents_logger = \"file\"\nruntime = \"{runtime}\"\n\
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

    let bus = user_bus(user).map(|bus| format!("DBUS_SESSION_BUS_ADDRESS=unix:path={} ", bus.display()));
    let switch = if user.switch {
        format!(
            "setpriv --reuid {0} --regid {1} --init-groups --reset-env -- ",
            user.uid, user.gid
        )
    } else {
        String::new()
    };
    let dir = dir.display();
    let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    let as_user = format!(
        "#!/bin/sh\ncd {dir}/home && exec {switch}env -i HOME={dir}/home USER={0} LOGNAME={0} LANG=C.UTF-8 PATH={path} \
         XDG_RUNTIME_DIR={dir}/run {1}\"$@\"\n",
        user.name,
        bus.unwrap_or_default(),
    );
    let podman = format!("#!/bin/sh\nexec {dir}/as-user podman \"$@\"\n");
    for (name, text) in [("as-user", as_user), ("podman", podman)] {
        let file = PathBuf::from(format!("{dir}/{name}"));
        user.write(&file, &text);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("our own file");
    }
}

/// Starts the process that takes the machine down when we are gone, however we go.
fn watchdog(dir: &Path) -> Child {
    let relative = dir.file_name().expect("a directory in /tmp");
    let mut watchdog = Command::new("sh")
        .args(["-c", include_str!("watchdog.sh"), "testkit-watchdog"])
        .arg(relative)
        .current_dir("/tmp")
        .env_clear()
        .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("sh can be started");
    let stdin = watchdog.stdin.as_mut().expect("it is piped");
    writeln!(stdin, "{}", dir.display()).expect("the watchdog listens");
    watchdog
}

fn unified_cgroups() -> bool {
    Path::new("/sys/fs/cgroup/cgroup.controllers").exists()
}

/// The bus of the user's own systemd, where there is one that Podman can use.
fn user_bus(user: &User) -> Option<PathBuf> {
    let bus = PathBuf::from(format!("/run/user/{}/bus", user.uid));
    (unified_cgroups() && Path::new("/run/systemd/system").exists() && bus.exists()).then_some(bus)
}
