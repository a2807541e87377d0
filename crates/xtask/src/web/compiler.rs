//! Which compiler can build for the browser on this machine.
//!
//! rustup's target is the ordinary case. Where rustup may not install anything, a distribution's compiler does it: with
//! its own standard library for wasm32 if it ships one, else with one built from its sources.

use crate::shell;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Views that are put together know each other by what they do and not by their types, as Leptos offers it: a type for
/// each way to nest them is code for each, and compiles for minutes.
const ERASE: &str = r#"target.wasm32-unknown-unknown.rustflags=["--cfg", "erase_components"]"#;

/// A way to compile for the browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Compiler {
    /// The toolchain of the checkout has the target.
    Toolchain,
    /// The distribution's compiler ships a standard library for the target.
    Distribution { rustc: PathBuf },
    /// The distribution's compiler ships the sources of its standard library.
    Sources { rustc: PathBuf, linker: PathBuf },
}

impl Compiler {
    /// Looks for a compiler, the ordinary one first.
    pub(crate) fn find() -> Option<Compiler> {
        if has_target("rustc".as_ref()) {
            return Some(Compiler::Toolchain);
        }
        let rustc = PathBuf::from("/usr/bin/rustc");
        if !rustc.is_file() || !recent(&rustc) {
            return None;
        }
        if has_target(&rustc) {
            return Some(Compiler::Distribution { rustc });
        }
        let sysroot = PathBuf::from(shell::read(Command::new(&rustc).args(["--print", "sysroot"])).ok()?);
        let sources = sysroot.join("lib/rustlib/src/rust/library/std/Cargo.toml");
        Some(Compiler::Sources {
            linker: sources.is_file().then(linker)??,
            rustc,
        })
    }

    /// Tells a cargo command to build for the browser this way.
    pub(crate) fn apply(&self, cargo: &mut Command) {
        cargo.args(["--target", TARGET, "--config", ERASE]);
        match self {
            Compiler::Toolchain => {}
            Compiler::Distribution { rustc } => {
                cargo.env("RUSTC", rustc);
            }
            Compiler::Sources { rustc, linker } => {
                // Building the standard library is an unstable option of cargo; its sources fit this very compiler.
                cargo
                    .arg("-Zbuild-std=std,panic_abort")
                    .env("RUSTC", rustc)
                    .env("RUSTC_BOOTSTRAP", "1");
                cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
            }
        }
    }

    /// One line for the person who waits.
    pub(crate) fn describe(&self) -> String {
        match self {
            Compiler::Toolchain => "the checkout's toolchain".to_owned(),
            Compiler::Distribution { rustc } => rustc.display().to_string(),
            Compiler::Sources { rustc, .. } => format!("{}, standard library built from its sources", rustc.display()),
        }
    }
}

fn has_target(rustc: &Path) -> bool {
    let mut command = Command::new(rustc);
    command.args(["--print", "target-libdir", "--target", TARGET]);
    shell::read(&mut command).is_ok_and(|folder| {
        std::fs::read_dir(folder).is_ok_and(|files| {
            files
                .flatten()
                .any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
        })
    })
}

/// A distribution's compiler is of use only if it is not older than the version that the workspace asks for.
fn recent(rustc: &Path) -> bool {
    let least = env!("CARGO_PKG_RUST_VERSION");
    shell::read(Command::new(rustc).arg("--version")).is_ok_and(|said| {
        said.split_whitespace()
            .nth(1)
            .is_some_and(|version| numbers(version) >= numbers(least))
    })
}

fn numbers(version: &str) -> Vec<u32> {
    version
        .split(['.', '-', '+'])
        .map_while(|part| part.parse().ok())
        .take(2)
        .collect()
}

/// The linker of the checkout's toolchain, else the newest that the distribution has.
fn linker() -> Option<PathBuf> {
    let bundled = shell::read(Command::new("rustc").args(["--print", "target-libdir"]))
        .ok()
        .and_then(|libraries| {
            let file = Path::new(&libraries).parent()?.join("bin/rust-lld");
            file.is_file().then_some(file)
        });
    bundled.or_else(|| {
        let mut folders: Vec<_> = std::fs::read_dir("/usr/lib")
            .ok()?
            .flatten()
            .map(|entry| entry.path())
            .collect();
        folders.sort_by_key(|folder| llvm(folder));
        folders
            .into_iter()
            .rev()
            .map(|folder| folder.join("bin/wasm-ld"))
            .find(|file| file.is_file())
    })
}

/// The version in a folder name such as `llvm-19`, or nothing.
fn llvm(folder: &Path) -> Option<u32> {
    folder.file_name()?.to_str()?.strip_prefix("llvm-")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{llvm, numbers};

    #[test]
    fn versions_compare_as_numbers() {
        assert!(numbers("1.100.0") > numbers("1.95"));
        assert!(numbers("1.95.0-beta.2") >= numbers("1.95"));
        assert!(numbers("1.85.0+dfsg3") < numbers("1.95"));
        assert!(llvm("/usr/lib/llvm-9".as_ref()) < llvm("/usr/lib/llvm-19".as_ref()));
        assert_eq!(llvm("/usr/lib/gcc".as_ref()), None);
    }
}
