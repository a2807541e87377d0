//! A real registry on loopback, and what stands before it.

use std::io::Read;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{fs, process::Command};

use rustix::process::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::{Machine, process::Group, user::program_path, wait_until};

/// The account of a registry that asks for one: name and password.
pub const ACCOUNT: (&str, &str) = ("robot", "violet-anchor-rain");
/// That account as a registry keeps it, with the cheapest cost that there is.
const HTPASSWD: &str = "robot:$2y$04$JeR8Ut0iF1Y7k2MIvzUrx.JEmvAcDlM5iXLLd/WD3gRk0dw2Uea1.\n";

/// A running `docker-registry`, without TLS.
#[derive(Debug)]
pub struct Registry<'machine> {
    machine: &'machine Machine,
    process: Group,
    host: String,
    locked: bool,
}

impl<'machine> Registry<'machine> {
    /// Starts one that is open to everybody, or one that asks for [`ACCOUNT`].
    pub async fn start(machine: &'machine Machine, locked: bool) -> Self {
        assert!(
            program_path("docker-registry").is_some(),
            "the program `docker-registry` is missing (package docker-registry; `cargo xtask test` sets it up)"
        );
        let name = machine.unique("registry");
        let dir = machine.dir().join(&name);
        machine.user().make_dir(&dir);
        machine.user().write(&dir.join("htpasswd"), HTPASSWD);
        let at = dir.display();
        let auth = format!("auth: {{htpasswd: {{realm: test, path: {at}/htpasswd}}}}\n");
        let config = format!(
            "version: 0.1\nlog: {{level: info, accesslog: {{disabled: true}}}}\n\
             storage: {{filesystem: {{rootdirectory: {at}/data}}, delete: {{enabled: true}}}}\n\
             http: {{addr: \"127.0.0.1:0\"}}\n{}",
            if locked { auth.as_str() } else { "" }
        );
        machine.user().write(&dir.join("config.yml"), &config);
        // A program of this computer, also where the machine stands on another root file system.
        let mut command = Command::new(machine.dir().join("plain-as-user"));
        command.args(["docker-registry", "serve"]).arg(dir.join("config.yml"));
        let mut process = Group::start(command, machine.dir(), &name);
        let host = wait_until("the registry to listen", Duration::from_secs(20), async || {
            let log = machine.log(&name);
            assert!(process.ended().is_none(), "the registry ended: {log}");
            let (_, rest) = log.split_once("listening on ")?;
            let end = rest.find(|c: char| c != '.' && c != ':' && !c.is_ascii_digit())?;
            Some(rest[..end].to_owned())
        })
        .await;
        Self {
            machine,
            process,
            host,
            locked,
        }
    }

    /// Its address, as the name of an image begins: `127.0.0.1:41231`.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Puts an image of the machine in it under `name`, as `team/app:1`, and answers the digest of its manifest.
    pub async fn push(&self, image: &str, name: &str) -> String {
        let target = format!("docker://{}/{name}", self.host);
        let file = self.machine.dir().join(self.machine.unique("digest"));
        let mut args = vec!["push", "--quiet", "--tls-verify=false", "--digestfile"];
        args.push(file.to_str().expect("a plain path"));
        let account = format!("{}:{}", ACCOUNT.0, ACCOUNT.1);
        if self.locked {
            args.extend(["--creds", &account]);
        }
        args.extend([image, &target]);
        self.machine.cli(&args).await;
        fs::read_to_string(file).expect("podman wrote it").trim().to_owned()
    }

    /// Ends it.
    pub async fn stop(mut self) {
        let patience = Duration::from_secs(20);
        self.process.end(Signal::TERM, "the registry", patience).await;
    }
}

impl Machine {
    /// Lets Podman find the registry `name` at `host`, as the configuration of a machine may; for that its service is started
    /// again.
    pub async fn mirror(&self, name: &str, host: &str) {
        let text = format!("[[registry]]\nprefix = \"{name}\"\nlocation = \"{host}\"\ninsecure = true\n");
        let path = self.dir().join("home/.config/containers/registries.conf");
        self.user().write(&path, &text);
        self.stop_podman().await;
        self.start_podman().await;
    }

    /// An image that differs from each other one: a layer of `bytes` that nobody can foresee, over [`crate::TINY`]'s files,
    /// and `more` lines of a Containerfile.
    pub async fn make_image(&self, name: &str, bytes: u64, more: &str) {
        let mut content = Vec::new();
        let random = fs::File::open("/dev/urandom").expect("Linux has it");
        random.take(bytes).read_to_end(&mut content).expect("it is endless");
        let dir = self.dir().join(self.unique("image"));
        self.user().make_dir(&dir);
        fs::write(dir.join("bulk"), &content).expect("our own directory");
        let file = format!("FROM {}\nCOPY bulk /bulk\n{more}\n", crate::TINY);
        fs::write(dir.join("Containerfile"), file).expect("our own directory");
        self.cli(&["build", "--quiet", "--tag", name, dir.to_str().expect("a plain path")])
            .await;
        fs::remove_dir_all(dir).expect("our own directory");
    }
}

/// What stands before a registry and lets its bytes through slowly, until it is told not to.
#[derive(Debug)]
pub struct Narrow {
    host: String,
    wide: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Narrow {
    /// Stands before `host` and lets `rate` bytes a second through.
    pub async fn before(host: &str, rate: u64) -> Self {
        let target: SocketAddr = host.parse().expect("an address");
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("loopback has a free port");
        let host = listener.local_addr().expect("it is bound").to_string();
        let wide = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&wide);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, target, rate, Arc::clone(&flag)));
            }
        });
        Self { host, wide, task }
    }

    /// Its address.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Lets everything through from now on.
    pub fn open(&self) {
        self.wide.store(true, Ordering::Relaxed);
    }
}

impl Drop for Narrow {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn carry(client: TcpStream, target: SocketAddr, rate: u64, wide: Arc<AtomicBool>) {
    let Ok(server) = TcpStream::connect(target).await else {
        return;
    };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let up = tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_server).await });
    let mut buffer = vec![0; 16 << 10];
    while let Ok(length) = from_server.read(&mut buffer).await {
        if length == 0 || to_client.write_all(&buffer[..length]).await.is_err() {
            break;
        }
        if !wide.load(Ordering::Relaxed) {
            sleep(Duration::from_micros(length as u64 * 1_000_000 / rate)).await;
        }
    }
    up.abort();
}
