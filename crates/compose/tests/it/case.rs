//! Cases as data: a file of sections, each with a title line `=== TITLE`. The sections that a test computes are written
//! anew with `UPDATE_EXPECT=1`.

use std::path::{Path, PathBuf};

/// One case.
pub(crate) struct Case {
    path: PathBuf,
    pub(crate) sections: Vec<(String, String)>,
}

/// The cases in a folder below `tests/cases`.
pub(crate) fn all(folder: &str) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(folder);
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the cases")
        .map(|entry| entry.expect("a case").path())
        .collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths.into_iter().map(Case::read).collect()
}

impl Case {
    fn read(path: PathBuf) -> Case {
        let text = std::fs::read_to_string(&path).expect("a case");
        let mut sections: Vec<(String, String)> = Vec::new();
        for line in text.split_inclusive('\n') {
            match line.strip_prefix("=== ") {
                Some(title) => sections.push((title.trim_end().to_owned(), String::new())),
                None => sections.last_mut().expect("a title").1.push_str(line),
            }
        }
        Case { path, sections }
    }

    /// The text of a section; empty where it is not there.
    pub(crate) fn section(&self, title: &str) -> &str {
        self.sections
            .iter()
            .find(|(name, _)| name == title)
            .map_or("", |(_, text)| text)
    }

    /// Compares the computed sections with those of the file.
    pub(crate) fn check(&self, computed: &[(&str, String)]) {
        let given = self
            .sections
            .iter()
            .filter(|(title, _)| !computed.iter().any(|(name, _)| name == title));
        let given = given.map(|(title, text)| (title.as_str(), text.clone()));
        let mut whole = String::new();
        for (title, text) in given.chain(computed.iter().cloned()) {
            let end = if text.is_empty() || text.ends_with('\n') {
                ""
            } else {
                "\n"
            };
            whole.push_str(&format!("=== {title}\n{text}{end}"));
        }
        expect_test::expect_file![&self.path].assert_eq(&whole);
    }
}
