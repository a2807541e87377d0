//! Where an edit applies: along the path as far as the text goes, through aliases and merge keys by writing out what
//! they stand for, and to what is not there yet by adding it.

use api::compose::Step;

use super::document::Document;
use super::intent::{self, Change, Intent, is_pair_of, pair};
use super::splice::{self, Holder};
use super::{EditError, show};
use crate::source::Place;
use crate::tree::{Map, Node as Value, Value as Kinds};
use crate::yaml::syntax::{Kind, Node};

/// Makes one edit in the text. What it does to other places that share an anchor is for the caller to see.
pub(crate) fn apply(document: &Document, intent: &Intent) -> Result<Document, EditError> {
    Walk { document, intent }.run()
}

struct Walk<'d> {
    document: &'d Document,
    intent: &'d Intent,
}

/// A node on the way, and where it stands.
struct Here<'d> {
    node: &'d Node,
    holder: Holder<'d>,
    siblings: Vec<&'d Node>,
}

impl<'d> Walk<'d> {
    fn run(&self) -> Result<Document, EditError> {
        let mut here = Here {
            node: &self.document.tree.root,
            holder: Holder::Root,
            siblings: Vec::new(),
        };
        for (depth, step) in self.intent.path.iter().enumerate() {
            let last = depth + 1 == self.intent.path.len();
            match self.child(&here, step) {
                Some(child) if !last => here = child,
                Some(child) => return self.change(&here, &child, step),
                None => return self.missing(&here, depth),
            }
        }
        Err(EditError::NoPath)
    }

    fn error(&self) -> EditError {
        EditError::NoSuchPlace(show(&self.intent.path))
    }

