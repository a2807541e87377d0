//! slowhttptest against the proxy: five hundred connections that send or take as little as they can. Whoever else asks
//! meanwhile, as the program itself does once a second, is answered.

use super::{Counts, rust};
use crate::setup::Account;
use crate::started::Started;
use crate::{shell, tree};
use anyhow::{Context, Result};
use std::process::Command;

const CONNECTIONS: u32 = 500;
/// How many are opened in a second.
const RATE: &str = "250";
/// For how long each kind is tried, in seconds.
const LENGTH: &str = "8";

/// A kind of slowness.
struct Attack {
    name: &'static str,
    arguments: &'static [&'static str],
    path: &'static str,
}

const ATTACKS: [Attack; 4] = [
    Attack {
        name: "slow heads",
        arguments: &["-H", "-i", "2"],
        path: "kb",
    },
    Attack {
        name: "slow bodies",
        arguments: &["-B", "-i", "2", "-s", "8192"],
        path: "kb",
    },
    Attack {
        name: "many ranges",
        arguments: &["-R", "-a", "5", "-b", "2000"],
        path: "kb",
    },
    Attack {
        name: "slow readers",
        arguments: &["-X", "-n", "2", "-w", "10", "-y", "20", "-z", "16", "-k", "3"],
        path: "bytes/1000000",
    },
];

pub(super) fn run(_: &Account) -> Result<Counts> {
    if shell::which("slowhttptest").is_none() {
        println!("slow: slowhttptest is NOT here, so no attack was tried");
        return Ok(Counts::skipped(ATTACKS.len() as u64));
    }
    let load = rust::programs()?.join("examples/load");
    let app = Started::start(&load, &["app"])?;
    let proxy = Started::start(&load, &["proxy", &app.port()?.to_string()])?;
    let report = tree::target()?.join("slow");
    let mut counts = Counts::default();
    // One after another: the program computes without a pause, and four of it would leave no processor to answer them.
    for Attack { name, arguments, path } in ATTACKS {
        let mut attack = Command::new("slowhttptest");
        attack
            .args(arguments)
            .args(["-c", &CONNECTIONS.to_string(), "-r", RATE, "-l", LENGTH, "-g", "-o"]);
        attack
            .arg(&report)
            .args(["-u", &format!("http://127.0.0.1:{}/{path}", proxy.port()?)]);
        shell::quiet(&mut attack)?;
        let seconds = read(&tree::read(&report.with_extension("csv"))?).context("slowhttptest wrote no seconds")?;
        let answered = seconds.iter().filter(|second| second.available).count();
        let most = seconds.iter().map(|second| second.connections).max().unwrap_or(0);
        println!(
            "slow: {name}: {most} connections; answered in {answered} of {} seconds",
            seconds.len()
        );
        // Those that are answered at once end before the next second is told.
        match answered == seconds.len() && most > CONNECTIONS / 2 {
            true => counts.passed += 1,
            false => counts.failed += 1,
        }
    }
    Ok(counts)
}

/// A second of an attack.
#[derive(Debug, PartialEq, Eq)]
struct Second {
    /// The connections that were made so far, those that have ended again among them.
    connections: u32,
    /// Whether somebody else was answered.
    available: bool,
}

/// Lines of `second,closed,pending,connected,available`, below their heading.
fn read(report: &str) -> Option<Vec<Second>> {
    let second = |line: &str| {
        let words: Vec<u32> = line.split(',').map(str::parse).collect::<Result<_, _>>().ok()?;
        let [_, closed, _, connected, available] = words[..] else {
            return None;
        };
        Some(Second {
            connections: closed + connected,
            available: available > 0,
        })
    };
    let seconds: Vec<Second> = report.lines().skip(1).map(second).collect::<Option<_>>()?;
    Some(seconds).filter(|seconds| !seconds.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Second, read};

    #[test]
    fn seconds_are_read_and_nothing_else() {
        let report = "Seconds,Closed,Pending,Connected,Service Available\n0,0,1,0,500\n1,98,0,402,0\n";
        let second = |connections, available| Second { connections, available };
        assert_eq!(read(report), Some(vec![second(0, true), second(500, false)]));
        assert_eq!(read("Seconds\n"), None);
        assert_eq!(read("Seconds\nwhat is this\n"), None);
    }
}
