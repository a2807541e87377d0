//! A text, its tree, and the habits of its author.

use std::collections::HashMap;

use super::EditError;
use crate::limits::Budget;
use crate::report::Report;
use crate::source::Sources;
use crate::tree::Node as Value;
use crate::yaml::expand;
use crate::yaml::parse;
use crate::yaml::syntax::{Document as Tree, Kind, Node, Style};
use crate::yaml::write::is_safe_plain;

/// One document of YAML.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) text: String,
    pub(crate) tree: Tree,
    pub(crate) habits: Habits,
}

/// How the author writes what can be written in more than one way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Habits {
    /// What ends a line.
    pub(crate) newline: &'static str,
    /// Whether the last line ends with it.
    pub(crate) ends_with_newline: bool,
    /// How much further a mapping in a mapping is indented.
    pub(crate) indent: usize,
    /// How much further a list in a mapping is indented.
    pub(crate) list_indent: usize,
    /// The quotes of texts that need none; plain where most have none.
    pub(crate) quotes: Style,
    /// The quotes of texts that need some.
    pub(crate) needed_quotes: Style,
}

impl Document {
    pub(crate) fn parse(text: String) -> Result<Document, EditError> {
        // The tree is of the text behind a byte order mark, which stays where it is.
        let body = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let base = text.len() - body.len();
        let mut parsed = parse::parse(body);
        if let Some(fault) = parsed.fault {
            let line = body[..fault.offset.min(body.len())].lines().count().max(1);
            return Err(EditError::Unreadable(format!("line {line}: {}", fault.message)));
        }
        let (Some(mut tree), true) = (parsed.documents.pop(), parsed.documents.is_empty()) else {
            return Err(EditError::Unreadable(
                "it must hold exactly one YAML document".to_owned(),
            ));
        };
        shift(&mut tree.root, base);
        let habits = Habits::of(&text, &tree.root);
        Ok(Document { text, tree, habits })
    }

    /// What the document means: anchors and merge keys resolved, variables as they are written.
    pub(crate) fn value(&self) -> Result<Value, EditError> {
        let mut sources = Sources::default();
        let file = sources.add("", self.text.clone());
        let (budget, mut report) = (Budget::default(), Report::default());
        let expanded = expand::expand(&self.tree, file, 0, &sources, &budget, &mut report);
        if budget.exceeded() {
            return Err(EditError::Unreadable("its aliases make too much of it".to_owned()));
        }
        if report.has_errors() {
            let first = report.finish(&sources).into_iter().next();
            return Err(EditError::Unreadable(
                first.map(|first| first.message).unwrap_or_default(),
            ));
        }
        Ok(expanded.root)
    }

    /// The same document with a range of bytes replaced.
    pub(crate) fn replaced(&self, range: std::ops::Range<usize>, by: &str) -> Result<Document, EditError> {
        let mut text = self.text.clone();
        text.replace_range(range, by);
        Document::parse(text)
    }

    /// Nodes by the number of their anchor.
    pub(crate) fn anchors(&self) -> HashMap<usize, &Node> {
        fn walk<'t>(node: &'t Node, anchors: &mut HashMap<usize, &'t Node>) {
            anchors.extend(node.anchor.map(|anchor| (anchor, node)));
            node.children().for_each(|child| walk(child, anchors));
        }
        let mut anchors = HashMap::new();
        walk(&self.tree.root, &mut anchors);
        anchors
    }

    /// The first byte of the line that holds `at`.
    pub(crate) fn line_start(&self, at: usize) -> usize {
        let start = self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        if start == 0 && self.text.starts_with('\u{feff}') {
            3.min(at)
        } else {
            start
        }
    }

    /// Where the line that holds `at` ends, before its line break.
    pub(crate) fn line_end(&self, at: usize) -> usize {
        let rest = &self.text[at..];
        let line = rest.split('\n').next().unwrap_or_default();
        at + line.strip_suffix('\r').unwrap_or(line).len()
    }

    /// Where the next line starts.
    pub(crate) fn next_line(&self, at: usize) -> usize {
        self.text[at..]
            .find('\n')
            .map_or(self.text.len(), |newline| at + newline + 1)
    }

    /// How far from the start of its line a place is, in characters.
    pub(crate) fn column(&self, at: usize) -> usize {
        self.text[self.line_start(at)..at].chars().count()
    }

    /// Whether nothing but blank space stands before a place on its line.
    pub(crate) fn starts_line(&self, at: usize) -> bool {
        self.text[self.line_start(at)..at].bytes().all(|byte| byte == b' ')
    }
}

