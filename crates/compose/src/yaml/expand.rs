//! Syntax to values: aliases and merge keys are resolved, and `!reset` and `!override` collected.

use std::collections::HashMap;

use indexmap::map::Entry;

use super::scalar;
use super::syntax::{Document, Kind, Node as Syntax};
use crate::limits::{self, Budget};
use crate::report::{Code, Report};
use crate::source::{Place, Sources};
use crate::tree::{Map, Node, Value};

/// The values of one document.
#[derive(Debug, Default)]
pub(crate) struct Expanded {
    pub(crate) root: Node,
    /// The ways to what is to be removed from what came before: `!reset` and `!override`.
    pub(crate) resets: Vec<Vec<String>>,
}

/// Expands one document of the file with this number.
pub(crate) fn expand(
    document: &Document,
    file: u16,
    base: usize,
    sources: &Sources,
    budget: &Budget,
    report: &mut Report,
) -> Expanded {
    let mut anchors = HashMap::new();
    index_anchors(&document.root, &mut anchors);
    let mut expander = Expander {
        anchors,
        file,
        base,
        sources,
        budget,
        report,
        resets: Vec::new(),
        path: Vec::new(),
        open: Vec::new(),
        depth: 0,
    };
    let root = expander.node(&document.root).unwrap_or_default();
    Expanded {
        root,
        resets: expander.resets,
    }
}

fn index_anchors<'s>(node: &'s Syntax, anchors: &mut HashMap<usize, &'s Syntax>) {
    if let Some(anchor) = node.anchor {
        anchors.insert(anchor, node);
    }
    for child in node.children() {
        index_anchors(child, anchors);
    }
}

struct Expander<'s, 'r> {
    anchors: HashMap<usize, &'s Syntax>,
    file: u16,
    /// How many bytes were cut off before the text that was parsed.
    base: usize,
    sources: &'r Sources,
    budget: &'r Budget,
    report: &'r mut Report,
    resets: Vec<Vec<String>>,
    path: Vec<String>,
    /// The anchors that are being expanded.
    open: Vec<usize>,
    depth: usize,
}

