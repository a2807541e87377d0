//! What a compose text means, found out in the browser while it is typed.
//!
//! The compose crate weighs as much as half of the desk, and most visits need none of it: it is a chunk of the bundle,
//! which is fetched when the first text is read.

use std::collections::BTreeSet;

use api::compose::{Diagnostic, Edit, Severity, Step};
use api::source::QuickDeploy;
use compose::model::Service;
use compose::run::Converted;
use compose::{FileError, FileKind, Files, LoadOptions, Loaded};
use wasm_split_helpers::{SplitLoaderError, wasm_split};

const HOME: &str = "/stack";
const FILE: &str = "/stack/compose.yaml";
const ENV: &str = "/stack/.env";

/// What a text means.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// The services, by name.
    pub services: Vec<Found>,
    /// The variables that the text has no value for, which the `.env` may have; by name.
    pub asked: Vec<String>,
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
    /// What of it comes on the desk.
    pub shows: Shows,
}

/// Whether a service becomes an icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    /// A label says so, and which port.
    Named(u32),
    /// Its port is asked once it is up; where a web interface answers, it does.
    Asked(u32),
    /// It has no port to ask.
    Nothing,
}

/// What the reader is asked.
enum Asked {
    Texts(String, String, String),
    Line(String),
    Form(Box<QuickDeploy>),
    Value(String, Vec<Step>),
    Edits(String, Vec<Edit>),
}

/// What it answers.
enum Answer {
    Reading(Reading),
    Converted(Converted),
    Written(String),
    Value(Option<serde_json::Value>),
    Edited(Result<String, String>),
}

/// The reader. It is one function, so that all of it is one chunk and no part of it is in the shell.
#[wasm_split(reader, fallible)]
fn reader(asked: Asked) -> Result<Answer, SplitLoaderError> {
    Ok(match asked {
        Asked::Texts(name, compose, env) => Answer::Reading(Reading::of(&name, &compose, &env)),
        Asked::Line(line) => Answer::Converted(compose::run::convert(&line)),
        // A text that cannot be read has no values; what is wrong with it is said by its diagnostics.
        Asked::Value(text, path) => Answer::Value(compose::edit::read(&text, &path).ok().flatten()),
        Asked::Edits(text, edits) => Answer::Edited(compose::edit::apply(&text, &edits).map_err(|it| it.to_string())),
        Asked::Form(request) => Answer::Written(compose::run::quick(&request)),
    })
}

/// Reads the texts, once what reads them is there.
///
/// # Errors
/// The chunk could not be fetched; the next call tries again.
pub async fn read(name: String, compose: String, env: String) -> Result<Reading, SplitLoaderError> {
    match reader(Asked::Texts(name, compose, env)).await? {
        Answer::Reading(reading) => Ok(reading),
        _ => Ok(Reading::default()),
    }
}

/// Makes a compose file of a `docker run …` line, once what reads it is there; absent only for another answer.
///
/// # Errors
/// The chunk could not be fetched; the next call tries again.
pub async fn convert(line: String) -> Result<Option<Converted>, SplitLoaderError> {
    match reader(Asked::Line(line)).await? {
        Answer::Converted(converted) => Ok(Some(converted)),
        _ => Ok(None),
    }
}

/// The compose file of a form, once what writes it is there.
///
/// # Errors
/// The chunk could not be fetched; the next call tries again.
pub async fn form(request: QuickDeploy) -> Result<String, SplitLoaderError> {
    match reader(Asked::Form(Box::new(request))).await? {
        Answer::Written(text) => Ok(text),
        _ => Ok(String::new()),
    }
}

/// The value at a place of a text, as it is written there.
///
/// # Errors
/// The chunk could not be fetched; the next call tries again.
pub async fn value(text: String, path: Vec<Step>) -> Result<Option<serde_json::Value>, SplitLoaderError> {
    match reader(Asked::Value(text, path)).await? {
        Answer::Value(value) => Ok(value),
        _ => Ok(None),
    }
}

