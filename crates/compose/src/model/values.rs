//! Small types of the model. Each reads every form that the specification allows.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::{bytes, duration, words};
use crate::tree;

/// Keys that start with `x-`, as they are.
pub type Extensions = BTreeMap<String, serde_json::Value>;

/// A number of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub i64);

/// A length of time, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration(pub i64);

/// A program and its arguments. An empty command is not none: it takes that of the image away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Command(pub Vec<String>);

/// The test of a health check: `CMD`, `CMD-SHELL` or `NONE`, and what to run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Test(pub Vec<String>);

/// Texts by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Texts(pub BTreeMap<String, String>);

/// Variables by name; one without a value is left to the image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Variables(pub BTreeMap<String, Option<String>>);

/// A list of texts, which may be written as one text or with numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct TextList(pub Vec<String>);

/// Lists of texts by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct TextLists(pub BTreeMap<String, Vec<String>>);

/// Addresses by host name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hosts(pub BTreeMap<String, Vec<String>>);

/// The permissions of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileMode(pub i64);

/// How many devices; -1 is all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct DeviceCount(pub i64);

/// A limit of processes: one number for both kinds, or a soft and a hard one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Ulimit {
    /// One number for both.
    Single(i64),
    /// A number for each.
    Pair {
        /// The limit that holds.
        soft: i64,
        /// How far a process may raise it.
        hard: i64,
    },
}

impl Ulimit {
    /// The limit that holds, and the one up to which it can be raised.
    #[must_use]
    pub fn both(self) -> (i64, i64) {
        match self {
            Self::Single(limit) => (limit, limit),
            Self::Pair { soft, hard } => (soft, hard),
        }
    }
}

/// Any form that a value may have.
enum Loose {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Loose>),
    Map(Vec<(String, Loose)>),
}

impl Loose {
    /// The text of a scalar; numbers and booleans as docker compose writes them.
    fn into_text(self) -> Option<String> {
        match self {
            Loose::Bool(value) => Some(value.to_string()),
            Loose::Int(value) => Some(value.to_string()),
            Loose::Float(value) => Some(tree::float_text(value)),
            Loose::Text(text) => Some(text),
            Loose::Null | Loose::List(_) | Loose::Map(_) => None,
        }
    }

    fn into_texts<E: de::Error>(self) -> Result<Vec<String>, E> {
        match self {
            Loose::Null => Ok(Vec::new()),
            Loose::List(items) => {
                let text = |item: Loose| {
                    item.into_text()
                        .ok_or_else(|| E::custom("an item of a list of texts is no text"))
                };
                items.into_iter().map(text).collect()
            }
            other => other
                .into_text()
                .map(|text| vec![text])
                .ok_or_else(|| E::custom("this must be a text or a list of texts")),
        }
    }

    /// Pairs of a mapping, or of a list of `key=value`.
    fn into_pairs<E: de::Error>(self) -> Result<Vec<(String, Option<String>)>, E> {
        match self {
            Loose::Null => Ok(Vec::new()),
            Loose::Map(map) => Ok(map.into_iter().map(|(key, value)| (key, value.into_text())).collect()),
            Loose::List(_) => {
                let pair = |text: String| match text.split_once('=') {
                    Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
                    None => (text, None),
                };
                Ok(self.into_texts::<E>()?.into_iter().map(pair).collect())
            }
            _ => Err(E::custom("this must be a mapping, or a list of `key=value`")),
        }
    }
}

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LooseVisitor)
    }
}

struct LooseVisitor;

