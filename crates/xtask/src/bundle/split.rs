//! Chunks: the functions that are marked in the sources, and what only they need, leave the module that starts.

use anyhow::{Context, Result, anyhow};
use std::path::Path;
use wasm_split_cli_support::{Options, transform};

/// The script that fetches chunks. What wasm-bindgen writes imports it by this name.
const LINK: &str = "./chunks.js";

/// Cuts the module `input`: chunks and their script go to the folder `out`, the rest becomes `main`.
pub(super) fn module(input: &Path, out: &Path, main: &Path) -> Result<()> {
    let whole = std::fs::read(input).with_context(|| format!("reading {}", input.display()))?;
    let mut options = Options::new(&whole);
    options.output_dir = out;
    options.main_out_path = main;
    options.link_name = LINK;
    options.main_module = "./web.js";
    transform(options).map_err(|error| anyhow!("splitting {}: {error:#}", input.display()))?;
    name_by_asset(&out.join(LINK))
}

/// Chunks are fetched by the paths that all assets have, which are given their final names later.
fn name_by_asset(script: &Path) -> Result<()> {
    let text = std::fs::read_to_string(script).with_context(|| format!("reading {}", script.display()))?;
    let named = text.replace("new URL(\"./", "new URL(\"/assets/");
    std::fs::write(script, named).with_context(|| format!("writing {}", script.display()))
}
