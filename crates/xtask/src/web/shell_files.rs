//! Which files the first screen waits for: what the page names, what those import at once, and the module.

use super::esbuild::Needs;
use super::names::references;

/// The files that count against the budget, by the name they were built under.
pub(super) fn of(page: &str, needs: &Needs) -> Vec<String> {
    let mut files: Vec<String> = vec!["web_bg.wasm".to_owned()];
    let mut next: Vec<String> = references(page).map(str::to_owned).collect();
    while let Some(name) = next.pop() {
        let counts = [".js", ".mjs", ".css"].iter().any(|end| name.ends_with(end));
        if counts && !files.contains(&name) {
            next.extend(needs.get(&name).into_iter().flatten().cloned());
            files.push(name);
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn imports_are_followed_and_fonts_do_not_count() {
        let page =
            r#"<script src="/assets/loader.mjs"><link href="/assets/style.css"><link href="/assets/inter.woff2">"#;
        let needs = [
            ("loader.mjs", vec!["web.js"]),
            ("web.js", vec!["chunk-B.js"]),
            ("editor.js", vec![]),
        ];
        let needs = needs.map(|(name, needs)| (name.to_owned(), needs.into_iter().map(str::to_owned).collect()));
        let mut files = of(page, &needs.into());
        files.sort();
        assert_eq!(
            files,
            ["chunk-B.js", "loader.mjs", "style.css", "web.js", "web_bg.wasm"]
        );
    }
}
