//! Values as text, in the habits of the author.

use super::document::Habits;
use crate::tree::{Map, Node, Value, float_text};
use crate::yaml::syntax::Style;
use crate::yaml::write::{double_quoted, is_safe_plain, single_quoted};

/// How a text is quoted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quotes {
    /// Where it needs no quotes.
    pub(crate) free: Style,
    /// Where it needs some.
    pub(crate) needed: Style,
}

/// A value on one line, as it stands in block context or in a flow collection.
pub(crate) fn inline(node: &Node, quotes: Quotes, flow: bool) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) if number.is_nan() => ".nan".to_owned(),
        Value::Float(number) if number.is_infinite() => if *number > 0.0 { ".inf" } else { "-.inf" }.to_owned(),
        Value::Float(number) => float(*number),
        Value::Time(text) => text.clone(),
        Value::Str(string) => text(string, quotes, flow),
        Value::List(items) => {
            let items: Vec<_> = items.iter().map(|item| inline(item, quotes, true)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(map) => {
            let entry =
                |(key, node): (&String, &Node)| format!("{}: {}", self::key(key, true), inline(node, quotes, true));
            let entries: Vec<_> = map.iter().map(entry).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// A key of a mapping.
pub(crate) fn key(name: &str, flow: bool) -> String {
    let quotes = Quotes {
        free: Style::Plain,
        needed: Style::DoubleQuoted,
    };
    text(name, quotes, flow)
}

/// A text with the quotes that it needs, or that the author likes.
pub(crate) fn text(string: &str, quotes: Quotes, flow: bool) -> String {
    let style = if is_safe_plain(string, flow) {
        quotes.free
    } else {
        quotes.needed
    };
    match style {
        Style::Plain if is_safe_plain(string, flow) => string.to_owned(),
        Style::SingleQuoted => single_quoted(string).unwrap_or_else(|| double_quoted(string)),
        _ => double_quoted(string),
    }
}

/// What follows the colon of a key at `column`.
pub(crate) fn after_key(node: &Node, column: usize, habits: &Habits, quotes: Quotes) -> String {
    match &node.value {
        Value::Map(map) if !map.is_empty() => {
            let column = column + habits.indent;
            format!("{}{}", habits.newline, mapping(map, column, habits, quotes, true))
        }
        Value::List(items) if !items.is_empty() => {
            let column = column + habits.list_indent;
            let items = items
                .iter()
                .map(|item| format!("{}-{}", " ".repeat(column), after_dash(item, column, habits, quotes)));
            format!("{}{}", habits.newline, items.collect::<Vec<_>>().join(habits.newline))
        }
        Value::Str(string) => match literal(string, column + habits.indent, habits) {
            Some(literal) => format!(" {literal}"),
            None => format!(" {}", text(string, quotes, false)),
        },
        _ => format!(" {}", inline(node, quotes, false)),
    }
}

/// What follows the dash at `column`.
pub(crate) fn after_dash(node: &Node, column: usize, habits: &Habits, quotes: Quotes) -> String {
    match &node.value {
        Value::Map(map) if !map.is_empty() => format!(" {}", mapping(map, column + 2, habits, quotes, false)),
        Value::List(items) if !items.is_empty() => {
            let items = items
                .iter()
                .map(|item| format!("-{}", after_dash(item, column + 2, habits, quotes)));
            let gap = format!("{}{}", habits.newline, " ".repeat(column + 2));
            format!(" {}", items.collect::<Vec<_>>().join(&gap))
        }
        Value::Str(string) => match literal(string, column + 2, habits) {
            Some(literal) => format!(" {literal}"),
            None => format!(" {}", text(string, quotes, false)),
        },
        _ => format!(" {}", inline(node, quotes, false)),
    }
}

/// The entries of a mapping, one to a line; the first one indented or not.
fn mapping(map: &Map, column: usize, habits: &Habits, quotes: Quotes, indent_first: bool) -> String {
    let indent = " ".repeat(column);
    let entry =
        |(name, node): (&String, &Node)| format!("{}:{}", key(name, false), after_key(node, column, habits, quotes));
    let entries: Vec<_> = map.iter().map(entry).collect();
    let joined = entries.join(&format!("{}{indent}", habits.newline));
    if indent_first {
        format!("{indent}{joined}")
    } else {
        joined
    }
}

/// A text of several lines as a literal block; nothing where it would not come back as it is.
fn literal(string: &str, column: usize, habits: &Habits) -> Option<String> {
    let body = string.strip_suffix('\n').unwrap_or(string);
    let fits = string.contains('\n')
        && (habits.ends_with_newline || !string.ends_with('\n'))
        && !body.is_empty()
        && !body.ends_with('\n')
        && !string.starts_with([' ', '\n', '\t'])
        && body
            .chars()
            .all(|character| !character.is_control() || character == '\n')
        && !body.contains(['\u{2028}', '\u{2029}', '\u{feff}', '\u{85}']);
    if !fits {
        return None;
    }
    let header = if string.ends_with('\n') { "|" } else { "|-" };
    let indent = " ".repeat(column);
    let line = |line: &str| {
        if line.is_empty() {
            String::new()
        } else {
            format!("{indent}{line}")
        }
    };
    let lines: Vec<_> = body.split('\n').map(line).collect();
    Some(format!("{header}{}{}", habits.newline, lines.join(habits.newline)))
}

/// A number that reads as one, and not as a whole number.
fn float(number: f64) -> String {
    let text = float_text(number);
    if text.contains(['.', 'e']) {
        text
    } else {
        format!("{text}.0")
    }
}
