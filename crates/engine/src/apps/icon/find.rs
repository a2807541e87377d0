//! The picture that an app shows of itself: at the path that its label names, else in its web manifest, else among the
//! icons of its page, else at `/favicon.ico`.

use std::cmp::Reverse;

use proxy::fetch::{Fetched, Fetcher, Source, resolve};

use super::{page, picture};

/// How much of a page, a manifest, and a picture is read.
const PAGE: usize = 256 * 1024;
const MANIFEST: usize = 64 * 1024;
const PICTURE: usize = 1024 * 1024;
/// How many pictures are tried.
const TRIES: usize = 6;

/// Whose picture is looked for.
#[derive(Clone, Debug)]
pub(in crate::apps) struct Asked {
    /// Where the app is.
    pub(in crate::apps) source: Source,
    /// The path that opens first.
    pub(in crate::apps) path: String,
    /// The path at which its icon is said to be.
    pub(in crate::apps) icon: Option<String>,
}

/// The picture as a PNG of ours; nothing where the app shows none that can be read. An error where it does not answer.
pub(in crate::apps) async fn at_app(fetcher: &Fetcher, asked: &Asked) -> Result<Option<Vec<u8>>, proxy::Error> {
    let source = &asked.source;
    let page = fetcher.get(source, &asked.path, PAGE).await?;
    let mut paths: Vec<String> = asked.icon.iter().cloned().collect();
    if let Some(page) = page.filter(|page| page.kind == "text/html") {
        paths.extend(on_page(fetcher, source, &page).await);
    }
    paths.push("/favicon.ico".to_owned());
    for path in paths.iter().take(TRIES) {
        let fetched = fetcher.get(source, path, PICTURE).await;
        let Ok(Some(Fetched { bytes, .. })) = fetched else {
            continue;
        };
        // A picture that a decoder ends badly on is no picture.
        let drawn = tokio::task::spawn_blocking(move || picture::redraw(&bytes)).await;
        if let Ok(Some(png)) = drawn {
            return Ok(Some(png));
        }
    }
    Ok(None)
}

/// The paths that a page and its manifest name, the best first.
async fn on_page(fetcher: &Fetcher, source: &Source, page: &Fetched) -> Vec<String> {
    let said = page::read(&String::from_utf8_lossy(&page.bytes));
    let base = said.base.and_then(|base| resolve(&source.upstream, &page.path, &base));
    let base = base.unwrap_or_else(|| page.path.clone());
    let mut named = Vec::new();
    let manifest = said.manifest.and_then(|path| resolve(&source.upstream, &base, &path));
    if let Some(path) = manifest
        && let Ok(Some(manifest)) = fetcher.get(source, &path, MANIFEST).await
    {
        let at = |icon: page::Named| Some((icon.side, resolve(&source.upstream, &manifest.path, &icon.address)?));
        named.extend(page::manifest(&manifest.bytes).into_iter().filter_map(at));
    }
    let at = |icon: page::Named| Some((icon.side, resolve(&source.upstream, &base, &icon.address)?));
    named.extend(said.icons.into_iter().filter_map(at));
    named.sort_by_key(|(side, _)| Reverse(*side));
    named.into_iter().map(|(_, path)| path).collect()
}