    /// What stands in the text at the next step.
    fn child(&self, here: &Here<'d>, step: &Step) -> Option<Here<'d>> {
        let flow = matches!(here.holder, Holder::Flow);
        match (&here.node.kind, step) {
            (Kind::Mapping { entries, flow: own }, Step::Key(name)) => {
                let (key, node) = entries
                    .iter()
                    .find(|(key, _)| key.scalar() == Some(name) && !key.is_merge_key())?;
                let siblings = entries
                    .iter()
                    .map(|(_, value)| value)
                    .filter(|value| !std::ptr::eq(*value, node));
                Some(Here {
                    node,
                    holder: if flow || *own { Holder::Flow } else { Holder::Key(key) },
                    siblings: siblings.collect(),
                })
            }
            (Kind::Sequence { items, flow: own }, step) => {
                let index = match step {
                    Step::Index(index) => *index,
                    Step::Key(name) => items.iter().position(|item| is_pair_of(item.scalar(), name))?,
                };
                let node = items.get(index)?;
                let siblings = items.iter().filter(|item| !std::ptr::eq(*item, node));
                let column = self.document.column(here.node.start);
                Some(Here {
                    node,
                    holder: if flow || *own {
                        Holder::Flow
                    } else {
                        Holder::Dash(column)
                    },
                    siblings: siblings.collect(),
                })
            }
            _ => None,
        }
    }

    /// The last step leads to something that is there.
    fn change(&self, parent: &Here<'d>, child: &Here<'d>, step: &Step) -> Result<Document, EditError> {
        let replace = |value: &Value| splice::replace(self.document, child.node, child.holder, &child.siblings, value);
        match &self.intent.change {
            Change::Set(value) => match (&parent.node.kind, step) {
                (Kind::Sequence { .. }, Step::Key(key)) => {
                    let text = pair(key, value).ok_or_else(|| self.error())?;
                    replace(&Value::text(text, Place::NOWHERE))
                }
                _ => replace(value),
            },
            Change::Append(value) => match &child.node.kind {
                Kind::Sequence { items, .. } if !items.is_empty() || child.node.is_flow() => {
                    splice::add_item(self.document, child.node, value)
                }
                _ => {
                    // An alias, or nothing yet: the list is written out.
                    let mut list = self.value_at(self.intent.path.len())?;
                    if list.is_null() {
                        list.value = Kinds::List(Vec::new());
                    }
                    list.as_list_mut().ok_or_else(|| self.error())?.push(value.clone());
                    replace(&list)
                }
            },
            Change::Remove => self.remove(parent, step),
        }
    }

    fn remove(&self, parent: &Here<'d>, step: &Step) -> Result<Document, EditError> {
        let emptied = |value: Kinds| {
            let value = Value::new(value, Place::NOWHERE);
            splice::replace(self.document, parent.node, parent.holder, &parent.siblings, &value)
        };
        match (&parent.node.kind, step) {
            (Kind::Mapping { entries, .. }, Step::Key(name)) => {
                let index = entries
                    .iter()
                    .position(|(key, _)| key.scalar() == Some(name))
                    .ok_or_else(|| self.error())?;
                let removed = match entries.len() {
                    1 => emptied(Kinds::Map(Map::new()))?,
                    _ => splice::remove_entry(self.document, parent.node, index)?,
                };
                // A merge key may still bring the key in.
                apply(&removed, self.intent)
            }
            (Kind::Sequence { items, .. }, step) => {
                let index = match step {
                    Step::Index(index) => Some(*index),
                    Step::Key(name) => items.iter().position(|item| is_pair_of(item.scalar(), name)),
                };
                let index = index.filter(|&index| index < items.len()).ok_or_else(|| self.error())?;
                let removed = match items.len() {
                    1 => emptied(Kinds::List(Vec::new()))?,
                    _ => splice::remove_item(self.document, parent.node, index)?,
                };
                match step {
                    Step::Index(_) => Ok(removed),
                    Step::Key(_) => apply(&removed, self.intent),
                }
            }
            _ => Err(self.error()),
        }
    }

    /// The step at `depth` leads to something that is not in the text here.
    fn missing(&self, here: &Here<'d>, depth: usize) -> Result<Document, EditError> {
        let step = &self.intent.path[depth];
        let there = self.value_at(depth + 1).is_ok();
        if matches!(self.intent.change, Change::Remove) && !there {
            return self.document.replaced(0..0, "");
        }
        match (&here.node.kind, step) {
            (Kind::Alias(anchor), _) => self.through_alias(here, *anchor, depth),
            (Kind::Mapping { entries, .. }, Step::Key(name)) => {
                if matches!(self.intent.change, Change::Remove) && depth + 1 == self.intent.path.len() {
                    return self.without_merge(here, entries, depth);
                }
                // What a merge key brings in is written out with the change; else the change stands alone.
                let value = self.changed(depth + 1)?;
                match entries.is_empty() && !here.node.is_flow() {
                    true => Err(self.error()),
                    false => splice::add_entry(self.document, here.node, name, &value),
                }
            }
            (Kind::Sequence { .. }, Step::Key(name)) if depth + 1 == self.intent.path.len() => {
                let Change::Set(value) = &self.intent.change else {
                    return Err(self.error());
                };
                let text = pair(name, value).ok_or_else(|| self.error())?;
                splice::add_item(self.document, here.node, &Value::text(text, Place::NOWHERE))
            }
            (Kind::Scalar { .. }, Step::Key(_)) if self.value_at(depth)?.is_null() => {
                let value = self.changed(depth)?;
                splice::replace(self.document, here.node, here.holder, &here.siblings, &value)
            }
            _ => Err(self.error()),
        }
    }

    /// An alias stands where the way goes on. A mapping is merged, so that it stays shared; a list is written out.
    fn through_alias(&self, here: &Here<'d>, anchor: usize, depth: usize) -> Result<Document, EditError> {
        let anchors = self.document.anchors();
        let target = anchors.get(&anchor).ok_or_else(|| self.error())?;
        let merged = matches!(target.kind, Kind::Mapping { .. }) && !matches!(self.intent.change, Change::Remove);
        if !merged {
            let value = self.changed(depth)?;
            return splice::replace(self.document, here.node, here.holder, &here.siblings, &value);
        }
        let alias = &self.document.text[here.node.start..here.node.end];
        let marker = "stardeck-merge-marker";
        let merge = Value::text(marker, Place::NOWHERE);
        let whole = self.changed(depth)?;
        let Step::Key(name) = &self.intent.path[depth] else {
            return Err(self.error());
        };
        let own = whole.get(name).cloned().ok_or_else(|| self.error())?;
        let entries = Map::from_iter([(marker.to_owned(), merge), (name.clone(), own)]);
        let value = Value::new(Kinds::Map(entries), Place::NOWHERE);
        let written = splice::replace(self.document, here.node, here.holder, &here.siblings, &value)?;
        let quoted = ["", "\"", "'"].map(|quote| format!("{marker}: {quote}{marker}{quote}"));
        let found = quoted
            .iter()
            .find_map(|text| Some((written.text.find(text.as_str())?, text.len())));
        let (at, len) = found.ok_or_else(|| self.error())?;
        let alias = if alias.ends_with(':') {
            format!("{alias} ")
        } else {
            alias.to_owned()
        };
        written.replaced(at..at + len, &format!("<<: {alias}"))
    }

    /// A merge key brings in what is to be removed: it is replaced by what else it brings in.
    fn without_merge(&self, here: &Here<'d>, entries: &[(Node, Node)], depth: usize) -> Result<Document, EditError> {
        let Step::Key(removed) = &self.intent.path[depth] else {
            return Err(self.error());
        };
        let whole = self.value_at(depth)?;
        let own = |name: &str| entries.iter().any(|(key, _)| key.scalar() == Some(name));
        let merged = whole.as_map().into_iter().flatten();
        let merged: Vec<_> = merged.filter(|(name, _)| *name != removed && !own(name)).collect();
        let index = entries
            .iter()
            .position(|(key, _)| key.is_merge_key())
            .ok_or_else(|| self.error())?;
        if entries.len() == 1 {
            let map = merged
                .into_iter()
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            let value = Value::new(Kinds::Map(map), Place::NOWHERE);
            return splice::replace(self.document, here.node, here.holder, &here.siblings, &value);
        }
        let path = &self.intent.path[..depth];
        let mut document = splice::remove_entry(self.document, here.node, index)?;
        for (name, value) in merged {
            let path = path.iter().cloned().chain([Step::Key(name.clone())]).collect();
            document = apply(&document, &Intent::set(path, value.clone()))?;
        }
        Ok(document)
    }

    /// The value at the first `depth` steps, as the document means it.
    fn value_at(&self, depth: usize) -> Result<Value, EditError> {
        let mut at = self.document.value()?;
        for step in &self.intent.path[..depth] {
            let next = match (at.value, step) {
                (Kinds::Map(mut map), Step::Key(key)) => map.swap_remove(key),
                (Kinds::List(mut items), Step::Index(index)) if *index < items.len() => Some(items.swap_remove(*index)),
                (Kinds::List(items), Step::Key(key)) => items.into_iter().find(|item| is_pair_of(item.as_str(), key)),
                _ => None,
            };
            at = next.ok_or_else(|| self.error())?;
        }
        Ok(at)
    }

    /// The value at the first `depth` steps once the whole edit is made.
    fn changed(&self, depth: usize) -> Result<Value, EditError> {
        let mut whole = self.document.value()?;
        intent::apply(&mut whole, self.intent)?;
        let mut at = whole;
        for step in &self.intent.path[..depth] {
            let next = match (at.value, step) {
                (Kinds::Map(mut map), Step::Key(key)) => map.swap_remove(key),
                (Kinds::List(mut items), Step::Index(index)) if *index < items.len() => Some(items.swap_remove(*index)),
                _ => None,
            };
            at = next.ok_or_else(|| self.error())?;
        }
        Ok(at)
    }
}
