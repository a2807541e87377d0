//! The cargo steps of the bundle: the WebAssembly module, and the program that holds wasm-bindgen.

use super::compiler::{Compiler, TARGET};
use crate::{shell, tree};
use anyhow::{Context, Result, ensure};
use std::path::PathBuf;
use std::process::Command;

/// Compiles the desktop and returns the path of its module.
pub(super) fn build(options: &super::Options) -> Result<PathBuf> {
    check_versions(&tree::read(&tree::root()?.join("Cargo.lock"))?)?;
    let compiler = Compiler::find().context(
        "no compiler for wasm32-unknown-unknown: run `rustup target add wasm32-unknown-unknown`, \
         or `cargo xtask run`, which also knows the packages of your distribution",
    )?;
    let profile = if options.dev { "web-dev" } else { "web" };
    println!("web: cargo build for the browser ({profile}; {})", compiler.describe());
    let target = target_folder()?;
    let mut cargo = shell::cargo()?;
    cargo
        .args(["rustc", "--package", "web", "--bin", "web", "--profile", profile])
        .arg("--target-dir")
        .arg(&target);
    compiler.apply(&mut cargo);
    // What splits the module has to know what refers to what in it.
    cargo.args(["--", "-Clink-arg=--emit-relocs"]);
    shell::run(&mut cargo)?;
    Ok(target.join(TARGET).join(profile).join("web.wasm"))
}

/// Cargo's target folder for the browser. It is apart from the native one because the compilers may differ.
pub(crate) fn target_folder() -> Result<PathBuf> {
    Ok(tree::target()?.join("wasm"))
}

/// The command that runs the `bundle` program of this package, which cargo builds first if need be.
pub(crate) fn bundle_program() -> Result<Command> {
    let mut cargo = shell::cargo()?;
    cargo.args([
        "run",
        "--quiet",
        "--package",
        "xtask",
        "--features",
        "bundle",
        "--bin",
        "bundle",
        "--",
    ]);
    Ok(cargo)
}

/// `wasm-bindgen` and its command speak a private format that changes with every version.
fn check_versions(lock: &str) -> Result<()> {
    let library = locked(lock, "wasm-bindgen").context("Cargo.lock has no wasm-bindgen")?;
    let command = locked(lock, "wasm-bindgen-cli-support").context("Cargo.lock has no wasm-bindgen-cli-support")?;
    ensure!(
        library == command,
        "Cargo.lock has wasm-bindgen {library} but wasm-bindgen-cli-support {command}, and the two must be equal: \
         write `={library}` for both under [workspace.dependencies] in Cargo.toml"
    );
    Ok(())
}

/// The version of a package in a lock file.
fn locked<'a>(lock: &'a str, name: &str) -> Option<&'a str> {
    let entry = lock.split_once(&format!("name = \"{name}\"\nversion = \""))?.1;
    entry.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::{check_versions, locked};

    fn lock(library: &str, command: &str) -> String {
        format!(
            "[[package]]\nname = \"wasm-bindgen\"\nversion = \"{library}\"\n\n\
             [[package]]\nname = \"wasm-bindgen-cli-support\"\nversion = \"{command}\"\n"
        )
    }

    #[test]
    fn equal_versions_pass_and_others_say_what_to_write() {
        assert_eq!(
            locked(&lock("0.2.1", "0.2.2"), "wasm-bindgen-cli-support"),
            Some("0.2.2")
        );
        check_versions(&lock("0.2.130", "0.2.130")).unwrap();
        let message = check_versions(&lock("0.2.131", "0.2.130")).unwrap_err().to_string();
        assert!(message.contains("`=0.2.131`"), "{message}");
    }
}
