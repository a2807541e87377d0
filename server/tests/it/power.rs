//! Loss of power: the server runs in a machine of its own (User Mode Linux: Debian's kernel as a program), on a disk of
//! its own, and that machine is killed. What its kernel had not written is lost, as when a plug is pulled.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use testkit::wait_until;

use crate::BINARY;
use crate::browser::Browser;

const KERNEL: &str = "/usr/bin/linux.uml";
/// Says to this program, inside the machine, which part it plays.
const ROLE: &str = "STARDECK_TEST_ROLE";
const DISK: &str = "/mnt";
const THIS_TEST: &str = "power::fault_16_what_was_acknowledged_survives_a_loss_of_power";
/// What the machine's first process does. The host's files are its root, read only; only the disk can be written.
const INIT: &str = r#"#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/mnt/home STARDECK_TEST_ROLE=@ROLE@
mount -t proc proc /proc
mount -t tmpfs tmpfs /tmp
mount -t tmpfs tmpfs /run
busybox ip link set lo up
mount -t ext4 /dev/ubda /mnt || echo "the disk does not mount"
mkdir -p /mnt/home && rm -f /mnt/ready
@BINARY@ serve --data-dir /mnt/data --podman-socket /run/none --log warn --ready-file /mnt/ready > /tmp/log 2>&1 &
@TEST@ --exact @NAME@ --nocapture 2>&1
cat /tmp/log
echo o > /proc/sysrq-trigger
busybox sleep 60
"#;

#[tokio::test]
async fn fault_16_what_was_acknowledged_survives_a_loss_of_power() {
    match std::env::var(ROLE).as_deref() {
        Ok("write") => write().await,
        Ok(_) => read().await,
        Err(_) => pull_the_plug(),
    }
}

/// Inside: changes things, and says of each when it was acknowledged, until there is no more power.
async fn write() {
    let mut ada = server().await;
    let token = std::fs::read_to_string(Path::new(DISK).join("data/setup-token")).unwrap();
    assert_eq!(ada.setup(token.trim(), "ada").await.status, 200);
    for n in 0..1000 {
        let reply = ada
            .post("/api/tokens", json!({"label": format!("token {n}"), "scope": "read"}))
            .await;
        assert_eq!(reply.status, 201, "{reply:?}");
        say("ACKNOWLEDGED", &reply.json::<Value>()["token"]["id"]);
    }
    say("END", &Value::Null);
}

/// Inside, when the power is back: says what there is.
async fn read() {
    let ada = server().await;
    let mut ada = ada.logged_in("ada").await;
    let tokens: Value = ada.get("/api/tokens").await.json();
    for token in tokens["items"].as_array().unwrap() {
        say("THERE", &token["id"]);
    }
    assert_eq!(
        ada.post("/api/tokens", json!({"label": "after", "scope": "read"}))
            .await
            .status,
        201
    );
    say("END", &Value::Null);
}

async fn server() -> Browser {
    let ready = Path::new(DISK).join("ready");
    let address = wait_until("the server to be ready", Duration::from_secs(60), async || {
        std::fs::read_to_string(&ready).ok().filter(|text| text.ends_with('\n'))
    })
    .await;
    Browser::new(address.trim())
}

fn say(word: &str, what: &Value) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{word} {}", what.as_str().unwrap_or_default()).unwrap();
    out.flush().unwrap();
}

/// A machine that runs, and what it prints.
struct Guest {
    process: Child,
    lines: Box<dyn Iterator<Item = String>>,
    printed: Vec<String>,
}

impl Guest {
    fn boot(directory: &Path, role: &str) -> Self {
        assert!(
            Path::new(KERNEL).exists(),
            "{KERNEL} is missing: `cargo xtask test` installs user-mode-linux"
        );
        let this = std::env::current_exe().unwrap();
        let init = directory.join("init");
        let script = INIT
            .replace("@ROLE@", role)
            .replace("@BINARY@", BINARY)
            .replace("@TEST@", this.to_str().unwrap())
            .replace("@NAME@", THIS_TEST);
        std::fs::write(&init, script).unwrap();
        std::fs::set_permissions(&init, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let mut command = Command::new(KERNEL);
        command
            .args([
                "mem=512M",
                "root=/dev/root",
                "rootfstype=hostfs",
                "rootflags=/",
                "ro",
                "quiet",
                "con=null",
            ])
            .args(["con0=null,fd:1", "ssl=null"])
            .arg(format!("ubd0={}", directory.join("disk").display()))
            .arg(format!("init={}", init.display()))
            .env("TMPDIR", directory)
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut process = command.spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        Self {
            process,
            lines: Box::new(lines),
            printed: Vec::new(),
        }
    }

    /// What it says behind `word` until it says `last` or has said it `most` times.
    fn hear(&mut self, word: &str, last: &str, most: usize) -> BTreeSet<String> {
        let mut heard = BTreeSet::new();
        for line in self.lines.by_ref() {
            let line = line.trim().to_owned();
            if line.starts_with(last) {
                return heard;
            }
            if let Some(what) = line.strip_prefix(word) {
                heard.insert(what.trim().to_owned());
                if heard.len() == most {
                    return heard;
                }
            }
            self.printed.push(line);
        }
        panic!("the machine ended before it said {last}:\n{}", self.printed.join("\n"));
    }

    /// Ends it at once, with all its processes. Nothing is written any more.
    fn kill(mut self) {
        let group = rustix::process::Pid::from_child(&self.process);
        // Some of the group may be gone by themselves.
        let _ended = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        self.process.wait().unwrap();
    }
}

fn pull_the_plug() {
    let directory = tempfile::Builder::new().prefix("sd-power-").tempdir().unwrap();
    let disk: PathBuf = directory.path().join("disk");
    for round in 0..2_u64 {
        std::fs::File::create(&disk).unwrap().set_len(64 << 20).unwrap();
        let made = Command::new("mkfs.ext4")
            .arg("-q")
            .arg(&disk)
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .status();
        assert!(made.unwrap().success());
        // Not at a round number: what is under way then differs from run to run.
        let moment = 300 + (u64::from(std::process::id()) * 7 + round * 331) % 600;
        let mut guest = Guest::boot(directory.path(), "write");
        let acknowledged = guest.hear("ACKNOWLEDGED", "END", usize::try_from(moment).unwrap());
        guest.kill();
        assert_eq!(acknowledged.len() as u64, moment);

        let mut guest = Guest::boot(directory.path(), "read");
        let there = guest.hear("THERE", "END", usize::MAX);
        guest.kill();
        let lost: Vec<&String> = acknowledged.difference(&there).collect();
        assert!(
            lost.is_empty(),
            "after {moment} acknowledged changes these were lost: {lost:?}"
        );
    }
}
