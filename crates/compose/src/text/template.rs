//! Replaces `$NAME` and `${NAME…}` in a text.
//!
//! The forms are those of docker compose: `$$` is a dollar; `${V:-d}` and `${V-d}` have a default, `${V:?e}` and
//! `${V?e}` an error, `${V:+a}` and `${V+a}` an alternative; these may be nested. A `$` before anything else stays.

use crate::limits;

/// What a variable is set to.
pub(crate) type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Why a text cannot be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TemplateError {
    /// `${` is not followed by a name, or never closed.
    Invalid,
    /// A variable must be set and is not.
    Required { name: String, reason: String },
    /// Defaults are nested too deep.
    TooDeep,
    /// The text grows beyond what is left for it.
    TooLong,
}

/// What came out of a text.
#[derive(Debug, Default)]
pub(crate) struct Substituted {
    pub(crate) text: String,
    /// The variables without a default that are not set.
    pub(crate) unset: Vec<String>,
}

/// Replaces the variables of a text; the result has at most `room` bytes.
pub(crate) fn substitute(text: &str, lookup: Lookup<'_>, room: usize) -> Result<Substituted, TemplateError> {
    let mut out = Substituted::default();
    Substitution { lookup, room }.run(text, &mut out, 0)?;
    Ok(out)
}

#[derive(Clone, Copy, PartialEq)]
enum Operator {
    Default,
    Required,
    Alternative,
}

struct Substitution<'a> {
    lookup: Lookup<'a>,
    room: usize,
}

impl Substitution<'_> {
    fn run(&self, text: &str, out: &mut Substituted, depth: usize) -> Result<(), TemplateError> {
        if depth > limits::VARIABLE_DEPTH {
            return Err(TemplateError::TooDeep);
        }
        let bytes = text.as_bytes();
        // The last `}` of the line that is being read, and where that line ends.
        let mut line: (Option<usize>, usize) = (None, 0);
        let mut at = 0;
        while let Some(found) = text[at..].find('$') {
            let dollar = at + found;
            self.push(out, &text[at..dollar])?;
            match bytes.get(dollar + 1) {
                Some(b'$') => {
                    self.push(out, "$")?;
                    at = dollar + 2;
                }
                Some(b'{') => {
                    if dollar >= line.1 {
                        let end = text[dollar..].find('\n').map_or(text.len(), |end| dollar + end);
                        line = (text[dollar..end].rfind('}').map(|brace| dollar + brace), end);
                    }
                    at = self.braced(text, dollar, line.0.filter(|&brace| brace > dollar), out, depth)?;
                }
                _ => {
                    let name = name_len(&text[dollar + 1..]);
                    if name == 0 {
                        self.push(out, "$")?;
                    } else {
                        self.variable(&text[dollar + 1..dollar + 1 + name], out)?;
                    }
                    at = dollar + 1 + name;
                }
            }
        }
        self.push(out, &text[at..])
    }

    /// Replaces what starts with `${` and returns where to go on.
    fn braced(
        &self,
        text: &str,
        dollar: usize,
        last_brace: Option<usize>,
        out: &mut Substituted,
        depth: usize,
    ) -> Result<usize, TemplateError> {
        let start = dollar + 2;
        let name_end = start + name_len(&text[start..]);
        if name_end == start {
            return Err(TemplateError::Invalid);
        }
        let name = &text[start..name_end];
        let rest = &text.as_bytes()[name_end..];
        let (colon, sign) = match rest {
            [b':', sign @ (b'-' | b'?' | b'+'), ..] => (true, sign),
            [sign @ (b'-' | b'?' | b'+'), ..] => (false, sign),
            [b'}', ..] => {
                self.variable(name, out)?;
                return Ok(name_end + 1);
            }
            _ => return Err(TemplateError::Invalid),
        };
        let operator = match sign {
            b'-' => Operator::Default,
            b'?' => Operator::Required,
            _ => Operator::Alternative,
        };
        let word_start = name_end + 1 + usize::from(colon);
        let last = last_brace
            .filter(|&brace| brace >= word_start)
            .ok_or(TemplateError::Invalid)?;
        let close = closing_brace(&text.as_bytes()[..=last], dollar).unwrap_or(last);
        if close < word_start {
            return Err(TemplateError::Invalid);
        }
        // The word is replaced even where it is not used, so that its faults are always found.
        let mut word = Substituted::default();
        self.run(&text[word_start..close], &mut word, depth + 1)?;
        out.unset.append(&mut word.unset);
        let value = (self.lookup)(name);
        let given = value.as_ref().is_some_and(|value| !colon || !value.is_empty());
        match (operator, given) {
            (Operator::Default, false) | (Operator::Alternative, true) => self.push(out, &word.text)?,
            (Operator::Required, false) => {
                return Err(TemplateError::Required {
                    name: name.to_owned(),
                    reason: word.text,
                });
            }
            _ => self.push(out, &value.unwrap_or_default())?,
        }
        Ok(close + 1)
    }

    fn variable(&self, name: &str, out: &mut Substituted) -> Result<(), TemplateError> {
        match (self.lookup)(name) {
            Some(value) => self.push(out, &value),
            None => {
                out.unset.push(name.to_owned());
                Ok(())
            }
        }
    }

    fn push(&self, out: &mut Substituted, text: &str) -> Result<(), TemplateError> {
        if out.text.len() + text.len() > self.room {
            return Err(TemplateError::TooLong);
        }
        out.text.push_str(text);
        Ok(())
    }
}

/// The length of the name at the start of a text.
fn name_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    if !bytes
        .first()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
    {
        return 0;
    }
    bytes
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
        .count()
}

/// The brace that closes the first one, as docker compose counts them: the byte after an opening brace is skipped.
fn closing_brace(bytes: &[u8], from: usize) -> Option<usize> {
    let (mut at, mut open) = (from, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'}' => {
                open -= 1;
                if open == 0 {
                    return Some(at);
                }
            }
            b'{' => {
                open += 1;
                at += 1;
            }
            _ => {}
        }
        at += 1;
    }
    None
}
