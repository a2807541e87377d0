//! How soon a fresh server and one with data listen.

use super::Figure;
use crate::{run, shell, tree};
use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Starts of each kind; the median counts, because one start may meet a busy machine.
const ROUNDS: usize = 7;

pub(super) fn run() -> Result<Vec<Figure>> {
    let binary = run::build_server("release")?;
    let work = tree::target()?.join("bench-start");
    let mut fresh = Vec::new();
    let mut again = Vec::new();
    for round in 0..ROUNDS {
        let folder = work.join(round.to_string());
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        fresh.push(once(&binary, &folder)?);
        again.push(once(&binary, &folder)?);
    }
    std::fs::remove_dir_all(&work)?;
    fresh.sort_by(f64::total_cmp);
    again.sort_by(f64::total_cmp);
    Ok(vec![
        Figure::new("no data yet, median", fresh[ROUNDS / 2], "ms").below(300.0),
        Figure::new("no data yet, slowest", fresh[ROUNDS - 1], "ms"),
        Figure::new("with data, median", again[ROUNDS / 2], "ms").below(300.0),
        Figure::new("with data, slowest", again[ROUNDS - 1], "ms"),
    ])
}

/// Starts the server, waits until it listens, and ends it; the milliseconds until it listened.
fn once(binary: &Path, folder: &Path) -> Result<f64> {
    let ready = folder.join("ready");
    let _ = std::fs::remove_file(&ready);
    let log = std::fs::File::create(folder.join("log"))?;
    let mut command = Command::new(binary);
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(folder.join("data"));
    command
        .arg("--key-file")
        .arg(folder.join("key"))
        .arg("--ready-file")
        .arg(&ready)
        .arg("--podman-socket")
        .arg(folder.join("no-podman.sock"));
    let started = Instant::now();
    let mut server = command
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
        .with_context(|| format!("starting {}", shell::line(&command)))?;
    let waited = shell::wait("the server to listen", Duration::from_secs(20), || {
        ready.exists() || server.try_wait().is_ok_and(|status| status.is_some())
    });
    let elapsed = started.elapsed();
    let pid = i32::try_from(server.id())
        .ok()
        .and_then(rustix::process::Pid::from_raw)
        .context("a process has an id")?;
    // It may have ended by itself; its log then says why.
    let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
    server.wait()?;
    waited?;
    ensure!(
        ready.exists(),
        "the server did not start:\n{}",
        tree::read(&folder.join("log"))?
    );
    Ok(elapsed.as_secs_f64() * 1000.0)
}
