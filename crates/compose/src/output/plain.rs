//! A project as a tree of plain values: what docker compose leaves out is left out, what it writes in another form is
//! in that form.

use serde::ser::{self, Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer};

/// A value to be written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Plain {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    /// A number of single precision, which has fewer digits.
    Single(f32),
    Text(String),
    List(Vec<Plain>),
    Map(Vec<(String, Plain)>),
    /// A mapping that is written even where it is empty.
    Struct(Vec<(String, Plain)>),
    /// A size or duration of nothing.
    Zero(String),
    /// A value that was given, and is written even where it is empty.
    Given(Box<Plain>),
}

/// For which text the tree is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Json,
    Yaml,
}

/// The tree of a value.
pub(crate) fn of<T: Serialize>(value: &T, dialect: Dialect) -> Plain {
    value
        .serialize(Planter { dialect })
        .map_or(Plain::Null, Plain::unwrapped)
}

impl Plain {
    fn is_empty(&self) -> bool {
        match self {
            Plain::Null | Plain::Bool(false) | Plain::Int(0) | Plain::Uint(0) | Plain::Zero(_) => true,
            Plain::Float(number) => *number == 0.0,
            Plain::Single(number) => *number == 0.0,
            Plain::Text(text) => text.is_empty(),
            Plain::List(items) => items.is_empty(),
            Plain::Map(entries) => entries.is_empty(),
            _ => false,
        }
    }

    fn unwrapped(self) -> Plain {
        match self {
            Plain::Given(inner) => inner.unwrapped(),
            Plain::Struct(entries) => Plain::Map(entries),
            Plain::Zero(text) => Plain::Text(text),
            other => other,
        }
    }
}

/// What goes wrong while a tree is made: nothing does, but the trait asks for a type.
#[derive(Debug)]
pub(crate) struct Impossible;

impl std::fmt::Display for Impossible {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the model holds a value that has no plain form")
    }
}

impl std::error::Error for Impossible {}

impl ser::Error for Impossible {
    fn custom<T: std::fmt::Display>(_message: T) -> Self {
        Impossible
    }
}

#[derive(Clone, Copy)]
struct Planter {
    dialect: Dialect,
}

impl Planter {
    fn value<T: ?Sized + Serialize>(self, value: &T) -> Result<Plain, Impossible> {
        value.serialize(self)
    }
}

impl Serializer for Planter {
    type Ok = Plain;
    type Error = Impossible;
    type SerializeSeq = ListPlanter;
    type SerializeTuple = ser::Impossible<Plain, Impossible>;
    type SerializeTupleStruct = ser::Impossible<Plain, Impossible>;
    type SerializeTupleVariant = ser::Impossible<Plain, Impossible>;
    type SerializeMap = MapPlanter;
    type SerializeStruct = StructPlanter;
    type SerializeStructVariant = ser::Impossible<Plain, Impossible>;

    fn serialize_bool(self, value: bool) -> Result<Plain, Impossible> {
        Ok(Plain::Bool(value))
    }

    fn serialize_i8(self, value: i8) -> Result<Plain, Impossible> {
        Ok(Plain::Int(value.into()))
    }

    fn serialize_i16(self, value: i16) -> Result<Plain, Impossible> {
        Ok(Plain::Int(value.into()))
    }

    fn serialize_i32(self, value: i32) -> Result<Plain, Impossible> {
        Ok(Plain::Int(value.into()))
    }

    fn serialize_i64(self, value: i64) -> Result<Plain, Impossible> {
        Ok(Plain::Int(value))
    }

    fn serialize_u8(self, value: u8) -> Result<Plain, Impossible> {
        Ok(Plain::Int(value.into()))
    }

    fn serialize_u16(self, value: u16) -> Result<Plain, Impossible> {
        Ok(Plain::Int(value.into()))
    }

    fn serialize_u32(self, value: u32) -> Result<Plain, Impossible> {
        Ok(Plain::Int(value.into()))
    }

    fn serialize_u64(self, value: u64) -> Result<Plain, Impossible> {
        Ok(Plain::Uint(value))
    }

    fn serialize_f32(self, value: f32) -> Result<Plain, Impossible> {
        Ok(Plain::Single(value))
    }

    fn serialize_f64(self, value: f64) -> Result<Plain, Impossible> {
        Ok(Plain::Float(value))
    }

    fn serialize_char(self, value: char) -> Result<Plain, Impossible> {
        Ok(Plain::Text(value.to_string()))
    }

    fn serialize_str(self, value: &str) -> Result<Plain, Impossible> {
        Ok(Plain::Text(value.to_owned()))
    }

