//! `cargo xtask web`: the browser bundle.
//!
//! cargo (wasm32) → split into chunks → wasm-bindgen → wasm-opt → esbuild (JavaScript, styles) → hashed names →
//! brotli and gzip.
//! The result is the folder `target/web`; everything in its `assets/` may be cached for ever.

mod cargo;
mod compiler;
mod esbuild;
mod manifest;
mod names;
pub(crate) mod npm;
mod shell_files;
mod stamp;

pub(crate) use cargo::{bundle_program, target_folder};
pub(crate) use compiler::Compiler;
pub(crate) use manifest::Manifest;

use crate::{shell, tree};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What the first screen may weigh: HTML, JavaScript, WebAssembly and styles, in bytes after brotli.
pub(crate) const SHELL_BUDGET: u64 = 300_000;

/// Arguments of `cargo xtask web`.
#[derive(clap::Args, Default)]
#[group(skip)]
pub(crate) struct Options {
    /// Build faster, without optimisation, compression and budget
    #[arg(long)]
    pub(crate) dev: bool,
}

/// The folder that holds a finished bundle.
pub(crate) fn folder() -> Result<PathBuf> {
    Ok(tree::target()?.join("web"))
}

/// Builds the bundle when anything that goes into it changed, and returns its folder.
pub(crate) fn build(options: &Options) -> Result<PathBuf> {
    let started = Instant::now();
    let root = tree::root()?;
    let finished = folder()?;
    let wasm = cargo::build(options)?;
    let stamp = stamp::of(&root, &wasm, options)?;
    if finished.is_dir() && Manifest::read(&finished).is_ok_and(|manifest| manifest.stamp == stamp) {
        println!("web: {} is up to date", finished.display());
        return Ok(finished);
    }

    let work = tree::target()?.join("web-work");
    remove(&work)?;
    let (glue, fresh) = (work.join("glue"), work.join("web"));
    println!("web: split");
    let main = work.join("main.wasm");
    let mut split = cargo::bundle_program()?;
    split.arg("split").args([&wasm, &glue, &main]);
    shell::run(&mut split)?;
    println!("web: wasm-bindgen");
    let mut bindgen = cargo::bundle_program()?;
    bindgen
        .args(["bindgen", "--name", "web", "--input"])
        .arg(&main)
        .arg("--out")
        .arg(&glue);
    if options.dev {
        bindgen.arg("--debug");
    }
    shell::run(&mut bindgen)?;
    npm::install(&root)?;
    let modules = tree::files(&glue, &["wasm"])?;
    if !options.dev {
        println!("web: wasm-opt");
        let is_large = |module: &&PathBuf| std::fs::metadata(module).is_ok_and(|data| data.len() >= WORTH_OPTIMISING);
        for module in modules.iter().filter(is_large) {
            optimise(&root, module)?;
        }
    }
    println!("web: esbuild");
    let assets = fresh.join("assets");
    let needs = esbuild::bundle(&root, &glue, &assets, options)?;
    for module in &modules {
        std::fs::copy(module, assets.join(module.file_name().unwrap_or_default()))?;
    }
    let page = tree::read(&root.join("web/index.html"))?;
    let names = names::settle(&fresh, &page, &root.join("assets"))?;
    if !options.dev {
        println!("web: brotli and gzip");
        shell::run(cargo::bundle_program()?.arg("compress").arg(&fresh))?;
    }
    let waited_for = shell_files::of(&page, &needs);
    let waited_for = waited_for.iter().filter_map(|name| names.get(name));
    let mut waited_for: Vec<_> = waited_for.map(|name| format!("assets/{name}")).collect();
    waited_for.push("index.html".to_owned());
    let manifest = Manifest::of(&fresh, &waited_for, stamp)?;
    manifest.print();
    let weight = manifest.shell_bytes();
    if !options.dev && weight > SHELL_BUDGET {
        bail!(
            "the shell weighs {weight} bytes after brotli, and its budget is {SHELL_BUDGET}: load what the first \
             screen does not need by a dynamic import, or drop a dependency (the bundle stays in {})",
            fresh.display()
        );
    }
    remove(&finished)?;
    std::fs::rename(&fresh, &finished).with_context(|| format!("moving the bundle to {}", finished.display()))?;
    manifest.write(&finished)?;
    println!(
        "web: {} in {:.1} s",
        finished.display(),
        started.elapsed().as_secs_f64()
    );
    Ok(finished)
}

/// A chunk smaller than this, in bytes, would gain less than it takes to start the program.
const WORTH_OPTIMISING: u64 = 16 * 1024;

/// Lets binaryen make the module smaller; kept only if it did. Its higher levels make it smaller yet, and larger after
/// brotli, which is what is sent.
fn optimise(root: &Path, wasm: &Path) -> Result<()> {
    let smaller = wasm.with_extension("opt.wasm");
    let mut command = npm::program(root, "wasm-opt")?;
    command.arg("-O1").arg(wasm).arg("-o").arg(&smaller);
    shell::quiet(&mut command)?;
    let size = |path: &Path| std::fs::metadata(path).map(|data| data.len());
    if size(&smaller)? < size(wasm)? {
        std::fs::rename(&smaller, wasm)?;
    } else {
        std::fs::remove_file(&smaller)?;
    }
    Ok(())
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).with_context(|| format!("removing {}", folder.display()))?;
    }
    Ok(())
}
