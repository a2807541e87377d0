//! Reads files and runs the stages over them.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use crate::files::{FileError, FileKind, Files};
use crate::limits::{self, Budget};
use crate::report::{Code, Report};
use crate::schema;
use crate::source::{Place, Sources};
use crate::stages::{canonical, extends, include, merge, normalize, paths, rules, unique, variables};
use crate::text::dotenv::{self, Variables};
use crate::tree::{Map, Node, Value};
use crate::yaml::expand::{self, Expanded};
use crate::yaml::parse;

/// Variables by name.
pub(crate) type Env = BTreeMap<String, String>;

/// What all files of one load share.
pub(crate) struct Loader<'a> {
    pub(crate) files: &'a dyn Files,
    pub(crate) home: Option<String>,
    pub(crate) sources: Sources,
    pub(crate) report: Report,
    pub(crate) budget: Budget,
    read: HashMap<String, u16>,
}

/// Where the files of one project, or of one included project, are at home.
#[derive(Clone)]
pub(crate) struct Scope {
    pub(crate) directory: String,
    pub(crate) env: Rc<Env>,
}

/// What is done with a file.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Purpose {
    /// It is part of the project.
    Project,
    /// A service of it is extended, so that the rest of it does not matter.
    Base,
}

impl<'a> Loader<'a> {
    pub(crate) fn new(files: &'a dyn Files, home: Option<String>) -> Self {
        Loader {
            files,
            home,
            sources: Sources::default(),
            report: Report::default(),
            budget: Budget::default(),
            read: HashMap::new(),
        }
    }

    /// Reads a text file once; reports where that cannot be done. `wanted` is where it is asked for.
    pub(crate) fn text(&mut self, path: &str, wanted: Place) -> Option<u16> {
        if let Some(&file) = self.read.get(path) {
            return Some(file);
        }
        if !self.budget.file() {
            return None;
        }
        let shown = |what: &str| format!("`{path}`: {what}");
        let bytes = match self.files.read(path, limits::FILE_BYTES) {
            Ok(bytes) if bytes.len() <= limits::FILE_BYTES => bytes,
            Ok(_) => return self.cannot_read(Code::TooLarge, wanted, shown("it is too large for a compose file")),
            Err(FileError::NotFound) => return self.cannot_read(Code::FileNotFound, wanted, shown("it is not there")),
            Err(error @ FileError::TooLarge { .. }) => {
                return self.cannot_read(Code::TooLarge, wanted, shown(&error.to_string()));
            }
            Err(error) => return self.cannot_read(Code::FileUnreadable, wanted, shown(&error.to_string())),
        };
        Some(self.add(path, bytes))
    }

    fn cannot_read(&mut self, code: Code, wanted: Place, message: String) -> Option<u16> {
        self.report.error(code, wanted, message);
        None
    }

