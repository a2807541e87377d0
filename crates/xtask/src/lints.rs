//! Clippy as the compiler of the workspace's own crates, so that one compilation says what it thinks of them and makes what
//! the tests run. `cargo clippy` alone would compile all crates of others a second time, four minutes on two processors.
//!
//! It is what `cargo clippy` does itself: its driver stands in for rustc, and is told its arguments by a variable.

use anyhow::{Context, Result, ensure};
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

static DRIVER: OnceLock<PathBuf> = OnceLock::new();

/// From now on, warnings of the compiler and of clippy are errors wherever [`apply`] is asked.
pub(crate) fn deny() -> Result<()> {
    let cargo = std::env::var_os("CARGO").context("this is run by cargo")?;
    let driver = PathBuf::from(cargo).with_file_name("clippy-driver");
    ensure!(
        driver.exists(),
        "{} is missing: run `rustup component add clippy`",
        driver.display()
    );
    DRIVER.get_or_init(|| driver);
    Ok(())
}

/// Lets a compilation be one that says what is wrong, where that was asked for.
pub(crate) fn apply(cargo: &mut Command) -> &mut Command {
    if let Some(driver) = DRIVER.get() {
        cargo
            .env("RUSTC_WORKSPACE_WRAPPER", driver)
            .env("CLIPPY_ARGS", "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__");
    }
    cargo
}
