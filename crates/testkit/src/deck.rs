//! The real `stardeck` binary on a machine.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::ExitStatus,
    time::Duration,
};

use rustix::process::Signal;

use crate::{Machine, process::Group, wait_until};

/// How to start a deck.
#[derive(Clone, Debug, Default)]
pub struct DeckOptions {
    /// The socket to reach Podman at; the machine's own when absent.
    pub podman_socket: Option<PathBuf>,
    /// More arguments of `stardeck serve`.
    pub args: Vec<String>,
    /// More environment.
    pub env: Vec<(String, String)>,
    /// A program and its first arguments that start the binary in its place, such as `prlimit --nofile=64`.
    pub wrapper: Vec<String>,
}

/// A running `stardeck serve`, as the machine's user, on a free port, with a data directory of its own.
#[derive(Debug)]
pub struct Deck<'machine> {
    machine: &'machine Machine,
    binary: PathBuf,
    name: String,
    options: DeckOptions,
    process: Option<Group>,
    address: String,
}

impl<'machine> Deck<'machine> {
    /// Starts `binary`, mostly `env!("CARGO_BIN_EXE_stardeck")`, and waits until it is ready.
    pub async fn start(machine: &'machine Machine, binary: impl AsRef<Path>, options: DeckOptions) -> Self {
        let name = machine.unique("deck");
        let program = machine.dir().join("stardeck");
        // Where it was built, the user may have no business.
        if !program.exists() && fs::hard_link(&binary, &program).is_err() {
            fs::copy(&binary, &program).expect("the binary can be copied");
            fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("our own file");
        }
        machine.user().make_dir(&machine.dir().join(&name));
        let mut deck = Self {
            machine,
            binary: program,
            name,
            options,
            process: None,
            address: String::new(),
        };
        deck.start_again().await;
        deck
    }

    /// The address that it said it listens at, such as `http://127.0.0.1:41231`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Its data directory.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.machine.dir().join(&self.name).join("data")
    }

    /// The key of what it encrypts.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        self.machine.dir().join(&self.name).join("key")
    }

    /// All that it printed so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.machine.log(&self.name)
    }

    /// Its process.
    ///
    /// # Panics
    /// It does not run.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.as_ref().expect("it was started, and not ended yet").id()
    }

    /// Whether it still runs.
    #[must_use]
    pub fn is_running(&mut self) -> bool {
        self.process.as_mut().is_some_and(|process| process.ended().is_none())
    }

    /// Asks it to end, and tells how it did.
    pub async fn stop(&mut self) -> ExitStatus {
        self.end(Signal::TERM).await
    }

    /// Kills it, as a power cut would.
    pub async fn kill(&mut self) {
        self.end(Signal::KILL).await;
    }

    /// Starts it on the same data directory, after [`Self::stop`] or [`Self::kill`]. Its address is another then.
    pub async fn start_again(&mut self) {
        let ready = self.machine.dir().join(&self.name).join("ready");
        let _ = fs::remove_file(&ready);
        let socket = self
            .options
            .podman_socket
            .clone()
            .unwrap_or_else(|| self.machine.socket());
        let mut command = self.machine.command_as_user(Path::new("env"));
        command
            .args(self.options.env.iter().map(|(name, value)| format!("{name}={value}")))
            .args(&self.options.wrapper)
            .arg(&self.binary)
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(self.data_dir())
            .arg("--key-file")
            .arg(self.key_file())
            .arg("--podman-socket")
            .arg(socket)
            .arg("--ready-file")
            .arg(&ready)
            .args(&self.options.args);
        let mut process = Group::start(command, self.machine.dir(), &self.name);
        self.address = wait_until("stardeck to be ready", Duration::from_secs(20), async || {
            if let Some(status) = process.ended() {
                panic!("stardeck ended ({status}) before it was ready:\n{}", self.log());
            }
            let text = fs::read_to_string(&ready).ok()?;
            text.ends_with('\n')
                .then(|| text.lines().next().unwrap_or_default().to_owned())
        })
        .await;
        self.process = Some(process);
    }

    async fn end(&mut self, signal: Signal) -> ExitStatus {
        let mut process = self.process.take().expect("it was started, and not ended yet");
        process.end(signal, "stardeck", Duration::from_secs(30)).await
    }
}

impl Drop for Deck<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- {} said:\n{}---", self.name, self.log());
        }
    }
}
