//! Short forms become long ones, and defaults are filled in.

use crate::limits::Budget;
use crate::report::{Code, Report};
use crate::source::Place;
use crate::text::{path as paths, port, volume};
use crate::tree::{Map, Node, Path, Value};

/// Gives every value its long form.
pub(crate) fn canonical(model: &mut Map, budget: &Budget, report: &mut Report) {
    let mut stage = Canonical { budget, report };
    let services = Path::ROOT.key("services");
    each_map(model.get_mut("services"), |name, service| {
        stage.service(service, &services.key(name));
    });
    for kind in ["networks", "volumes", "secrets", "configs"] {
        let path = Path::ROOT.key(kind);
        each_map(model.get_mut(kind), |name, resource| {
            stage.external(resource, &path.key(name));
        });
    }
}

/// Fills in what a value is where nothing is said.
pub(crate) fn defaults(model: &mut Map) {
    each_map(model.get_mut("services"), |_, service| {
        let place = Place::NOWHERE;
        if let Some(build) = service.get_mut("build").and_then(Node::as_map_mut) {
            build
                .entry("context".to_owned())
                .or_insert_with(|| Node::text(".", place));
        }
        each_item(service.get_mut("secrets"), |secret| {
            let source = secret.get("source").and_then(Node::to_text).unwrap_or_default();
            let target = || Node::text(format!("/run/secrets/{source}"), place);
            secret.entry("target".to_owned()).or_insert_with(target);
        });
        each_item(service.get_mut("ports"), |port| {
            port.entry("protocol".to_owned())
                .or_insert_with(|| Node::text("tcp", place));
            port.entry("mode".to_owned())
                .or_insert_with(|| Node::text("ingress", place));
        });
        let count_all = |request: &mut Map| {
            if !request.contains_key("count") && !request.contains_key("device_ids") {
                request.insert("count".to_owned(), Node::text("all", place));
            }
        };
        each_item(service.get_mut("gpus"), count_all);
        let mut at = service.get_mut("deploy");
        for key in ["resources", "reservations", "devices"] {
            at = at.and_then(|node| node.get_mut(key));
        }
        each_item(at, count_all);
    });
}

/// Calls `f` for each mapping in a mapping.
pub(crate) fn each_map(node: Option<&mut Node>, mut f: impl FnMut(&str, &mut Map)) {
    if let Some(map) = node.and_then(Node::as_map_mut) {
        for (key, node) in map.iter_mut() {
            if let Some(inner) = node.as_map_mut() {
                f(key, inner);
            }
        }
    }
}

/// Calls `f` for each mapping in a list.
pub(crate) fn each_item(node: Option<&mut Node>, mut f: impl FnMut(&mut Map)) {
    for item in node.and_then(Node::as_list_mut).into_iter().flatten() {
        if let Some(map) = item.as_map_mut() {
            f(map);
        }
    }
}

struct Canonical<'a> {
    budget: &'a Budget,
    report: &'a mut Report,
}

