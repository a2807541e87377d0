//! Plain values as JSON, indented by two.

use std::fmt::Write;

use super::plain::Plain;

pub(crate) fn write(plain: &Plain) -> String {
    let mut out = String::new();
    value(plain, 0, &mut out);
    out.push('\n');
    out
}

fn value(plain: &Plain, depth: usize, out: &mut String) {
    // Writing into a string cannot fail.
    let _ = match plain {
        Plain::Null => write!(out, "null"),
        Plain::Bool(value) => write!(out, "{value}"),
        Plain::Int(number) => write!(out, "{number}"),
        Plain::Uint(number) => write!(out, "{number}"),
        Plain::Float(number) if !number.is_finite() => write!(out, "null"),
        Plain::Float(number) if number.abs() >= 1e21 || *number != 0.0 && number.abs() < 1e-6 => {
            write!(out, "{number:e}")
        }
        Plain::Float(number) => write!(out, "{number}"),
        Plain::Single(number) => write!(out, "{number}"),
        Plain::Text(string) | Plain::Zero(string) => return text(string, out),
        Plain::List(items) => {
            let items = items.iter().map(|item| (None, item));
            return block('[', items, ']', depth, out);
        }
        Plain::Map(entries) | Plain::Struct(entries) => {
            let entries = entries.iter().map(|(key, plain)| (Some(key.as_str()), plain));
            return block('{', entries, '}', depth, out);
        }
        Plain::Given(inner) => return value(inner, depth, out),
    };
}

fn block<'p>(
    open: char,
    entries: impl ExactSizeIterator<Item = (Option<&'p str>, &'p Plain)>,
    close: char,
    depth: usize,
    out: &mut String,
) {
    out.push(open);
    let count = entries.len();
    for (index, (key, plain)) in entries.enumerate() {
        line(depth + 1, out);
        if let Some(key) = key {
            text(key, out);
            out.push_str(": ");
        }
        value(plain, depth + 1, out);
        if index + 1 < count {
            out.push(',');
        }
    }
    if count > 0 {
        line(depth, out);
    }
    out.push(close);
}

fn line(depth: usize, out: &mut String) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

fn text(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // So that the text can stand in a page; docker compose does the same.
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}
