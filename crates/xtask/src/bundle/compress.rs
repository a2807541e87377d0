//! Compressed copies of a folder's files, as small as they get: they are made once and sent often.

use anyhow::{Context, Result};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Formats that are not compressed already.
const EXTENSIONS: [&str; 10] = [
    "html",
    "js",
    "mjs",
    "css",
    "wasm",
    "svg",
    "json",
    "txt",
    "ttf",
    "webmanifest",
];

/// Compresses the files below `folder`, on all processors.
pub(crate) fn folder(folder: &Path) -> Result<()> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    // The largest last, because the workers take from the end.
    files.sort_by_key(|file| std::fs::metadata(file).map_or(0, |data| data.len()));
    let files = Mutex::new(files);
    let next = || files.lock().ok().and_then(|mut files| files.pop());
    let work = || -> Result<()> {
        while let Some(path) = next() {
            file(&path).with_context(|| format!("compressing {}", path.display()))?;
        }
        Ok(())
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| {
            thread
                .join()
                .unwrap_or_else(|_| Err(anyhow::anyhow!("a compressing thread ended early")))
        })
    })
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path
            .extension()
            .and_then(|e| e.to_str())
            .is_some_and(|e| EXTENSIONS.contains(&e))
        {
            files.push(path);
        }
    }
    Ok(())
}

fn file(path: &Path) -> Result<()> {
    let plain = std::fs::read(path)?;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&plain)?;
    keep_if_smaller(path, "gz", plain.len(), &gzip.finish()?)?;
    let mut brotli = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        ..Default::default()
    };
    brotli::BrotliCompress(&mut plain.as_slice(), &mut brotli, &parameters)?;
    keep_if_smaller(path, "br", plain.len(), &brotli)
}

fn keep_if_smaller(path: &Path, extension: &str, plain: usize, packed: &[u8]) -> Result<()> {
    if packed.len() < plain {
        let mut name = path.as_os_str().to_owned();
        name.push(".");
        name.push(extension);
        std::fs::write(name, packed)?;
    }
    Ok(())
}
