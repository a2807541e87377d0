//! Which scalars need quotes, and how they are quoted.

use super::scalar;

/// A text as a YAML scalar on one line: plain where that is safe, else in double quotes. In a flow collection more
/// characters need quotes.
pub(crate) fn scalar_text(text: &str, flow: bool) -> String {
    if is_safe_plain(text, flow) {
        text.to_owned()
    } else {
        double_quoted(text)
    }
}

/// A text in double quotes.
pub(crate) fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\u{ff}' if character.is_control() => out.push_str(&format!("\\x{:02x}", u32::from(character))),
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            _ => out.push(character),
        }
    }
    out.push('"');
    out
}

/// A text in single quotes; nothing where it has characters that these cannot hold.
pub(crate) fn single_quoted(text: &str) -> Option<String> {
    let holds = text
        .chars()
        .all(|character| !character.is_control() && !matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}'));
    holds.then(|| format!("'{}'", text.replace('\'', "''")))
}

/// Whether a text means itself without quotes, to readers of YAML 1.2 and of YAML 1.1.
pub(crate) fn is_safe_plain(text: &str, flow: bool) -> bool {
    let first = text.as_bytes().first();
    let starts_well = match first {
        None => false,
        Some(b'-' | b'?' | b':') => {
            text.len() > 1
                && !text.as_bytes()[1].is_ascii_whitespace()
                && !(flow && b",[]{}".contains(&text.as_bytes()[1]))
        }
        Some(first) => !b",[]{}#&*!|>'\"%@`".contains(first),
    };
    starts_well
        && !text.starts_with("---")
        && !text.starts_with("...")
        && !text.starts_with(' ')
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && text.chars().all(|character| {
            !character.is_control()
                && !matches!(
                    character,
                    '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
                )
        })
        && !(flow && text.contains([',', '[', ']', '{', '}', ':']))
        && scalar::is_plain_string(text)
        && !means_more_in_yaml_1_1(text)
}

/// What older readers take for a boolean, a number or a merge; and ports, which the specification wants quoted.
fn means_more_in_yaml_1_1(text: &str) -> bool {
    let words = [
        "y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "<<", "=", ".nan", ".inf",
    ];
    if words.iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return true;
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let has_digit = unsigned.bytes().any(|byte| byte.is_ascii_digit());
    let only = |allowed: &[u8]| {
        unsigned
            .bytes()
            .all(|byte| byte.is_ascii_digit() || allowed.contains(&byte))
    };
    let one_point = unsigned.bytes().filter(|&byte| byte == b'.').count() <= 1;
    has_digit && (only(b"_") || only(b"_.") && one_point || unsigned.contains(':') && only(b":.-_"))
}