impl Canonical<'_> {
    fn service(&mut self, service: &mut Map, path: &Path<'_>) {
        for (key, node) in service.iter_mut() {
            let path = path.key(key);
            match key.as_str() {
                "build" => self.build(node, &path),
                "depends_on" => {
                    let entries = node.as_list().map_or(0, <[Node]>::len);
                    if self.budget.values(entries * 3) {
                        dependencies(node);
                    }
                }
                "env_file" => env_files(node),
                "label_file" | "dns" => into_list(node),
                "extends" => {
                    if let Some(service) = node.as_str() {
                        node.value = Node::map([("service", Node::text(service, node.place))], node.place).value;
                    }
                }
                "gpus" if node.as_str().is_some() => {
                    let all = Node::map([("count", Node::text("all", node.place))], node.place);
                    node.value = Value::List(vec![all]);
                }
                "networks" | "models" => names(node),
                "volumes" => self.each(node, &path, Self::volume),
                "devices" => self.each(node, &path, Self::device),
                "secrets" | "configs" => self.each(node, &path, Self::file_mount),
                "ports" => self.ports(node, &path),
                "develop" => {
                    each_item(node.get_mut("watch"), |watch| {
                        watch.get_mut("ignore").map(into_list);
                        watch.get_mut("include").map(into_list);
                    });
                }
                _ => {}
            }
        }
        // Empty entries mean nothing among name servers.
        if let Some(servers) = service.get_mut("dns").and_then(Node::as_list_mut) {
            servers.retain(|server| server.as_str() != Some("") && !server.is_null());
        }
    }

    fn each(&mut self, node: &mut Node, path: &Path<'_>, f: fn(&mut Self, &mut Node, &Path<'_>) -> bool) {
        if let Some(items) = node.as_list_mut() {
            let mut index = 0;
            items.retain_mut(|item| {
                let keep = f(self, item, &path.index(index));
                index += 1;
                keep
            });
        }
    }

    fn build(&mut self, node: &mut Node, path: &Path<'_>) {
        if let Some(context) = node.as_str() {
            node.value = Node::map([("context", Node::text(context, node.place))], node.place).value;
        }
        let Some(build) = node.as_map_mut() else { return };
        for (key, node) in build.iter_mut() {
            let path = path.key(key);
            match key.as_str() {
                "secrets" => self.each(node, &path, Self::file_mount),
                "provenance" | "sbom" => {
                    if let Some(text) = node.to_text() {
                        node.value = Value::Str(text);
                    }
                }
                "additional_contexts" => self.key_values(node, &path),
                "ssh" => self.ssh(node, &path),
                _ => {}
            }
        }
    }

    fn key_values(&mut self, node: &mut Node, path: &Path<'_>) {
        let Some(items) = node.as_list_mut() else { return };
        let mut map = Map::new();
        for item in std::mem::take(items) {
            let Some((key, value)) = item.as_str().and_then(|text| text.split_once('=')) else {
                let message = format!("an item of `{path}` has the form `name=value`");
                self.report.error(Code::BadValue, item.place, message).at(path);
                continue;
            };
            map.insert(key.to_owned(), Node::text(value, item.place).keyed(item.place));
        }
        node.value = Value::Map(map);
    }

    fn ssh(&mut self, node: &mut Node, path: &Path<'_>) {
        let Some(items) = node.as_list_mut() else { return };
        let mut map = Map::new();
        for item in std::mem::take(items) {
            match item.as_str().map(|text| (text, text.split_once('='))) {
                Some((_, Some((id, key)))) => {
                    map.insert(id.to_owned(), Node::text(key, item.place).keyed(item.place));
                }
                Some(("default", None)) => {
                    map.insert(
                        "default".to_owned(),
                        Node::new(Value::Null, item.place).keyed(item.place),
                    );
                }
                _ => {
                    let message = "an SSH key has the form `name=path`; only `default` stands alone";
                    self.report.error(Code::BadValue, item.place, message).at(path);
                }
            }
        }
        node.value = Value::Map(map);
    }

    fn volume(&mut self, node: &mut Node, path: &Path<'_>) -> bool {
        let place = node.place;
        let Some(text) = node.as_str() else { return true };
        let parsed = match volume::parse(text) {
            Ok(parsed) => parsed,
            Err(message) => {
                self.report.error(Code::BadValue, place, message).at(path);
                return false;
            }
        };
        for option in &parsed.ignored {
            let message = format!("the mount option `{option}` means nothing and is left out");
            self.report.warning(Code::Surprising, place, message).at(path);
        }
        let kind = if parsed.bind { "bind" } else { "volume" };
        let mut map = Map::new();
        let mut set = |key: &str, node: Node| map.insert(key.to_owned(), node);
        set("type", Node::text(kind, place));
        if !parsed.source.is_empty() {
            set("source", Node::text(parsed.source, place));
        }
        set("target", Node::text(paths::clean(&parsed.target), place));
        if parsed.read_only {
            set("read_only", Node::boolean(true, place));
        }
        if parsed.bind || parsed.propagation.is_some() || parsed.selinux.is_some() {
            let selinux = parsed.selinux.map(|label| ("selinux", Node::text(label, place)));
            let propagation = parsed.propagation.map(|kind| ("propagation", Node::text(kind, place)));
            let create = parsed.bind.then(|| ("create_host_path", Node::boolean(true, place)));
            let bind = selinux.into_iter().chain(propagation).chain(create);
            set("bind", Node::map(bind, place));
        }
        if !parsed.bind || parsed.no_copy {
            let no_copy = parsed.no_copy.then(|| ("nocopy", Node::boolean(true, place)));
            set("volume", Node::map(no_copy, place));
        }
        node.value = Value::Map(map);
        true
    }

    fn device(&mut self, node: &mut Node, path: &Path<'_>) -> bool {
        let place = node.place;
        let Some(text) = node.as_str() else { return true };
        let parts: Vec<&str> = text.split(':').collect();
        let (source, target, permissions) = match parts.as_slice() {
            [source] => (*source, "", "rwm"),
            [source, target] => (*source, *target, "rwm"),
            [source, target, permissions] => (*source, *target, *permissions),
            _ => {
                let message = format!("`{text}` has too many colons for a device; use the long form");
                self.report.error(Code::BadValue, place, message).at(path);
                return false;
            }
        };
        let target = if target.is_empty() { source } else { target };
        let entries = [("source", source), ("target", target), ("permissions", permissions)];
        node.value = Node::map(entries.map(|(key, value)| (key, Node::text(value, place))), place).value;
        true
    }

    fn file_mount(&mut self, node: &mut Node, _path: &Path<'_>) -> bool {
        if let Some(source) = node.as_str() {
            node.value = Node::map([("source", Node::text(source, node.place))], node.place).value;
        }
        true
    }

    fn ports(&mut self, node: &mut Node, path: &Path<'_>) {
        let Some(items) = node.as_list_mut() else { return };
        let mut ports = Vec::with_capacity(items.len());
        for (index, item) in std::mem::take(items).into_iter().enumerate() {
            let text = match &item.value {
                Value::Int(number) => number.to_string(),
                Value::Str(text) => text.clone(),
                Value::Map(_) => {
                    ports.push(item);
                    continue;
                }
                _ => {
                    let message = format!(
                        "a port is a whole number or a text such as `8080:80`, not {}",
                        item.kind()
                    );
                    self.report
                        .error(Code::BadValue, item.place, message)
                        .at(&path.index(index));
                    continue;
                }
            };
            if !self.budget.values(port::count(&text).saturating_mul(6)) {
                return;
            }
            match port::parse(&text) {
                Ok(parsed) => ports.extend(parsed.into_iter().map(|port| long_port(port, item.place))),
                Err(message) => {
                    self.report
                        .error(Code::BadValue, item.place, message)
                        .at(&path.index(index));
                }
            }
        }
        node.value = Value::List(ports);
    }

    fn external(&mut self, resource: &mut Map, path: &Path<'_>) {
        let Some(external) = resource.get_mut("external") else {
            return;
        };
        if external.as_map().is_none() {
            return;
        }
        let place = external.place;
        let named = external.get("name").filter(|name| !name.is_null()).cloned();
        external.value = Value::Bool(true);
        let Some(external_name) = named else { return };
        self.report
            .warning(
                Code::Obsolete,
                place,
                "`external.name` is obsolete: give `name`, and `external: true`",
            )
            .at(path);
        match resource.get("name") {
            Some(name) if *name != external_name => {
                let message = format!("`{path}` has two names; remove `external.name`");
                self.report.error(Code::Conflict, place, message).at(path);
            }
            Some(_) => {}
            None => {
                resource.insert("name".to_owned(), external_name);
            }
        }
    }
}

