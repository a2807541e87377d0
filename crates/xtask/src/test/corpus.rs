//! gunicorn's raw requests against the proxy, and h11's opinion of what reached the app. Both come from the Python package
//! index, once, to `target/corpus`; without it they are counted as skipped.

use super::{Counts, conformance, rust};
use crate::setup::Account;
use crate::{shell, tree};
use anyhow::{Context, Result};
use std::path::Path;
use std::process::Command;

const GUNICORN: &str = "gunicorn==27.0.1";
const H11: &str = "h11==0.16.0";
/// Its requests, in all.
const REQUESTS: u64 = 143;

pub(super) fn run(_: &Account) -> Result<Counts> {
    let folder = tree::target()?.join("corpus");
    if let Err(error) = fetch(&folder) {
        println!("corpus: {error:#}");
        println!("corpus: {GUNICORN} and {H11} are NOT here, so no request was replayed");
        return Ok(Counts::skipped(REQUESTS));
    }
    let program = rust::programs()?.join("examples/replay");
    let seen = folder.join("seen");
    if seen.exists() {
        std::fs::remove_dir_all(&seen).with_context(|| format!("removing {}", seen.display()))?;
    }
    let proxy = tree::root()?.join("crates/proxy");
    let mut replay = Command::new(program);
    replay
        .arg(folder.join("gunicorn/tests/requests"))
        .arg(proxy.join("tests/cases/gunicorn.txt"))
        .arg(&seen);
    let mut counts = conformance::closing(&mut replay)?;
    let mut parse = Command::new("python3");
    parse
        .arg(tree::root()?.join("crates/xtask/src/test/reparse.py"))
        .arg(&seen)
        .env("PYTHONPATH", folder.join("h11"));
    counts.add(conformance::closing(&mut parse)?);
    Ok(counts)
}

/// The source of the one, whose requests are in no built package, and the other as it is.
fn fetch(folder: &Path) -> Result<()> {
    let is_here = |name: &str| folder.join(name).exists();
    if is_here("gunicorn/tests/requests") && is_here("h11/h11") {
        return Ok(());
    }
    std::fs::create_dir_all(folder.join("gunicorn"))?;
    let pip = |arguments: &[&str]| shell::quiet(Command::new("python3").args(["-m", "pip", "--quiet"]).args(arguments));
    let (packages, h11) = (folder.display().to_string(), folder.join("h11").display().to_string());
    pip(&[
        "download",
        "--no-deps",
        "--no-binary",
        ":all:",
        "--dest",
        &packages,
        GUNICORN,
    ])?;
    pip(&["install", "--no-deps", "--target", &h11, H11])?;
    let archive = folder.join(format!("{}.tar.gz", GUNICORN.replace("==", "-")));
    let mut unpack = Command::new("tar");
    unpack.args(["--strip-components=1", "-xzf"]).arg(archive);
    shell::quiet(unpack.arg("-C").arg(folder.join("gunicorn")))
}
