//! A machine of a test's own: User Mode Linux, which is Debian's kernel as a program, on a disk of its own. The host's files
//! are its root, read only. In it run a server, and this program once more, in the part that it is told to play.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use testkit::wait_until;

use crate::BINARY;
use crate::browser::Browser;

const KERNEL: &str = "/usr/bin/linux.uml";
/// Says to this program, inside the machine, which part it plays.
const ROLE: &str = "STARDECK_TEST_ROLE";
/// Where its disk is, the only place that can be written and lasts.
pub(crate) const DISK: &str = "/mnt";
/// What the machine's first process does.
const INIT: &str = r#"#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/mnt/home STARDECK_TEST_ROLE=@ROLE@
mount -t proc proc /proc
mount -t tmpfs tmpfs /tmp
mount -t tmpfs tmpfs /run
busybox ip link set lo up
mount -t ext4 /dev/ubda /mnt || echo "the disk does not mount"
mkdir -p /mnt/home && rm -f /mnt/ready
@FIRST@
@BINARY@ serve --data-dir /mnt/data --podman-socket /run/podman.sock --log warn --ready-file /mnt/ready > /tmp/log 2>&1 &
@TEST@ --exact @NAME@ --nocapture 2>&1
cat /tmp/log
echo o > /proc/sysrq-trigger
busybox sleep 60
"#;

/// The part that this program plays; absent outside.
pub(crate) fn role() -> Option<String> {
    std::env::var(ROLE).ok()
}

/// Inside: the server, when it is ready.
pub(crate) async fn server() -> Browser {
    let ready = Path::new(DISK).join("ready");
    let address = wait_until("the server to be ready", Duration::from_secs(60), async || {
        std::fs::read_to_string(&ready).ok().filter(|text| text.ends_with('\n'))
    })
    .await;
    Browser::new(address.trim())
}

/// Inside: the server, with its administrator.
pub(crate) async fn new_server() -> Browser {
    let mut ada = server().await;
    let token = std::fs::read_to_string(Path::new(DISK).join("data/setup-token")).unwrap();
    assert_eq!(ada.setup(token.trim(), "ada").await.status, 200);
    ada
}

/// Inside: says something to [`Guest::hear`].
pub(crate) fn say(word: &str, what: &Value) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{word} {}", what.as_str().unwrap_or_default()).unwrap();
    out.flush().unwrap();
}

/// Makes an empty disk of so many megabytes.
pub(crate) fn disk(directory: &Path, megabytes: u64) {
    let disk = directory.join("disk");
    std::fs::File::create(&disk).unwrap().set_len(megabytes << 20).unwrap();
    let made = Command::new("mkfs.ext4")
        .arg("-q")
        .arg(&disk)
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .status();
    assert!(made.unwrap().success());
}

/// A machine that runs, and what it prints.
pub(crate) struct Guest {
    process: Child,
    lines: Box<dyn Iterator<Item = String>>,
    printed: Vec<String>,
}

impl Guest {
    /// Starts it on the disk in `directory`, for the test called `name` in the part called `role`. `first` are lines of a
    /// shell that come before the server.
    pub(crate) fn boot(directory: &Path, name: &str, role: &str, first: &str) -> Self {
        assert!(
            Path::new(KERNEL).exists(),
            "{KERNEL} is missing: `cargo xtask test` installs user-mode-linux"
        );
        let this = std::env::current_exe().unwrap();
        let init = directory.join("init");
        let script = INIT
            .replace("@ROLE@", role)
            .replace("@FIRST@", first)
            .replace("@BINARY@", BINARY)
            .replace("@TEST@", this.to_str().unwrap())
            .replace("@NAME@", name);
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
    pub(crate) fn hear(&mut self, word: &str, last: &str, most: usize) -> BTreeSet<String> {
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
    pub(crate) fn kill(mut self) {
        let group = rustix::process::Pid::from_child(&self.process);
        // Some of the group may be gone by themselves.
        let _ended = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        self.process.wait().unwrap();
    }
}
