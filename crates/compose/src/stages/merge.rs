//! Lays one model over another, by the specification's rules for each key.

use crate::limits::Budget;
use crate::report::{Code, Report};
use crate::tree::{Map, Node, Path, Value};

/// How two values of one key become one.
#[derive(Clone, Copy)]
enum Rule {
    /// The later one stands.
    Override,
    /// Both become lists, the later behind the earlier.
    Append,
    /// As [`Rule::Append`], but without items that are there already.
    AppendNew,
    /// A list of names is a mapping to nothing.
    Names,
    /// A list of names is a mapping to dependencies.
    Dependencies,
    /// A text is the context of a build.
    Build,
    /// Options of another driver are forgotten.
    Logging,
    /// Address pools of one subnet become one.
    Pools,
}

const RULES: &[(&[&str], Rule)] = &[
    (&["networks", "*", "ipam", "config"], Rule::Pools),
    (&["networks", "*", "labels"], Rule::Append),
    (&["volumes", "*", "labels"], Rule::Append),
    (&["services", "*", "annotations"], Rule::Append),
    (&["services", "*", "build"], Rule::Build),
    (&["services", "*", "build", "args"], Rule::Append),
    (&["services", "*", "build", "additional_contexts"], Rule::Append),
    (&["services", "*", "build", "extra_hosts"], Rule::AppendNew),
    (&["services", "*", "build", "labels"], Rule::Append),
    (&["services", "*", "command"], Rule::Override),
    (&["services", "*", "depends_on"], Rule::Dependencies),
    (&["services", "*", "deploy", "labels"], Rule::Append),
    (&["services", "*", "dns"], Rule::Append),
    (&["services", "*", "dns_opt"], Rule::Append),
    (&["services", "*", "dns_search"], Rule::Append),
    (&["services", "*", "entrypoint"], Rule::Override),
    (&["services", "*", "env_file"], Rule::Append),
    (&["services", "*", "label_file"], Rule::Append),
    (&["services", "*", "environment"], Rule::Append),
    (&["services", "*", "extra_hosts"], Rule::AppendNew),
    (&["services", "*", "healthcheck", "test"], Rule::Override),
    (&["services", "*", "labels"], Rule::Append),
    (&["services", "*", "volumes", "*", "volume", "labels"], Rule::Append),
    (&["services", "*", "logging"], Rule::Logging),
    (&["services", "*", "models"], Rule::Names),
    (&["services", "*", "networks"], Rule::Names),
    (&["services", "*", "sysctls"], Rule::Append),
    (&["services", "*", "tmpfs"], Rule::Append),
    (&["services", "*", "ulimits", "*"], Rule::Override),
];

/// Lays `over` over `base`.
pub(crate) fn merge(base: &mut Map, over: Map, budget: &Budget, report: &mut Report) {
    Merger { budget, report }.maps(base, over, &Path::ROOT);
}

/// Lays a service over the one that it extends.
pub(crate) fn extend(base: &mut Map, over: Map, name: &str, budget: &Budget, report: &mut Report) {
    let services = Path::ROOT.key("services");
    Merger { budget, report }.maps(base, over, &services.key(name));
}

struct Merger<'r> {
    budget: &'r Budget,
    report: &'r mut Report,
}

