//! With the feature `embed`: lists the files of the desktop's bundle, so that the binary carries them.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-env-changed=STARDECK_WEB_DIR");
    if env::var_os("CARGO_FEATURE_EMBED").is_none() {
        return Ok(());
    }
    let wanted =
        || io::Error::other("the feature `embed` needs STARDECK_WEB_DIR: the folder that `cargo xtask web` made");
    let folder = env::var_os("STARDECK_WEB_DIR").map(PathBuf::from).ok_or_else(wanted)?;
    let out = env::var_os("OUT_DIR").map(PathBuf::from).ok_or_else(wanted)?;
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = Vec::new();
    collect(&folder, &mut files)?;
    files.sort();
    let entry = |path: &PathBuf| {
        let name = path
            .strip_prefix(&folder)
            .unwrap_or(path)
            .to_string_lossy()
            .into_owned();
        format!("    ({name:?}, include_bytes!({:?})),\n", path.to_string_lossy())
    };
    let entries: String = files.iter().map(entry).collect();
    fs::write(
        out.join("bundle.rs"),
        format!("pub(super) const FILES: &[(&str, &[u8])] = &[\n{entries}];\n"),
    )
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
