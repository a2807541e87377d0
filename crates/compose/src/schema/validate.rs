//! Checks values against the tables. What is wrong is reported and taken out of the model, so that what comes after
//! can rely on the shapes.

use super::shape::{Key, Object, Shape, Support};
use crate::report::{Code, Report};
use crate::tree::{Map, Node, Path, Value};

/// Checks a whole model.
pub(crate) fn validate(model: &mut Map, report: &mut Report) {
    Validator { report }.object(model, Node::default().place, &super::MODEL, &Path::ROOT);
}

struct Validator<'r> {
    report: &'r mut Report,
}

impl Validator<'_> {
    /// Whether the value may stay.
    fn value(&mut self, node: &mut Node, shape: &Shape, path: &Path<'_>) -> bool {
        if !shape.takes(&node.value) {
            self.wrong_type(node, shape, path);
            return false;
        }
        match (shape, &mut node.value) {
            (Shape::Either(shapes), _) => {
                let fitting = shapes.iter().find(|shape| shape.takes(&node.value));
                fitting.is_some_and(|shape| self.value(node, shape, path))
            }
            (Shape::Choice(words), Value::Str(text)) if !words.contains(&text.as_str()) => {
                let wanted: Vec<_> = words
                    .iter()
                    .filter(|word| !word.is_empty())
                    .map(|word| format!("`{word}`"))
                    .collect();
                let message = format!("`{path}` is {}, not `{text}`", wanted.join(" or "));
                let closest = closest(text, words.iter().copied());
                let finding = self.report.error(Code::BadValue, node.place, message).at(path);
                if let Some(closest) = closest {
                    finding.fix(format!("write `{closest}`"), node.place, closest);
                }
                false
            }
            (Shape::Pattern(fits, wanted), Value::Str(text)) if !fits(text) => {
                let message = format!("`{path}` must be {wanted}, and `{text}` is not");
                self.report.error(Code::BadValue, node.place, message).at(path);
                false
            }
            (Shape::Integer(least, most), Value::Int(number))
                if !(i128::from(*least)..=i128::from(*most)).contains(number)
                    && (*least, *most) != (i64::MIN, i64::MAX) =>
            {
                let message = match *most {
                    i64::MAX => format!("`{path}` must be at least {least}"),
                    _ => format!("`{path}` must be from {least} to {most}"),
                };
                self.report.error(Code::BadValue, node.place, message).at(path);
                false
            }
            (Shape::List(item), Value::List(items)) => {
                self.list(items, item, path);
                true
            }
            (Shape::Set(item), Value::List(items)) => {
                self.list(items, item, path);
                self.unique(items, path);
                true
            }
            (Shape::Map(shape), Value::Map(map)) => {
                self.map(map, shape, false, path);
                true
            }
            (Shape::Names(shape), Value::Map(map)) => {
                self.map(map, shape, true, path);
                true
            }
            (Shape::Object(object), Value::Map(map)) => {
                self.object(map, node.place, object, path);
                true
            }
            _ => true,
        }
    }

    fn wrong_type(&mut self, node: &Node, shape: &Shape, path: &Path<'_>) {
        let place = if node.place.is_nowhere() { node.key } else { node.place };
        let message = format!("`{path}` must be {}, and this is {}", shape.wanted(), node.kind());
        let finding = self.report.error(Code::WrongType, place, message).at(path);
        if let (Some(text), true) = (node.to_text(), shape.takes(&Value::Str(String::new()))) {
            finding.fix("put it in quotes", place, format!("\"{text}\""));
        }
    }

    fn list(&mut self, items: &mut Vec<Node>, item: &Shape, path: &Path<'_>) {
        let mut index = 0;
        items.retain_mut(|node| {
            let keep = self.value(node, item, &path.index(index));
            index += 1;
            keep
        });
    }

    fn unique(&mut self, items: &[Node], path: &Path<'_>) {
        let mut seen = std::collections::HashMap::new();
        for (index, item) in items.iter().enumerate() {
            // Equal items have equal texts here; the text is short and cheap beside comparing all pairs.
            if let Some(first) = seen.insert(format!("{}", Fingerprint(item)), index) {
                let message = format!("`{path}` holds the same item at {first} and at {index}");
                self.report
                    .error(Code::NotUnique, item.place, message)
                    .at(&path.index(index));
            }
        }
    }

    fn map(&mut self, map: &mut Map, shape: &Shape, names: bool, path: &Path<'_>) {
        map.retain(|key, node| {
            if names && !is_name(key) {
                let message = format!("`{key}` is not a name: it is made of letters, digits, `.`, `_` and `-`");
                self.report
                    .error(Code::UnknownKey, node.key, message)
                    .at(&path.key(key));
                return false;
            }
            self.value(node, shape, &path.key(key))
        });
    }

    fn object(&mut self, map: &mut Map, place: crate::source::Place, object: &Object, path: &Path<'_>) {
        map.retain(|name, node| {
            let here = path.key(name);
            match object.key(name) {
                Some(key) => {
                    let keep = self.value(node, &key.shape, &here);
                    if keep {
                        self.support(node, key, &here);
                    }
                    keep
                }
                None if object.open || object.extensible && name.starts_with("x-") => true,
                None => {
                    self.unknown_key(name, node, object, &here);
                    false
                }
            }
        });
        for required in object.required {
            if !map.contains_key(*required) {
                let message = format!("`{path}` lacks the key `{required}`");
                self.report.error(Code::MissingKey, place, message).at(path);
            }
        }
    }

    fn unknown_key(&mut self, name: &str, node: &Node, object: &Object, path: &Path<'_>) {
        if self.report.is_full() {
            self.report.error(Code::UnknownKey, node.key, "");
            return;
        }
        let message = format!("`{path}`: the key `{name}` is not part of the compose specification");
        let closest = closest(name, object.keys.iter().map(|key| key.name));
        let finding = self.report.error(Code::UnknownKey, node.key, message).at(path);
        if let Some(closest) = closest {
            finding.hint(format!("did you mean `{closest}`?"));
            finding.fix(format!("rename it to `{closest}`"), node.key, closest);
        } else if object.extensible {
            finding.hint(format!("keys of your own start with `x-`: `x-{name}`"));
        }
    }

    fn support(&mut self, node: &Node, key: &Key, path: &Path<'_>) {
        let unset = match &node.value {
            Value::Null | Value::Bool(false) => true,
            Value::List(items) => items.is_empty(),
            Value::Map(map) => map.is_empty(),
            _ => false,
        };
        match key.support {
            Support::Limited(limit) if !unset => {
                self.report
                    .note(Code::Limited, node.key, format!("`{}`: {limit}", key.name))
                    .at(path);
            }
            Support::Refused(why) if !unset && key.name == "version" => {
                let message = format!("`version` is obsolete: {why}");
                self.report.warning(Code::Obsolete, node.key, message).at(path);
            }
            Support::Refused(why) if !unset => {
                let message = format!("Stardeck does not act on `{}`: {why}", key.name);
                self.report.warning(Code::NotSupported, node.key, message).at(path);
            }
            _ => {}
        }
    }
}

