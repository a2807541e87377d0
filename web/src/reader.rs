//! What a compose text means, found out in the browser while it is typed.
//!
//! The compose crate weighs as much as half of the desk, and most visits need none of it: it is a chunk of the bundle,
//! which is fetched when the first text is read.

use api::compose::{Diagnostic, Severity};
use compose::{FileError, FileKind, Files, LoadOptions};
use wasm_split_helpers::{SplitLoaderError, wasm_split};

const HOME: &str = "/stack";
const FILE: &str = "/stack/compose.yaml";
const ENV: &str = "/stack/.env";

/// What a text means.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// The services, by name.
    pub services: Vec<Found>,
    /// What there is to say, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// A service that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its name.
    pub name: String,
    /// Its image; empty where it is built.
    pub image: String,
}

/// Reads the texts, once what reads them is there.
///
/// # Errors
/// The chunk could not be fetched; the next call tries again.
#[wasm_split(reader, fallible)]
pub fn read(name: String, compose: String, env: String) -> Result<Reading, SplitLoaderError> {
    Ok(Reading::of(&name, &compose, &env))
}

impl Reading {
    /// Reads the texts as the server will, but for files beside them, which only the server has.
    #[must_use]
    pub fn of(name: &str, compose: &str, env: &str) -> Self {
        if compose.trim().is_empty() {
            return Self::default();
        }
        let options = LoadOptions {
            files: vec![FILE.to_owned()],
            current_directory: HOME.to_owned(),
            project_name: Some(if name.is_empty() { "stack" } else { name }.to_owned()),
            ..LoadOptions::default()
        };
        let loaded = compose::load(&options, &Texts { compose, env });
        let services = loaded.project.map(|project| project.services).unwrap_or_default();
        let found = |(name, service): (String, compose::model::Service)| Found {
            name,
            image: service.image,
        };
        Self {
            services: services.into_iter().map(found).collect(),
            diagnostics: loaded.diagnostics,
        }
    }

    /// Whether it can be deployed, as far as the text alone tells.
    #[must_use]
    pub fn is_good(&self) -> bool {
        !self.services.is_empty() && self.diagnostics.iter().all(|it| it.severity != Severity::Error)
    }

    /// What is said about a line, counted from 1.
    #[must_use]
    pub fn about(&self, line: u32) -> Vec<&Diagnostic> {
        let at = |it: &&Diagnostic| place(it) == Some(line);
        self.diagnostics.iter().filter(at).collect()
    }

    /// What is said about no line of the text.
    #[must_use]
    pub fn elsewhere(&self) -> Vec<&Diagnostic> {
        self.diagnostics.iter().filter(|it| place(it).is_none()).collect()
    }
}

/// The line of the compose text that a diagnostic is about.
fn place(diagnostic: &Diagnostic) -> Option<u32> {
    let span = diagnostic.span.filter(|_| diagnostic.file == FILE)?;
    Some(span.start.line)
}

/// The two texts of the editor, as files.
struct Texts<'a> {
    compose: &'a str,
    env: &'a str,
}

impl Files for Texts<'_> {
    fn read(&self, path: &str, limit: usize) -> Result<Vec<u8>, FileError> {
        let text = match path {
            FILE => self.compose,
            ENV => self.env,
            _ => return Err(FileError::NotFound),
        };
        if text.len() > limit {
            return Err(FileError::TooLarge { limit });
        }
        Ok(text.as_bytes().to_vec())
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        match path {
            FILE | ENV => Some(FileKind::File),
            HOME => Some(FileKind::Folder),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Reading;

    #[test]
    fn the_services_are_found_with_variables_from_the_env_text() {
        let text = "services:\n  web:\n    image: nginx:${TAG}\n";
        let reading = Reading::of("shop", text, "TAG=1.27\n");
        assert_eq!(reading.services.len(), 1);
        assert_eq!(reading.services[0].image, "nginx:1.27");
        assert!(reading.is_good(), "{:?}", reading.diagnostics);
    }

    #[test]
    fn a_fault_is_said_at_its_line() {
        let reading = Reading::of("shop", "services:\n  web:\n    image: nginx\n    ports: 80\n", "");
        assert!(!reading.is_good());
        assert!(!reading.about(4).is_empty(), "{:?}", reading.diagnostics);
        assert!(reading.about(3).is_empty());
    }

    #[test]
    fn an_empty_text_is_neither_wrong_nor_good() {
        let reading = Reading::of("", " \n", "");
        assert!(reading.diagnostics.is_empty() && !reading.is_good());
    }
}
