//! Plain values as YAML, in block style.

use super::plain::Plain;
use crate::tree::float_text;
use crate::yaml::write::scalar_text;

pub(crate) fn write(plain: &Plain) -> String {
    let mut out = String::new();
    match plain {
        Plain::Map(entries) | Plain::Struct(entries) => mapping(entries, 0, &mut out),
        other => {
            inline(other, &mut out);
            out.push('\n');
        }
    }
    out
}

fn mapping(entries: &[(String, Plain)], depth: usize, out: &mut String) {
    for (key, value) in entries {
        indent(depth, out);
        entry(key, value, depth, out);
    }
}

fn entry(key: &str, value: &Plain, depth: usize, out: &mut String) {
    out.push_str(&scalar_text(key, false));
    out.push(':');
    match value {
        Plain::Map(entries) | Plain::Struct(entries) if !entries.is_empty() => {
            out.push('\n');
            mapping(entries, depth + 1, out);
        }
        Plain::List(items) if !items.is_empty() => {
            out.push('\n');
            sequence(items, depth + 1, out);
        }
        other => {
            out.push(' ');
            inline(other, out);
            out.push('\n');
        }
    }
}

fn sequence(items: &[Plain], depth: usize, out: &mut String) {
    for item in items {
        indent(depth, out);
        out.push_str("- ");
        match item {
            Plain::Map(entries) | Plain::Struct(entries) if !entries.is_empty() => {
                for (index, (key, value)) in entries.iter().enumerate() {
                    if index > 0 {
                        indent(depth + 1, out);
                    }
                    entry(key, value, depth + 1, out);
                }
            }
            Plain::List(inner) if !inner.is_empty() => {
                out.push('\n');
                sequence(inner, depth + 1, out);
            }
            other => {
                inline(other, out);
                out.push('\n');
            }
        }
    }
}

fn inline(plain: &Plain, out: &mut String) {
    match plain {
        Plain::Null => out.push_str("null"),
        Plain::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Plain::Int(number) => out.push_str(&number.to_string()),
        Plain::Uint(number) => out.push_str(&number.to_string()),
        Plain::Float(number) if number.is_nan() => out.push_str(".nan"),
        Plain::Float(number) if number.is_infinite() => out.push_str(if *number > 0.0 { ".inf" } else { "-.inf" }),
        Plain::Float(number) => out.push_str(&float_text(*number)),
        Plain::Single(number) => out.push_str(&number.to_string()),
        Plain::Text(text) | Plain::Zero(text) => out.push_str(&scalar_text(text, false)),
        Plain::List(_) => out.push_str("[]"),
        Plain::Map(_) | Plain::Struct(_) => out.push_str("{}"),
        Plain::Given(inner) => inline(inner, out),
    }
}

fn indent(depth: usize, out: &mut String) {
    out.extend(std::iter::repeat_n("  ", depth));
}
