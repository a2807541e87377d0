//! What tests must not leave behind: machines of the testkit in the folder for temporary files.

use super::Counts;
use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// How the testkit calls the folder of a machine.
const PREFIX: &str = "sd-";

/// The folders that are here now.
pub(super) fn here() -> Result<BTreeSet<PathBuf>> {
    let folder = std::env::temp_dir();
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(PREFIX) {
            found.insert(entry.path());
        }
    }
    Ok(found)
}

/// An error that names what was not here before.
pub(super) fn since(before: &BTreeSet<PathBuf>) -> Result<Counts> {
    let now = here()?;
    let left: Vec<_> = now.difference(before).map(|path| path.display().to_string()).collect();
    if !left.is_empty() {
        bail!("tests left behind: {}", left.join(", "));
    }
    println!("leftovers: none");
    Ok(Counts::default())
}
