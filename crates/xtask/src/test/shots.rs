//! `cargo xtask shots`: pictures of the main views, in both themes, at the size of a desktop and of a phone.
//!
//! `web/e2e/shots.mjs` goes through them on a deck of its own, as the stories do, whose machinery it is told by.

use super::{browser, stream};
use crate::setup::{self, Purpose};
use crate::{tree, web};
use anyhow::{Context, Result, bail};
use std::path::PathBuf;

/// Arguments of `cargo xtask shots`.
#[derive(clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    setup: setup::Options,
    #[command(flatten)]
    web: web::Options,
    /// Where the pictures go; `target/shots` unless said
    #[arg(long)]
    folder: Option<PathBuf>,
}

/// Writes the pictures, and says where they are.
pub(crate) fn run(options: &Options) -> Result<()> {
    let account = setup::prepare(&options.setup, Purpose::Test)?;
    let folder = match &options.folder {
        Some(folder) => std::path::absolute(folder)?,
        None => tree::target()?.join("shots"),
    };
    std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let mut node = browser::node(&account, &options.web)?;
    node.env("STARDECK_SHOTS", &folder);
    let counts = stream::counted(node.arg(tree::root()?.join("web/e2e/shots.mjs")))?;
    if counts.failed > 0 {
        bail!(
            "{} of the views could not be shown; what there is stands in {}",
            counts.failed,
            folder.display()
        );
    }
    println!("shots: {}", folder.display());
    Ok(())
}
