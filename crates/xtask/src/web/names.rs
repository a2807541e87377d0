//! Names that change with the contents: `/assets/web.js` becomes `/assets/web-0123456789abcdef.js`, everywhere.
//!
//! Files refer to each other as `/assets/NAME`. Renaming goes from the leaves up, because a new name inside a file
//! changes that file too. `index.html` keeps its name; it is the only file that a browser must ask for again.

use crate::tree;
use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};

const PREFIX: &str = "/assets/";

/// Files that may refer to others.
const TEXT: [&str; 3] = ["css", "js", "mjs"];

/// Old names and new ones of the files below `assets/`.
pub(super) type Names = BTreeMap<String, String>;

/// Renames everything in `folder/assets` and writes `folder/index.html` from `page`. A name that the build did not make
/// is looked for in `pictures`, the tree of fonts and pictures.
pub(super) fn settle(folder: &Path, page: &str, pictures: &Path) -> Result<Names> {
    let mut renamer = Renamer {
        assets: folder.join("assets"),
        pictures,
        names: Names::new(),
        open: Vec::new(),
    };
    let mut made = Vec::new();
    for entry in std::fs::read_dir(&renamer.assets)? {
        made.push(entry?.file_name().to_string_lossy().into_owned());
    }
    for name in made {
        renamer.settle(&name)?;
    }
    ensure!(
        !page.contains("<script>"),
        "web/index.html must hold no script of its own: the page's CSP forbids it"
    );
    let page = renamer.replace("web/index.html", page)?;
    tree::write(&folder.join("index.html"), page)?;
    Ok(renamer.names)
}

struct Renamer<'a> {
    assets: PathBuf,
    pictures: &'a Path,
    names: Names,
    /// The files that are being renamed now, to notice a circle.
    open: Vec<String>,
}

impl Renamer<'_> {
    /// Gives a file its final name, after all that it refers to.
    fn settle(&mut self, name: &str) -> Result<String> {
        if let Some(known) = self.names.get(name) {
            return Ok(known.clone());
        }
        let path = self.assets.join(name);
        if !path.exists() {
            let picture = picture(self.pictures, name)?;
            std::fs::copy(&picture, &path).with_context(|| format!("copying {}", picture.display()))?;
        }
        let mut contents = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        if path
            .extension()
            .and_then(|e| e.to_str())
            .is_some_and(|e| TEXT.contains(&e))
        {
            ensure!(
                !self.open.iter().any(|open| open == name),
                "{name} refers to itself by way of {:?}",
                self.open
            );
            self.open.push(name.to_owned());
            contents = self.replace(name, &String::from_utf8(contents)?)?.into_bytes();
            self.open.pop();
        }
        let mut hasher = DefaultHasher::new();
        hasher.write(&contents);
        let (stem, end) = name.split_once('.').unwrap_or((name, ""));
        let settled = format!("{stem}-{:016x}.{end}", hasher.finish());
        std::fs::remove_file(&path)?;
        tree::write(&self.assets.join(&settled), contents)?;
        self.names.insert(name.to_owned(), settled.clone());
        Ok(settled)
    }

    /// The text with every reference replaced.
    fn replace(&mut self, owner: &str, text: &str) -> Result<String> {
        let mut parts = text.split(PREFIX);
        let mut replaced = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let name = reference(part);
            replaced.push_str(PREFIX);
            if !name.is_empty() {
                replaced.push_str(
                    &self
                        .settle(name)
                        .with_context(|| format!("{owner} refers to {PREFIX}{name}"))?,
                );
            }
            replaced.push_str(&part[name.len()..]);
        }
        Ok(replaced)
    }
}

/// The file names that a text refers to.
pub(super) fn references(text: &str) -> impl Iterator<Item = &str> {
    text.split(PREFIX)
        .skip(1)
        .map(reference)
        .filter(|name| !name.is_empty())
}

/// The file name at the start of `text`.
fn reference(text: &str) -> &str {
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)))
        .unwrap_or(text.len());
    &text[..end]
}

/// The one file called `name` below `folder`.
fn picture(folder: &Path, name: &str) -> Result<PathBuf> {
    let extension = Path::new(name).extension().and_then(|e| e.to_str()).unwrap_or_default();
    let mut found = tree::files(folder, &[extension])?;
    found.retain(|path| path.file_name().is_some_and(|file| file == name));
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => bail!(
            "the build made no such file, and there is none below {}",
            folder.display()
        ),
        many => bail!("{} files have that name below {}", many.len(), folder.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::settle;
    use crate::tree;

    #[test]
    fn a_new_leaf_renames_all_that_lead_to_it_and_nothing_else() {
        let mut rounds = Vec::new();
        for font in ["one", "two"] {
            let scratch = tempfile::tempdir().unwrap();
            let folder = scratch.path();
            tree::write(&folder.join("pictures/fonts/inter.woff2"), font).unwrap();
            tree::write(&folder.join("web/assets/style.css"), "a{src:url(/assets/inter.woff2)}").unwrap();
            tree::write(&folder.join("web/assets/web.js"), "export default 1").unwrap();
            let page = r#"<link href="/assets/style.css"><script src="/assets/web.js"></script>"#;
            let names = settle(&folder.join("web"), page, &folder.join("pictures")).unwrap();
            let page = tree::read(&folder.join("web/index.html")).unwrap();
            for name in ["style.css", "web.js"] {
                assert!(page.contains(&names[name]), "{page}");
                assert!(folder.join("web/assets").join(&names[name]).is_file());
            }
            rounds.push(names);
        }
        assert_ne!(rounds[0]["style.css"], rounds[1]["style.css"]);
        assert_eq!(rounds[0]["web.js"], rounds[1]["web.js"]);
    }

    #[test]
    fn a_reference_to_nothing_says_who_refers_to_what() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path();
        tree::write(&folder.join("assets/web.js"), "fetch('/assets/gone.wasm')").unwrap();
        let error = format!("{:#}", settle(folder, "", &folder.join("none")).unwrap_err());
        assert!(error.contains("web.js refers to /assets/gone.wasm"), "{error}");
    }
}
