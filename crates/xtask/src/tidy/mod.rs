//! `cargo xtask tidy`: the rules of the house that no compiler checks.
//!
//! A rule is a function from the tree to its faults. The tree is a value, so that each rule is tested on one with a
//! planted fault.

mod arrows;
mod files;
mod manifests;
mod paths;
mod words;

use crate::{shell, tree};
use anyhow::{Result, bail};
use std::collections::BTreeMap;
use std::process::Command;

/// What the rules look at: every text file of the checkout that git does not ignore, by its path from the root.
#[derive(Default)]
pub(crate) struct Tree {
    files: BTreeMap<String, String>,
}

/// Where a rule is broken, and how to mend it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    place: String,
    says: String,
}

impl Fault {
    fn new(place: impl Into<String>, says: impl Into<String>) -> Fault {
        Fault {
            place: place.into(),
            says: says.into(),
        }
    }

    fn line(file: &str, line: usize, says: impl Into<String>) -> Fault {
        Fault::new(format!("{file}:{}", line + 1), says)
    }
}

/// A rule: its name and its function.
type Rule = (&'static str, fn(&Tree) -> Vec<Fault>);

const RULES: [Rule; 8] = [
    ("arrows between our crates", arrows::between_ours),
    ("reserved outside crates", arrows::reserved),
    ("folder name = package name", manifests::folder_is_package),
    ("what a file is for, on line one", files::first_line),
    ("at most 600 lines", files::wall),
    ("no test that is skipped", files::skipped_tests),
    ("words with one home", words::homes),
    ("no path of one machine", paths::machine),
];

/// Checks everything and prints the faults.
pub(crate) fn run() -> Result<()> {
    let tree = Tree::of_checkout()?;
    let mut count = 0;
    for (name, rule) in RULES {
        for fault in rule(&tree) {
            println!("{}: {} ({name})", fault.place, fault.says);
            count += 1;
        }
    }
    if count > 0 {
        bail!("tidy: {count} faults");
    }
    println!("tidy: {} files, {} rules, no fault", tree.files.len(), RULES.len());
    Ok(())
}

impl Tree {
    fn of_checkout() -> Result<Tree> {
        let root = tree::root()?;
        let mut git = Command::new("git");
        git.current_dir(&root)
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let mut files = BTreeMap::new();
        for path in shell::read(&mut git)?.split('\0').filter(|path| !path.is_empty()) {
            // A file that is not text, or that is deleted but not yet committed, has nothing to check.
            if let Ok(text) = std::fs::read_to_string(root.join(path)) {
                files.insert(path.to_owned(), text);
            }
        }
        Ok(Tree { files })
    }

    /// The files with one of these endings.
    fn ending<'a>(&'a self, ends: &'a [&str]) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.all()
            .filter(|(path, _)| ends.iter().any(|end| path.ends_with(end)))
    }

    fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }
}

#[cfg(test)]
impl<const N: usize> From<[(&str, &str); N]> for Tree {
    fn from(files: [(&str, &str); N]) -> Tree {
        Tree {
            files: files.map(|(path, text)| (path.to_owned(), text.to_owned())).into(),
        }
    }
}
