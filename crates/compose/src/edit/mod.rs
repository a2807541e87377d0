//! Changes to the text of a compose file that leave every other byte alone.
//!
//! An edit is a replacement of bytes, found by the syntax tree. After each one the text is read again, and must mean
//! what the old text meant with just that change; where an anchor carried the change to other places, these are given
//! their old value, and where that cannot be done the edit is refused.
//!
//! - [`intent`]: what an edit does to values
//! - [`document`]: a text, its tree, and the habits of its author
//! - [`locate`]: where an edit applies: through aliases and merge keys, to what is not there yet
//! - [`splice`]: the replacements
//! - [`render`]: values as text

mod document;
mod intent;
mod locate;
mod render;
mod splice;

use api::compose::{Edit, Step};

use crate::limits;
use crate::tree::{Node, Value};
use document::Document;
use intent::Intent;

/// How many places may need their old value back after one edit.
const REPAIRS: usize = 100;

/// Why an edit was not made.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum EditError {
    /// The text is not one document of valid YAML.
    #[error("the file cannot be edited as it is: {0}")]
    Unreadable(String),
    /// The text is too large.
    #[error("the file is larger than {} bytes", limits::FILE_BYTES)]
    TooLarge,
    /// The way leads through something that is neither a mapping nor a list.
    #[error("`{0}` is not there, or is of a kind that this cannot be done to")]
    NoSuchPlace(String),
    /// The edit has no path.
    #[error("an edit needs a path to something in the file, not the file itself")]
    NoPath,
    /// The edit would change the meaning of more than it names.
    #[error("`{0}` cannot be edited without changing something else; edit the text by hand")]
    Entangled(String),
}

/// Applies edits one after the other, all or none.
pub fn apply(text: &str, edits: &[Edit]) -> Result<String, EditError> {
    if text.len() > limits::FILE_BYTES {
        return Err(EditError::TooLarge);
    }
    let mut text = text.to_owned();
    for edit in edits {
        let intent = Intent::of(edit);
        if intent.path.is_empty() {
            return Err(EditError::NoPath);
        }
        text = apply_one(text, &intent)?;
    }
    Ok(text)
}

/// The value at `path` as the text has it: variables as they are written, anchors and merge keys resolved. Absent where
/// there is none.
///
/// # Errors
/// The text is not one document of valid YAML.
pub fn read(text: &str, path: &[Step]) -> Result<Option<serde_json::Value>, EditError> {
    if text.len() > limits::FILE_BYTES {
        return Err(EditError::TooLarge);
    }
    let value = Document::parse(text.to_owned())?.value()?;
    let mut at = &value;
    for step in path {
        let next = match (&at.value, step) {
            (Value::Map(map), Step::Key(key)) => map.get(key),
            (Value::List(items), Step::Index(index)) => items.get(*index),
            _ => None,
        };
        let Some(next) = next else { return Ok(None) };
        at = next;
    }
    Ok(Some(json_of(at)))
}

fn apply_one(text: String, intent: &Intent) -> Result<String, EditError> {
    let document = Document::parse(text)?;
    let mut wanted = document.value()?;
    intent::apply(&mut wanted, intent)?;
    let entangled = || EditError::Entangled(show(&intent.path));
    let mut document = locate::apply(&document, intent)?;
    for _ in 0..REPAIRS {
        let found = document.value().map_err(|_| entangled())?;
        let Some((path, old)) = intent::difference(&wanted, &found) else {
            return Ok(document.text);
        };
        // Where the edit itself did not come out, no other edit mends it.
        if path.is_empty() || intent.path.starts_with(&path) || path.starts_with(&intent.path) {
            return Err(entangled());
        }
        let repair = match old {
            Some(old) => Intent::set(path, old),
            None => Intent::remove(path),
        };
        document = locate::apply(&document, &repair).map_err(|_| entangled())?;
    }
    Err(entangled())
}

fn show(path: &[Step]) -> String {
    let mut shown = String::new();
    for step in path {
        match step {
            Step::Key(key) if shown.is_empty() => shown.push_str(key),
            Step::Key(key) => shown.extend([".", key]),
            Step::Index(index) => shown.push_str(&format!("[{index}]")),
        }
    }
    shown
}

/// A value as JSON.
fn json_of(node: &Node) -> serde_json::Value {
    match &node.value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Int(number) => match (i64::try_from(*number), u64::try_from(*number)) {
            (Ok(number), _) => number.into(),
            (_, Ok(number)) => number.into(),
            _ => number.to_string().into(),
        },
        Value::Float(number) => (*number).into(),
        Value::Time(text) | Value::Str(text) => text.as_str().into(),
        Value::List(items) => items.iter().map(json_of).collect(),
        Value::Map(map) => {
            let entries = map.iter().map(|(key, node)| (key.clone(), json_of(node)));
            serde_json::Value::Object(entries.collect())
        }
    }
}

/// A value from JSON.
fn node_of(value: &serde_json::Value) -> Node {
    use crate::source::Place;
    let value = match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(*value),
        serde_json::Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => Value::Int(number.into()),
            (_, Some(number)) => Value::Int(number.into()),
            _ => Value::Float(number.as_f64().unwrap_or_default()),
        },
        serde_json::Value::String(text) => Value::Str(text.clone()),
        serde_json::Value::Array(items) => Value::List(items.iter().map(node_of).collect()),
        serde_json::Value::Object(map) => {
            Value::Map(map.iter().map(|(key, value)| (key.clone(), node_of(value))).collect())
        }
    };
    Node::new(value, Place::NOWHERE)
}