fn long_port(port: port::Port, place: Place) -> Node {
    let text = |key, value: String| (!value.is_empty()).then(|| (key, Node::text(value, place)));
    let target = Node::new(Value::Int(i128::from(port.target)), place);
    let entries = [
        text("mode", "ingress".to_owned()),
        text("host_ip", port.host_ip),
        (port.target != 0).then_some(("target", target)),
        text("published", port.published),
        text("protocol", port.protocol),
    ];
    Node::map(entries.into_iter().flatten(), place)
}

fn dependencies(node: &mut Node) {
    let started = |place| ("condition", Node::text("service_started", place));
    let required = |place| ("required", Node::boolean(true, place));
    match &mut node.value {
        Value::Map(map) => {
            for dependency in map.values_mut() {
                let place = dependency.place;
                if let Some(dependency) = dependency.as_map_mut() {
                    for (key, node) in [started(place), required(place)] {
                        dependency.entry(key.to_owned()).or_insert(node);
                    }
                }
            }
        }
        Value::List(items) => {
            let mut map = Map::new();
            for item in items {
                if let Some(name) = item.as_str() {
                    let dependency = Node::map([started(item.place), required(item.place)], item.place);
                    map.insert(name.to_owned(), dependency.keyed(item.place));
                }
            }
            node.value = Value::Map(map);
        }
        _ => {}
    }
}

fn env_files(node: &mut Node) {
    into_list(node);
    for item in node.as_list_mut().into_iter().flatten() {
        if let Some(path) = item.as_str() {
            item.value = Node::map([("path", Node::text(path, item.place))], item.place).value;
        }
        let place = item.place;
        if let Some(file) = item.as_map_mut() {
            file.entry("required".to_owned())
                .or_insert_with(|| Node::boolean(true, place));
        }
    }
}

/// A text becomes a list of one.
fn into_list(node: &mut Node) {
    if let Value::Str(text) = &mut node.value {
        let item = Node::text(std::mem::take(text), node.place);
        node.value = Value::List(vec![item]);
    }
}

/// A list of names becomes a mapping to nothing.
fn names(node: &mut Node) {
    if let Value::List(items) = &node.value {
        let mut map = Map::new();
        for item in items {
            if let Some(name) = item.as_str() {
                map.insert(name.to_owned(), Node::new(Value::Null, item.place).keyed(item.place));
            }
        }
        node.value = Value::Map(map);
    }
}
