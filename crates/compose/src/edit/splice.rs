//! The replacements: each takes a document and a place in its tree, and makes the one change.

use super::EditError;
use super::document::Document;
use super::render::{self, Quotes};
use crate::tree::{Node as Value, Value as Kinds};
use crate::yaml::syntax::{Kind, Node, Style, dash_before};
use crate::yaml::write::is_safe_plain;

/// Where a value stands: behind a key or a dash in block style, or within a flow collection.
#[derive(Clone, Copy)]
pub(crate) enum Holder<'t> {
    /// The value of this key of a block mapping.
    Key(&'t Node),
    /// An item of a block list whose dashes stand at this column.
    Dash(usize),
    /// Within a flow collection.
    Flow,
    /// The whole document.
    Root,
}

/// Gives a node a new value. `siblings` are its neighbours, whose quotes it takes over.
pub(crate) fn replace(
    document: &Document,
    node: &Node,
    holder: Holder<'_>,
    siblings: &[&Node],
    value: &Value,
) -> Result<Document, EditError> {
    let quotes = quotes(document, Some(node), siblings);
    let anchor = anchor_text(document, node).map_or_else(String::new, |anchor| format!("{anchor} "));
    let is_block = |value: &Value| match &value.value {
        Kinds::Map(map) => !map.is_empty(),
        Kinds::List(items) => !items.is_empty(),
        Kinds::Str(text) => text.contains('\n'),
        _ => false,
    };
    let flow = matches!(holder, Holder::Flow);
    let was_block = matches!(
        node.kind,
        Kind::Sequence { flow: false, .. } | Kind::Mapping { flow: false, .. }
    );
    if flow || !is_block(value) && !was_block && !node.is_absent() {
        let text = render::inline(value, quotes, flow);
        let space = if node.is_absent() { " " } else { "" };
        return document.replaced(node.outer..node.end, &format!("{space}{anchor}{text}"));
    }
    let (after, from) = match holder {
        Holder::Key(key) => {
            let colon = colon_after(document, key);
            (
                render::after_key(value, document.column(key.outer), &document.habits, quotes),
                colon,
            )
        }
        Holder::Dash(column) => {
            let dash = dash_before(&document.text, node.outer) + 1;
            (render::after_dash(value, column, &document.habits, quotes), dash)
        }
        Holder::Flow | Holder::Root => (format!(" {}", render::inline(value, quotes, flow)), node.outer),
    };
    let after = if anchor.is_empty() {
        after
    } else {
        format!(" {}{after}", anchor.trim_end())
    };
    // What is between the colon and a value on lines of its own is a comment, and stays.
    let line_end = document.line_end(from);
    if node.outer > line_end {
        let first = after.split(document.habits.newline).next().unwrap_or_default();
        let comment = &document.text[from..line_end];
        let rest = &after[first.len()..];
        return document.replaced(from..node.end, &format!("{first}{comment}{rest}"));
    }
    if node.is_absent() {
        // The comment of the line stays on it.
        let first = after.split(document.habits.newline).next().unwrap_or_default();
        let rest = &after[first.len()..];
        let comment = &document.text[from..line_end];
        return document.replaced(from..line_end, &format!("{first}{comment}{rest}"));
    }
    // So does a comment behind the old value, on the first line of the new one.
    let line_end = document.line_end(node.end);
    let (first, rest) = after.split_at(after.find(document.habits.newline).unwrap_or(after.len()));
    let comment = &document.text[node.end..line_end];
    document.replaced(from..line_end, &format!("{first}{comment}{rest}"))
}

/// Adds an entry at the end of a mapping.
pub(crate) fn add_entry(document: &Document, mapping: &Node, name: &str, value: &Value) -> Result<Document, EditError> {
    let Kind::Mapping { entries, flow } = &mapping.kind else {
        return Err(EditError::NoSuchPlace(name.to_owned()));
    };
    let siblings: Vec<&Node> = entries.iter().map(|(_, value)| value).collect();
    let quotes = quotes(document, None, &siblings);
    if *flow {
        let entry = format!("{}: {}", render::key(name, true), render::inline(value, quotes, true));
        return add_to_flow(
            document,
            mapping,
            entries.last().map(|(key, value)| (key.outer, value.end.max(key.end))),
            &entry,
        );
    }
    let Some((first, _)) = entries.first() else {
        return Err(EditError::NoSuchPlace(name.to_owned()));
    };
    let column = document.column(first.outer);
    let entry = format!(
        "{}:{}",
        render::key(name, false),
        render::after_key(value, column, &document.habits, quotes)
    );
    add_line(document, mapping.end, column, &entry)
}

/// Adds an item at the end of a list.
pub(crate) fn add_item(document: &Document, list: &Node, value: &Value) -> Result<Document, EditError> {
    let Kind::Sequence { items, flow } = &list.kind else {
        return Err(EditError::NoSuchPlace(String::new()));
    };
    let siblings: Vec<&Node> = items.iter().collect();
    let quotes = quotes(document, None, &siblings);
    if *flow {
        let item = render::inline(value, quotes, true);
        return add_to_flow(document, list, items.last().map(|item| (item.outer, item.end)), &item);
    }
    let column = document.column(list.start);
    let item = format!("-{}", render::after_dash(value, column, &document.habits, quotes));
    add_line(document, list.end, column, &item)
}

/// Removes a key and its value from a mapping that has others.
pub(crate) fn remove_entry(document: &Document, mapping: &Node, index: usize) -> Result<Document, EditError> {
    let Kind::Mapping { entries, flow } = &mapping.kind else {
        return Err(EditError::NoSuchPlace(String::new()));
    };
    let (key, value) = &entries[index];
    let end = value.end.max(key.end);
    if *flow {
        let next = entries.get(index + 1).map(|(key, _)| key.outer);
        let before = index
            .checked_sub(1)
            .map(|before| entries[before].1.end.max(entries[before].0.end));
        return remove_from_flow(document, key.outer..end, before, next);
    }
    let next = entries.get(index + 1).map(|(key, _)| key.outer);
    remove_lines(document, key.outer, end, next)
}

