//! What an edit does to values: the measure that the edited text is held to.

use api::compose::{Edit, Step};

use super::{EditError, node_of, show};
use crate::source::Place;
use crate::tree::{Map, Node, Value};

/// An edit, with its value as the crate holds values.
#[derive(Clone, Debug)]
pub(crate) struct Intent {
    pub(crate) path: Vec<Step>,
    pub(crate) change: Change,
}

#[derive(Clone, Debug)]
pub(crate) enum Change {
    Set(Node),
    Append(Node),
    Remove,
}

impl Intent {
    pub(crate) fn of(edit: &Edit) -> Intent {
        match edit {
            Edit::Set { path, value } => Intent::set(path.clone(), node_of(value)),
            Edit::Append { path, value } => Intent {
                path: path.clone(),
                change: Change::Append(node_of(value)),
            },
            Edit::Remove { path } => Intent::remove(path.clone()),
        }
    }

    pub(crate) fn set(path: Vec<Step>, value: Node) -> Intent {
        Intent {
            path,
            change: Change::Set(value),
        }
    }

    pub(crate) fn remove(path: Vec<Step>) -> Intent {
        Intent {
            path,
            change: Change::Remove,
        }
    }
}

/// The item `KEY=value` of a list that is written as one.
pub(crate) fn pair(key: &str, value: &Node) -> Option<String> {
    match value.to_text() {
        Some(text) => Some(format!("{key}={text}")),
        None if value.is_null() => Some(key.to_owned()),
        None => None,
    }
}

/// Whether an item of a list is `KEY=…` or `KEY`.
pub(crate) fn is_pair_of(item: Option<&str>, key: &str) -> bool {
    item.is_some_and(|item| item == key || item.strip_prefix(key).is_some_and(|rest| rest.starts_with('=')))
}

/// Does to a value what the edit asks for.
pub(crate) fn apply(root: &mut Node, intent: &Intent) -> Result<(), EditError> {
    let error = || EditError::NoSuchPlace(show(&intent.path));
    let Some((last, way)) = intent.path.split_last() else {
        return Err(EditError::NoPath);
    };
    let mut at = root;
    for step in way {
        let missing = match (&at.value, step) {
            (Value::Null, Step::Key(_)) => true,
            (Value::Map(map), Step::Key(key)) => !map.contains_key(key),
            _ => false,
        };
        if missing && matches!(intent.change, Change::Remove) {
            return Ok(());
        }
        if at.is_null() {
            at.value = Value::Map(Map::new());
        }
        at = match (&mut at.value, step) {
            (Value::Map(map), Step::Key(key)) => map.entry(key.clone()).or_default(),
            (Value::List(items), Step::Index(index)) => items.get_mut(*index).ok_or_else(error)?,
            _ => return Err(error()),
        };
    }
    match (&intent.change, last) {
        (Change::Set(value), Step::Key(key)) => {
            if at.is_null() {
                at.value = Value::Map(Map::new());
            }
            match &mut at.value {
                Value::Map(map) => {
                    map.insert(key.clone(), value.clone());
                }
                Value::List(items) => {
                    let item = Node::text(pair(key, value).ok_or_else(error)?, Place::NOWHERE);
                    match items.iter_mut().find(|item| is_pair_of(item.as_str(), key)) {
                        Some(there) => *there = item,
                        None => items.push(item),
                    }
                }
                _ => return Err(error()),
            }
        }
        (Change::Set(value), Step::Index(index)) => {
            let items = at.as_list_mut().ok_or_else(error)?;
            *items.get_mut(*index).ok_or_else(error)? = value.clone();
        }
        (Change::Append(value), _) => {
            let list = match (&mut at.value, last) {
                (Value::Null, Step::Key(key)) => {
                    at.value = Value::Map(Map::from_iter([(key.clone(), Node::default())]));
                    at.get_mut(key).ok_or_else(error)?
                }
                (Value::Map(map), Step::Key(key)) => map.entry(key.clone()).or_default(),
                (Value::List(items), Step::Index(index)) => items.get_mut(*index).ok_or_else(error)?,
                _ => return Err(error()),
            };
            if list.is_null() {
                list.value = Value::List(Vec::new());
            }
            list.as_list_mut().ok_or_else(error)?.push(value.clone());
        }
        (Change::Remove, Step::Key(key)) => match &mut at.value {
            Value::Map(map) => {
                map.shift_remove(key);
            }
            Value::List(items) => items.retain(|item| !is_pair_of(item.as_str(), key)),
            Value::Null => {}
            _ => return Err(error()),
        },
        (Change::Remove, Step::Index(index)) => {
            let items = at.as_list_mut().ok_or_else(error)?;
            if *index < items.len() {
                items.remove(*index);
            }
        }
    }
    Ok(())
}

/// The first place at which two values differ, and what is wanted there; nothing where they are equal.
pub(crate) fn difference(wanted: &Node, found: &Node) -> Option<(Vec<Step>, Option<Node>)> {
    match (&wanted.value, &found.value) {
        (Value::Map(want), Value::Map(have)) => {
            for (key, wanted) in want {
                let below = match have.get(key) {
                    Some(found) => difference(wanted, found),
                    None => Some((Vec::new(), Some(wanted.clone()))),
                };
                if let Some((path, value)) = below {
                    return Some((under(Step::Key(key.clone()), path), value));
                }
            }
            let more = have.keys().find(|key| !want.contains_key(*key))?;
            Some((vec![Step::Key(more.clone())], None))
        }
        (Value::List(want), Value::List(have)) if want.len() == have.len() => {
            let mut pairs = want.iter().zip(have).enumerate();
            pairs.find_map(|(index, (wanted, found))| {
                let (path, value) = difference(wanted, found)?;
                Some((under(Step::Index(index), path), value))
            })
        }
        (Value::Float(want), Value::Float(have)) if want.is_nan() && have.is_nan() => None,
        (want, have) if want == have => None,
        _ => Some((Vec::new(), Some(wanted.clone()))),
    }
}

fn under(step: Step, mut path: Vec<Step>) -> Vec<Step> {
    path.insert(0, step);
    path
}
