//! One isolated rootless Podman.

use std::{
    fs,
    io::{Read, Write},
    os::unix::process::CommandExt,
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

use crate::{FaultSocket, Lane, TINY, User, ground, process::Group, tiny, wait_until};

/// One isolated rootless Podman with the image [`TINY`]. All that it is lies in one directory, and goes when it goes.
#[derive(Debug)]
pub struct Machine {
    user: User,
    lane: Lane,
    dir: PathBuf,
    service: Mutex<Option<Group>>,
    names: AtomicU32,
    watchdog: Option<Child>,
    _session: Option<Group>,
}

impl Machine {
    /// Sets one up on the ground that this computer offers, or that the environment asks for: `STARDECK_TEST_LANE` is
    /// `plain` or `session`, and `STARDECK_TEST_PODMAN_ROOT` another root file system whose Podman is to be used.
    pub async fn start() -> Self {
        let user = User::find();
        let lane = Lane::of_environment(&user);
        Self::lay(user, lane, None).await
    }

    /// Sets one up whose images, containers and volumes have so many bytes of room together, which takes root's rights.
    pub async fn start_with_room(bytes: u64) -> Self {
        let user = User::find();
        let lane = Lane::of_environment(&user);
        Self::lay(user, lane, Some(bytes)).await
    }

    /// Sets one up on a certain ground. A session is made where there is none, which takes root's rights.
    pub async fn start_in(lane: Lane) -> Self {
        Self::lay(User::find(), lane, None).await
    }

    async fn lay(user: User, lane: Lane, room: Option<u64>) -> Self {
        let dir = tempfile::Builder::new()
            .prefix("sd-")
            .tempdir_in("/tmp")
            .expect("/tmp can be written")
            .keep();
        ground::mode(&dir, 0o755);
        let watchdog = watchdog(&dir);
        let session = ground::lay(&user, lane, &dir, room).await;
        let machine = Self {
            user,
            lane,
            dir,
            service: Mutex::new(None),
            names: AtomicU32::new(0),
            watchdog: Some(watchdog),
            _session: session,
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

    /// Where its images, containers and volumes are.
    #[must_use]
    pub fn storage(&self) -> PathBuf {
        self.dir.join(ground::STORAGE)
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
