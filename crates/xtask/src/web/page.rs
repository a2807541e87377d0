//! `index.html`: the template with links to the hashed files. It holds no script of its own, so the strict CSP fits.

use super::esbuild::Outputs;
use crate::tree;
use anyhow::{Result, ensure};
use std::path::Path;

/// Where the template wants the links.
const MARK: &str = "<!-- bundle -->";

/// Writes the page, and copies what lies in `web/public` beside it.
pub(super) fn write(root: &Path, outputs: &Outputs, folder: &Path) -> Result<()> {
    let template = tree::read(&root.join("web/index.html"))?;
    tree::write(&folder.join("index.html"), fill(&template, outputs)?)?;
    let public = root.join("web/public");
    for file in tree::files(&public, &["svg", "png", "ico", "txt", "webmanifest"])? {
        tree::write(&folder.join(file.strip_prefix(&public)?), std::fs::read(&file)?)?;
    }
    Ok(())
}

fn fill(template: &str, outputs: &Outputs) -> Result<String> {
    ensure!(
        template.matches(MARK).count() == 1,
        "web/index.html must hold the line `{MARK}` once, in its head"
    );
    ensure!(
        !template.contains("<script"),
        "web/index.html must hold no script: the bundle's loader starts everything"
    );
    let mut links = Vec::new();
    if let Some(style) = &outputs.style {
        links.push(format!(r#"<link rel="stylesheet" href="/{style}">"#));
    }
    links.push(format!(
        r#"<link rel="preload" href="/{}" as="fetch" type="application/wasm" crossorigin>"#,
        outputs.wasm
    ));
    for font in &outputs.fonts {
        links.push(format!(
            r#"<link rel="preload" href="/{font}" as="font" type="font/woff2" crossorigin>"#
        ));
    }
    for chunk in &outputs.chunks {
        links.push(format!(r#"<link rel="modulepreload" href="/{chunk}">"#));
    }
    links.push(format!(r#"<script type="module" src="/{}"></script>"#, outputs.script));
    Ok(template.replace(MARK, &links.join("\n    ")))
}

#[cfg(test)]
mod tests {
    use super::{Outputs, fill};

    #[test]
    fn the_page_links_the_hashed_files() {
        let outputs = Outputs {
            script: "assets/loader-A.js".into(),
            wasm: "assets/desktop_bg-D.wasm".into(),
            style: Some("assets/style-E.css".into()),
            ..Outputs::default()
        };
        let page = fill("<head>\n    <!-- bundle -->\n</head>", &outputs).unwrap();
        assert!(
            page.contains(r#"<script type="module" src="/assets/loader-A.js"></script>"#),
            "{page}"
        );
        assert!(page.contains(r#"href="/assets/style-E.css""#), "{page}");
        assert!(!page.contains("bundle -->"), "{page}");
    }

    #[test]
    fn a_template_without_the_mark_or_with_a_script_is_refused() {
        assert!(fill("<head></head>", &Outputs::default()).is_err());
        assert!(fill("<!-- bundle --><script>1</script>", &Outputs::default()).is_err());
    }
}
