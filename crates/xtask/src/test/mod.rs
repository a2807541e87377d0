//! `cargo xtask test`: every test there is, on a machine that is made ready first.
//!
//! A suite runs its own runner, whose lines the person sees as they come; from the last of them it takes its counts. A
//! suite that fails does not keep the others from running. What cannot run is named in the table, never left out.

mod ahead;
mod autobahn;
mod browser;
mod conformance;
mod corpus;
mod fuzz;
mod lane;
mod leftovers;
mod parts;
pub(crate) mod rust;
pub(crate) mod shots;
mod slow;
mod stream;
mod wasm;

use crate::setup::{self, Account, Purpose};
use anyhow::{Result, bail};
use std::time::{Duration, Instant};

/// Arguments of `cargo xtask test`.
#[derive(clap::Args, Clone)]
pub(crate) struct Options {
    #[command(flatten)]
    pub(crate) setup: setup::Options,
    /// Only this suite
    #[arg(long, value_enum)]
    only: Option<Suite>,
    /// The tests on Podman alone, against the newer Podman of this Debian suite
    #[arg(long, value_name = "SUITE", conflicts_with = "only")]
    podman: Option<lane::Release>,
}

/// A kind of test.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum Suite {
    /// Unit and integration tests, the latter on real Podman
    Rust,
    /// Examples in the documentation
    Doc,
    /// Units that run as WebAssembly, in Node
    Wasm,
    /// Real compose files beside docker compose's answers
    Conformance,
    /// Raw requests of another project's tests, replayed against the proxy
    Corpus,
    /// Autobahn's WebSocket cases, directly and through the proxy
    Autobahn,
    /// slowhttptest against the proxy
    Slow,
    /// A short run of each fuzz target
    Fuzz,
    /// Stories in a real browser
    Browser,
}

/// What a suite counted.
#[derive(Default, Debug, PartialEq, Eq, Clone, Copy)]
struct Counts {
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Counts {
    /// Those of a suite that cannot run here, which says why.
    fn skipped(count: u64) -> Counts {
        Counts {
            skipped: count,
            ..Counts::default()
        }
    }

    fn add(&mut self, other: Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

struct Outcome {
    suite: &'static str,
    counts: Counts,
    error: Option<String>,
    time: Duration,
}

/// Runs the tests and prints a table; an error when any failed.
pub(crate) fn run(options: &Options) -> Result<()> {
    let account = setup::prepare(&options.setup, Purpose::Test)?;
    if let Some(release) = options.podman {
        return table(&[one("podman", || lane::run(release, &account))]);
    }
    let before = leftovers::here()?;
    let mut outcomes = Vec::new();
    let mut ahead = options.only.is_none().then(ahead::Ahead::begin).transpose()?;
    for (suite, name, run) in SUITES {
        // The first suite that needs what is made ahead.
        if suite == Suite::Wasm
            && let Some(ahead) = ahead.take()
        {
            outcomes.push(one("ahead", || ahead.finish().map(|()| Counts::default())));
        }
        if options.only.is_none_or(|only| only == suite) {
            outcomes.push(one(name, || run(&account)));
        }
    }
    outcomes.push(one("leftovers", || leftovers::since(&before)));
    table(&outcomes)
}

type Run = fn(&Account) -> Result<Counts>;

const SUITES: [(Suite, &str, Run); 9] = [
    (Suite::Rust, "rust", rust::run),
    (Suite::Doc, "doc", rust::doc),
    (Suite::Conformance, "conformance", conformance::run),
    (Suite::Corpus, "corpus", corpus::run),
    (Suite::Autobahn, "autobahn", autobahn::run),
    (Suite::Slow, "slow", slow::run),
    (Suite::Fuzz, "fuzz", fuzz::run),
    (Suite::Wasm, "wasm", wasm::run),
    (Suite::Browser, "browser", browser::run),
];

fn one(suite: &'static str, run: impl FnOnce() -> Result<Counts>) -> Outcome {
    println!("\n=== {suite} ===");
    let started = Instant::now();
    let (counts, error) = match run() {
        Ok(counts) if counts.failed > 0 => (counts, Some(format!("{} failed", counts.failed))),
        Ok(counts) => (counts, None),
        Err(error) => (Counts::default(), Some(format!("{error:#}"))),
    };
    if let Some(error) = &error {
        eprintln!("{suite}: {error}");
    }
    Outcome {
        suite,
        counts,
        error,
        time: started.elapsed(),
    }
}

fn table(outcomes: &[Outcome]) -> Result<()> {
    println!(
        "\n{:<12} {:>7} {:>7} {:>8} {:>9}",
        "suite", "passed", "failed", "skipped", "seconds"
    );
    for Outcome {
        suite,
        counts,
        error,
        time,
    } in outcomes
    {
        let verdict = match error {
            Some(_) => "  FAILED",
            None if !matches!(*suite, "ahead" | "leftovers") && *counts == Counts::default() => "  (no tests)",
            None => "",
        };
        let seconds = time.as_secs_f64();
        println!(
            "{suite:<12} {:>7} {:>7} {:>8} {seconds:>9.1}{verdict}",
            counts.passed, counts.failed, counts.skipped
        );
    }
    let failed: Vec<_> = outcomes
        .iter()
        .filter(|outcome| outcome.error.is_some())
        .map(|outcome| outcome.suite)
        .collect();
    if !failed.is_empty() {
        bail!("tests failed: {}", failed.join(", "));
    }
    Ok(())
}