impl Shape {
    /// Whether values of this kind can be of this shape.
    fn takes(&self, value: &Value) -> bool {
        match self {
            Shape::Any => true,
            Shape::Text | Shape::Pattern(..) | Shape::Choice(_) => matches!(value, Value::Str(_)),
            Shape::Boolean => matches!(value, Value::Bool(_)),
            Shape::Number => matches!(value, Value::Int(_) | Value::Float(_)),
            Shape::Integer(..) => match value {
                Value::Int(_) => true,
                Value::Float(number) => number.fract() == 0.0,
                _ => false,
            },
            Shape::Null => matches!(value, Value::Null),
            Shape::List(_) | Shape::Set(_) => matches!(value, Value::List(_)),
            Shape::Map(_) | Shape::Names(_) | Shape::Object(_) => matches!(value, Value::Map(_)),
            Shape::Either(shapes) => shapes.iter().any(|shape| shape.takes(value)),
        }
    }

    /// What is wanted, as a person would say it.
    fn wanted(&self) -> String {
        match self {
            Shape::Any => "anything".to_owned(),
            Shape::Text | Shape::Pattern(..) | Shape::Choice(_) => "a string".to_owned(),
            Shape::Boolean => "a boolean".to_owned(),
            Shape::Number => "a number".to_owned(),
            Shape::Integer(..) => "a whole number".to_owned(),
            Shape::Null => "empty".to_owned(),
            Shape::List(_) | Shape::Set(_) => "a list".to_owned(),
            Shape::Map(_) | Shape::Names(_) | Shape::Object(_) => "a mapping".to_owned(),
            Shape::Either(shapes) => {
                let mut wanted: Vec<String> = Vec::new();
                for shape in *shapes {
                    let one = shape.wanted();
                    if !wanted.contains(&one) {
                        wanted.push(one);
                    }
                }
                wanted.join(" or ")
            }
        }
    }
}

/// Writes a value so that two values are written alike only where they are equal.
struct Fingerprint<'n>(&'n Node);

impl std::fmt::Display for Fingerprint<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0.value {
            Value::Null => f.write_str("null"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Int(value) => write!(f, "{}", *value as f64),
            Value::Float(value) => write!(f, "{value}"),
            Value::Time(text) => write!(f, "time {text:?}"),
            Value::Str(text) => write!(f, "{text:?}"),
            Value::List(items) => {
                f.write_str("[")?;
                for item in items {
                    write!(f, "{},", Fingerprint(item))?;
                }
                f.write_str("]")
            }
            Value::Map(map) => {
                let mut keys: Vec<_> = map.iter().collect();
                keys.sort_by_key(|(key, _)| *key);
                f.write_str("{")?;
                for (key, node) in keys {
                    write!(f, "{key:?}:{},", Fingerprint(node))?;
                }
                f.write_str("}")
            }
        }
    }
}

fn is_name(key: &str) -> bool {
    !key.is_empty()
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

/// The word that is most like `text`, where one is like it.
fn closest<'w>(text: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let most = text.len().div_ceil(3).clamp(1, 3);
    words
        .map(|word| (distance(text, word), word))
        .filter(|&(distance, word)| distance <= most && !word.is_empty())
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, word)| word)
}

/// How many letters must be changed, added or removed to make one word of the other.
fn distance(one: &str, other: &str) -> usize {
    if one.len() > 40 {
        return usize::MAX;
    }
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &b) in other.iter().enumerate() {
            let change = diagonal + usize::from(!a.eq_ignore_ascii_case(&b));
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[other.len()]
}
