//! Whether a bundle is still that of its sources: a fingerprint of everything that goes into it.

use crate::tree;
use anyhow::{Context, Result};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

/// The fingerprint of what the next bundle would be made of.
pub(super) fn of(root: &Path, wasm: &Path, options: &super::Options) -> Result<u64> {
    let mut hasher = DefaultHasher::new();
    options.dev.hash(&mut hasher);
    let web = root.join("web");
    let mut inputs = vec![
        wasm.to_path_buf(),
        web.join("index.html"),
        web.join("package-lock.json"),
    ];
    inputs.push(root.join("Cargo.lock"));
    inputs.extend(tree::files(&web.join("js"), &["js", "mjs", "ts", "css", "json"])?);
    inputs.extend(tree::files(&web.join("style"), &["css"])?);
    inputs.extend(tree::files(&web.join("src"), &["css"])?);
    for folder in [web.join("public"), root.join("assets")] {
        inputs.extend(tree::files(
            &folder,
            &[
                "svg",
                "png",
                "jpg",
                "webp",
                "avif",
                "ico",
                "woff2",
                "txt",
                "webmanifest",
            ],
        )?);
    }
    inputs.extend(tree::files(&root.join("crates/xtask/src/web"), &["rs"])?);
    inputs.extend(tree::files(&root.join("crates/xtask/src/bundle"), &["rs"])?);
    for input in inputs {
        std::fs::read(&input)
            .with_context(|| format!("reading {}", input.display()))?
            .hash(&mut hasher);
        input.hash(&mut hasher);
    }
    Ok(hasher.finish())
}