impl Merger<'_> {
    fn maps(&mut self, base: &mut Map, over: Map, path: &Path<'_>) {
        for (key, node) in over {
            match base.get_mut(&key) {
                Some(there) => self.values(there, node, &path.key(&key)),
                None => {
                    base.insert(key, node);
                }
            }
        }
    }

    fn values(&mut self, base: &mut Node, over: Node, path: &Path<'_>) {
        if let Some((_, rule)) = RULES.iter().find(|(pattern, _)| path.matches(pattern)) {
            return self.by_rule(*rule, base, over, path);
        }
        match (&mut base.value, over.value) {
            (_, Value::Null) => {}
            (Value::Map(base), Value::Map(over)) => self.maps(base, over, path),
            (Value::List(base), Value::List(over)) => base.extend(over),
            (Value::Map(_) | Value::List(_), other) => {
                let other = Node::new(other, over.place);
                let message = format!("`{path}` is {} in another file, and {} here", base.kind(), other.kind());
                self.report.error(Code::MergeConflict, over.place, message).at(path);
            }
            (_, other) => *base = Node::new(other, over.place).keyed(over.key),
        }
    }

    fn by_rule(&mut self, rule: Rule, base: &mut Node, mut over: Node, path: &Path<'_>) {
        match rule {
            Rule::Override => *base = over,
            Rule::Append | Rule::AppendNew => {
                let mut items = into_sequence(std::mem::take(&mut base.value), base.place);
                let added = into_sequence(over.value, over.place);
                if matches!(rule, Rule::AppendNew) {
                    let known: std::collections::HashSet<_> = items.iter().filter_map(Node::to_text).collect();
                    let fresh = |node: &Node| node.to_text().is_none_or(|text| !known.contains(&text));
                    let added: Vec<_> = added.into_iter().filter(fresh).collect();
                    items.extend(added);
                } else {
                    items.extend(added);
                }
                base.value = Value::List(items);
                (base.place, base.key) = (over.place, over.key);
            }
            Rule::Names => {
                for node in [&mut *base, &mut over] {
                    into_mapping(node, |place| Node::new(Value::Null, place));
                }
                self.both_maps(base, over, path);
            }
            Rule::Dependencies => {
                for node in [&mut *base, &mut over] {
                    into_mapping(node, |place| {
                        let condition = Node::text("service_started", place);
                        Node::map(
                            [("condition", condition), ("required", Node::boolean(true, place))],
                            place,
                        )
                    });
                }
                self.both_maps(base, over, path);
            }
            Rule::Build => {
                for node in [&mut *base, &mut over] {
                    if let Some(context) = node.as_str() {
                        node.value = Node::map([("context", Node::text(context, node.place))], node.place).value;
                    }
                }
                self.both_maps(base, over, path);
            }
            Rule::Logging => {
                let same = match (base.get("driver"), over.get("driver")) {
                    (Some(base), Some(over)) => base == over,
                    _ => true,
                };
                if same || over.is_null() {
                    self.both_maps(base, over, path);
                } else {
                    *base = over;
                }
            }
            Rule::Pools => self.pools(base, &over, path),
        }
    }

    fn both_maps(&mut self, base: &mut Node, over: Node, path: &Path<'_>) {
        match (&mut base.value, over.value) {
            (_, Value::Null) => {}
            (Value::Map(base), Value::Map(over)) => self.maps(base, over, path),
            (Value::Null, value) => *base = Node::new(value, over.place).keyed(over.key),
            (_, value) => {
                let other = Node::new(value, over.place);
                let message = format!("`{path}` is {} in another file, and {} here", base.kind(), other.kind());
                self.report.error(Code::MergeConflict, other.place, message).at(path);
            }
        }
    }

    fn pools(&mut self, base: &mut Node, over: &Node, path: &Path<'_>) {
        let (Some(pools), Some(others)) = (base.as_list(), over.as_list()) else {
            let message = format!("`{path}` must be a list");
            self.report.error(Code::MergeConflict, over.place, message).at(path);
            return;
        };
        let same_subnet = |one: &Node, other: &Node| one.get("subnet") == other.get("subnet");
        let mut merged: Vec<Node> = Vec::new();
        for pool in pools {
            for other in others {
                let Some(other) = other.copy(self.budget) else { return };
                if !same_subnet(pool, &other) && !merged.iter().any(|known| same_subnet(known, &other)) {
                    merged.push(other);
                    continue;
                }
                let Some(mut both) = pool.copy(self.budget) else { return };
                if let (Some(pool), Value::Map(other)) = (both.as_map_mut(), other.value) {
                    Merger {
                        budget: self.budget,
                        report: self.report,
                    }
                    .maps(pool, other, path);
                }
                match merged.iter_mut().find(|known| same_subnet(known, &both)) {
                    Some(known) => *known = both,
                    None => merged.push(both),
                }
            }
        }
        base.value = Value::List(merged);
    }
}

/// A mapping becomes a sorted list of `key=value`, a text a list of one.
fn into_sequence(value: Value, place: crate::source::Place) -> Vec<Node> {
    match value {
        Value::List(items) => items,
        Value::Str(text) => vec![Node::text(text, place)],
        Value::Map(map) => {
            let mut items = Vec::with_capacity(map.len());
            for (key, node) in map {
                let place = if node.place.is_nowhere() { node.key } else { node.place };
                match &node.value {
                    Value::List(values) => {
                        let texts = values.iter().filter_map(|value| Some((value.to_text()?, value.place)));
                        items.extend(texts.map(|(text, place)| Node::text(format!("{key}={text}"), place)));
                    }
                    _ => items.push(match node.to_text() {
                        Some(text) => Node::text(format!("{key}={text}"), place),
                        None => Node::text(key, node.key),
                    }),
                }
            }
            items.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
            items
        }
        _ => Vec::new(),
    }
}

/// A list of names becomes a mapping.
fn into_mapping(node: &mut Node, value: impl Fn(crate::source::Place) -> Node) {
    if let Some(items) = node.as_list_mut() {
        let items = std::mem::take(items);
        let names = items.into_iter().filter_map(|item| match item.value {
            Value::Str(name) => Some((name, value(item.place).keyed(item.place))),
            _ => None,
        });
        node.value = Value::Map(names.collect());
    }
}
