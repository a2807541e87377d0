//! Real compose files with what docker compose answers, where they lie beside the project: `../shared/conformance`. Two
//! scripts compare; each ends with `agree A/B` or `kept A/B`.

use super::{Counts, rust};
use crate::setup::Account;
use crate::{shell, tree};
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

const SCRIPTS: [&str; 2] = ["config.py", "roundtrip.py"];

/// Runs both scripts on the binary that the other suites use.
pub(super) fn run(_: &Account) -> Result<Counts> {
    let scripts = tree::root()?.join("../shared/conformance");
    if !scripts.is_dir() {
        println!(
            "conformance: there is no ../shared/conformance, so nothing was compared; own cases are in crates/compose"
        );
        return Ok(Counts::default());
    }
    let python = python()?;
    let binary = rust::programs()?.join("stardeck");
    let mut counts = Counts::default();
    for script in SCRIPTS {
        counts.add(compare(python, &scripts.join(script), &binary)?);
    }
    Ok(counts)
}

/// A Python that can read YAML.
fn python() -> Result<&'static str> {
    let reads_yaml = |python: &&str| {
        let check = Command::new(python)
            .args(["-c", "import yaml"])
            .stderr(Stdio::null())
            .status();
        check.is_ok_and(|status| status.success())
    };
    let found = ["python3", "/usr/bin/python3"].into_iter().find(reads_yaml);
    found.context("no Python with PyYAML: run `cargo xtask setup --tests`, or install python3-yaml")
}

fn compare(python: &str, script: &Path, binary: &Path) -> Result<Counts> {
    closing(Command::new(python).arg(script).arg(binary))
}

/// Runs a command whose last line says how many agree.
pub(super) fn closing(command: &mut Command) -> Result<Counts> {
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command
        .spawn()
        .with_context(|| format!("starting {}", shell::line(command)))?;
    let output = child.stdout.take().context("its output was piped")?;
    let mut last = String::new();
    for line in BufReader::new(output).lines() {
        last = line?;
        println!("{last}");
    }
    let status = child.wait()?;
    let counts =
        read(&last).with_context(|| format!("{} ended ({status}) without its closing line", shell::line(command)))?;
    if !status.success() && counts.failed == 0 {
        bail!("{} failed ({status})", shell::line(command));
    }
    Ok(counts)
}

/// The counts of `agree 440/442` or `kept 440/442`.
fn read(line: &str) -> Option<Counts> {
    let (passed, all) = line
        .strip_prefix("agree ")
        .or_else(|| line.strip_prefix("kept "))?
        .split_once('/')?;
    let (passed, all): (u64, u64) = (passed.parse().ok()?, all.trim().parse().ok()?);
    Some(Counts {
        passed,
        failed: all.checked_sub(passed)?,
        skipped: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::{Counts, read};

    #[test]
    fn the_closing_line_is_counted() {
        let counts = |passed, failed| {
            Some(Counts {
                passed,
                failed,
                skipped: 0,
            })
        };
        assert_eq!(read("agree 442/442"), counts(442, 0));
        assert_eq!(read("kept 4480/4482"), counts(4480, 2));
        assert_eq!(read("Traceback"), None);
    }
}
