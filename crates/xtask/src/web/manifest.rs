//! What a bundle consists of: every file with its sizes, and what it was made of. Kept beside the folder, not in it.

use crate::tree;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The contents of a bundle.
#[derive(Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// The fingerprint of its sources.
    pub(super) stamp: u64,
    /// All files but the compressed ones and this one.
    pub(crate) files: Vec<File>,
}

/// One file of a bundle, and its sizes in bytes.
#[derive(Serialize, Deserialize)]
pub(crate) struct File {
    /// The path below the bundle's folder.
    pub(crate) path: String,
    /// True when the first screen waits for it.
    pub(crate) shell: bool,
    /// As it is.
    pub(crate) bytes: u64,
    /// Of the `.br` file beside it.
    pub(crate) brotli: Option<u64>,
    /// Of the `.gz` file beside it.
    pub(crate) gzip: Option<u64>,
}

impl Manifest {
    /// Weighs the files in `folder`, of which the first screen needs those in `shell`.
    pub(super) fn of(folder: &Path, shell: &[String], stamp: u64) -> Result<Manifest> {
        let mut files = Vec::new();
        for file in tree::walk(folder)? {
            let path = file.strip_prefix(folder)?.to_string_lossy().into_owned();
            if [".br", ".gz"].iter().any(|end| path.ends_with(end)) {
                continue;
            }
            let size = |extra: &str| {
                std::fs::metadata(folder.join(format!("{path}{extra}")))
                    .ok()
                    .map(|data| data.len())
            };
            files.push(File {
                shell: shell.contains(&path),
                bytes: size("").with_context(|| format!("weighing {path}"))?,
                brotli: size(".br"),
                gzip: size(".gz"),
                path,
            });
        }
        files.sort_by_key(|file| std::cmp::Reverse((file.shell, file.bytes)));
        Ok(Manifest { stamp, files })
    }

    /// Reads the manifest of the bundle in `folder`.
    pub(crate) fn read(folder: &Path) -> Result<Manifest> {
        let path = folder.with_extension("json");
        serde_json::from_str(&tree::read(&path)?).with_context(|| format!("{} is damaged", path.display()))
    }

    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        tree::write(&folder.with_extension("json"), serde_json::to_string_pretty(self)?)
    }

    /// What the first screen weighs on the wire.
    pub(crate) fn shell_bytes(&self) -> u64 {
        self.files
            .iter()
            .filter(|file| file.shell)
            .map(|file| file.brotli.unwrap_or(file.bytes))
            .sum()
    }

    pub(super) fn print(&self) {
        println!("{:>11} {:>11} {:>11}  file (* = shell)", "bytes", "gzip", "brotli");
        let number = |size: Option<u64>| size.map_or_else(|| "-".to_owned(), |size| size.to_string());
        for file in &self.files {
            let mark = if file.shell { "*" } else { " " };
            let (gzip, brotli) = (number(file.gzip), number(file.brotli));
            println!("{:>11} {gzip:>11} {brotli:>11} {mark}{}", file.bytes, file.path);
        }
        println!(
            "web: the shell is {} bytes of at most {}",
            self.shell_bytes(),
            super::SHELL_BUDGET
        );
    }
}
