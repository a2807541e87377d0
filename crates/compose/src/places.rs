//! Where the values of the typed model were written.

use crate::source::Place;
use crate::tree::{Node, Value};

/// Answers for a whole model.
pub(crate) struct Places<'n> {
    model: &'n Node,
}

impl<'n> Places<'n> {
    pub(crate) fn new(model: &'n Node) -> Self {
        Places { model }
    }

    /// The place of a value; where it was not written, that of the closest value above it that was.
    pub(crate) fn of(&self, path: &[&str]) -> Place {
        let mut place = Place::NOWHERE;
        let mut at = self.model;
        for key in path {
            let next = match &at.value {
                Value::Map(map) => map.get(*key),
                Value::List(items) => key.parse().ok().and_then(|index: usize| items.get(index)),
                _ => None,
            };
            let Some(next) = next else { break };
            at = next;
            let written = [at.key, at.place].into_iter().find(|place| !place.is_nowhere());
            place = written.unwrap_or(place);
        }
        place
    }

    /// The text of a value, where it is one.
    pub(crate) fn text(&self, path: &[&str]) -> Option<&'n str> {
        self.node(path).and_then(Node::as_str)
    }

    /// Whether a value is a number with a point.
    pub(crate) fn is_float(&self, path: &[&str]) -> bool {
        self.node(path)
            .is_some_and(|node| matches!(node.value, Value::Float(_)))
    }

    fn node(&self, path: &[&str]) -> Option<&'n Node> {
        path.iter().try_fold(self.model, |at, key| at.get(key))
    }
}
