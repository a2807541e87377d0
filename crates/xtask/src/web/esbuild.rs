//! JavaScript and styles: one graph each, bundled, minified and named after their contents.

use crate::{shell, tree};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Files that pages refer to by URL.
const BY_URL: [&str; 9] = ["wasm", "woff2", "svg", "png", "jpg", "webp", "avif", "ttf", "ico"];

/// The module that starts the desktop. The wasm file is compiled while it arrives.
const LOADER: &str = r#"import start from "./desktop.js";
import wasm from "./desktop_bg.wasm";
start({ module_or_path: fetch(wasm) });
"#;

/// What esbuild wrote, by path below the bundle's folder.
#[derive(Debug, Default)]
pub(crate) struct Outputs {
    /// The script that the page starts.
    pub(crate) script: String,
    /// The style sheet of the page, if there are styles.
    pub(crate) style: Option<String>,
    /// The WebAssembly module.
    pub(crate) wasm: String,
    /// Scripts that `script` needs before it can run.
    pub(crate) chunks: Vec<String>,
    /// Fonts that the style sheet names.
    pub(crate) fonts: Vec<String>,
}

/// Bundles into `folder/assets`.
pub(super) fn bundle(root: &Path, glue: &Path, folder: &Path, options: &super::Options) -> Result<Outputs> {
    tree::write(&glue.join("loader.js"), LOADER)?;
    tree::write(&glue.join("style.css"), style_entry(root)?)?;
    let meta = glue.join("meta.json");
    let mut command = super::npm::program(root, "esbuild")?;
    command
        .current_dir(glue)
        .args(["loader.js", "style.css", "--bundle", "--splitting", "--format=esm"]);
    command.args([
        "--target=es2022",
        "--public-path=/assets",
        "--legal-comments=external",
        "--log-level=warning",
    ]);
    command.args([
        "--entry-names=[name]-[hash]",
        "--chunk-names=[name]-[hash]",
        "--asset-names=[name]-[hash]",
    ]);
    command.args(BY_URL.map(|extension| format!("--loader:.{extension}=file")));
    command.arg(if options.dev { "--sourcemap" } else { "--minify" });
    command.arg(format!("--alias:@js={}", root.join("web/js").display()));
    command.arg(format!("--outdir={}", folder.join("assets").display()));
    command.arg(format!("--metafile={}", meta.display()));
    // Scripts that wasm-bindgen copied out of `web/js` still find their packages.
    command.env("NODE_PATH", root.join("web/node_modules"));
    shell::run(&mut command)?;
    Outputs::parse(&tree::read(&meta)?)
}

/// A style sheet that imports all others: `web/style` first, then the components' own, each in the order of names.
fn style_entry(root: &Path) -> Result<String> {
    let web = root.join("web");
    let mut sheets: Vec<PathBuf> = tree::files(&web.join("style"), &["css"])?;
    sheets.extend(tree::files(&web.join("src"), &["css"])?);
    Ok(sheets
        .iter()
        .map(|sheet| format!("@import \"{}\";\n", sheet.display()))
        .collect())
}

#[derive(Deserialize)]
struct Meta {
    outputs: BTreeMap<String, Output>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    #[serde(default)]
    imports: Vec<Import>,
    entry_point: Option<String>,
    bytes: u64,
}

#[derive(Deserialize)]
struct Import {
    path: String,
    kind: String,
    #[serde(default)]
    external: bool,
}

impl Outputs {
    /// Reads esbuild's own description of what it wrote.
    fn parse(text: &str) -> Result<Outputs> {
        let meta: Meta = serde_json::from_str(text).context("reading esbuild's metafile")?;
        let entry = |name: &str| {
            meta.outputs
                .iter()
                .find(|(_, output)| output.entry_point.as_deref().is_some_and(|entry| entry == name))
        };
        let (script, _) = entry("loader.js").context("esbuild wrote no loader")?;
        let wasm = meta
            .outputs
            .keys()
            .find(|path| path.ends_with(".wasm"))
            .context("esbuild wrote no wasm file")?;
        let mut chunks = Vec::new();
        let mut next = vec![script];
        while let Some(path) = next.pop() {
            let imports = meta
                .outputs
                .get(path)
                .map(|output| output.imports.as_slice())
                .unwrap_or_default();
            for import in imports
                .iter()
                .filter(|import| import.kind == "import-statement" && !import.external)
            {
                if !chunks.contains(&asset(&import.path)) {
                    chunks.push(asset(&import.path));
                    next.push(&import.path);
                }
            }
        }
        let style = entry("style.css").filter(|(_, output)| output.bytes > 1);
        let fonts = style
            .map(|(_, output)| output.imports.as_slice())
            .unwrap_or_default()
            .iter();
        let fonts = fonts
            .filter(|import| import.path.ends_with(".woff2"))
            .map(|import| asset(&import.path));
        Ok(Outputs {
            script: asset(script),
            style: style.map(|(path, _)| asset(path)),
            wasm: asset(wasm),
            chunks,
            fonts: fonts.collect(),
        })
    }

    /// The paths that the first screen waits for, without fonts.
    pub(crate) fn shell(&self) -> impl Iterator<Item = &str> {
        let fixed = [self.script.as_str(), self.wasm.as_str(), "index.html"];
        fixed
            .into_iter()
            .chain(self.style.as_deref())
            .chain(self.chunks.iter().map(String::as_str))
    }
}

/// The path of an output below the bundle's folder; they all lie in `assets`.
fn asset(path: &str) -> String {
    format!("assets/{}", path.rsplit('/').next().unwrap_or(path))
}

#[cfg(test)]
mod tests {
    use super::Outputs;

    const META: &str = r#"{"inputs":{},"outputs":{
      "../web/assets/loader-A.js":{"imports":[
          {"path":"../web/assets/chunk-B.js","kind":"import-statement"},
          {"path":"../web/assets/editor-C.js","kind":"dynamic-import"},
          {"path":"node:fs","kind":"import-statement","external":true}],"entryPoint":"loader.js","bytes":10},
      "../web/assets/chunk-B.js":{"imports":[],"bytes":10},
      "../web/assets/editor-C.js":{"imports":[],"entryPoint":"editor.js","bytes":10},
      "../web/assets/desktop_bg-D.wasm":{"imports":[],"bytes":10},
      "../web/assets/style-E.css":{"imports":[
          {"path":"../web/assets/inter-F.woff2","kind":"url-token"}],"entryPoint":"style.css","bytes":10}}}"#;

    #[test]
    fn the_shell_is_what_the_loader_imports_statically() {
        let outputs = Outputs::parse(META).unwrap();
        assert_eq!(outputs.script, "assets/loader-A.js");
        assert_eq!(outputs.chunks, ["assets/chunk-B.js"]);
        assert_eq!(outputs.fonts, ["assets/inter-F.woff2"]);
        assert_eq!(outputs.shell().count(), 5);
        assert!(outputs.shell().all(|path| !path.contains("editor")));
    }
}
