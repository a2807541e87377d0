//! From values with places to the typed model.
//!
//! A fault does not end the work: the value is reported, taken out, and the rest is read again.

use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};

use super::Project;
use crate::limits;
use crate::report::{Code, Report};
use crate::source::Place;
use crate::stages::variables::{boolean, float};
use crate::tree::{Map, Node, Path, Value};

/// Reads a project; whatever does not fit is reported and left out.
pub(crate) fn project(model: &mut Node, report: &mut Report) -> Project {
    for _ in 0..limits::DIAGNOSTICS {
        let reader = Reader {
            node: &*model,
            path: &Path::ROOT,
        };
        let fault = match Project::deserialize(reader) {
            Ok(project) => return project,
            Err(fault) => fault,
        };
        report
            .error(Code::BadValue, fault.place, fault.message.clone())
            .path(fault.path.join("."));
        if !take_out(model, &fault.path) {
            break;
        }
    }
    Project::default()
}

/// Reads what is no project.
pub(crate) fn value<T: de::DeserializeOwned>(node: &Node) -> Option<T> {
    let path = &Path::ROOT;
    T::deserialize(Reader { node, path }).ok()
}

fn take_out(model: &mut Node, path: &[String]) -> bool {
    let Some((last, way)) = path.split_last() else {
        return false;
    };
    let mut at = model;
    for key in way {
        let next = match &mut at.value {
            Value::Map(map) => map.get_mut(key),
            Value::List(items) => key.parse().ok().and_then(|index: usize| items.get_mut(index)),
            _ => None,
        };
        match next {
            Some(next) => at = next,
            None => return false,
        }
    }
    match &mut at.value {
        Value::Map(map) => map.shift_remove(last).is_some(),
        Value::List(items) => match last.parse() {
            Ok(index) if index < items.len() => {
                items.remove(index);
                true
            }
            _ => false,
        },
        _ => false,
    }
}

/// What does not fit, and where.
#[derive(Debug)]
pub(crate) struct Fault {
    message: String,
    place: Place,
    path: Vec<String>,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Fault {
            message: message.to_string(),
            place: Place::NOWHERE,
            path: Vec::new(),
        }
    }
}

#[derive(Clone, Copy)]
struct Reader<'n, 'p> {
    node: &'n Node,
    path: &'p Path<'p>,
}

impl Reader<'_, '_> {
    /// Says where a fault is, where that is not known yet.
    fn locate(&self, mut fault: Fault) -> Fault {
        if fault.path.is_empty() {
            fault.place = if self.node.place.is_nowhere() {
                self.node.key
            } else {
                self.node.place
            };
            fault.path = self.path.keys();
        }
        fault
    }

    fn wrong<T>(&self, wanted: &str) -> Result<T, Fault> {
        let fault = de::Error::custom(format!(
            "`{}` must be {wanted}, and this is {}",
            self.path,
            self.node.kind()
        ));
        Err(self.locate(fault))
    }

    fn whole(&self) -> Result<i64, Fault> {
        let wrong = || self.wrong("a whole number");
        match &self.node.value {
            Value::Int(number) => i64::try_from(*number).or_else(|_| wrong()),
            Value::Float(number) => Ok(*number as i64),
            Value::Str(text) => text.parse().or_else(|_| wrong()),
            Value::Null => Ok(0),
            _ => wrong(),
        }
    }
}

macro_rules! integers {
    ($($method:ident $visit:ident $type:ty,)+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            let number = self.whole()?;
            match <$type>::try_from(number) {
                Ok(number) => visitor.$visit(number).map_err(|fault| self.locate(fault)),
                Err(_) => {
                    let fault = de::Error::custom(format!("`{}` cannot be {number}", self.path));
                    Err(self.locate(fault))
                }
            }
        })+
    };
}