    /// Takes a text that is not read from a file.
    pub(crate) fn add(&mut self, path: &str, bytes: Vec<u8>) -> u16 {
        let (text, fault) = match String::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                (String::from_utf8_lossy(error.as_bytes()).into_owned(), Some(at))
            }
        };
        let file = self.sources.add(path, text);
        if let Some(at) = fault {
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            let place = Sources::place(file, at, at.saturating_add(1));
            self.report
                .error(Code::NotUtf8, place, "this file is not UTF-8 text")
                .hint("save it again in the encoding UTF-8");
        }
        self.read.insert(path.to_owned(), file);
        file
    }

    /// The documents of a file that was read.
    pub(crate) fn documents(&mut self, file: u16) -> Vec<Expanded> {
        let Loader {
            sources,
            budget,
            report,
            ..
        } = self;
        let whole = sources.text(file);
        let text = whole.strip_prefix('\u{feff}').unwrap_or(whole);
        let base = whole.len() - text.len();
        let parsed = parse::parse(text);
        if let Some(fault) = &parsed.fault {
            let at = u32::try_from(fault.offset + base).unwrap_or(u32::MAX);
            let place = Sources::place(file, at, at.saturating_add(1));
            let code = if fault.limit { Code::TooDeep } else { Code::InvalidYaml };
            let message = match fault.limit {
                true => fault.message.clone(),
                false => format!("this is not valid YAML: {}", fault.message),
            };
            report.error(code, place, message);
        }
        let documents = parsed.documents.iter();
        documents
            .map(|document| expand::expand(document, file, base, sources, budget, report))
            .collect()
    }

    /// Everything that the files of one project say, in its long form.
    pub(crate) fn model(&mut self, scope: &Scope, files: &[(String, u16)], included: &[String]) -> Map {
        let mut model = Map::new();
        for (path, file) in files {
            self.file(&mut model, scope, path, *file, included);
        }
        canonical::defaults(&mut model);
        rules::check(&model, &mut self.report);
        let base = paths::Base {
            directory: &scope.directory,
            home: self.home.as_deref(),
            files: self.files,
        };
        paths::resolve(&mut model, &base);
        normalize::environment_lists(&mut model, &scope.env);
        model
    }

    fn file(&mut self, model: &mut Map, scope: &Scope, path: &str, file: u16, included: &[String]) {
        for document in self.documents(file) {
            if self.budget.exceeded() {
                return;
            }
            let Some(mut layer) = self.layer(document.root, scope) else {
                continue;
            };
            let services = layer.get("services").and_then(Node::as_map).map_or(0, Map::len);
            if services > limits::SERVICES {
                self.budget.exceed();
                return;
            }
            extends::apply(self, &mut layer, scope, path, &document.resets);
            remove(model, &document.resets);
            include::apply(self, &mut layer, scope, path, included);
            self.lay_over(model, layer, Purpose::Project);
        }
    }

    /// The values of one document, with variables replaced.
    pub(crate) fn layer(&mut self, root: Node, scope: &Scope) -> Option<Map> {
        let place = root.place;
        let Value::Map(mut layer) = root.value else {
            self.report.error(
                Code::EmptyFile,
                place,
                "a compose file is a mapping with a key `services`",
            );
            return None;
        };
        let lookup = |name: &str| scope.env.get(name).cloned();
        variables::interpolate(&mut layer, &lookup, &self.budget, &mut self.report);
        Some(layer)
    }

    /// Lays one document over those before.
    pub(crate) fn lay_over(&mut self, model: &mut Map, layer: Map, purpose: Purpose) {
        merge::merge(model, layer, &self.budget, &mut self.report);
        unique::enforce(model, &mut self.report);
        if purpose == Purpose::Project {
            schema::validate::validate(model, &mut self.report);
            model.shift_remove("version");
        }
        canonical::canonical(model, &self.budget, &mut self.report);
        unique::enforce(model, &mut self.report);
    }

    /// Reads environment files, the later over the earlier. Their variables are looked up in `env` first.
    pub(crate) fn env_files(&mut self, files: &[String], env: &Env, wanted: Place) -> Variables {
        let mut variables = Variables::new();
        for path in files {
            if self.files.kind(path) == Some(FileKind::Folder) {
                self.report.error(
                    Code::FileUnreadable,
                    wanted,
                    format!("`{path}` is a folder, not an environment file"),
                );
                continue;
            }
            if let Some(file) = self.text(path, wanted) {
                let lookup = |name: &str| env.get(name).cloned();
                self.dotenv(file, &mut variables, &lookup);
            }
        }
        variables
    }

    /// Reads the variables of one file that was read.
    pub(crate) fn dotenv(&mut self, file: u16, out: &mut Variables, lookup: crate::text::template::Lookup<'_>) {
        let place = |offset: usize| {
            let offset = u32::try_from(offset).unwrap_or(u32::MAX);
            Sources::place(file, offset, offset.saturating_add(1))
        };
        match dotenv::parse(self.sources.text(file), out, lookup, self.budget.text_left()) {
            Ok(remarks) => {
                let used = out.values().map(String::len).sum();
                self.budget.text(used);
                for (name, offset) in remarks.unset {
                    let message = format!("the variable `{name}` is not set, so it is empty here");
                    self.report.warning(Code::UnsetVariable, place(offset), message);
                }
                for offset in remarks.nameless {
                    let message = "this sets a variable without a name";
                    self.report
                        .warning(Code::Surprising, place(offset), message)
                        .hint("write `NAME=value`, one to a line");
                }
            }
            Err(error) => {
                self.report.error(Code::BadEnvFile, place(error.offset), error.message);
            }
        }
    }
}

/// Removes from a model what `!reset` and `!override` name.
pub(crate) fn remove(model: &mut Map, resets: &[Vec<String>]) {
    for reset in resets {
        let Some((last, way)) = reset.split_last() else {
            continue;
        };
        let mut at = Some(&mut *model);
        for key in way {
            at = at.and_then(|map| map.get_mut(key)).and_then(Node::as_map_mut);
        }
        if let Some(map) = at {
            map.shift_remove(last);
        }
    }
}