    fn serialize_bytes(self, _value: &[u8]) -> Result<Plain, Impossible> {
        Err(Impossible)
    }

    fn serialize_none(self) -> Result<Plain, Impossible> {
        Ok(Plain::Null)
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<Plain, Impossible> {
        Ok(Plain::Given(Box::new(self.value(value)?)))
    }

    fn serialize_unit(self) -> Result<Plain, Impossible> {
        Ok(Plain::Null)
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<Plain, Impossible> {
        Ok(Plain::Null)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Plain, Impossible> {
        Ok(Plain::Text(variant.to_owned()))
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<Plain, Impossible> {
        Ok(match (name, self.value(value)?) {
            ("Bytes" | "Duration", Plain::Text(text)) if matches!(text.as_str(), "0" | "0s") => Plain::Zero(text),
            (_, plain) => plain,
        })
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        value: &T,
    ) -> Result<Plain, Impossible> {
        self.value(value)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<ListPlanter, Impossible> {
        Ok(ListPlanter {
            planter: self,
            items: Vec::with_capacity(len.unwrap_or(0)),
        })
    }

    fn serialize_tuple(self, _len: usize) -> Result<Self::SerializeTuple, Impossible> {
        Err(Impossible)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, Impossible> {
        Err(Impossible)
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeTupleVariant, Impossible> {
        Err(Impossible)
    }

    fn serialize_map(self, _len: Option<usize>) -> Result<MapPlanter, Impossible> {
        Ok(MapPlanter {
            planter: self,
            entries: Vec::new(),
            key: String::new(),
        })
    }

    fn serialize_struct(self, name: &'static str, _len: usize) -> Result<StructPlanter, Impossible> {
        Ok(StructPlanter {
            planter: self,
            name,
            entries: Vec::new(),
        })
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeStructVariant, Impossible> {
        Err(Impossible)
    }
}

struct ListPlanter {
    planter: Planter,
    items: Vec<Plain>,
}

impl SerializeSeq for ListPlanter {
    type Ok = Plain;
    type Error = Impossible;

    fn serialize_element<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Impossible> {
        self.items.push(self.planter.value(value)?.unwrapped());
        Ok(())
    }

    fn end(self) -> Result<Plain, Impossible> {
        Ok(Plain::List(self.items))
    }
}

struct MapPlanter {
    planter: Planter,
    entries: Vec<(String, Plain)>,
    key: String,
}

impl SerializeMap for MapPlanter {
    type Ok = Plain;
    type Error = Impossible;

    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Result<(), Impossible> {
        match self.planter.value(key)? {
            Plain::Text(text) => {
                self.key = text;
                Ok(())
            }
            _ => Err(Impossible),
        }
    }

    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Impossible> {
        let value = self.planter.value(value)?.unwrapped();
        self.entries.push((std::mem::take(&mut self.key), value));
        Ok(())
    }

    fn end(self) -> Result<Plain, Impossible> {
        Ok(Plain::Map(self.entries))
    }
}

struct StructPlanter {
    planter: Planter,
    name: &'static str,
    entries: Vec<(String, Plain)>,
}

impl StructPlanter {
    /// Whether docker compose writes this field even where it is empty.
    fn is_always_written(&self, key: &str) -> bool {
        let json = self.planter.dialect == Dialect::Json;
        match (self.name, key) {
            ("Project", "name" | "services") | ("Dependency", "required") | ("Watch", "path" | "action") => true,
            ("Service", "command" | "entrypoint") | ("Hook", "command") => json,
            ("DiscreteResource", _) => true,
            _ => false,
        }
    }
}

impl SerializeStruct for StructPlanter {
    type Ok = Plain;
    type Error = Impossible;

    fn serialize_field<T: ?Sized + Serialize>(&mut self, key: &'static str, value: &T) -> Result<(), Impossible> {
        let value = self.planter.value(value)?;
        if key == "#extensions" {
            let written = self.planter.dialect == Dialect::Yaml || self.name == "Project";
            if let (true, Plain::Map(extensions)) = (written, value) {
                self.entries.extend(extensions);
            }
            return Ok(());
        }
        if value.is_empty() && !self.is_always_written(key) {
            return Ok(());
        }
        // In JSON, docker compose writes the fields of these two as Go spells them.
        let capital = self.planter.dialect == Dialect::Json && matches!(self.name, "WeightDevice" | "ThrottleDevice");
        let key = if capital {
            format!("{}{}", key[..1].to_ascii_uppercase(), &key[1..])
        } else {
            key.to_owned()
        };
        self.entries.push((key, value.unwrapped()));
        Ok(())
    }

    fn end(self) -> Result<Plain, Impossible> {
        Ok(Plain::Struct(self.entries))
    }
}