impl<'s> Expander<'s, '_> {
    fn place(&self, node: &Syntax) -> Place {
        let offset = |at: usize| u32::try_from(at + self.base).unwrap_or(u32::MAX);
        Sources::place(self.file, offset(node.start), offset(node.end))
    }

    /// The value of a node; nothing for `!reset`.
    fn node(&mut self, node: &'s Syntax) -> Option<Node> {
        let place = self.place(node);
        if !self.budget.values(1) {
            return Some(Node::new(Value::Null, place));
        }
        if self.depth > limits::DEPTH {
            self.report.error(
                Code::TooDeep,
                place,
                format!(
                    "values are nested more than {} deep once aliases are resolved",
                    limits::DEPTH
                ),
            );
            return Some(Node::new(Value::Null, place));
        }
        self.depth += 1;
        let expanded = self.tagged(node, place);
        self.depth -= 1;
        expanded
    }

    fn tagged(&mut self, node: &'s Syntax, place: Place) -> Option<Node> {
        let tag = node.tag.as_deref();
        match tag {
            Some("!reset") => {
                self.resets.push(self.path.clone());
                return None;
            }
            Some("!override") => self.resets.push(self.path.clone()),
            _ => {}
        }
        let value = match &node.kind {
            Kind::Alias(anchor) => return self.alias(*anchor, place),
            Kind::Scalar { text, style } => {
                if !self.budget.text(text.len()) {
                    return Some(Node::new(Value::Null, place));
                }
                scalar::resolve(text, *style, tag).unwrap_or_else(|message| {
                    self.report.error(Code::BadTag, place, message);
                    Value::Str(text.clone())
                })
            }
            Kind::Sequence { items, .. } => {
                self.expect_tag(tag, "!!seq", place);
                let mut values = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    self.path.push(index.to_string());
                    values.extend(self.node(item));
                    self.path.pop();
                }
                Value::List(values)
            }
            Kind::Mapping { entries, .. } => {
                self.expect_tag(tag, "!!map", place);
                Value::Map(self.mapping(entries))
            }
        };
        Some(Node::new(value, place))
    }

    fn expect_tag(&mut self, tag: Option<&str>, want: &str, place: Place) {
        if let Some(tag) = tag.filter(|tag| tag.starts_with("!!") && *tag != want && *tag != "!!omap") {
            let message = format!("a value of this form cannot be tagged `{tag}`");
            self.report.error(Code::BadTag, place, message);
        }
    }

    fn alias(&mut self, anchor: usize, place: Place) -> Option<Node> {
        if self.open.contains(&anchor) {
            self.report.error(
                Code::AliasCycle,
                place,
                "this alias stands inside the value that it stands for",
            );
            return Some(Node::new(Value::Null, place));
        }
        let Some(target) = self.anchors.get(&anchor).copied() else {
            return Some(Node::new(Value::Null, place));
        };
        self.open.push(anchor);
        let expanded = self.node(target);
        self.open.pop();
        expanded
    }

    fn mapping(&mut self, entries: &'s [(Syntax, Syntax)]) -> Map {
        let mut map = Map::with_capacity(entries.len());
        let mut merge = None;
        for (key, value) in entries {
            let key_place = self.place(key);
            if key.is_merge_key() {
                if merge.replace((value, key_place)).is_some() {
                    self.report
                        .error(Code::DuplicateKey, key_place, "a mapping can have only one key `<<`")
                        .hint("merge several anchors with one key: `<<: [*one, *two]`");
                }
                continue;
            }
            let Some(name) = self.key(key, key_place) else { continue };
            self.path.push(name.clone());
            let node = self.node(value);
            self.path.pop();
            match map.entry(name) {
                Entry::Occupied(entry) => {
                    let line = self.sources.line(entry.get().key);
                    let message = format!("the key `{}` is already given on line {line}", entry.key());
                    self.report.error(Code::DuplicateKey, key_place, message);
                }
                Entry::Vacant(entry) => {
                    if let Some(node) = node {
                        entry.insert(node.keyed(key_place));
                    }
                }
            }
        }
        if let Some((value, key_place)) = merge {
            self.merge(&mut map, value, key_place);
        }
        map
    }

    /// The text of a key; an error where it is not a string, as everywhere in a compose file.
    fn key(&mut self, key: &'s Syntax, place: Place) -> Option<String> {
        let node = self.node(key)?;
        match node.value {
            Value::Str(text) => Some(text),
            _ if self.budget.exceeded() => None,
            _ => {
                let message = format!("a key must be a string, and this one is {}", node.kind());
                let written = key.scalar().map(str::to_owned);
                let finding = self.report.error(Code::KeyNotString, place, message);
                match written {
                    Some(text) => {
                        finding.fix("quote the key", place, format!("\"{text}\""));
                        Some(text)
                    }
                    None => None,
                }
            }
        }
    }

    fn merge(&mut self, map: &mut Map, value: &'s Syntax, key_place: Place) {
        let Some(node) = self.node(value) else { return };
        if self.budget.exceeded() {
            return;
        }
        let wrong = |report: &mut Report, node: &Node| {
            let place = if node.place.is_nowhere() { key_place } else { node.place };
            let message = format!(
                "`<<` takes a mapping or a list of mappings, and this is {}",
                node.kind()
            );
            report.error(Code::BadMerge, place, message);
        };
        let parents = match node.value {
            Value::Map(parent) => vec![parent],
            Value::List(items) => {
                let mut parents = Vec::new();
                for item in items {
                    match item.value {
                        Value::Map(parent) => parents.push(parent),
                        _ => wrong(self.report, &item),
                    }
                }
                parents
            }
            _ => {
                wrong(self.report, &node);
                return;
            }
        };
        for parent in parents {
            for (key, value) in parent {
                map.entry(key).or_insert(value);
            }
        }
    }
}
