//! `include`: another project becomes part of this one, with paths and variables of its own.

use std::rc::Rc;

use crate::files::FileKind;
use crate::loader::{Loader, Scope};
use crate::report::Code;
use crate::source::Place;
use crate::stages::extends::is_remote;
use crate::text::path;
use crate::tree::{Map, Node, Path, Value};

/// How many projects may include each other in a row.
const CHAIN: usize = 20;

/// One entry of `include`.
struct Include {
    place: Place,
    paths: Vec<(String, Place)>,
    directory: Option<String>,
    env_files: Vec<(String, Place)>,
}

/// Brings into one document what it includes. `included` are the files that led here.
pub(crate) fn apply(loader: &mut Loader<'_>, layer: &mut Map, scope: &Scope, file: &str, included: &[String]) {
    let Some(include) = layer.shift_remove("include") else {
        return;
    };
    let entries = match include.value {
        Value::List(entries) => entries,
        Value::Null => return,
        _ => {
            loader
                .report
                .error(Code::WrongType, include.place, "`include` must be a list");
            return;
        }
    };
    let mut trail = included.to_vec();
    trail.push(file.to_owned());
    for entry in entries {
        let Some(include) = Include::read(loader, &entry) else {
            continue;
        };
        if let Some(model) = include.load(loader, scope, &trail) {
            import(loader, layer, model, include.place);
        }
    }
}

impl Include {
    fn read(loader: &mut Loader<'_>, entry: &Node) -> Option<Include> {
        let texts = |node: Option<&Node>| -> Vec<(String, Place)> {
            let Some(node) = node else { return Vec::new() };
            let items = node.as_list().unwrap_or(std::slice::from_ref(node));
            items
                .iter()
                .filter_map(|item| Some((item.as_str()?.to_owned(), item.place)))
                .collect()
        };
        let include = match &entry.value {
            Value::Map(map) => {
                for (key, node) in map
                    .iter()
                    .filter(|(key, _)| !matches!(key.as_str(), "path" | "project_directory" | "env_file"))
                {
                    let message = format!("`include` has no key `{key}`");
                    loader
                        .report
                        .error(Code::UnknownKey, node.key, message)
                        .at(&Path::ROOT.key("include"));
                }
                Include {
                    place: entry.place,
                    paths: texts(map.get("path")),
                    directory: map.get("project_directory").and_then(Node::as_str).map(str::to_owned),
                    env_files: texts(map.get("env_file")),
                }
            }
            _ => Include {
                place: entry.place,
                paths: texts(Some(entry)),
                directory: None,
                env_files: Vec::new(),
            },
        };
        if include.paths.is_empty() {
            loader
                .report
                .error(Code::MissingKey, entry.place, "an entry of `include` needs a `path`");
            return None;
        }
        Some(include)
    }

    fn load(&self, loader: &mut Loader<'_>, scope: &Scope, trail: &[String]) -> Option<Map> {
        if let Some((remote, place)) = self.paths.iter().find(|(path, _)| is_remote(path)) {
            let message = format!("`{remote}` is on another machine; Stardeck reads only files that are here");
            loader.report.error(Code::RemoteFile, *place, message);
            return None;
        }
        let absolute = |file: &str| path::absolute(&scope.directory, file);
        let (main, main_place) = self.paths.first()?;
        let main = absolute(main);
        if trail.contains(&main) || trail.len() > CHAIN {
            let circle: Vec<_> = trail.iter().map(String::as_str).chain([main.as_str()]).collect();
            let message = format!("files include each other in a circle: {}", circle.join(" → "));
            loader.report.error(Code::IncludeCycle, *main_place, message);
            return None;
        }
        let directory = self
            .directory
            .as_ref()
            .map_or_else(|| path::parent(&main), |directory| absolute(directory));
        let env_files = if self.env_files.is_empty() {
            let default = path::join(&directory, ".env");
            let there = loader.files.kind(&default) == Some(FileKind::File);
            there.then_some(default).into_iter().collect()
        } else {
            self.env_files
                .iter()
                .map(|(file, _)| absolute(file))
                .collect::<Vec<_>>()
        };
        let variables = loader.env_files(&env_files, &scope.env, self.place);
        let mut env = (*scope.env).clone();
        for (name, value) in variables {
            env.entry(name).or_insert(value);
        }
        let scope = Scope {
            directory,
            env: Rc::new(env),
        };
        let mut files = Vec::new();
        for (file, place) in &self.paths {
            let file = absolute(file);
            let number = loader.text(&file, *place)?;
            files.push((file, number));
        }
        Some(loader.model(&scope, &files, trail))
    }
}

fn import(loader: &mut Loader<'_>, layer: &mut Map, model: Map, place: Place) {
    for (kind, node) in model {
        if !matches!(
            kind.as_str(),
            "services" | "volumes" | "networks" | "secrets" | "configs" | "models"
        ) {
            continue;
        }
        let Value::Map(resources) = node.value else { continue };
        let target = layer.entry(kind.clone()).or_default();
        if target.is_null() {
            target.value = Value::Map(Map::new());
        }
        let Some(target) = target.as_map_mut() else { continue };
        for (name, resource) in resources {
            match target.get(&name) {
                None => {
                    target.insert(name, resource);
                }
                Some(there) if *there == resource => {}
                Some(_) => {
                    let message = format!("the included file also defines `{kind}.{name}`");
                    loader
                        .report
                        .error(Code::IncludeConflict, place, message)
                        .hint("to change what is included, list an override file beside it: `path: [a.yaml, b.yaml]`");
                }
            }
        }
    }
}
