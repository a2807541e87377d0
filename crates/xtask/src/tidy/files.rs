//! Rules about single files.

use super::{Fault, Tree};

/// No file of code is longer.
const WALL: usize = 600;

/// Every Rust file says on its first line what it is for.
pub(super) fn first_line(tree: &Tree) -> Vec<Fault> {
    let silent = tree.ending(&[".rs"]).filter(|(_, text)| !text.starts_with("//! "));
    silent
        .map(|(path, _)| Fault::line(path, 0, "the first line must be `//!` and what the file is for"))
        .collect()
}

/// A file holds one idea.
pub(super) fn wall(tree: &Tree) -> Vec<Fault> {
    let code = tree
        .ending(&[".rs", ".mjs", ".js", ".css"])
        .map(|(path, text)| (path, text.lines().count()));
    let long = code.filter(|(_, lines)| *lines > WALL);
    long.map(|(path, lines)| Fault::new(path, format!("{lines} lines, and the wall is at {WALL}: split it")))
        .collect()
}

/// A test runs, or it is not there.
pub(super) fn skipped_tests(tree: &Tree) -> Vec<Fault> {
    let marks = [
        (".rs", concat!("#[", "ignore")),
        (".mjs", concat!(".on", "ly(")),
        (".mjs", concat!(".ski", "p(")),
        (".mjs", concat!("skip", ": true")),
    ];
    let mut faults = Vec::new();
    for (path, text) in tree.ending(&[".rs", ".mjs"]) {
        for (number, line) in text.lines().enumerate() {
            for (_, mark) in marks
                .iter()
                .filter(|(end, mark)| path.ends_with(end) && line.contains(mark))
            {
                faults.push(Fault::line(
                    path,
                    number,
                    format!("`{mark}` hides tests: mend or remove them"),
                ));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::{first_line, skipped_tests, wall};

    #[test]
    fn a_file_that_does_not_say_what_it_is_for_is_found() {
        let faults = first_line(&[("a.rs", "//! Good.\n"), ("b.rs", "\n//! Late.\n"), ("c.css", "a{}")].into());
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].place, "b.rs:1");
    }

    #[test]
    fn a_file_over_the_wall_is_found() {
        let (fits, long) = ("x\n".repeat(600), "x\n".repeat(601));
        let faults = wall(
            &[
                ("a.rs", fits.as_str()),
                ("b.mjs", long.as_str()),
                ("c.md", long.as_str()),
            ]
            .into(),
        );
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].place, "b.mjs");
    }

    #[test]
    fn a_test_that_is_skipped_is_found() {
        let rust = concat!("//! x\n#[test]\n#[", "ignore]\nfn a() {}\n");
        let browser = concat!("test.on", "ly('a', () => {});\n");
        let faults = skipped_tests(&[("a.rs", rust), ("b.mjs", browser), ("c.md", browser)].into());
        let places: Vec<_> = faults.iter().map(|fault| fault.place.as_str()).collect();
        assert_eq!(places, ["a.rs:3", "b.mjs:1"]);
    }
}
