//! The few npm packages: installed from the lock file when it changed, without their install scripts.

use crate::{shell, tree};
use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::Command;

/// Makes `web/node_modules` agree with `web/package-lock.json`.
pub(crate) fn install(root: &Path) -> Result<()> {
    let web = root.join("web");
    let lock = tree::read(&web.join("package-lock.json"))?;
    let mark = web.join("node_modules/.installed-lock.json");
    if std::fs::read_to_string(&mark).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    println!("web: npm ci");
    let mut npm = Command::new("npm");
    npm.current_dir(&web)
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
    shell::quiet(&mut npm).context("installing the npm packages of web/package-lock.json")?;
    tree::write(&mark, lock)
}

/// A program that one of the packages brings.
pub(crate) fn program(root: &Path, name: &str) -> Result<Command> {
    let path = root.join("web/node_modules/.bin").join(name);
    ensure!(
        path.exists(),
        "{} is missing: remove web/node_modules and try again",
        path.display()
    );
    Ok(Command::new(path))
}
