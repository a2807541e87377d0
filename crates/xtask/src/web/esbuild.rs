//! JavaScript and styles, bundled and minified. Names are hashed later, all alike (see `names`).

use crate::{shell, tree};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Files that scripts and styles may name by a path of the tree.
const BY_URL: [&str; 9] = ["wasm", "woff2", "svg", "png", "jpg", "webp", "avif", "ttf", "ico"];

/// The script that starts the desktop.
const LOADER: &str = "loader.mjs";

/// For each script that was written, by file name, the files that it needs before it can run.
pub(super) type Needs = BTreeMap<String, Vec<String>>;

/// Writes `web.js`, `loader.mjs`, `style.css` and what they need to `folder`.
pub(super) fn bundle(root: &Path, glue: &Path, folder: &Path, options: &super::Options) -> Result<Needs> {
    let [desktop, apps] = styles(root)?;
    tree::write(&glue.join("style.css"), desktop)?;
    tree::write(&glue.join("apps.css"), apps)?;
    let meta = glue.join("meta.json");
    let mut command = super::npm::program(root, "esbuild")?;
    command
        .current_dir(glue)
        .arg("web.js")
        .arg(root.join("web/js/loader.mjs"))
        .args(["style.css", "apps.css"]);
    command.args([
        "--bundle",
        "--splitting",
        "--format=esm",
        "--target=es2022",
        "--log-level=warning",
    ]);
    command.args([
        "--public-path=/assets",
        "--external:/assets/*",
        "--legal-comments=external",
    ]);
    command.args([
        "--entry-names=[name]",
        "--chunk-names=[name]-[hash]",
        "--asset-names=[name]-[hash]",
    ]);
    // wasm-bindgen names the script of the chunks once for each chunk, and means the same each time.
    command.arg("--log-override:duplicate-object-key=silent");
    command.args(BY_URL.map(|extension| format!("--loader:.{extension}=file")));
    command.arg(if options.dev { "--sourcemap=inline" } else { "--minify" });
    command.arg(format!("--alias:@js={}", root.join("web/js").display()));
    command.arg(format!("--outdir={}", folder.display()));
    command.arg(format!("--metafile={}", meta.display()));
    // Scripts that wasm-bindgen copied out of `web/js` still find their packages.
    command.env("NODE_PATH", root.join("web/node_modules"));
    shell::run(&mut command)?;
    // esbuild calls every script .js; the loader keeps the name that the page knows.
    std::fs::rename(folder.join("loader.js"), folder.join(LOADER)).context("esbuild wrote no loader")?;
    let mut needs = needs(&tree::read(&meta)?)?;
    if let Some(loader) = needs.remove("loader.js") {
        needs.insert(LOADER.to_owned(), loader);
    }
    Ok(needs)
}

/// Two style sheets that import all others. The one of the desktop: the tokens, the rest of `web/style`, then the
/// components' own. The one of the apps comes beside their code, and the first screen does not wait for it.
fn styles(root: &Path) -> Result<[String; 2]> {
    let web = root.join("web");
    let mut sheets: Vec<PathBuf> = tree::files(&web.join("style"), &["css"])?;
    sheets.sort_by_key(|sheet| sheet.file_name().is_none_or(|name| name != "tokens.css"));
    sheets.extend(tree::files(&web.join("src"), &["css"])?);
    let (apps, desktop): (Vec<PathBuf>, Vec<PathBuf>) = sheets
        .into_iter()
        .partition(|sheet| sheet.starts_with(web.join("src/apps")));
    let import = |sheet: &PathBuf| format!("@import \"{}\";\n", sheet.display());
    Ok([desktop, apps].map(|sheets| sheets.iter().map(import).collect()))
}

#[derive(Deserialize)]
struct Meta {
    outputs: BTreeMap<String, Output>,
}

#[derive(Deserialize)]
struct Output {
    #[serde(default)]
    imports: Vec<Import>,
}

#[derive(Deserialize)]
struct Import {
    path: String,
    kind: String,
}

/// Reads esbuild's own description of what it wrote.
fn needs(meta: &str) -> Result<Needs> {
    let meta: Meta = serde_json::from_str(meta).context("reading esbuild's metafile")?;
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    let direct = |output: Output| {
        let statements = output
            .imports
            .into_iter()
            .filter(|import| import.kind == "import-statement");
        statements.map(|import| name(&import.path)).collect()
    };
    Ok(meta
        .outputs
        .into_iter()
        .map(|(path, output)| (name(&path), direct(output)))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::needs;

    const META: &str = r#"{"inputs":{},"outputs":{
      "../assets/loader.mjs":{"imports":[
          {"path":"/assets/web.js","kind":"import-statement","external":true}],"bytes":10},
      "../assets/web.js":{"imports":[
          {"path":"../assets/chunk-B.js","kind":"import-statement"},
          {"path":"../assets/editor-C.js","kind":"dynamic-import"}],"bytes":10},
      "../assets/style.css":{"imports":[{"path":"/assets/inter.woff2","kind":"url-token"}],"bytes":10}}}"#;

    #[test]
    fn only_static_imports_are_needed() {
        let needs = needs(META).unwrap();
        assert_eq!(needs["loader.mjs"], ["web.js"]);
        assert_eq!(needs["web.js"], ["chunk-B.js"]);
        assert!(needs["style.css"].is_empty());
    }
}
