//! What a compose file costs to load: in process, and as a command beside docker compose and podman-compose, in turn.
//!
//! How the peers get here, and what is said of one that cannot be had, is in `peers`.

use super::{Figure, peers};
use crate::{run, shell, tree};
use anyhow::{Context, Result, ensure};
use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// How often each command runs; the median counts.
const ROUNDS: usize = 15;
const FILE: &str = "compose.yaml";

pub(super) fn run() -> Result<Vec<Figure>> {
    let mut figures = in_process()?;
    let stardeck = run::build_server("release")?;
    let peers = peers::find("compose");
    let folder = tree::target()?.join("bench-compose");
    std::fs::create_dir_all(&folder)?;
    for (label, services) in [("100 lines", 8), ("2000 lines", 166)] {
        std::fs::write(folder.join(FILE), file(services))?;
        let mut times: Vec<Vec<f64>> = vec![Vec::new(); peers.len() + 1];
        for _ in 0..ROUNDS {
            times[0].push(once(
                Command::new(&stardeck).args(["compose", "config", "-f", FILE]),
                &folder,
            )?);
            for ((_, program), times) in peers.iter().zip(&mut times[1..]) {
                times.push(once(Command::new(program).args(["-f", FILE, "config"]), &folder)?);
            }
        }
        let medians: Vec<f64> = times.iter_mut().map(|times| median(times)).collect();
        figures.push(Figure::new(format!("command, {label}"), medians[0], "ms"));
        for ((peer, _), theirs) in peers.iter().zip(&medians[1..]) {
            let name = peer.name;
            figures.push(Figure::new(format!("{name}, {label}"), *theirs, "ms"));
            let ratio = Figure::new(format!("ours to {name}, {label}"), 100.0 * medians[0] / theirs, "%");
            figures.push(if name == "docker-compose" {
                ratio.below(20.0)
            } else {
                ratio
            });
        }
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(figures)
}

/// What the crate's own bench says: `NAME LINES MICROSECONDS` a line.
fn in_process() -> Result<Vec<Figure>> {
    let mut cargo = shell::cargo()?;
    cargo
        .args(["bench", "--quiet", "--package", "compose", "--bench", "load"])
        .stderr(Stdio::inherit());
    let output = cargo
        .output()
        .with_context(|| format!("starting {}", shell::line(&cargo)))?;
    ensure!(
        output.status.success(),
        "{} failed ({})",
        shell::line(&cargo),
        output.status
    );
    let text = String::from_utf8_lossy(&output.stdout);
    let mut figures = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [name, lines, microseconds] = words.as_slice() else {
            continue;
        };
        let milliseconds = microseconds.parse::<f64>().context("the bench's figure")? / 1000.0;
        let figure = Figure::new(format!("in process, {lines} lines"), milliseconds, "ms");
        figures.push(if name.ends_with("-100") {
            figure.below(5.0)
        } else {
            figure
        });
    }
    ensure!(figures.len() == 2, "the bench of the crate said: {text}");
    Ok(figures)
}

fn once(command: &mut Command, folder: &Path) -> Result<f64> {
    command
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let started = Instant::now();
    let status = command
        .status()
        .with_context(|| format!("starting {}", shell::line(command)))?;
    let time = started.elapsed().as_secs_f64() * 1000.0;
    ensure!(status.success(), "{} failed ({status})", shell::line(command));
    Ok(time)
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// A file of this many services of twelve lines each, such as people write.
fn file(services: usize) -> String {
    let mut text = String::from("name: bench\nservices:\n");
    for n in 0..services {
        let _ = write!(
            text,
            "  app{n}:\n    image: registry.example.org/app:1.{n}\n    restart: unless-stopped\n    environment:\n      \
             LOG_LEVEL: \"info\"\n      NUMBER: \"{n}\"\n    ports:\n      - \"127.0.0.1::8080\"\n    volumes:\n      \
             - ./data/{n}:/data:ro\n    labels:\n      a: b\n"
        );
    }
    text
}
