//! The lossless syntax tree: every node with the bytes that it stands on.
//!
//! The tree holds no comments and no blank space; both are what lies between its nodes in the text. An edit replaces
//! bytes of the text, so that whatever it does not touch is kept by construction.

/// One document of a stream.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) root: Node,
}

/// A node as it is written.
#[derive(Debug)]
pub(crate) struct Node {
    /// Where it starts, its tag and its anchor included.
    pub(crate) outer: usize,
    /// Where its value starts.
    pub(crate) start: usize,
    /// Where its value ends, without the line break that follows it.
    pub(crate) end: usize,
    pub(crate) tag: Option<Box<str>>,
    /// The number of its anchor.
    pub(crate) anchor: Option<usize>,
    pub(crate) kind: Kind,
}

/// What a node is.
#[derive(Debug)]
pub(crate) enum Kind {
    Scalar {
        text: String,
        style: Style,
    },
    /// Stands for the node with this anchor.
    Alias(usize),
    Sequence {
        items: Vec<Node>,
        flow: bool,
    },
    Mapping {
        entries: Vec<(Node, Node)>,
        flow: bool,
    },
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    /// Literal or folded.
    Block,
}

impl Node {
    /// The text of a scalar.
    pub(crate) fn scalar(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Whether nothing is written here at all.
    pub(crate) fn is_absent(&self) -> bool {
        self.outer == self.end
    }

    /// Whether this is the key `<<` of a merge.
    pub(crate) fn is_merge_key(&self) -> bool {
        matches!(&self.kind, Kind::Scalar { text, style: Style::Plain } if text == "<<")
    }

    pub(crate) fn is_flow(&self) -> bool {
        matches!(
            self.kind,
            Kind::Sequence { flow: true, .. } | Kind::Mapping { flow: true, .. }
        )
    }

    /// The children in the order of the text.
    pub(crate) fn children(&self) -> Box<dyn Iterator<Item = &Node> + '_> {
        match &self.kind {
            Kind::Scalar { .. } | Kind::Alias(_) => Box::new(std::iter::empty()),
            Kind::Sequence { items, .. } => Box::new(items.iter()),
            Kind::Mapping { entries, .. } => Box::new(entries.iter().flat_map(|(key, value)| [key, value])),
        }
    }
}

/// The dash of the item of a block list that starts at `at`: on its line, or behind comments on a line before.
pub(crate) fn dash_before(text: &str, at: usize) -> usize {
    let mut end = at;
    loop {
        let start = text[..end].rfind('\n').map_or(0, |newline| newline + 1);
        let line = text[start..end].trim_end();
        if line.ends_with('-') {
            return start + line.len() - 1;
        }
        let code = line.find(" #").map_or(line, |comment| line[..comment].trim_end());
        if code.ends_with('-') && !line.trim_start().starts_with('#') {
            return start + code.len() - 1;
        }
        if start == 0 {
            return at;
        }
        end = start - 1;
    }
}
