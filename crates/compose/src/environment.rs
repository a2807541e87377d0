//! Variables and labels of services that stand in files of their own.

use std::collections::BTreeMap;

use crate::files::FileKind;
use crate::loader::{Env, Loader};
use crate::model::service::EnvFile;
use crate::model::{Project, Service};
use crate::places::Places;
use crate::report::Code;
use crate::source::Place;
use crate::text::dotenv::Variables;

/// Brings into the enabled services what their `env_file` and `label_file` hold.
pub(crate) fn resolve(loader: &mut Loader<'_>, project: &mut Project, env: &Env, places: &Places<'_>) {
    for (name, service) in &mut project.services {
        variables(loader, service, env, |key| places.of(&["services", name, key]));
        labels(loader, service, |key| places.of(&["services", name, key]));
    }
}

fn variables(loader: &mut Loader<'_>, service: &mut Service, env: &Env, place: impl Fn(&str) -> Place) {
    for (name, value) in &mut service.environment.0 {
        if value.is_none() {
            *value = env.get(name).cloned();
        }
    }
    let own = &service.environment.0;
    let lookup = |name: &str| env.get(name).cloned().or_else(|| own.get(name).cloned().flatten());
    let mut found: Variables = own
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), value.clone()?)))
        .collect();
    for file in &service.env_file {
        read(loader, file, &mut found, &lookup, place("env_file"));
    }
    let mut resolved: BTreeMap<_, _> = found.into_iter().map(|(name, value)| (name, Some(value))).collect();
    resolved.extend(std::mem::take(&mut service.environment.0));
    service.environment.0 = resolved;
    service.env_file.clear();
}

fn read(
    loader: &mut Loader<'_>,
    file: &EnvFile,
    found: &mut Variables,
    lookup: &dyn Fn(&str) -> Option<String>,
    place: Place,
) {
    if !file.required && loader.files.kind(&file.path).is_none() {
        return;
    }
    if loader.files.kind(&file.path) == Some(FileKind::Folder) {
        let message = format!("`{}` is a folder, not an environment file", file.path);
        loader.report.error(Code::FileUnreadable, place, message);
        return;
    }
    let Some(number) = loader.text(&file.path, place) else {
        return;
    };
    match file.format.as_str() {
        "raw" => raw(loader, number, found, lookup, place),
        _ => loader.dotenv(number, found, lookup),
    }
}

/// Lines of `NAME=value` without quotes or variables.
fn raw(
    loader: &mut Loader<'_>,
    number: u16,
    found: &mut Variables,
    lookup: &dyn Fn(&str) -> Option<String>,
    place: Place,
) {
    let text = loader.sources.text(number);
    for line in text.trim_start_matches('\u{feff}').lines() {
        let line = line.trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, value) = line
            .split_once('=')
            .map_or((line, None), |(name, value)| (name, Some(value)));
        if name.is_empty() || name.contains(char::is_whitespace) {
            let message = format!("`{name}` is not the name of a variable");
            loader.report.error(Code::BadEnvFile, place, message);
            return;
        }
        if let Some(value) = value.map(str::to_owned).or_else(|| lookup(name)) {
            found.insert(name.to_owned(), value);
        }
    }
}

fn labels(loader: &mut Loader<'_>, service: &mut Service, place: impl Fn(&str) -> Place) {
    let mut found = Variables::new();
    for path in std::mem::take(&mut service.label_file) {
        if let Some(number) = loader.text(&path, place("label_file")) {
            let known = found.clone();
            loader.dotenv(number, &mut found, &|name| known.get(name).cloned());
        }
    }
    let own = std::mem::take(&mut service.labels.0);
    service.labels.0 = found.into_iter().collect();
    service.labels.0.extend(own);
}