impl<'de> Deserializer<'de> for Reader<'_, '_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let result = match &self.node.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Int(number) => match (i64::try_from(*number), u64::try_from(*number)) {
                (Ok(number), _) => visitor.visit_i64(number),
                (_, Ok(number)) => visitor.visit_u64(number),
                _ => visitor.visit_f64(*number as f64),
            },
            Value::Float(number) => visitor.visit_f64(*number),
            Value::Str(text) | Value::Time(text) => visitor.visit_str(text),
            Value::List(_) => return self.deserialize_seq(visitor),
            Value::Map(_) => return self.deserialize_map(visitor),
        };
        result.map_err(|fault| self.locate(fault))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.value {
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Null => visitor.visit_bool(false),
            Value::Str(text) => match boolean(text) {
                Some(value) => visitor.visit_bool(value),
                None => self.wrong("`true` or `false`"),
            },
            _ => self.wrong("`true` or `false`"),
        }
    }

    integers! {
        deserialize_i64 visit_i64 i64,
        deserialize_u64 visit_u64 u64,
        deserialize_u32 visit_u32 u32,
        deserialize_u16 visit_u16 u16,
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.value {
            Value::Int(number) => visitor.visit_f32(*number as f32),
            Value::Float(number) => visitor.visit_f32(*number as f32),
            Value::Null => visitor.visit_f32(0.0),
            Value::Str(text) => match float(text) {
                Some(number) => visitor.visit_f32(number as f32),
                None => self.wrong("a number"),
            },
            _ => self.wrong("a number"),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.value {
            Value::Str(text) => visitor.visit_str(text),
            Value::Int(number) => visitor.visit_string(number.to_string()),
            Value::Null => visitor.visit_str(""),
            _ => self.wrong("a string"),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.node.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let items: &[Node] = match &self.node.value {
            Value::List(items) => items,
            Value::Null => &[],
            _ => return self.wrong("a list"),
        };
        let items = Items {
            items: items.iter(),
            path: self.path,
            index: 0,
        };
        visitor.visit_seq(items).map_err(|fault| self.locate(fault))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.entries(visitor, false)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.entries(visitor, true)
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u128 f64 char bytes byte_buf unit unit_struct newtype_struct tuple tuple_struct enum
        identifier ignored_any
    }
}

impl<'n> Reader<'n, '_> {
    /// Hands the entries of a mapping to a visitor; for a struct, those that start with `x-` as one.
    fn entries<'de, V: Visitor<'de>>(self, visitor: V, is_struct: bool) -> Result<V::Value, Fault> {
        let empty = Map::new();
        let map: &Map = match &self.node.value {
            Value::Map(map) => map,
            Value::Null => &empty,
            _ => return self.wrong("a mapping"),
        };
        let (extensions, fields): (Vec<_>, Vec<_>) =
            map.iter().partition(|(key, _)| is_struct && key.starts_with("x-"));
        let entries = Entries {
            entries: fields.into_iter(),
            extensions: (!extensions.is_empty()).then(|| {
                extensions
                    .into_iter()
                    .map(|(key, node)| (key.clone(), node.clone()))
                    .collect()
            }),
            path: self.path,
            value: None,
        };
        visitor.visit_map(entries).map_err(|fault| self.locate(fault))
    }
}

struct Items<'n, 'p> {
    items: std::slice::Iter<'n, Node>,
    path: &'p Path<'p>,
    index: usize,
}

impl<'de> SeqAccess<'de> for Items<'_, '_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some(node) = self.items.next() else { return Ok(None) };
        let path = self.path.index(self.index);
        self.index += 1;
        let reader = Reader { node, path: &path };
        seed.deserialize(reader).map(Some).map_err(|fault| reader.locate(fault))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

struct Entries<'n, 'p> {
    entries: std::vec::IntoIter<(&'n String, &'n Node)>,
    extensions: Option<Map>,
    path: &'p Path<'p>,
    value: Option<(&'n String, &'n Node)>,
}

impl<'de> MapAccess<'de> for Entries<'_, '_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        self.value = self.entries.next();
        let key: StrDeserializer<'_, Fault> = match (self.value, &self.extensions) {
            (Some((key, _)), _) => key.as_str().into_deserializer(),
            (None, Some(_)) => "#extensions".into_deserializer(),
            (None, None) => return Ok(None),
        };
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        match self.value.take() {
            Some((key, node)) => {
                let path = self.path.key(key);
                let reader = Reader { node, path: &path };
                seed.deserialize(reader).map_err(|fault| reader.locate(fault))
            }
            None => {
                let extensions = Node::new(Value::Map(self.extensions.take().unwrap_or_default()), Place::NOWHERE);
                seed.deserialize(Reader {
                    node: &extensions,
                    path: self.path,
                })
            }
        }
    }
}
