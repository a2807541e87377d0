//! The weight of the bundle.

use super::Figure;
use crate::web::{self, Manifest};
use anyhow::Result;

pub(super) fn run() -> Result<Vec<Figure>> {
    let folder = web::build(&web::Options::default())?;
    let manifest = Manifest::read(&folder)?;
    let total: u64 = manifest
        .files
        .iter()
        .map(|file| file.brotli.unwrap_or(file.bytes))
        .sum();
    let bytes = |name: String, value: u64| Figure::new(name, value as f64, "bytes");
    let mut figures = vec![
        bytes("shell, brotli".into(), manifest.shell_bytes()).below(web::SHELL_BUDGET as f64 + 1.0),
        bytes("everything, brotli".into(), total),
    ];
    for file in manifest.files.iter().filter(|file| file.shell) {
        let name = file.path.trim_start_matches("assets/");
        figures.push(bytes(name.to_owned(), file.brotli.unwrap_or(file.bytes)));
    }
    Ok(figures)
}
