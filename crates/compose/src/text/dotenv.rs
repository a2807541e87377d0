//! Environment files, with the quoting and the variables that docker compose knows.

use indexmap::IndexMap;

use super::template::{self, TemplateError};

/// Variables in the order of their first mention.
pub(crate) type Variables = IndexMap<String, String>;

/// Why a file cannot be read.
#[derive(Debug)]
pub(crate) struct DotenvError {
    pub(crate) message: String,
    /// Where in the text, in bytes.
    pub(crate) offset: usize,
}

/// What is worth saying about a file that could be read.
#[derive(Debug, Default)]
pub(crate) struct Remarks {
    /// The variables that were used and are not set, and where.
    pub(crate) unset: Vec<(String, usize)>,
    /// Where something stands that sets a variable without a name.
    pub(crate) nameless: Vec<usize>,
}

/// Reads a file into `out`. Variables in values are looked up by `lookup`, then in `out`. `room` is how many bytes the
/// values may have in all.
pub(crate) fn parse(
    text: &str,
    out: &mut Variables,
    lookup: template::Lookup<'_>,
    room: usize,
) -> Result<Remarks, DotenvError> {
    let mut reader = Reader {
        text,
        at: if text.starts_with('\u{feff}') { 3 } else { 0 },
        out,
        lookup,
        room,
        remarks: Remarks::default(),
    };
    while reader.skip_to_statement() {
        reader.statement()?;
    }
    Ok(reader.remarks)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    out: &'a mut Variables,
    lookup: template::Lookup<'a>,
    room: usize,
    remarks: Remarks,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn error(&self, message: impl Into<String>) -> DotenvError {
        DotenvError {
            message: message.into(),
            offset: self.at,
        }
    }

    /// Skips blank lines and comments; false at the end of the text.
    fn skip_to_statement(&mut self) -> bool {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if !trimmed.starts_with('#') {
                return !trimmed.is_empty();
            }
            self.at += trimmed.find('\n').unwrap_or(trimmed.len());
        }
    }

    fn statement(&mut self) -> Result<(), DotenvError> {
        if let Some(after) = self.rest().strip_prefix("export") {
            let name = after.trim_start_matches(is_blank);
            if name.len() < after.len() || after.starts_with('\n') {
                self.at = self.text.len() - name.len();
            }
        }
        let start = self.at;
        let Some((key, end)) = self.key()? else {
            // Without `=` and without a line break, docker compose takes the rest as the value of no name.
            self.remarks.nameless.push(start);
            return self.value(String::new());
        };
        self.at = start + key.len() + 1;
        let key = key.trim_end().to_owned();
        if key.contains(' ') {
            self.at = start;
            return Err(self.error("the name of a variable cannot hold a space"));
        }
        if end == '\n' {
            if let Some(value) = (self.lookup)(&key) {
                self.set(key, value)?;
            }
            return Ok(());
        }
        if key.is_empty() {
            self.remarks.nameless.push(start);
        }
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(is_blank).len();
        self.value(key)
    }

    /// The text up to `=`, `:` or the end of the line, and which of these it is.
    fn key(&self) -> Result<Option<(&'a str, char)>, DotenvError> {
        let rest = self.rest();
        for (offset, character) in rest.char_indices() {
            match character {
                '=' | ':' | '\n' => return Ok(Some((&rest[..offset], character))),
                '_' | '.' | '-' | '[' | ']' => {}
                _ if is_blank(character) || character.is_alphanumeric() => {}
                _ => {
                    let line = rest.lines().next().unwrap_or_default();
                    let shown: String = line.chars().take(40).collect();
                    return Err(self.error(format!(
                        "`{character}` cannot stand in the name of a variable: `{shown}`"
                    )));
                }
            }
        }
        Ok(None)
    }

    fn value(&mut self, key: String) -> Result<(), DotenvError> {
        let rest = self.rest();
        let start = self.at;
        let value = match rest.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let (value, len) = unquote(rest, quote)
                    .ok_or_else(|| self.error(format!("the quote {quote} that starts here is never closed")))?;
                self.at += len;
                if quote == '"' {
                    self.expand(&expand_escapes(&value), start)?
                } else {
                    value
                }
            }
            _ => {
                let line = rest.split('\n').next().unwrap_or_default();
                self.at += (line.len() + 1).min(rest.len());
                let value = line.split(" #").next().unwrap_or_default().trim_end();
                self.expand(value, start)?
            }
        };
        self.set(key, value)
    }

    fn expand(&mut self, value: &str, start: usize) -> Result<String, DotenvError> {
        if !value.contains('$') {
            return Ok(value.to_owned());
        }
        let out = &*self.out;
        let lookup = |name: &str| (self.lookup)(name).or_else(|| out.get(name).cloned());
        let substituted = template::substitute(value, &lookup, self.room).map_err(|error| DotenvError {
            offset: start,
            message: match error {
                TemplateError::Invalid => "`${` is not followed by the name of a variable and `}`".to_owned(),
                TemplateError::Required { name, reason } if reason.is_empty() => format!("`{name}` must be set"),
                TemplateError::Required { name, reason } => format!("`{name}` must be set: {reason}"),
                TemplateError::TooDeep => "variables are nested too deep".to_owned(),
                TemplateError::TooLong => "the values become too long".to_owned(),
            },
        })?;
        self.remarks
            .unset
            .extend(substituted.unset.into_iter().map(|name| (name, start)));
        Ok(substituted.text)
    }

    fn set(&mut self, key: String, value: String) -> Result<(), DotenvError> {
        self.room = self
            .room
            .checked_sub(value.len())
            .ok_or_else(|| self.error("the values become too long"))?;
        self.out.insert(key, value);
        Ok(())
    }
}

/// Blank, but no line break.
fn is_blank(character: char) -> bool {
    matches!(character, '\t' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{85}' | '\u{a0}')
}

/// The text between quotes, and the length with them.
fn unquote(text: &str, quote: char) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut escaped = false;
    for (offset, character) in text.char_indices().skip(1) {
        match (character, escaped) {
            (_, true) if character == quote => value.push(character),
            (_, false) if character == quote => return Some((value, offset + 1)),
            ('\\', false) => {
                escaped = true;
                continue;
            }
            (_, true) => value.extend(['\\', character]),
            (_, false) => value.push(character),
        }
        escaped = false;
    }
    None
}

/// Replaces `\n` and the like; `\$` becomes `$$`, which the variables turn into a dollar.
fn expand_escapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let single = |character: char| Some((character.to_string(), 1));
        let replaced = match after.bytes().next() {
            Some(b'a') => single('\u{7}'),
            Some(b'b') => single('\u{8}'),
            Some(b'f') => single('\u{c}'),
            Some(b'n') => single('\n'),
            Some(b'r') => single('\r'),
            Some(b't') => single('\t'),
            Some(b'v') => single('\u{b}'),
            Some(b'"') => single('"'),
            Some(b'\\') => single('\\'),
            Some(b'$') => Some(("$$".to_owned(), 1)),
            Some(b'0') => {
                let digits: String = after[1..].chars().take(3).take_while(char::is_ascii_digit).collect();
                let code = (digits.len() == 3)
                    .then(|| u32::from_str_radix(&digits, 8).ok())
                    .flatten();
                code.filter(|&code| code < 256)
                    .and_then(char::from_u32)
                    .map(|character| (character.to_string(), 4))
            }
            _ => None,
        };
        match replaced {
            Some((character, len)) => {
                out.push_str(&character);
                rest = &after[len..];
            }
            None => {
                out.push('\\');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}
