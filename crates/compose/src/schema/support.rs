//! Every key of the specification with what Stardeck does with it.

use super::shape::{Object, Shape, Support};
use super::top::MODEL;

/// One key of the specification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySupport {
    /// The way to it; `*` stands for a name, `[]` for the items of a list.
    pub path: String,
    /// What Stardeck does with it.
    pub support: Support,
}

/// All keys, in the order of the tables. Below a key that is refused, everything is.
pub fn keys() -> Vec<KeySupport> {
    let mut all = Vec::new();
    object(&MODEL, "", None, &mut all);
    all
}

fn object(object: &Object, path: &str, above: Option<Support>, all: &mut Vec<KeySupport>) {
    for key in object.keys {
        let path = if path.is_empty() {
            key.name.to_owned()
        } else {
            format!("{path}.{}", key.name)
        };
        let support = above.unwrap_or(key.support);
        all.push(KeySupport {
            path: path.clone(),
            support,
        });
        let below = matches!(support, Support::Refused(_)).then_some(support);
        shape(&key.shape, &path, below, all);
    }
}

fn shape(at: &Shape, path: &str, above: Option<Support>, all: &mut Vec<KeySupport>) {
    match at {
        Shape::Object(inner) => object(inner, path, above, all),
        Shape::List(inner) | Shape::Set(inner) => shape(inner, &format!("{path}[]"), above, all),
        Shape::Map(inner) | Shape::Names(inner) => shape(inner, &format!("{path}.*"), above, all),
        Shape::Either(shapes) => shapes.iter().for_each(|inner| shape(inner, path, above, all)),
        _ => {}
    }
}