/// Removes an item from a list that has others.
pub(crate) fn remove_item(document: &Document, list: &Node, index: usize) -> Result<Document, EditError> {
    let Kind::Sequence { items, flow } = &list.kind else {
        return Err(EditError::NoSuchPlace(String::new()));
    };
    let item = &items[index];
    if *flow {
        let next = items.get(index + 1).map(|item| item.outer);
        let before = index.checked_sub(1).map(|before| items[before].end);
        return remove_from_flow(document, item.outer..item.end, before, next);
    }
    let dash = |item: &Node| dash_before(&document.text, item.outer);
    remove_lines(document, dash(item), item.end, items.get(index + 1).map(dash))
}

/// The place behind the colon of a key.
fn colon_after(document: &Document, key: &Node) -> usize {
    document.text[key.end..]
        .find(':')
        .map_or(key.end, |colon| key.end + colon + 1)
}

fn anchor_text<'d>(document: &'d Document, node: &Node) -> Option<&'d str> {
    node.anchor?;
    let properties = &document.text[node.outer..node.start.max(node.outer)];
    properties.split_whitespace().find(|word| word.starts_with('&'))
}

/// Puts a line behind the one on which `end` is.
fn add_line(document: &Document, end: usize, column: usize, line: &str) -> Result<Document, EditError> {
    let at = document.line_end(end);
    document.replaced(
        at..at,
        &format!("{}{}{line}", document.habits.newline, " ".repeat(column)),
    )
}

/// Adds to a flow collection; `last` is where its last entry starts and ends.
fn add_to_flow(
    document: &Document,
    collection: &Node,
    last: Option<(usize, usize)>,
    entry: &str,
) -> Result<Document, EditError> {
    let Some((last_start, last_end)) = last else {
        let inside = collection.start + 1..collection.end - 1;
        let padded = document.text[inside.clone()].starts_with(' ');
        let entry = if padded { format!(" {entry} ") } else { entry.to_owned() };
        return document.replaced(inside, &entry);
    };
    // A line break before the last entry wants one before the next.
    let gap = if document.starts_line(last_start) {
        format!("{}{}", document.habits.newline, " ".repeat(document.column(last_start)))
    } else {
        " ".to_owned()
    };
    let rest = &document.text[last_end..collection.end];
    let trailing_comma = rest.trim_start().starts_with(',').then(|| rest.find(',')).flatten();
    match trailing_comma {
        Some(comma) => {
            let at = last_end + comma + 1;
            let at = if gap.len() > 1 {
                document.line_end(at).min(collection.end - 1).max(at)
            } else {
                at
            };
            document.replaced(at..at, &format!("{gap}{entry},"))
        }
        None => document.replaced(last_end..last_end, &format!(",{gap}{entry}")),
    }
}

fn remove_from_flow(
    document: &Document,
    entry: std::ops::Range<usize>,
    before: Option<usize>,
    next: Option<usize>,
) -> Result<Document, EditError> {
    match (before, next) {
        (_, Some(next)) => document.replaced(entry.start..next, ""),
        (Some(before), None) => document.replaced(before..entry.end, ""),
        (None, None) => document.replaced(entry, ""),
    }
}

/// Removes what starts at `start` and ends at `end`, with the lines that hold nothing else.
fn remove_lines(document: &Document, start: usize, end: usize, next: Option<usize>) -> Result<Document, EditError> {
    if document.starts_line(start) {
        let from = document.line_start(start);
        let to = document.next_line(end);
        if to == document.text.len() && !document.text.ends_with('\n') {
            // The last line of a text without a line break at its end: the one before it goes.
            let before = document.text[..from].trim_end_matches(['\r', '\n']).len();
            return document.replaced(before..to, "");
        }
        return document.replaced(from..to, "");
    }
    // It shares its line with a dash, which the next entry takes over.
    match next {
        Some(next) => document.replaced(start..next, ""),
        None => document.replaced(start..document.line_end(end), ""),
    }
}

/// The quotes of a value: those of what it replaces, else those of its neighbours, else those of the file.
fn quotes(document: &Document, old: Option<&Node>, siblings: &[&Node]) -> Quotes {
    let scalar = |node: &Node| match &node.kind {
        Kind::Scalar { text, style } => Some((is_safe_plain(text, false), *style)),
        _ => None,
    };
    let is_quoted = |style: Style| matches!(style, Style::SingleQuoted | Style::DoubleQuoted);
    let known: Vec<_> = siblings.iter().filter_map(|node| scalar(node)).collect();
    let free: Vec<_> = known
        .iter()
        .filter(|(safe, style)| *safe && *style != Style::Block)
        .map(|(_, style)| *style)
        .collect();
    let needed = known
        .iter()
        .find(|(safe, style)| !safe && is_quoted(*style))
        .map(|(_, style)| *style);
    let free = match old.and_then(scalar) {
        // Its author's choice.
        Some((true, style)) if style != Style::Block => style,
        _ if !free.is_empty() => {
            let quoted: Vec<_> = free.iter().filter(|style| is_quoted(**style)).collect();
            if quoted.len() * 2 > free.len() {
                *quoted[0]
            } else {
                Style::Plain
            }
        }
        _ => document.habits.quotes,
    };
    let needed = match old.and_then(scalar) {
        Some((_, style)) if is_quoted(style) => style,
        _ => needed.unwrap_or(document.habits.needed_quotes),
    };
    Quotes { free, needed }
}
