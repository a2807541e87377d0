//! `stardeck doctor`: what this machine has and lacks, and what to do about it. It changes nothing.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use podman::Podman;
use serde::Serialize;

use crate::config::{Config, Flags, Places};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// The data directory [default: $XDG_DATA_HOME/stardeck]
    #[arg(long, value_name = "DIR", env = "STARDECK_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// Podman's API socket [default: $XDG_RUNTIME_DIR/podman/podman.sock]
    #[arg(long, value_name = "PATH", env = "STARDECK_PODMAN_SOCKET")]
    podman_socket: Option<PathBuf>,
}

/// How a finding stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    /// As it should be.
    Fine,
    /// Works, with less.
    Limited,
    /// Does not work.
    Missing,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    verdict: Verdict,
    says: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<&'static str>,
}

impl Finding {
    fn fine(what: &'static str, says: impl Into<String>) -> Self {
        Self {
            what,
            verdict: Verdict::Fine,
            says: says.into(),
            advice: None,
        }
    }

    fn limited(what: &'static str, says: impl Into<String>, advice: &'static str) -> Self {
        Self {
            what,
            verdict: Verdict::Limited,
            says: says.into(),
            advice: Some(advice),
        }
    }

    fn missing(what: &'static str, says: impl Into<String>, advice: &'static str) -> Self {
        Self {
            what,
            verdict: Verdict::Missing,
            says: says.into(),
            advice: Some(advice),
        }
    }
}

pub(super) fn run(args: &Args) -> Result<ExitCode> {
    let flags = Flags {
        data_dir: args.data_dir.clone(),
        podman_socket: args.podman_socket.clone(),
        ..Flags::default()
    };
    let config = Config::build(flags, &Places::from_environment())?;
    let mut findings = super::small_runtime()?.block_on(podman(&config.podman_socket));
    findings.extend([
        user(),
        subordinate_ids(),
        lingering(),
        database(&config.data_dir),
        disk(&config.data_dir),
    ]);
    if args.json {
        println!("{}", serde_json::to_string_pretty(&findings)?);
    } else {
        for finding in &findings {
            let mark = match finding.verdict {
                Verdict::Fine => "ok     ",
                Verdict::Limited => "limited",
                Verdict::Missing => "MISSING",
            };
            println!("{mark}  {:<16} {}", finding.what, finding.says);
            if let Some(advice) = finding.advice {
                println!("{:>27}{advice}", "→ ");
            }
        }
    }
    let bad = findings.iter().any(|finding| finding.verdict == Verdict::Missing);
    Ok(if bad { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn podman(socket: &Path) -> Vec<Finding> {
    let says = format!("{}", socket.display());
    let capabilities = match Podman::new(socket).capabilities().await {
        Ok(capabilities) => capabilities,
        Err(error) => {
            let advice = "start it: systemctl --user enable --now podman.socket, \
                or without systemd: podman system service --time=0 unix://PATH";
            return vec![Finding::missing("podman", format!("{says}: {error}"), advice)];
        }
    };
    let mut findings = vec![match capabilities.version.is_supported() {
        true => Finding::fine("podman", format!("{} at {says}", capabilities.version)),
        false => Finding::missing(
            "podman",
            format!("{} is too old", capabilities.version),
            "install Podman 4.3 or newer",
        ),
    }];
    findings.push(match capabilities.storage_driver.as_str() {
        "overlay" | "btrfs" | "zfs" => Finding::fine("storage", capabilities.storage_driver.clone()),
        driver => Finding::limited(
            "storage",
            driver,
            "set driver = \"overlay\" in storage.conf: it is faster and smaller",
        ),
    });
    for limit in engine::system::limits(&capabilities) {
        findings.push(Finding::limited(
            "podman",
            limit,
            "see the user guide, \"What this machine can do\"",
        ));
    }
    findings
}

fn user() -> Finding {
    let user = rustix::process::getuid();
    match user.is_root() {
        false => Finding::fine("user", format!("uid {}, an ordinary one", user.as_raw())),
        true => Finding::limited(
            "user",
            "root",
            "run Stardeck and Podman as an ordinary user: nothing here needs root",
        ),
    }
}

fn subordinate_ids() -> Finding {
    let user = rustix::process::getuid();
    if user.is_root() {
        return Finding::fine("subordinate ids", "not needed by root");
    }
    let name = std::env::var("USER").unwrap_or_default();
    let number = user.as_raw().to_string();
    let has = |file: &str| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        text.lines().any(|line| {
            line.split(':')
                .next()
                .is_some_and(|owner| owner == name || owner == number)
        })
    };
    match has("/etc/subuid") && has("/etc/subgid") {
        true => Finding::fine("subordinate ids", "in /etc/subuid and /etc/subgid"),
        false => Finding::missing(
            "subordinate ids",
            "none for this user",
            "as root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER",
        ),
    }
}

fn lingering() -> Finding {
    if !Path::new("/run/systemd/system").is_dir() {
        return Finding::limited(
            "boot",
            "no systemd here",
            "start Stardeck and Podman by what starts services here",
        );
    }
    let name = std::env::var("USER").unwrap_or_default();
    match Path::new("/var/lib/systemd/linger").join(&name).exists() && !name.is_empty() {
        true => Finding::fine("boot", "lingering: services of this user start without a login"),
        false => Finding::limited(
            "boot",
            "services of this user end with its login",
            "loginctl enable-linger",
        ),
    }
}

fn database(data_dir: &Path) -> Finding {
    if !data_dir.join("stardeck.db").exists() {
        return Finding::fine("data", format!("{}: nothing yet", data_dir.display()));
    }
    match engine::store::check(data_dir) {
        Ok(()) => Finding::fine("data", format!("{}: whole", data_dir.display())),
        Err(error) => Finding::missing("data", error.to_string(), "see the line itself"),
    }
}

fn disk(data_dir: &Path) -> Finding {
    let place = data_dir
        .ancestors()
        .find(|path| path.exists())
        .unwrap_or(Path::new("/"));
    let Ok(space) = rustix::fs::statvfs(place) else {
        return Finding::limited(
            "disk",
            format!("{} cannot be asked", place.display()),
            "look at the file system",
        );
    };
    let free = space.f_bavail.saturating_mul(space.f_frsize) / (1024 * 1024);
    match free {
        0..100 => Finding::missing(
            "disk",
            format!("{free} MiB free"),
            "free some space: changes cannot be kept",
        ),
        100..2048 => Finding::limited("disk", format!("{free} MiB free"), "images need more than that"),
        _ => Finding::fine("disk", format!("{} GiB free", free / 1024)),
    }
}
