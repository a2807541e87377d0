//! `cargo xtask dist`: the one binary that is shipped, with the desktop inside.

use crate::{shell, tree, web};
use anyhow::{Context, Result};
use std::path::Path;
use std::process::Command;

/// Needs nothing of the machine that runs it, not even a C library.
const MUSL: &str = "x86_64-unknown-linux-musl";

/// Builds it and says what it is.
pub(crate) fn run() -> Result<()> {
    let bundle = web::build(&web::Options::default())?;
    let libraries = shell::read(Command::new("rustc").args(["--print", "target-libdir", "--target", MUSL]))?;
    let musl = Path::new(&libraries).is_dir() && shell::which("musl-gcc").is_some();
    println!(
        "dist: {}",
        if musl {
            "fully static, on musl"
        } else {
            "on this machine's C library; for a static one install musl-tools and `rustup target add x86_64-unknown-linux-musl`"
        }
    );
    let mut cargo = shell::cargo()?;
    cargo.args([
        "build",
        "--package",
        "server",
        "--bin",
        "stardeck",
        "--profile",
        "dist",
        "--features",
        "embed",
    ]);
    cargo.env("STARDECK_WEB_DIR", &bundle);
    if musl {
        cargo.args(["--target", MUSL]);
    }
    shell::run(&mut cargo)?;
    let folder = if musl {
        tree::target()?.join(MUSL)
    } else {
        tree::target()?
    };
    let built = folder.join("dist/stardeck");
    let shipped = tree::root()?.join("dist/stardeck");
    tree::write(&shipped, [])?;
    std::fs::copy(&built, &shipped).with_context(|| format!("copying {}", built.display()))?;
    let bytes = std::fs::metadata(&shipped)?.len();
    println!(
        "dist: {} is {bytes} bytes ({:.1} MB)",
        shipped.display(),
        bytes as f64 / 1e6
    );
    if let Ok(needs) = shell::read(Command::new("ldd").arg(&shipped)) {
        println!("dist: at run time it needs\n{needs}");
    }
    Ok(())
}
