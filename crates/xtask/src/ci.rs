//! `cargo xtask ci`: what must hold before a change goes in. The same at a desk and in CI.

use crate::setup::{self, Purpose};
use crate::test::{self, rust};
use crate::web::Compiler;
use crate::{deny, lints, shell, tidy};
use anyhow::{Result, bail};
use std::time::{Duration, Instant};

/// A step: its name and what it does.
type Step<'a> = (&'static str, Box<dyn Fn() -> Result<()> + 'a>);

/// Runs every step, also after one that failed, and lists the slowest.
pub(crate) fn run(options: &test::Options) -> Result<()> {
    let steps: [Step<'_>; 7] = [
        (
            "setup",
            Box::new(|| setup::prepare(&options.setup, Purpose::Test).map(drop)),
        ),
        (
            "fmt",
            Box::new(|| shell::run(shell::cargo()?.args(["fmt", "--all", "--check"]))),
        ),
        ("tidy", Box::new(tidy::run)),
        ("deny", Box::new(deny::run)),
        ("clippy", Box::new(clippy)),
        ("clippy for the browser", Box::new(clippy_for_the_browser)),
        ("test", Box::new(|| test::run(options))),
    ];
    let started = Instant::now();
    let mut times: Vec<(&str, Duration)> = Vec::new();
    let mut failed = Vec::new();
    for (name, step) in steps {
        println!("\n##### {name}");
        let begun = Instant::now();
        if let Err(error) = step() {
            eprintln!("{name}: {error:#}");
            failed.push(name);
        }
        println!("##### {name}: {:.1} s", begun.elapsed().as_secs_f64());
        times.push((name, begun.elapsed()));
        if failed.contains(&"setup") {
            break;
        }
    }
    times.sort_by_key(|(_, time)| std::cmp::Reverse(*time));
    println!("\nci: {:.1} s, the slowest first:", started.elapsed().as_secs_f64());
    for (name, time) in times {
        let mark = if failed.contains(&name) { "  FAILED" } else { "" };
        println!("{:>9.1} s  {name}{mark}", time.as_secs_f64());
    }
    if !failed.is_empty() {
        bail!("ci failed: {}", failed.join(", "));
    }
    Ok(())
}

/// Everything is compiled as the tests want it, and they find it so.
fn clippy() -> Result<()> {
    lints::deny()?;
    let mut all = shell::cargo()?;
    shell::run(rust::with(all.args(["build", "--all-targets"])))?;
    // The second program of this package is behind a feature.
    let mut bundle = shell::cargo()?;
    bundle.args(["build", "--package", "xtask", "--features", "bundle", "--bins"]);
    shell::run(lints::apply(&mut bundle))
}

/// Code that only the browser compiles. Clippy belongs to the checkout's toolchain, so it needs that one's target.
fn clippy_for_the_browser() -> Result<()> {
    let Some(compiler @ Compiler::Toolchain) = Compiler::find() else {
        println!("clippy for the browser: NOT run: the checkout's toolchain has no wasm32 target on this machine");
        return Ok(());
    };
    let mut cargo = shell::cargo()?;
    cargo.args(["clippy", "--package", "web"]);
    compiler.apply(&mut cargo);
    cargo.arg("--target-dir").arg(crate::web::target_folder()?);
    shell::run(cargo.args(["--", "-D", "warnings"]))
}
