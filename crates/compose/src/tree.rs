//! Values with places: what a compose file says, after anchors and merge keys and before types.

use std::fmt;

use indexmap::IndexMap;

use crate::limits::Budget;
use crate::source::Place;

/// A value and where it was written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) place: Place,
    /// Where its key was written, for the value of a mapping.
    pub(crate) key: Place,
}

/// A mapping, in the order of the file.
pub(crate) type Map = IndexMap<String, Node>;

/// What a node holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Value {
    #[default]
    Null,
    Bool(bool),
    /// Any integer of 64 bits, signed or not.
    Int(i128),
    Float(f64),
    /// A date, in the form that JSON has for it.
    Time(String),
    Str(String),
    List(Vec<Node>),
    Map(Map),
}

impl PartialEq for Node {
    /// Two nodes are equal where their values are, wherever they were written.
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Node {
    pub(crate) fn new(value: Value, place: Place) -> Node {
        Node {
            value,
            place,
            key: Place::NOWHERE,
        }
    }

    pub(crate) fn text(text: impl Into<String>, place: Place) -> Node {
        Node::new(Value::Str(text.into()), place)
    }

    pub(crate) fn boolean(value: bool, place: Place) -> Node {
        Node::new(Value::Bool(value), place)
    }

    pub(crate) fn map(entries: impl IntoIterator<Item = (&'static str, Node)>, place: Place) -> Node {
        let entries = entries.into_iter().map(|(key, node)| (key.to_owned(), node)).collect();
        Node::new(Value::Map(entries), place)
    }

    /// The same value, known to have been written with the key at `key`.
    pub(crate) fn keyed(mut self, key: Place) -> Node {
        self.key = key;
        self
    }

    pub(crate) fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Str(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) fn as_map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    pub(crate) fn as_map_mut(&mut self) -> Option<&mut Map> {
        match &mut self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    pub(crate) fn as_list(&self) -> Option<&[Node]> {
        match &self.value {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn as_list_mut(&mut self) -> Option<&mut Vec<Node>> {
        match &mut self.value {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.as_map()?.get(key)
    }

    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.as_map_mut()?.get_mut(key)
    }

    /// A copy that the budget pays for; nothing where it cannot.
    pub(crate) fn copy(&self, budget: &Budget) -> Option<Node> {
        let (values, text) = self.size();
        (budget.values(values) && budget.text(text)).then(|| self.clone())
    }

    fn size(&self) -> (usize, usize) {
        let sum = |total: (usize, usize), (values, text): (usize, usize)| (total.0 + values, total.1 + text);
        match &self.value {
            Value::Str(text) | Value::Time(text) => (1, text.len()),
            Value::List(items) => items.iter().map(Node::size).fold((1, 0), sum),
            Value::Map(map) => map
                .iter()
                .map(|(key, node)| sum((0, key.len()), node.size()))
                .fold((1, 0), sum),
            _ => (1, 0),
        }
    }

    /// What kind of value this is, as a person would say it.
    pub(crate) fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "empty",
            Value::Bool(_) => "a boolean",
            Value::Int(_) | Value::Float(_) => "a number",
            Value::Time(_) => "a date",
            Value::Str(_) => "a string",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// The text of a scalar as docker compose writes it where it wants a string.
    pub(crate) fn to_text(&self) -> Option<String> {
        match &self.value {
            Value::Bool(value) => Some(value.to_string()),
            Value::Int(value) => Some(value.to_string()),
            Value::Float(value) => Some(float_text(*value)),
            Value::Str(text) | Value::Time(text) => Some(text.clone()),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }
}

/// A floating-point number as docker compose writes it into a string: the shortest digits that mean the same number,
/// with an exponent where that is below -4 or above 5.
pub(crate) fn float_text(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        return format!("{value}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

/// The way from the top of the model to a value, kept on the stack of the walk.
#[derive(Clone, Copy)]
pub(crate) struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: PathStep<'a>,
    depth: usize,
}

#[derive(Clone, Copy)]
enum PathStep<'a> {
    Key(&'a str),
    Index(usize),
}

impl<'a> Path<'a> {
    /// The top of the model.
    pub(crate) const ROOT: Path<'static> = Path {
        parent: None,
        step: PathStep::Key(""),
        depth: 0,
    };

    pub(crate) fn key(&'a self, key: &'a str) -> Path<'a> {
        self.next(PathStep::Key(key))
    }

    pub(crate) fn index(&'a self, index: usize) -> Path<'a> {
        self.next(PathStep::Index(index))
    }

    fn next(&'a self, step: PathStep<'a>) -> Path<'a> {
        Path {
            parent: Some(self),
            step,
            depth: self.depth + 1,
        }
    }

    /// Whether the path is of this form; `*` stands for any key and any place in a list.
    pub(crate) fn matches(&self, pattern: &[&str]) -> bool {
        if self.depth != pattern.len() {
            return false;
        }
        let mut at = self;
        for want in pattern.iter().rev() {
            let fits = match at.step {
                PathStep::Key(key) => *want == "*" || *want == key,
                PathStep::Index(_) => *want == "*",
            };
            if !fits {
                return false;
            }
            match at.parent {
                Some(parent) => at = parent,
                None => return true,
            }
        }
        true
    }

    /// The keys from the top; places in lists are written as numbers.
    pub(crate) fn keys(&self) -> Vec<String> {
        let mut keys = self.parent.map(Path::keys).unwrap_or_default();
        match (self.depth, self.step) {
            (0, _) => {}
            (_, PathStep::Key(key)) => keys.push(key.to_owned()),
            (_, PathStep::Index(index)) => keys.push(index.to_string()),
        }
        keys
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.step {
            _ if self.depth == 0 => Ok(()),
            PathStep::Key(key) if self.depth == 1 => f.write_str(key),
            PathStep::Key(key) => write!(f, ".{key}"),
            PathStep::Index(index) => write!(f, "[{index}]"),
        }
    }
}
