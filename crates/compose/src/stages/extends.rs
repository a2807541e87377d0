//! `extends`: a service starts from another one, of the same file or of another.

use crate::loader::{Loader, Purpose, Scope, remove};
use crate::report::Code;
use crate::source::Place;
use crate::stages::{merge, paths};
use crate::text::path;
use crate::tree::{Map, Node, Value};

/// How many services may extend each other in a row.
const CHAIN: usize = 50;

/// Brings into the services of one document what they extend.
pub(crate) fn apply(loader: &mut Loader<'_>, layer: &mut Map, scope: &Scope, file: &str, resets: &[Vec<String>]) {
    let Some(services) = layer.get_mut("services").and_then(Node::as_map_mut) else {
        return;
    };
    let names: Vec<String> = services.keys().cloned().collect();
    let mut chain = Vec::new();
    for name in names {
        let mut extension = Extension {
            loader,
            scope,
            file,
            resets,
            chain: &mut chain,
        };
        extension.service(&name, services);
        chain.clear();
    }
}

/// The services of one file that are being extended.
struct Extension<'e, 'l> {
    loader: &'e mut Loader<'l>,
    scope: &'e Scope,
    file: &'e str,
    resets: &'e [Vec<String>],
    /// The services that led here.
    chain: &'e mut Vec<(String, String)>,
}

impl Extension<'_, '_> {
    fn service(&mut self, name: &str, services: &mut Map) {
        let Some(service) = services.get_mut(name).and_then(Node::as_map_mut) else {
            return;
        };
        let here = (self.file.to_owned(), name.to_owned());
        if self.chain.contains(&here) || self.chain.len() >= CHAIN {
            let place = service.values().next().map_or(Place::NOWHERE, |node| node.place);
            let names: Vec<_> = self.chain.iter().map(|(_, name)| name.as_str()).chain([name]).collect();
            let message = format!("services extend each other in a circle: {}", names.join(" → "));
            return self.error(Code::ExtendsCycle, place, &message);
        }
        let Some(extends) = service.shift_remove("extends") else {
            return;
        };
        let place = if extends.place.is_nowhere() {
            extends.key
        } else {
            extends.place
        };
        let (base_name, file) = match &extends.value {
            Value::Str(base) => (base.clone(), None),
            Value::Map(map) => {
                let file = map.get("file").filter(|file| !file.is_null());
                match (
                    map.get("service").and_then(Node::as_str),
                    file.map(|node| (node.as_str(), node.place)),
                ) {
                    (Some(base), None) => (base.to_owned(), None),
                    (Some(base), Some((Some(file), file_place))) => {
                        (base.to_owned(), Some((file.to_owned(), file_place)))
                    }
                    (None, _) => return self.error(Code::MissingKey, place, "`extends` needs the key `service`"),
                    (_, Some((None, place))) => return self.error(Code::WrongType, place, "`file` must be a string"),
                }
            }
            Value::Null => return self.error(Code::MissingKey, extends.key, "`extends` names no service"),
            _ => {
                return self.error(
                    Code::WrongType,
                    place,
                    "`extends` is the name of a service or a mapping",
                );
            }
        };
        self.chain.push(here);
        let base = match file {
            Some((file, file_place)) => self.base_of_file(&file, file_place, &base_name, place),
            None => self.base_here(&base_name, place, services),
        };
        self.chain.pop();
        let Some(mut base) = base else { return };
        let Some(service) = services.get_mut(name) else { return };
        let mut wrapped = Map::from_iter([(name.to_owned(), base)]);
        let own = self
            .resets
            .iter()
            .filter(|reset| reset.first().is_some_and(|key| key == "services"));
        let own: Vec<Vec<String>> = own.map(|reset| reset[1..].to_vec()).collect();
        remove(&mut wrapped, &own);
        base = wrapped.swap_remove(name).unwrap_or_default();
        if let (Value::Map(base), Value::Map(over)) = (&mut base.value, std::mem::take(&mut service.value)) {
            merge::extend(base, over, name, &self.loader.budget, &mut self.loader.report);
        }
        service.value = base.value;
    }

    fn error(&mut self, code: Code, place: Place, message: &str) {
        self.loader.report.error(code, place, message);
    }

    fn base_here(&mut self, base: &str, place: Place, services: &mut Map) -> Option<Node> {
        if !services.contains_key(base) {
            self.error(
                Code::Undefined,
                place,
                &format!("there is no service `{base}` to extend in this file"),
            );
            return None;
        }
        self.service(base, services);
        services
            .get(base)
            .filter(|base| base.as_map().is_some())?
            .copy(&self.loader.budget)
    }

    fn base_of_file(&mut self, file: &str, file_place: Place, base: &str, place: Place) -> Option<Node> {
        if is_remote(file) {
            let message = format!("`{file}` is on another machine; Stardeck reads only files that are here");
            self.error(Code::RemoteFile, file_place, &message);
            return None;
        }
        let file = path::absolute(&self.scope.directory, file);
        let number = self.loader.text(&file, file_place)?;
        let mut model = Map::new();
        let mut resets = Vec::new();
        for document in self.loader.documents(number) {
            let Some(layer) = self.loader.layer(document.root, self.scope) else {
                continue;
            };
            remove(&mut model, &document.resets);
            self.loader.lay_over(&mut model, layer, Purpose::Base);
            resets = document.resets;
        }
        let directory = path::parent(&file);
        let base_paths = paths::Base {
            directory: &directory,
            home: self.loader.home.as_deref(),
            files: self.loader.files,
        };
        paths::resolve(&mut model, &base_paths);
        let services = model.get_mut("services").and_then(Node::as_map_mut);
        let Some(services) = services.filter(|services| services.contains_key(base)) else {
            self.error(
                Code::Undefined,
                place,
                &format!("there is no service `{base}` in `{file}`"),
            );
            return None;
        };
        let mut extension = Extension {
            loader: &mut *self.loader,
            scope: self.scope,
            file: &file,
            resets: &resets,
            chain: &mut *self.chain,
        };
        extension.service(base, services);
        services.swap_remove(base).filter(|base| base.as_map().is_some())
    }
}

/// Whether a file is named by an address of another machine.
pub(crate) fn is_remote(file: &str) -> bool {
    let schemes = [
        "http://",
        "https://",
        "git://",
        "ssh://",
        "oci://",
        "git@",
        "github.com/",
    ];
    schemes.iter().any(|scheme| file.starts_with(scheme))
}
