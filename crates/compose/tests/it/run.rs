//! Command lines: what was typed, the compose file, and what there is to say. Each file that comes out is loaded.

use std::fmt::Write;

use compose::{FileError, FileKind, Files, LoadOptions, Severity};

use crate::case::{self, Case};

/// The compose file that came out, and nothing beside it but files that are named by `env_file`.
struct Made<'a>(&'a str);

impl Files for Made<'_> {
    fn read(&self, path: &str, _limit: usize) -> Result<Vec<u8>, FileError> {
        Ok(if path.ends_with("compose.yaml") {
            self.0.as_bytes().to_vec()
        } else {
            Vec::new()
        })
    }

    fn kind(&self, _path: &str) -> Option<FileKind> {
        Some(FileKind::File)
    }
}

fn check(case: &Case) {
    let converted = compose::run::convert(case.section("line"));
    let mut said = format!("name: {}\n", converted.name);
    for diagnostic in &converted.diagnostics {
        let place = diagnostic.span.map_or_else(String::new, |span| {
            format!(" {}:{}-{}", span.start.line, span.start.column, span.end.column)
        });
        let (code, message) = (&diagnostic.code, &diagnostic.message);
        let _ = writeln!(said, "{:?}{place} {code}: {message}", diagnostic.severity);
    }
    if let Some(text) = &converted.compose {
        let options = LoadOptions {
            files: vec!["/stack/compose.yaml".to_owned()],
            current_directory: "/stack".to_owned(),
            project_name: Some(converted.name.clone()),
            ..LoadOptions::default()
        };
        let loaded = compose::load(&options, &Made(text));
        for diagnostic in loaded.diagnostics {
            // What Stardeck does not do is said where the stack is deployed.
            let refused = diagnostic.code == "not-supported";
            assert!(
                diagnostic.severity != Severity::Error || refused,
                "{text}\n{diagnostic:#?}"
            );
        }
    }
    let compose = converted.compose.unwrap_or_default();
    case.check(&[("compose", compose), ("said", said)]);
}

#[test]
fn cases() {
    case::all("run").iter().for_each(check);
}
