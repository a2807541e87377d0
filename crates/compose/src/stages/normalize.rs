//! Writes out what is implied: the default network, names of resources, dependencies, variables taken from outside.

use std::collections::BTreeMap;

use crate::source::Place;
use crate::text::path;
use crate::tree::{Map, Node, Value};

use super::canonical::{each_item, each_map};

/// Writes out what is implied in a whole project of this name.
pub(crate) fn normalize(model: &mut Map, project: &str, env: &BTreeMap<String, String>) {
    default_network(model);
    each_map(model.get_mut("services"), |_, service| {
        if service.get("pull_policy").and_then(Node::as_str) == Some("if_not_present") {
            service.insert("pull_policy".to_owned(), Node::text("missing", Place::NOWHERE));
        }
        if let Some(build) = service.get_mut("build").and_then(Node::as_map_mut) {
            if build.get("context").is_none_or(Node::is_null) {
                build.insert("context".to_owned(), Node::text(".", Place::NOWHERE));
            }
            let given = |key: &str| build.get(key).is_some_and(|node| !node.is_null());
            if !given("dockerfile") && !given("dockerfile_inline") {
                build.insert("dockerfile".to_owned(), Node::text("Dockerfile", Place::NOWHERE));
            }
            from_outside(build.get_mut("args"), env, false);
        }
        from_outside(service.get_mut("environment"), env, true);
        each_item(service.get_mut("volumes"), |volume| {
            if let Some(Value::Str(target)) = volume.get_mut("target").map(|node| &mut node.value) {
                *target = path::clean(target);
            }
        });
        implied_dependencies(service);
    });
    resource_names(model, project);
}

/// Takes the values of the variables in a list from the environment.
pub(crate) fn environment_lists(model: &mut Map, env: &BTreeMap<String, String>) {
    each_map(model.get_mut("services"), |_, service| {
        for item in service
            .get_mut("environment")
            .and_then(Node::as_list_mut)
            .into_iter()
            .flatten()
        {
            if let Some(value) = item
                .as_str()
                .and_then(|name| Some(format!("{name}={}", env.get(name)?)))
            {
                item.value = Value::Str(value);
            }
        }
    });
}

fn default_network(model: &mut Map) {
    let mut used = false;
    each_map(model.get_mut("services"), |_, service| {
        if service.contains_key("provider") || service.contains_key("network_mode") {
            return;
        }
        let empty = |node: &Node| node.as_map().is_none_or(Map::is_empty);
        if service.get("networks").is_none_or(empty) {
            let default = Node::map([("default", Node::default())], Place::NOWHERE);
            service.insert("networks".to_owned(), default);
        }
        used |= service
            .get("networks")
            .is_some_and(|networks| networks.get("default").is_some());
    });
    if used {
        let networks = model.entry("networks".to_owned()).or_default();
        if networks.is_null() {
            networks.value = Value::Map(Map::new());
        }
        if let Some(networks) = networks.as_map_mut() {
            networks.entry("default".to_owned()).or_default();
        }
    }
}

/// Gives variables without a value that of the environment; those that are not set there stay only by `keep`.
fn from_outside(node: Option<&mut Node>, env: &BTreeMap<String, String>, keep: bool) {
    match node.map(|node| &mut node.value) {
        Some(Value::Map(map)) => map.retain(|name, node| {
            if !node.is_null() {
                return true;
            }
            if let Some(value) = env.get(name) {
                node.value = Value::Str(value.clone());
                return true;
            }
            keep
        }),
        Some(Value::List(items)) => items.retain_mut(|item| {
            let Some(name) = item.as_str().filter(|text| !text.contains('=')) else {
                return item.as_str().is_some();
            };
            if let Some(value) = env.get(name) {
                item.value = Value::Str(format!("{name}={value}"));
                return true;
            }
            keep
        }),
        _ => {}
    }
}

fn implied_dependencies(service: &mut Map) {
    let mut implied: Vec<(String, bool, Place)> = Vec::new();
    let texts = |key: &str| -> Vec<(String, Place)> {
        let items = service.get(key).and_then(Node::as_list).into_iter().flatten();
        items
            .filter_map(|item| Some((item.as_str()?.to_owned(), item.place)))
            .collect()
    };
    for (link, place) in texts("links") {
        let parts: Vec<&str> = link.split(':').collect();
        let target = if parts.len() == 2 { parts[0] } else { &link };
        implied.push((target.to_owned(), true, place));
    }
    for namespace in ["network_mode", "ipc", "pid", "uts", "cgroup"] {
        let node = service.get(namespace);
        if let Some((node, target)) = node.and_then(|node| Some((node, node.as_str()?.strip_prefix("service:")?))) {
            implied.push((target.to_owned(), true, node.place));
        }
    }
    for (from, place) in texts("volumes_from") {
        if !from.starts_with("container:") {
            implied.push((from.split(':').next().unwrap_or_default().to_owned(), false, place));
        }
    }
    if implied.is_empty() {
        return;
    }
    let dependencies = service.entry("depends_on".to_owned()).or_default();
    if dependencies.is_null() {
        dependencies.value = Value::Map(Map::new());
    }
    let Some(dependencies) = dependencies.as_map_mut() else {
        return;
    };
    for (target, restart, place) in implied {
        dependencies.entry(target).or_insert_with(|| {
            let entries = [
                ("condition", Node::text("service_started", place)),
                ("restart", Node::boolean(restart, place)),
                ("required", Node::boolean(true, place)),
            ];
            Node::map(entries, place).keyed(place)
        });
    }
}

fn resource_names(model: &mut Map, project: &str) {
    for kind in ["networks", "volumes", "configs", "secrets"] {
        for (key, node) in model.get_mut(kind).and_then(Node::as_map_mut).into_iter().flatten() {
            if node.is_null() {
                node.value = Value::Map(Map::new());
            }
            let Some(resource) = node.as_map_mut() else { continue };
            if resource.get("name").is_none_or(Node::is_null) {
                let external = resource.get("external").and_then(Node::as_bool) == Some(true);
                let name = if external {
                    key.clone()
                } else {
                    format!("{project}_{key}")
                };
                resource.insert("name".to_owned(), Node::text(name, Place::NOWHERE));
            }
        }
    }
}
