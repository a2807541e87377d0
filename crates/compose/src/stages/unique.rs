//! Lists in which an item that is given later takes the place of one given before.

use std::collections::HashMap;

use crate::report::{Code, Report};
use crate::text::volume;
use crate::tree::{Map, Node, Path, Value};

/// By what two items are known to be the same.
#[derive(Clone, Copy)]
enum Identity {
    /// What stands before `=`.
    Key,
    /// Where a volume is mounted.
    Mount,
    /// Where a device appears.
    Device,
    /// Where a secret or config appears.
    File(&'static str),
    /// The whole item.
    Text,
    /// Address, host port, container port and protocol.
    Port,
    /// The path of an environment file.
    EnvFile,
}

const UNIQUE: &[(&[&str], Identity)] = &[
    (&["networks", "*", "labels"], Identity::Key),
    (&["networks", "*", "ipam", "options"], Identity::Key),
    (&["services", "*", "annotations"], Identity::Key),
    (&["services", "*", "build", "args"], Identity::Key),
    (&["services", "*", "build", "additional_contexts"], Identity::Key),
    (&["services", "*", "build", "tags"], Identity::Key),
    (&["services", "*", "build", "labels"], Identity::Key),
    (&["services", "*", "cap_add"], Identity::Key),
    (&["services", "*", "cap_drop"], Identity::Key),
    (&["services", "*", "configs"], Identity::File("")),
    (&["services", "*", "deploy", "labels"], Identity::Key),
    (&["services", "*", "devices"], Identity::Device),
    (&["services", "*", "dns"], Identity::Key),
    (&["services", "*", "dns_opt"], Identity::Key),
    (&["services", "*", "dns_search"], Identity::Key),
    (&["services", "*", "env_file"], Identity::EnvFile),
    (&["services", "*", "environment"], Identity::Key),
    (&["services", "*", "expose"], Identity::Text),
    (&["services", "*", "labels"], Identity::Key),
    (&["services", "*", "links"], Identity::Key),
    (&["services", "*", "networks", "*", "aliases"], Identity::Key),
    (&["services", "*", "networks", "*", "link_local_ips"], Identity::Key),
    (&["services", "*", "ports"], Identity::Port),
    (&["services", "*", "profiles"], Identity::Key),
    (&["services", "*", "secrets"], Identity::File("/run/secrets")),
    (&["services", "*", "sysctls"], Identity::Key),
    (&["services", "*", "tmpfs"], Identity::Key),
    (&["services", "*", "volumes"], Identity::Mount),
];

/// Keeps of each item the last one, in the place of the first.
pub(crate) fn enforce(model: &mut Map, report: &mut Report) {
    for (key, node) in model.iter_mut() {
        walk(node, &Path::ROOT.key(key), report);
    }
}

fn walk(node: &mut Node, path: &Path<'_>, report: &mut Report) {
    match &mut node.value {
        Value::Map(map) => {
            for (key, node) in map.iter_mut() {
                walk(node, &path.key(key), report);
            }
        }
        Value::List(items) => {
            let Some((_, identity)) = UNIQUE.iter().find(|(pattern, _)| path.matches(pattern)) else {
                return;
            };
            let mut places: HashMap<String, usize> = HashMap::new();
            let mut kept: Vec<Node> = Vec::with_capacity(items.len());
            for item in std::mem::take(items) {
                match identity.of(&item) {
                    Ok(Some(known)) => match places.get(&known) {
                        Some(&at) => kept[at] = item,
                        None => {
                            places.insert(known, kept.len());
                            kept.push(item);
                        }
                    },
                    Ok(None) => kept.push(item),
                    Err(missing) => {
                        let message = format!("this item of `{path}` lacks the key `{missing}`");
                        report.error(Code::MissingKey, item.place, message).at(path);
                    }
                }
            }
            *items = kept;
        }
        _ => {}
    }
}

impl Identity {
    /// What an item is known by; nothing where it has the wrong type, which is reported elsewhere.
    fn of(self, item: &Node) -> Result<Option<String>, &'static str> {
        let text = |key: &str| item.get(key).and_then(Node::to_text);
        Ok(match (self, &item.value) {
            (Identity::Key, Value::Str(text)) => Some(text.split('=').next().unwrap_or_default().to_owned()),
            (Identity::Mount, Value::Str(text)) => volume::parse(text).ok().map(|volume| volume.target),
            (Identity::Mount | Identity::Device, Value::Map(_)) => Some(text("target").ok_or("target")?),
            (Identity::Device, Value::Str(text)) => {
                let mut parts = text.split(':');
                let source = parts.next();
                parts.next().or(source).map(str::to_owned)
            }
            (Identity::File(folder), Value::Str(name)) => Some(format!("{folder}/{name}")),
            (Identity::File(folder), Value::Map(_)) => {
                let default = || format!("{folder}/{}", text("source").unwrap_or_default());
                Some(text("target").unwrap_or_else(default))
            }
            (Identity::Text | Identity::Port, Value::Int(number)) => Some(number.to_string()),
            (Identity::Text | Identity::Port | Identity::EnvFile, Value::Str(text)) => Some(text.clone()),
            (Identity::EnvFile, Value::Map(_)) => text("path"),
            (Identity::Port, Value::Map(map)) => {
                let target = map.get("target").ok_or("target")?;
                // A number and a text are not the same port to docker compose, even where they read alike.
                let published = map.get("published").map_or_else(String::new, |node| match node.value {
                    Value::Int(number) => format!("number {number}"),
                    _ => node.to_text().unwrap_or_default(),
                });
                let host = text("host_ip").unwrap_or_else(|| "0.0.0.0".to_owned());
                let protocol = text("protocol").unwrap_or_else(|| "tcp".to_owned());
                Some(format!(
                    "{host}:{published}:{}/{protocol}",
                    target.to_text().unwrap_or_default()
                ))
            }
            _ => None,
        })
    }
}
