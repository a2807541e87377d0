//! What deploys cost: the whole server on real Podman, beside podman-compose and docker compose in turn.
//!
//! How the peers get here, and what is said of one that cannot be had, is in `peers`.

use super::Figure;
use super::peers::{self, PEERS};
use crate::shell;
use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;
use std::process::Stdio;

pub(super) fn run() -> Result<Vec<Figure>> {
    let mut cargo = shell::cargo()?;
    cargo
        .args(["bench", "--quiet", "--package", "server", "--bench", "engine"])
        .stderr(Stdio::inherit());
    for (peer, program) in peers::find("engine") {
        cargo.env(peer.variable, program);
    }
    let output = cargo
        .output()
        .with_context(|| format!("starting {}", shell::line(&cargo)))?;
    let line = shell::line(&cargo);
    ensure!(output.status.success(), "{line} failed ({})", output.status);
    figures(&String::from_utf8_lossy(&output.stdout))
}

/// From lines of `WHO WHAT SERVICES MILLISECONDS`.
fn figures(text: &str) -> Result<Vec<Figure>> {
    let mut measured: BTreeMap<(&str, &str, &str), f64> = BTreeMap::new();
    let mut figures = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [who, what, services, time] = words[..] else {
            continue;
        };
        let time = time.parse().with_context(|| format!("the bench's line {line:?}"))?;
        measured.insert((who, what, services), time);
        let figure = Figure::new(format!("{who}, {what} {services}"), time, "ms");
        figures.push(match (who, what, services) {
            ("stardeck", "again", "50") => figure.below(300.0),
            ("stardeck", "list", "50") => figure.below(20.0),
            _ => figure,
        });
    }
    ensure!(!figures.is_empty(), "the bench said: {text}");
    let ours = measured.iter().filter(|((who, ..), _)| *who == "stardeck");
    for ((_, what, services), ours) in ours {
        let theirs = PEERS
            .iter()
            .filter_map(|peer| measured.get(&(peer.name, *what, *services)));
        if let Some(faster) = theirs.copied().min_by(f64::total_cmp) {
            let name = format!("ours to the faster peer, {what} {services}");
            let ratio = Figure::new(name, 100.0 * ours / faster, "%");
            figures.push(if *what == "deploy" { ratio.below(100.0) } else { ratio });
        }
    }
    Ok(figures)
}

#[cfg(test)]
mod tests {
    use super::figures;

    #[test]
    fn the_faster_peer_is_the_measure() {
        let lines = "stardeck deploy 50 900.0\npodman-compose deploy 50 2000\ndocker-compose deploy 50 1000\n\
                     stardeck again 50 301\n";
        let figures = figures(lines).unwrap();
        let last = figures.last().unwrap();
        assert_eq!((last.value, last.budget), (90.0, Some(100.0)));
        assert!(!figures[3].met(), "a budget of its own");
    }
}
