//! What files mean, and what is said about them. The expected models are those of docker compose 2.40.

use std::collections::BTreeMap;

use compose::{FileError, FileKind, Files, LoadOptions, Loaded, load};

use crate::case::{self, Case};

/// Files in memory, below `/p`.
pub(crate) struct Memory(pub(crate) BTreeMap<String, String>);

impl Files for Memory {
    fn read(&self, path: &str, limit: usize) -> Result<Vec<u8>, FileError> {
        match self.0.get(path) {
            None => Err(FileError::NotFound),
            Some(text) if text.len() > limit => Err(FileError::TooLarge { limit }),
            Some(text) => Ok(text.clone().into_bytes()),
        }
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        let folder = format!("{}/", path.trim_end_matches('/'));
        let is_folder = self.0.keys().any(|file| file.starts_with(&folder));
        self.0
            .get(path)
            .map(|_| FileKind::File)
            .or(is_folder.then_some(FileKind::Folder))
    }
}

/// Loads one text as `/p/compose.yaml`.
pub(crate) fn load_text(text: &str) -> Loaded {
    let files = Memory(BTreeMap::from([("/p/compose.yaml".to_owned(), text.to_owned())]));
    let options = LoadOptions {
        files: vec!["compose.yaml".to_owned()],
        current_directory: "/p".to_owned(),
        project_name: Some("case".to_owned()),
        ..LoadOptions::default()
    };
    load(&options, &files)
}

fn check(case: &Case) {
    let is_file = |title: &str| title.contains('.');
    let files = case.sections.iter().filter(|(title, _)| is_file(title));
    let files = Memory(
        files
            .map(|(title, text)| (format!("/p/{title}"), text.clone()))
            .collect(),
    );
    let words = |title: &str| {
        case.section(title)
            .split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let options = LoadOptions {
        files: words("files"),
        current_directory: "/p".to_owned(),
        profiles: words("profiles"),
        env: words("env")
            .iter()
            .filter_map(|pair| pair.split_once('='))
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .collect(),
        home: Some("/home/me".to_owned()),
        ..LoadOptions::default()
    };
    let loaded = load(&options, &files);
    let mut said = String::new();
    for one in &loaded.diagnostics {
        let place = one.span.map_or_else(String::new, |span| {
            format!(
                "{}:{}:{}: ",
                one.file.trim_start_matches("/p/"),
                span.start.line,
                span.start.column
            )
        });
        said.push_str(&format!("{place}{:?} {}: {}\n", one.severity, one.code, one.message));
        said.extend(one.hint.iter().map(|hint| format!("    help: {hint}\n")));
        said.extend(
            one.fix
                .iter()
                .map(|fix| format!("    fix: {} → {:?}\n", fix.title, fix.text)),
        );
    }
    let model = match (&loaded.project, loaded.is_valid()) {
        (Some(project), true) => project.to_json(),
        _ => "refused".to_owned(),
    };
    case.check(&[("diagnostics", said), ("model", model)]);
}

#[test]
fn cases() {
    case::all("load").iter().for_each(check);
}

#[test]
fn the_model_survives_its_own_json() {
    let text = "services: {a: {image: x, ports: ['80:80'], healthcheck: {test: t, interval: 90s}, mem_limit: 1g, x-a: {b: 1}}}";
    let project = load_text(text).project.expect("a project");
    let json = serde_json::to_string(&project).expect("JSON");
    assert_eq!(
        serde_json::from_str::<compose::Project>(&json).expect("a project"),
        project
    );
}

#[test]
fn what_is_printed_as_yaml_means_the_same() {
    let text = "services:\n  a:\n    image: x\n    command: echo $$HOME 'yes' \"22:22\"\n    environment: {A: 'y', B: '1.0', C: '', D: \"a\\nb\", E: '# x', F: '*x'}\n    ports: [\"80-82:80-82/udp\"]\nx-top: {a: [1, {b: null}], 'k: y': true}\n";
    let project = load_text(text).project.expect("a project");
    let mut again = load_text(&project.to_yaml()).project.expect("a project");
    again
        .services
        .values_mut()
        .for_each(|service| service.extensions.clear());
    assert_eq!(again, project);
}
