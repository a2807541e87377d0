//! The heavy half of `cargo xtask`: wasm-bindgen and the compressors, apart from everything else because they take
//! minutes to compile. `cargo xtask web` and `cargo xtask test` run it; nobody needs to call it by hand.

mod compress;
mod split;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use wasm_bindgen_cli_support::Bindgen;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the JavaScript that a module built with wasm-bindgen needs
    Bindgen {
        #[arg(long)]
        input: PathBuf,
        #[arg(long)]
        out: PathBuf,
        #[arg(long)]
        name: String,
        /// For the runner of tests, in Node, instead of a page
        #[arg(long)]
        tests: bool,
        /// Keep names, check more
        #[arg(long)]
        debug: bool,
    },
    /// Cut a module into the part that starts and the chunks that it fetches when they are called first
    Split {
        /// The whole
        input: PathBuf,
        /// The folder for the chunks, and for the script that fetches them
        out: PathBuf,
        /// The file for the part that starts, for wasm-bindgen
        main: PathBuf,
    },
    /// Write a `.br` and a `.gz` file beside each file that gets smaller by it
    Compress { folder: PathBuf },
}

fn main() -> Result<()> {
    match Arguments::parse().command {
        Command::Compress { folder } => compress::folder(&folder),
        Command::Split { input, out, main } => split::module(&input, &out, &main),
        Command::Bindgen {
            input,
            out,
            name,
            tests,
            debug,
        } => {
            let mut bindgen = Bindgen::new();
            bindgen
                .input_path(&input)
                .out_name(&name)
                .typescript(false)
                // Chunks share the table of functions.
                .keep_lld_exports(true)
                .debug(debug)
                .keep_debug(debug);
            bindgen.remove_name_section(!debug).remove_producers_section(!debug);
            if tests {
                // The tests are plain exports, which nothing but the runner calls.
                bindgen.nodejs(true)?.export_wasm(true).emit_start(false);
            } else {
                bindgen.web(true)?.omit_default_module_path(true);
            }
            bindgen
                .generate(&out)
                .with_context(|| format!("wasm-bindgen on {}", input.display()))
        }
    }
}