/// A text after these edits, every other byte as it was; or why one of them cannot be made.
///
/// # Errors
/// The chunk could not be fetched; the next call tries again.
pub async fn edited(text: String, edits: Vec<Edit>) -> Result<Result<String, String>, SplitLoaderError> {
    match reader(Asked::Edits(text.clone(), edits)).await? {
        Answer::Edited(edited) => Ok(edited),
        _ => Ok(Ok(text)),
    }
}

impl Reading {
    /// Reads the texts as the server will, but for files beside them, which only the server has.
    #[must_use]
    pub fn of(name: &str, compose: &str, env: &str) -> Self {
        if compose.trim().is_empty() {
            return Self::default();
        }
        let loaded = load(name, compose, env);
        let asked = match env.trim() {
            "" => unset(&loaded.diagnostics),
            // What is asked for stays asked for while it is answered.
            _ => unset(&load(name, compose, "").diagnostics),
        };
        let services = loaded.project.map(|project| project.services).unwrap_or_default();
        let found = |(name, service): (String, Service)| Found {
            name,
            shows: shows(&service),
            image: service.image,
        };
        Self {
            services: services.into_iter().map(found).collect(),
            asked,
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

fn load(name: &str, compose: &str, env: &str) -> Loaded {
    let options = LoadOptions {
        files: vec![FILE.to_owned()],
        current_directory: HOME.to_owned(),
        project_name: Some(if name.is_empty() { "stack" } else { name }.to_owned()),
        ..LoadOptions::default()
    };
    compose::load(&options, &Texts { compose, env })
}

/// The variables that a text uses and nothing sets.
fn unset(diagnostics: &[Diagnostic]) -> Vec<String> {
    let about = |it: &&Diagnostic| it.code == "unset-variable" || it.code == "required-variable";
    let names = diagnostics.iter().filter(about);
    let names: BTreeSet<&str> = names.filter_map(|it| it.message.split('`').nth(1)).collect();
    names.into_iter().map(str::to_owned).collect()
}

fn shows(service: &Service) -> Shows {
    let named = service.labels.0.iter().find_map(|(label, port)| {
        let ours = label.starts_with("stardeck.webui.") && label.ends_with("port");
        Some(port.as_str()).filter(|_| ours)?.parse().ok()
    });
    let tcp = service
        .ports
        .iter()
        .find(|port| port.protocol != "udp")
        .map(|port| port.target);
    match (named, tcp) {
        (Some(port), _) => Shows::Named(port),
        (None, Some(port)) => Shows::Asked(port),
        (None, None) => Shows::Nothing,
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
    use super::{Reading, Shows};

    #[test]
    fn the_services_are_found_with_variables_from_the_env_text() {
        let text = "services:\n  web:\n    image: nginx:${TAG}\n";
        let reading = Reading::of("shop", text, "TAG=1.27\n");
        assert_eq!(reading.services.len(), 1);
        assert_eq!(reading.services[0].image, "nginx:1.27");
        assert!(reading.is_good(), "{:?}", reading.diagnostics);
    }

    #[test]
    fn a_variable_without_a_value_is_asked_for_and_stays_so_while_it_is_answered() {
        let text = "services:\n  web:\n    image: nginx:${TAG}\n    user: ${WHO:?say who}\n";
        assert_eq!(Reading::of("shop", text, "").asked, ["TAG", "WHO"]);
        assert_eq!(Reading::of("shop", text, "TAG=1\nWHO=me\n").asked, ["TAG", "WHO"]);
    }

    #[test]
    fn what_becomes_an_icon_is_said_beforehand() {
        let text = "services:\n  a:\n    image: x\n    ports: [\"8080:80\"]\n  b:\n    image: x\n    labels: \
                    {stardeck.webui.port: 3000}\n  c:\n    image: x\n";
        let shown: Vec<_> = Reading::of("shop", text, "")
            .services
            .iter()
            .map(|it| it.shows)
            .collect();
        assert_eq!(shown, [Shows::Asked(80), Shows::Named(3000), Shows::Nothing]);
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
