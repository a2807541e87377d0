//! The tree must be the same on every machine: no absolute path of the one it was written on.

use super::{Fault, Tree};
use std::path::Path;

/// Folders that every machine has; a path below them may be meant.
const COMMON: [&str; 12] = [
    "/", "/home", "/root", "/tmp", "/var", "/var/tmp", "/usr", "/usr/src", "/opt", "/srv", "/mnt", "/build",
];

/// Paths that exist because this checkout lies where it lies, or because this person works here.
pub(super) fn machine(tree: &Tree) -> Vec<Fault> {
    let places: Vec<_> = crate::tree::root()
        .into_iter()
        .chain(std::env::var_os("HOME").map(Into::into))
        .collect();
    naming(tree, &needles(places.iter().map(AsRef::as_ref)))
}

/// What must not be written: each folder above these places that is not common to all machines.
fn needles<'a>(places: impl Iterator<Item = &'a Path>) -> Vec<String> {
    let folders = places.flat_map(Path::ancestors).filter_map(Path::to_str);
    let mut needles: Vec<_> = folders
        .filter(|folder| !COMMON.contains(folder))
        .map(|folder| format!("{folder}/"))
        .collect();
    needles.extend([concat!("/.ca", "rgo/"), concat!("/.rus", "tup/")].map(str::to_owned));
    needles
}

fn naming(tree: &Tree, needles: &[String]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, text) in tree.all() {
        for (number, line) in text.lines().enumerate() {
            if let Some(needle) = needles.iter().find(|needle| names(line, needle)) {
                faults.push(Fault::line(
                    path,
                    number,
                    format!("`{needle}` is a path of one machine"),
                ));
            }
        }
    }
    faults
}

/// True when `needle` stands in the line as the beginning of a path, not as a part of a longer one.
fn names(line: &str, needle: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || "-_.}~$)".contains(c);
    let tail = needle.starts_with("/.");
    line.match_indices(needle).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        // A tail such as `/.cache/` follows a folder; only `~`, `$HOME` and the like are the same everywhere.
        if tail {
            before.is_some_and(char::is_alphanumeric) && !line[..at].ends_with("HOME")
        } else {
            !before.is_some_and(word)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{naming, needles};
    use std::path::Path;

    #[test]
    fn a_path_of_this_machine_is_found_and_a_common_one_is_not() {
        let needles = needles([Path::new("/data/ann/stardeck"), Path::new("/home/ann")].into_iter());
        let found = |line: &str| naming(&[("a.rs", line)].into(), &needles).len();
        assert_eq!(found("let file = \"/data/ann/notes\";"), 1);
        assert_eq!(found("see /home/ann/notes"), 1);
        assert_eq!(found("see /home/stardeck/.config"), 0);
        assert_eq!(found("/mnt/data/ann/x"), 0);
        assert_eq!(found(concat!("/home/bob/.ca", "rgo/bin")), 1);
        assert_eq!(found(concat!("$HOME/.ca", "rgo/bin and ~/.ca", "rgo/bin")), 0);
    }
}
