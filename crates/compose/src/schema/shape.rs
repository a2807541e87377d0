//! The vocabulary of the tables.

/// What a value may look like.
pub(crate) enum Shape {
    /// Anything at all.
    Any,
    /// A string.
    Text,
    /// A string that holds one of these words.
    Pattern(fn(&str) -> bool, &'static str),
    /// One of these strings.
    Choice(&'static [&'static str]),
    /// A boolean.
    Boolean,
    /// Any number.
    Number,
    /// A whole number from the first to the second.
    Integer(i64, i64),
    /// Nothing.
    Null,
    /// A list.
    List(&'static Shape),
    /// A list in which no item stands twice.
    Set(&'static Shape),
    /// A mapping from anything to values of one shape.
    Map(&'static Shape),
    /// A mapping from names to values of one shape.
    Names(&'static Shape),
    /// A mapping of known keys.
    Object(&'static Object),
    /// The first of these that fits the kind of the value.
    Either(&'static [Shape]),
}

/// A mapping of known keys.
pub(crate) struct Object {
    pub(crate) keys: &'static [Key],
    pub(crate) required: &'static [&'static str],
    /// Whether keys that start with `x-` are allowed.
    pub(crate) extensible: bool,
    /// Whether unknown keys are allowed.
    pub(crate) open: bool,
}

/// A key of an [`Object`].
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    pub(crate) support: Support,
}

/// What Stardeck does with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// What docker compose does.
    Done,
    /// Part of that: the text says what is missing.
    Limited(&'static str),
    /// Nothing: the text says why.
    Refused(&'static str),
}

/// A key that does what docker compose does with it.
pub(crate) const fn key(name: &'static str, shape: Shape) -> Key {
    Key {
        name,
        shape,
        support: Support::Done,
    }
}

impl Key {
    pub(crate) const fn limited(self, limit: &'static str) -> Key {
        Key {
            name: self.name,
            shape: self.shape,
            support: Support::Limited(limit),
        }
    }

    pub(crate) const fn refused(self, why: &'static str) -> Key {
        Key {
            name: self.name,
            shape: self.shape,
            support: Support::Refused(why),
        }
    }
}

impl Object {
    /// A mapping of these keys, and of extensions.
    pub(crate) const fn new(keys: &'static [Key]) -> Object {
        Object {
            keys,
            required: &[],
            extensible: true,
            open: false,
        }
    }

    pub(crate) const fn required(self, required: &'static [&'static str]) -> Object {
        Object {
            keys: self.keys,
            required,
            extensible: self.extensible,
            open: self.open,
        }
    }

    /// Without extensions.
    pub(crate) const fn closed(self) -> Object {
        Object {
            keys: self.keys,
            required: self.required,
            extensible: false,
            open: false,
        }
    }

    /// With any other key.
    pub(crate) const fn open(self) -> Object {
        Object {
            keys: self.keys,
            required: self.required,
            extensible: true,
            open: true,
        }
    }

    pub(crate) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

pub(crate) const WHOLE: Shape = Shape::Integer(i64::MIN, i64::MAX);
pub(crate) const NATURAL: Shape = Shape::Integer(0, i64::MAX);
pub(crate) const FLAG: Shape = Shape::Either(&[Shape::Boolean, Shape::Text]);
pub(crate) const NUMBER_OR_TEXT: Shape = Shape::Either(&[Shape::Number, Shape::Text]);
pub(crate) const WHOLE_OR_TEXT: Shape = Shape::Either(&[WHOLE, Shape::Text]);
pub(crate) const TEXTS: Shape = Shape::List(&Shape::Text);
pub(crate) const TEXT_SET: Shape = Shape::Set(&Shape::Text);
pub(crate) const TEXT_OR_LIST: Shape = Shape::Either(&[Shape::Text, Shape::List(&Shape::Text)]);
pub(crate) const TEXT_OR_SET: Shape = Shape::Either(&[Shape::Text, Shape::Set(&Shape::Text)]);
pub(crate) const COMMAND: Shape = Shape::Either(&[Shape::Null, Shape::Text, Shape::List(&Shape::Text)]);
pub(crate) const SCALAR: Shape = Shape::Either(&[Shape::Text, Shape::Number, Shape::Boolean, Shape::Null]);
pub(crate) const LIST_OR_MAP: Shape = Shape::Either(&[Shape::Map(&SCALAR), Shape::Set(&Shape::Text)]);
pub(crate) const OPTIONS: Shape = Shape::Map(&NUMBER_OR_TEXT);
pub(crate) const EXTRA_HOSTS: Shape = Shape::Either(&[Shape::Map(&TEXT_OR_LIST), Shape::Set(&Shape::Text)]);
