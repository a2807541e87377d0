//! Where things are: the checkout, its target folders, and files found below a folder.

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// The root of the checkout: the nearest folder upwards that holds `Cargo.lock`.
pub(crate) fn root() -> Result<PathBuf> {
    let start = match std::env::var_os("CARGO_MANIFEST_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => std::env::current_dir()?,
    };
    start
        .ancestors()
        .find(|folder| folder.join("Cargo.lock").is_file())
        .map(Path::to_path_buf)
        .with_context(|| {
            format!(
                "no Cargo.lock in {} or above it: run this inside the checkout",
                start.display()
            )
        })
}

/// Cargo's target folder of this checkout.
pub(crate) fn target() -> Result<PathBuf> {
    let root = root()?;
    Ok(match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root.join(folder),
        None => root.join("target"),
    })
}

/// All files below `folder` whose extension is one of `extensions`, sorted, without hidden folders and those that tools
/// fill. A folder that does not exist has none.
pub(crate) fn files(folder: &Path, extensions: &[&str]) -> Result<Vec<PathBuf>> {
    let mut found = if folder.is_dir() { walk(folder)? } else { Vec::new() };
    found.retain(|path| {
        path.extension()
            .and_then(|e| e.to_str())
            .is_some_and(|e| extensions.contains(&e))
    });
    Ok(found)
}

/// All files below `folder`, sorted, without hidden folders and those that tools fill.
pub(crate) fn walk(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if !path.is_dir() {
                found.push(path);
            } else if !name.starts_with('.') && !["target", "node_modules"].contains(&name) {
                folders.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Reads a text file; the error names it.
pub(crate) fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
}

/// Writes a file and the folders above it; the error names it.
pub(crate) fn write(path: &Path, contents: impl AsRef<[u8]>) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    std::fs::write(path, contents).with_context(|| format!("writing {}", path.display()))
}
