//! From options and files to a project: the one entry of the crate for reading.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use api::compose::{Diagnostic, Severity};

use crate::files::{FileKind, Files, NoFiles};
use crate::loader::{Env, Loader, Scope};
use crate::model::{Project, Service, decode};
use crate::places::Places;
use crate::report::Code;
use crate::source::Place;
use crate::stages::{normalize, variables};
use crate::text::path;
use crate::tree::{Node, Value};
use crate::{consistency, environment};

const FILE_NAMES: [&str; 4] = [
    "compose.yaml",
    "compose.yml",
    "docker-compose.yml",
    "docker-compose.yaml",
];
const OVERRIDE_NAMES: [&str; 4] = [
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

/// What to load, and as what.
#[derive(Clone, Debug, Default)]
pub struct LoadOptions {
    /// The compose files, the later over the earlier. None: those that docker compose would find.
    pub files: Vec<String>,
    /// The folder that relative paths of these options are seen from; absolute.
    pub current_directory: String,
    /// The folder that relative paths in the files are seen from. None: that of the first file.
    pub project_directory: Option<String>,
    /// The name of the project. None: that of the files, or of the project's folder.
    pub project_name: Option<String>,
    /// Variables that are set. Nothing else of the process that loads is ever seen.
    pub env: BTreeMap<String, String>,
    /// Files with variables. None: `.env` in the project's folder, where it is there.
    pub env_files: Vec<String>,
    /// The profiles that are chosen; `*` is all.
    pub profiles: Vec<String>,
    /// What `~` stands for at the start of a path.
    pub home: Option<String>,
}

/// What came of loading.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The project, as good as it gets: what is wrong with it is left out. None where there is nothing to speak of.
    pub project: Option<Project>,
    /// All that is to be said about the files, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

impl Loaded {
    /// Whether docker compose would take the files: whether there is no error among the diagnostics.
    pub fn is_valid(&self) -> bool {
        self.diagnostics
            .iter()
            .all(|diagnostic| diagnostic.severity != Severity::Error)
    }
}

/// Loads a project.
pub fn load(options: &LoadOptions, files: &dyn Files) -> Loaded {
    let mut loader = Loader::new(files, options.home.clone());
    let project = run(options, &mut loader);
    let exceeded = loader.budget.exceeded();
    if exceeded {
        let message = "the files ask for too much: too many services, values or files, or too much text";
        loader.report.error(Code::TooLarge, Place::NOWHERE, message);
    }
    Loaded {
        project: project.filter(|_| !exceeded),
        diagnostics: loader.report.finish(&loader.sources),
    }
}

/// Reads a YAML or JSON text that is no compose file, under the same limits. `None` where it is not what `T` is.
pub fn from_yaml<T: serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    let mut loader = Loader::new(&NoFiles, None);
    let file = loader.add("", text.as_bytes().to_vec());
    let document = loader.documents(file).into_iter().next()?;
    decode::value(&document.root).filter(|_| !loader.budget.exceeded())
}

fn run(options: &LoadOptions, loader: &mut Loader<'_>) -> Option<Project> {
    let mut env = options.env.clone();
    let absolute = |file: &str| path::absolute(&options.current_directory, file);
    let given = options.project_directory.as_deref().map(absolute);
    let mut files = options.files.clone();
    env_files(
        options,
        loader,
        given.as_deref().unwrap_or(&folder_of(&files, options)),
        &mut env,
    );
    if files.is_empty() {
        files = find_files(loader, given.as_deref().unwrap_or(&options.current_directory), &env);
        env_files(
            options,
            loader,
            given.as_deref().unwrap_or(&folder_of(&files, options)),
            &mut env,
        );
    }
    if files.is_empty() {
        let message = format!("there is no compose file in `{}`", options.current_directory);
        loader.report.error(Code::FileNotFound, Place::NOWHERE, message);
        return None;
    }
    let directory = given.unwrap_or_else(|| folder_of(&files, options));
    let mut texts = Vec::new();
    for file in &files {
        let file = if file == "-" { file.clone() } else { absolute(file) };
        let number = loader.text(&file, Place::NOWHERE)?;
        texts.push((file, number));
    }
    let name = project_name(options, loader, &directory, &texts, &env)?;
    env.insert("COMPOSE_PROJECT_NAME".to_owned(), name.clone());
    let profiles = profiles(options, &env);
    let scope = Scope {
        directory,
        env: Rc::new(env),
    };
    let mut model = loader.model(&scope, &texts, &[]);
    if loader.budget.exceeded() {
        return None;
    }
    if model.is_empty() {
        loader
            .report
            .error(Code::EmptyFile, Place::NOWHERE, "the compose file is empty");
        return None;
    }
    model.insert("name".to_owned(), Node::text(name.clone(), Place::NOWHERE));
    normalize::normalize(&mut model, &name, &scope.env);
    let mut model = Node::new(Value::Map(model), Place::NOWHERE);
    let mut project = decode::project(&mut model, &mut loader.report);
    let (enabled, disabled) = std::mem::take(&mut project.services)
        .into_iter()
        .partition(|(_, service)| is_enabled(service, &profiles));
    (project.services, project.disabled_services) = (enabled, disabled);
    let places = Places::new(&model);
    consistency::check(&project, &places, &mut loader.report);
    environment::resolve(loader, &mut project, &scope.env, &places);
    keep_used(&mut project);
    Some(project)
}

fn folder_of(files: &[String], options: &LoadOptions) -> String {
    let first = files.iter().find(|file| *file != "-");
    first.map_or_else(
        || options.current_directory.clone(),
        |file| path::parent(&path::absolute(&options.current_directory, file)),
    )
}

