//! Units that run as WebAssembly: compiled like the desktop, run in Node.

use super::{Counts, stream};
use crate::setup::Account;
use crate::web::{self, Compiler};
use crate::{shell, tree};
use anyhow::{Context, Result};
use std::path::PathBuf;
use std::process::Command;

const RUNNER: &str = include_str!("wasm_runner.cjs");

/// Runs the test target `wasm` of the package `web`.
pub(super) fn run(_: &Account) -> Result<Counts> {
    if !tree::root()?.join("web/tests/wasm/main.rs").is_file() {
        println!("wasm: there is no web/tests/wasm/main.rs, so nothing was run");
        return Ok(Counts::default());
    }
    let module = build()?;
    let work = tree::target()?.join("wasm-tests");
    let mut bindgen = web::bundle_program()?;
    bindgen
        .args(["bindgen", "--tests", "--name", "tests", "--input"])
        .arg(&module)
        .arg("--out")
        .arg(&work);
    shell::run(&mut bindgen)?;
    let script = work.join("run.cjs");
    tree::write(&script, RUNNER)?;
    // Its folder must not inherit `"type": "module"` from a package.json above it.
    tree::write(&work.join("package.json"), "{}")?;
    stream::counted(Command::new("node").env("TZ", "UTC").arg(script))
}

/// Compiles the tests and returns the module, by the path that cargo reports.
fn build() -> Result<PathBuf> {
    let compiler = Compiler::find().context("no compiler for wasm32-unknown-unknown: run `cargo xtask setup`")?;
    println!("wasm: cargo build ({})", compiler.describe());
    let mut cargo = shell::cargo()?;
    cargo.args([
        "test",
        "--no-run",
        "--package",
        "web",
        "--test",
        "wasm",
        "--profile",
        "web",
    ]);
    cargo.arg("--target-dir").arg(web::target_folder()?);
    compiler.apply(&mut cargo);
    shell::run(&mut cargo)?;
    let report = shell::read(cargo.args(["--quiet", "--message-format=json"]))?;
    let module = report.lines().rev().find_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        // The desktop itself is built beside its tests, and may be reported after them.
        let is_test = message.pointer("/target/kind/0")? == "test";
        is_test.then(|| Some(PathBuf::from(message.get("executable")?.as_str()?)))?
    });
    module.context("cargo reported no module of the tests")
}
