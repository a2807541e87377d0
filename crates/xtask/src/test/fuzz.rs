//! A short run of each fuzz target, where there is a nightly toolchain. The corpus itself runs among the crate's tests.
//!
//! `cargo fuzz` is not needed: libFuzzer comes with the targets, and these are the flags that it builds with.

use super::Counts;
use crate::setup::Account;
use crate::{shell, tree};
use anyhow::{Context, Result};
use std::process::{Command, Stdio};

const TARGETS: [&str; 4] = ["load", "variables", "dotenv", "edit"];
/// How long each target runs.
const SECONDS: &str = "10";
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Cdebug-assertions=yes";

/// Runs every target for a moment.
pub(super) fn run(_: &Account) -> Result<Counts> {
    if !nightly_is_here() {
        println!("fuzz: NOT run: there is no nightly toolchain");
        return Ok(Counts::skipped(TARGETS.len() as u64));
    }
    let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let root = tree::root()?;
    let folder = tree::target()?.join("fuzz");
    let mut build = Command::new("rustup");
    build.args([
        "run",
        "nightly",
        "cargo",
        "build",
        "--release",
        "--locked",
        "--target",
        &platform,
    ]);
    build
        .arg("--manifest-path")
        .arg(root.join("crates/compose/fuzz/Cargo.toml"))
        .arg("--target-dir")
        .arg(&folder);
    // The checkout's own toolchain is not meant here.
    build
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("RUSTC")
        .env_remove("CARGO")
        .env("RUSTFLAGS", COVERAGE);
    shell::run(&mut build)?;
    let mut counts = Counts::default();
    for target in TARGETS {
        let found = folder.join("found").join(target);
        std::fs::create_dir_all(&found)?;
        let mut fuzzer = Command::new(folder.join(&platform).join("release").join(target));
        fuzzer.args([
            format!("-max_total_time={SECONDS}"),
            "-timeout=5".into(),
            "-rss_limit_mb=2048".into(),
        ]);
        fuzzer
            .arg(format!("-artifact_prefix={}/crash-", folder.display()))
            .args(["-verbosity=0", "-print_final_stats=1"]);
        // What it finds goes to the first folder; the corpus in the tree is only read.
        fuzzer
            .arg(&found)
            .arg(root.join("crates/compose/fuzz/corpus").join(target))
            .stdin(Stdio::null());
        println!("fuzz: {target}, {SECONDS} s");
        let status = fuzzer
            .status()
            .with_context(|| format!("starting {}", shell::line(&fuzzer)))?;
        match status.success() {
            true => counts.passed += 1,
            false => {
                counts.failed += 1;
                println!("fuzz: {target} FAILED ({status}); the input is in {}", folder.display());
            }
        }
    }
    Ok(counts)
}

fn nightly_is_here() -> bool {
    let mut rustup = Command::new("rustup");
    rustup
        .args(["run", "nightly", "rustc", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    rustup.status().is_ok_and(|status| status.success())
}