fn shift(node: &mut Node, by: usize) {
    for offset in [&mut node.outer, &mut node.start, &mut node.end] {
        *offset += by;
    }
    match &mut node.kind {
        Kind::Sequence { items, .. } => items.iter_mut().for_each(|item| shift(item, by)),
        Kind::Mapping { entries, .. } => entries.iter_mut().for_each(|(key, value)| {
            shift(key, by);
            shift(value, by);
        }),
        Kind::Scalar { .. } | Kind::Alias(_) => {}
    }
}

/// Counts of what is written how.
#[derive(Default)]
struct Census {
    indents: HashMap<usize, usize>,
    list_indents: HashMap<usize, usize>,
    plain: usize,
    single: (usize, usize),
    double: (usize, usize),
}

impl Habits {
    fn of(text: &str, root: &Node) -> Habits {
        let mut census = Census::default();
        census.walk(text, root, None);
        let newline = match text.find('\n') {
            Some(at) if text[..at].ends_with('\r') => "\r\n",
            _ => "\n",
        };
        let most = |counts: &HashMap<usize, usize>| {
            let common = counts
                .iter()
                .max_by_key(|&(width, count)| (*count, std::cmp::Reverse(*width)));
            common.map(|(width, _)| *width)
        };
        let indent = most(&census.indents).unwrap_or(2).clamp(1, 8);
        let (unneeded, needed) = (census.single.0.max(census.double.0), census.single.1 > census.double.1);
        Habits {
            newline,
            ends_with_newline: text.ends_with('\n'),
            indent,
            list_indent: most(&census.list_indents).unwrap_or(indent).min(8),
            quotes: match unneeded {
                unneeded if unneeded <= census.plain => Style::Plain,
                _ if census.single.0 > census.double.0 => Style::SingleQuoted,
                _ => Style::DoubleQuoted,
            },
            needed_quotes: if needed {
                Style::SingleQuoted
            } else {
                Style::DoubleQuoted
            },
        }
    }
}

impl Census {
    /// `column` is that of the key whose value the node is.
    fn walk(&mut self, text: &str, node: &Node, column: Option<usize>) {
        let column_of = |at: usize| at - text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        match &node.kind {
            Kind::Scalar { text, style } => match (style, is_safe_plain(text, false)) {
                (Style::Plain, true) => self.plain += 1,
                (Style::SingleQuoted, true) => self.single.0 += 1,
                (Style::SingleQuoted, false) => self.single.1 += 1,
                (Style::DoubleQuoted, true) => self.double.0 += 1,
                (Style::DoubleQuoted, false) => self.double.1 += 1,
                _ => {}
            },
            Kind::Alias(_) => {}
            Kind::Sequence { items, flow } => {
                if let (Some(column), false) = (column, *flow) {
                    let own = column_of(node.start);
                    *self.list_indents.entry(own.saturating_sub(column)).or_default() += 1;
                }
                items.iter().for_each(|item| self.walk(text, item, None));
            }
            Kind::Mapping { entries, flow } => {
                let own = column_of(node.start);
                if let (Some(column), false) = (column, *flow) {
                    *self.indents.entry(own.saturating_sub(column)).or_default() += 1;
                }
                for (_, value) in entries {
                    self.walk(text, value, (!*flow).then_some(own));
                }
            }
        }
    }
}
