//! Where this machine gets its Debian packages, so that others of the same archive can be had there.

use crate::tree;
use anyhow::{Context, Result};
use std::path::Path;

/// The Debian archive that this machine itself uses.
pub(crate) fn mirror() -> Result<String> {
    let mut text = std::fs::read_to_string("/etc/apt/sources.list").unwrap_or_default();
    for file in tree::files(Path::new("/etc/apt/sources.list.d"), &["sources", "list"])? {
        text.push_str(&tree::read(&file)?);
        text.push('\n');
    }
    archive(&text).context("no Debian mirror in this machine's apt sources")
}

/// The first Debian archive in apt's sources, in the old format or the new.
fn archive(sources: &str) -> Option<String> {
    let addresses = sources.lines().flat_map(|line| match line.strip_prefix("URIs:") {
        Some(rest) => rest.split_whitespace().collect::<Vec<_>>(),
        None if line.starts_with("deb ") => line.split_whitespace().filter(|word| word.contains("://")).collect(),
        None => Vec::new(),
    });
    let mut archives = addresses
        .map(|address| address.trim_end_matches('/'))
        .filter(|address| address.ends_with("/debian"));
    archives.next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::archive;

    #[test]
    fn the_mirror_is_found_in_both_formats_of_apt() {
        let new = "Types: deb\nURIs: http://mirror.example/debian/\nSuites: bookworm\n";
        assert_eq!(archive(new).as_deref(), Some("http://mirror.example/debian"));
        let old = "# deb http://old.example/debian x\ndeb [signed-by=/k] https://extra.example/node x main\n\
                   deb [arch=amd64] http://mirror.example/debian bookworm main\n";
        assert_eq!(archive(old).as_deref(), Some("http://mirror.example/debian"));
        assert_eq!(archive("URIs: http://security.example/debian-security\n"), None);
    }
}