/// Adds the variables of the environment files; those that are set stay.
fn env_files(options: &LoadOptions, loader: &mut Loader<'_>, directory: &str, env: &mut Env) {
    let files: Vec<String> = if options.env_files.is_empty() {
        let disabled = options
            .env
            .get("COMPOSE_DISABLE_ENV_FILE")
            .is_some_and(|value| matches!(value.as_str(), "1" | "t" | "T" | "true" | "TRUE" | "True"));
        let default = path::join(directory, ".env");
        let there = !disabled && loader.files.kind(&default) == Some(FileKind::File);
        there.then_some(default).into_iter().collect()
    } else {
        options
            .env_files
            .iter()
            .map(|file| path::absolute(&options.current_directory, file))
            .collect()
    };
    for (name, value) in loader.env_files(&files, env, Place::NOWHERE) {
        env.entry(name).or_insert(value);
    }
}

fn find_files(loader: &Loader<'_>, start: &str, env: &Env) -> Vec<String> {
    if let Some(files) = env.get("COMPOSE_FILE") {
        let separator = env.get("COMPOSE_PATH_SEPARATOR").map_or(":", String::as_str);
        let separator = if separator.is_empty() { ":" } else { separator };
        return files.split(separator).map(str::to_owned).collect();
    }
    let there = |folder: &str, names: &[&str]| {
        let paths = names.iter().map(|name| path::join(folder, name));
        paths
            .into_iter()
            .find(|path| loader.files.kind(path) == Some(FileKind::File))
    };
    let mut folder = path::clean(start);
    loop {
        if let Some(file) = there(&folder, &FILE_NAMES) {
            return [file].into_iter().chain(there(&folder, &OVERRIDE_NAMES)).collect();
        }
        let above = path::parent(&folder);
        if above == folder || !path::is_absolute(&folder) {
            return Vec::new();
        }
        folder = above;
    }
}

fn project_name(
    options: &LoadOptions,
    loader: &mut Loader<'_>,
    directory: &str,
    files: &[(String, u16)],
    env: &Env,
) -> Option<String> {
    let chosen = options.project_name.clone().filter(|name| !name.is_empty());
    let chosen = chosen.or_else(|| env.get("COMPOSE_PROJECT_NAME").filter(|name| !name.is_empty()).cloned());
    if let Some(name) = chosen {
        if normalized_name(&name) != name {
            let message = format!(
                "`{name}` cannot be the name of a project: it has lower-case letters, digits, `-` and `_`, and starts with a letter or digit"
            );
            loader.report.error(Code::BadProjectName, Place::NOWHERE, message);
            return Some(normalized_name(&name)).filter(|name| !name.is_empty());
        }
        return Some(name);
    }
    let mut written = None;
    for (_, file) in files {
        for document in loader.documents(*file) {
            let name = document
                .root
                .get("name")
                .filter(|name| name.as_str().is_some_and(|name| !name.is_empty()));
            written = name.cloned().or(written);
        }
    }
    let place = written.as_ref().map_or(Place::NOWHERE, |name| name.place);
    let name = match written {
        Some(written) => {
            let mut model = crate::tree::Map::from_iter([("name".to_owned(), written)]);
            let lookup = |name: &str| env.get(name).cloned();
            variables::interpolate(&mut model, &lookup, &loader.budget, &mut loader.report);
            normalized_name(model.get("name").and_then(Node::as_str).unwrap_or_default())
        }
        None => normalized_name(path::file_name(directory)),
    };
    if name.is_empty() {
        loader
            .report
            .error(Code::BadProjectName, place, "the project has no name")
            .hint("give it one: `name: my-project`, of lower-case letters, digits, `-` and `_`");
        return None;
    }
    Some(name)
}

/// What is left of a text as the name of a project.
fn normalized_name(text: &str) -> String {
    let lower = text.to_lowercase();
    let kept: String = lower
        .chars()
        .filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_'))
        .collect();
    kept.trim_start_matches(['-', '_']).to_owned()
}

fn profiles(options: &LoadOptions, env: &Env) -> BTreeSet<String> {
    if !options.profiles.is_empty() {
        return options.profiles.iter().cloned().collect();
    }
    let listed = env.get("COMPOSE_PROFILES").map(String::as_str).unwrap_or_default();
    listed.split(',').map(|profile| profile.trim().to_owned()).collect()
}

fn is_enabled(service: &Service, profiles: &BTreeSet<String>) -> bool {
    service.profiles.is_empty()
        || profiles.contains("*")
        || service.profiles.iter().any(|profile| profiles.contains(profile))
}

/// Drops networks, volumes, secrets, configs and models that no enabled service uses.
fn keep_used(project: &mut Project) {
    let services: Vec<&Service> = project.services.values().collect();
    let volumes = services.iter().flat_map(|service| &service.volumes);
    let volumes: BTreeSet<&str> = volumes
        .filter(|mount| mount.kind == "volume")
        .map(|mount| mount.source.as_str())
        .collect();
    let build_secrets = services
        .iter()
        .flat_map(|service| &service.build)
        .flat_map(|build| &build.secrets);
    let secrets = services
        .iter()
        .flat_map(|service| &service.secrets)
        .chain(build_secrets);
    let secrets: BTreeSet<&str> = secrets.map(|secret| secret.source.as_str()).collect();
    let configs = services.iter().flat_map(|service| &service.configs);
    let configs: BTreeSet<&str> = configs.map(|config| config.source.as_str()).collect();
    project
        .networks
        .retain(|name, _| services.iter().any(|service| service.networks.contains_key(name)));
    project
        .models
        .retain(|name, _| services.iter().any(|service| service.models.contains_key(name)));
    project.volumes.retain(|name, _| volumes.contains(name.as_str()));
    project.secrets.retain(|name, _| secrets.contains(name.as_str()));
    project.configs.retain(|name, _| configs.contains(name.as_str()));
}
