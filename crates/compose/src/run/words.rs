//! A line typed to a shell, to its words, as far as that can be told without a shell.
//!
//! Dollars come out as compose files want them: what a shell would replace stays a variable, what it would leave alone
//! is written twice.

use super::Say;
use crate::report::Code;

/// A word, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    /// Its bytes in the line.
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The words of the first command of a line.
pub(super) fn split(line: &str, say: &mut Say) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = Cursor { line, at: 0 };
    loop {
        while rest.skips_space() {}
        let start = rest.at;
        match rest.peek() {
            None => break,
            Some('#') => {
                while rest.peek().is_some_and(|next| next != '\n') {
                    rest.next();
                }
                continue;
            }
            Some(operator @ (';' | '&' | '|' | '<' | '>')) => {
                let message = format!("Everything from `{operator}` on is left out: only one command is read.");
                say.error(Code::ShellSyntax, &message, start, line.len());
                break;
            }
            Some(_) => {}
        }
        let text = rest.word(say);
        words.push(Word {
            text,
            start,
            end: rest.at,
        });
    }
    words
}

struct Cursor<'a> {
    line: &'a str,
    at: usize,
}

impl Cursor<'_> {
    fn rest(&self) -> &str {
        &self.line[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn skips(&mut self, text: &str) -> bool {
        let is = self.rest().starts_with(text);
        if is {
            self.at += text.len();
        }
        is
    }

    /// Skips one piece of white space, of which a line that goes on is one.
    fn skips_space(&mut self) -> bool {
        if self.skips("\\\n") || self.skips("\\\r\n") {
            return true;
        }
        let space = self.peek().is_some_and(char::is_whitespace);
        if space {
            self.next();
        }
        space
    }

    fn word(&mut self, say: &mut Say) -> String {
        let mut text = String::new();
        while let Some(next) = self.peek() {
            let start = self.at;
            match next {
                _ if next.is_whitespace() => break,
                ';' | '&' | '|' | '<' | '>' => break,
                '\'' => {
                    self.next();
                    loop {
                        match self.next() {
                            Some('\'') => break,
                            Some(inner) => literal(inner, &mut text),
                            None => return unclosed(text, start, self.at, say),
                        }
                    }
                }
                '"' => {
                    self.next();
                    loop {
                        match self.peek() {
                            Some('"') => {
                                self.next();
                                break;
                            }
                            Some(_) => self.quoted(&mut text, say),
                            None => return unclosed(text, start, self.at, say),
                        }
                    }
                }
                '\\' => {
                    self.next();
                    match self.next() {
                        Some('\n') => {}
                        Some('\r') if self.skips("\n") => {}
                        Some(escaped) => literal(escaped, &mut text),
                        None => text.push('\\'),
                    }
                }
                _ => self.plain(&mut text, say),
            }
        }
        text
    }

    /// One character inside double quotes.
    fn quoted(&mut self, text: &mut String, say: &mut Say) {
        if self.skips("\\\n") {
            return;
        }
        let escaped = self.rest().strip_prefix('\\').and_then(|rest| rest.chars().next());
        match escaped.filter(|escaped| matches!(escaped, '"' | '\\' | '$' | '`')) {
            Some(escaped) => {
                self.at += 2;
                literal(escaped, text);
            }
            None => self.plain(text, say),
        }
    }

    /// One character that a shell may replace.
    fn plain(&mut self, text: &mut String, say: &mut Say) {
        let start = self.at;
        // The folder that one stands in is the stack's own.
        if ["$(pwd)", "${PWD}", "`pwd`"].into_iter().any(|here| self.skips(here)) || self.is_pwd() {
            text.push('.');
            return;
        }
        if self.rest().starts_with("$(") || self.rest().starts_with('`') {
            let message = "A command inside the command is not run. Write what it would print.";
            say.error(Code::ShellSyntax, message, start, start + 1);
        }
        if let Some(next) = self.next() {
            text.push(next);
        }
    }

    fn is_pwd(&mut self) -> bool {
        let after = self.rest().strip_prefix("$PWD");
        let ends = |rest: &str| !rest.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_');
        after.is_some_and(ends) && self.skips("$PWD")
    }
}

fn literal(character: char, text: &mut String) {
    if character == '$' {
        text.push('$');
    }
    text.push(character);
}

fn unclosed(text: String, start: usize, end: usize, say: &mut Say) -> String {
    say.error(Code::ShellSyntax, "A quote is never closed.", start, end);
    text
}