impl<'de> Visitor<'de> for LooseVisitor {
    type Value = Loose;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Loose, E> {
        Ok(Loose::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Loose, E> {
        Ok(Loose::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Loose, E> {
        Ok(Loose::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Loose, E> {
        Ok(i64::try_from(value).map_or_else(|_| Loose::Text(value.to_string()), Loose::Int))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Loose, E> {
        Ok(Loose::Float(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<Loose, E> {
        Ok(Loose::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Loose, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Loose::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Loose, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Loose::Map(entries))
    }
}

macro_rules! from_loose {
    ($($name:ident: $read:expr,)+) => {
        $(impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let read: fn(Loose) -> Result<$name, D::Error> = $read;
                read(Loose::deserialize(deserializer)?)
            }
        })+
    };
}

from_loose! {
    Bytes: |loose| match loose {
        Loose::Int(bytes) => Ok(Bytes(bytes)),
        Loose::Text(text) => bytes::parse(&text).map(Bytes).map_err(de::Error::custom),
        // docker compose reads a number with a point as nothing; who loads the file is warned.
        Loose::Float(_) | Loose::Null => Ok(Bytes(0)),
        _ => Err(de::Error::custom("this must be a size such as `512m`")),
    },
    Duration: |loose| {
        let text = loose.into_text().ok_or_else(|| de::Error::custom("this must be a duration such as `30s`"))?;
        duration::parse(&text).map(Duration).map_err(de::Error::custom)
    },
    Command: |loose| match loose {
        Loose::Text(line) => match words::split(&line) {
            Some(split) => Ok(Command(split.words)),
            None => Err(de::Error::custom(
                "the quotes or parentheses of this command do not fit; write it as a list of words",
            )),
        },
        other => other.into_texts().map(Command),
    },
    Test: |loose| match loose {
        Loose::Text(line) => Ok(Test(vec!["CMD-SHELL".to_owned(), line])),
        other => other.into_texts().map(Test),
    },
    Texts: |loose| {
        let pairs = loose.into_pairs()?;
        Ok(Texts(pairs.into_iter().map(|(key, value)| (key, value.unwrap_or_default())).collect()))
    },
    Variables: |loose| {
        let from_list = matches!(loose, Loose::List(_));
        let pairs: Vec<(String, Option<String>)> = loose.into_pairs()?;
        match pairs.iter().find(|(name, _)| from_list && name.ends_with(char::is_whitespace)) {
            Some((name, _)) => Err(de::Error::custom(format!("a space stands between the variable `{}` and its `=`", name.trim()))),
            None => Ok(Variables(pairs.into_iter().collect())),
        }
    },
    TextList: |loose| loose.into_texts().map(TextList),
    TextLists: |loose| match loose {
        Loose::Map(map) => {
            let lists = map.into_iter().map(|(key, value)| Ok((key, value.into_texts()?)));
            lists.collect::<Result<_, _>>().map(TextLists)
        }
        _ => Err(de::Error::custom("this must be a mapping")),
    },
    Hosts: |loose| hosts(loose).map_err(de::Error::custom),
    FileMode: |loose| match loose {
        Loose::Int(mode) => Ok(FileMode(mode)),
        Loose::Text(text) => match i64::from_str_radix(&text, 8) {
            Ok(mode) => Ok(FileMode(mode)),
            Err(_) => Err(de::Error::custom(format!("`{text}` is not a file mode such as `0440`"))),
        },
        _ => Err(de::Error::custom("this must be a file mode such as `0440`")),
    },
    DeviceCount: |loose| match loose {
        Loose::Int(count) => Ok(DeviceCount(count)),
        Loose::Text(text) if text.eq_ignore_ascii_case("all") => Ok(DeviceCount(-1)),
        Loose::Text(text) => match text.parse() {
            Ok(count) => Ok(DeviceCount(count)),
            Err(_) => Err(de::Error::custom(format!("`{text}` is neither a number nor `all`"))),
        },
        _ => Err(de::Error::custom("this must be a number or `all`")),
    },
    Ulimit: |loose| match loose {
        Loose::Int(limit) => Ok(Ulimit::Single(limit)),
        Loose::Map(map) => {
            let (mut soft, mut hard) = (0, 0);
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("soft", Loose::Int(limit)) => soft = limit,
                    ("hard", Loose::Int(limit)) => hard = limit,
                    ("soft" | "hard", _) => return Err(de::Error::custom("a limit must be a whole number")),
                    _ => {}
                }
            }
            Ok(Ulimit::Pair { soft, hard })
        }
        _ => Err(de::Error::custom("this must be a whole number, or a mapping of `soft` and `hard`")),
    },
}

fn hosts(loose: Loose) -> Result<Hosts, String> {
    let mut hosts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    match loose {
        Loose::Map(map) => {
            for (host, value) in map {
                let addresses = match value {
                    Loose::List(items) => items.into_iter().filter_map(Loose::into_text).collect(),
                    other => vec![other.into_text().unwrap_or_default()],
                };
                hosts.insert(host, addresses);
            }
        }
        Loose::List(items) => {
            for text in items.into_iter().filter_map(Loose::into_text) {
                let (host, addresses) = text
                    .split_once('=')
                    .or_else(|| text.split_once(':'))
                    .ok_or_else(|| format!("`{text}` has no address; write `{text}=ADDRESS`"))?;
                let addresses = addresses.split(',').map(str::to_owned);
                hosts.entry(host.to_owned()).or_default().extend(addresses);
            }
        }
        _ => return Err("this must be a mapping or a list of `host=address`".to_owned()),
    }
    for (host, addresses) in &mut hosts {
        if host.is_empty() || host.contains([':', '=']) {
            return Err(format!("`{host}` is not the name of a host"));
        }
        for address in addresses {
            if let Some(inner) = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                *address = inner.to_owned();
            }
        }
    }
    Ok(Hosts(hosts))
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct("Bytes", &self.0.to_string())
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&duration::show(self.0))
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct("Duration", &self.to_string())
    }
}

impl Serialize for FileMode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("0{:o}", self.0))
    }
}

impl Serialize for Hosts {
    /// As a sorted list of `host=address`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let lines = self
            .0
            .iter()
            .flat_map(|(host, addresses)| addresses.iter().map(move |address| format!("{host}={address}")));
        let mut lines: Vec<String> = lines.collect();
        lines.sort();
        lines.serialize(serializer)
    }
}

impl<'a> IntoIterator for &'a Texts {
    type Item = (&'a String, &'a String);
    type IntoIter = std::collections::btree_map::Iter<'a, String, String>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a Variables {
    type Item = (&'a String, &'a Option<String>);
    type IntoIter = std::collections::btree_map::Iter<'a, String, Option<String>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
