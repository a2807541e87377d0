//! What the long forms must keep to, beyond their shapes.

use crate::report::{Code, Report};
use crate::text::port;
use crate::tree::{Map, Node, Path};

/// Checks a model in its long form, before paths are resolved.
pub(crate) fn check(model: &Map, report: &mut Report) {
    let mut rules = Rules { report };
    for (name, volume) in entries(model.get("volumes")) {
        rules.external_alone(volume, &Path::ROOT.key("volumes").key(name));
    }
    for (kind, sources) in [
        ("configs", &["file", "environment", "content"][..]),
        ("secrets", &["file", "environment"]),
    ] {
        for (name, resource) in entries(model.get(kind)) {
            rules.one_source(resource, sources, &Path::ROOT.key(kind).key(name));
        }
    }
    let services = Path::ROOT.key("services");
    for (name, service) in entries(model.get("services")) {
        rules.service(service, &services.key(name));
    }
}

fn entries(node: Option<&Node>) -> impl Iterator<Item = (&str, &Node)> {
    node.and_then(Node::as_map)
        .into_iter()
        .flatten()
        .map(|(key, node)| (key.as_str(), node))
}

fn items(node: Option<&Node>) -> impl Iterator<Item = &Node> {
    node.and_then(Node::as_list).into_iter().flatten()
}

struct Rules<'r> {
    report: &'r mut Report,
}

impl Rules<'_> {
    fn external_alone(&mut self, resource: &Node, path: &Path<'_>) {
        if resource.get("external").and_then(Node::as_bool) != Some(true) {
            return;
        }
        for (key, node) in entries(Some(resource)) {
            if !matches!(key, "name" | "external") && !key.starts_with("x-") {
                let message = format!("`{path}` exists outside of this stack, so `{key}` cannot be given");
                self.report.error(Code::Conflict, node.key, message).at(path);
            }
        }
    }

    fn one_source(&mut self, resource: &Node, sources: &[&str], path: &Path<'_>) {
        let given: Vec<_> = sources.iter().filter(|source| resource.get(source).is_some()).collect();
        if given.len() > 1 {
            let message = format!("`{path}` can have only one of {}", or(sources));
            self.report.error(Code::Conflict, resource.key, message).at(path);
        }
        if given.is_empty() && resource.get("driver").is_none() && resource.get("external").is_none() {
            let message = format!("`{path}` must have one of {}", or(sources));
            self.report.error(Code::MissingKey, resource.key, message).at(path);
        }
    }

    fn service(&mut self, service: &Node, path: &Path<'_>) {
        for (index, port) in items(service.get("ports")).enumerate() {
            if let Some(address) = port
                .get("host_ip")
                .and_then(Node::as_str)
                .filter(|text| !port::is_address(text))
            {
                let message = format!("`{address}` is not an IP address");
                self.report
                    .error(Code::BadValue, port.place, message)
                    .at(&path.key("ports").index(index));
            }
        }
        for watch in items(service.get("develop").and_then(|develop| develop.get("watch"))) {
            if watch.get("path").and_then(Node::as_str) == Some("") {
                let message = "the path to watch cannot be empty";
                self.report
                    .error(Code::BadValue, watch.place, message)
                    .at(&path.key("develop"));
            }
        }
        let mut reserved = service.get("deploy");
        for key in ["resources", "reservations", "devices"] {
            reserved = reserved.and_then(|node| node.get(key));
        }
        for request in items(service.get("gpus")).chain(items(reserved)) {
            if request.get("count").is_some() && request.get("device_ids").is_some() {
                let message = "`count` and `device_ids` exclude each other";
                self.report.error(Code::Conflict, request.place, message).at(path);
            }
        }
        for (index, volume) in items(service.get("volumes")).enumerate() {
            let bind = volume.get("type").and_then(Node::as_str) == Some("bind");
            if bind && volume.get("source").is_none() {
                let message = "a bind mount needs a `source`: the path on the host";
                self.report
                    .error(Code::MissingKey, volume.place, message)
                    .at(&path.key("volumes").index(index));
            }
        }
    }
}

fn or(words: &[&str]) -> String {
    words
        .iter()
        .map(|word| format!("`{word}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
