//! The `.env` text as fields see it: one variable at a time, every other byte left alone. Pure.

/// The value of a variable as the text has it, without the quotes around it.
#[must_use]
pub fn get(text: &str, name: &str) -> String {
    let value = text
        .lines()
        .rev()
        .find_map(|line| value(line, name))
        .unwrap_or_default();
    let quoted = |quote| value.strip_prefix(quote)?.strip_suffix(quote);
    let bare = quoted('\'').or_else(|| quoted('"')).unwrap_or(value);
    bare.to_owned()
}

/// The text with a variable set: in its line where it has one, else in a new one at the end.
#[must_use]
pub fn set(text: &str, name: &str, to: &str) -> String {
    let line = format!("{name}={}", quote(to));
    let Some(old) = text.lines().rev().find(|line| value(line, name).is_some()) else {
        let between = if text.is_empty() || text.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        return format!("{text}{between}{line}\n");
    };
    // The last one counts, and the lines are slices of the text.
    let at = old.as_ptr() as usize - text.as_ptr() as usize;
    format!("{}{line}{}", &text[..at], &text[at + old.len()..])
}

fn value<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let line = line.trim_start();
    let line = line.strip_prefix("export ").unwrap_or(line);
    Some(line.strip_prefix(name)?.trim_start().strip_prefix('=')?.trim())
}

/// A value as it stands for itself: no space ends it, no dollar is a variable.
fn quote(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@,+%".contains(c);
    if value.chars().all(plain) {
        value.to_owned()
    } else {
        format!("'{}'", value.replace('\'', "\\'"))
    }
}

#[cfg(test)]
mod tests {
    use super::{get, set};

    #[test]
    fn a_variable_is_changed_in_its_line_and_nothing_else_is() {
        let text = "# mine\nTAG=1.27\nexport WHO=me\n";
        assert_eq!(set(text, "TAG", "2"), "# mine\nTAG=2\nexport WHO=me\n");
        assert_eq!(set(text, "NEW", "a b"), "# mine\nTAG=1.27\nexport WHO=me\nNEW='a b'\n");
        assert_eq!(get(text, "WHO"), "me");
    }

    #[test]
    fn what_is_set_is_what_is_read_by_fields_and_by_compose() {
        for value in ["", "plain", "two words", "$dollar #hash", "it's"] {
            let text = set("OTHER=1", "NAME", value);
            let compose = "services:\n  a:\n    image: x\n    hostname: ${NAME}\n";
            assert!(text.starts_with("OTHER=1\n"), "{text}");
            if !value.contains('\'') {
                assert_eq!(get(&text, "NAME"), value);
            }
            let reading = crate::reader::Reading::of("a", compose, &text);
            let faults: Vec<_> = reading.diagnostics.iter().map(|it| &it.message).collect();
            assert!(faults.is_empty(), "{text}: {faults:?}");
        }
    }
}
