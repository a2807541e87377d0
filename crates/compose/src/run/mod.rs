//! `docker run …` → a compose file, for those who found a command line and want a stack; and a form → a compose file.
//!
//! What an option says is in a table (`flags`), how it becomes part of a service in `build`. Nothing is dropped without
//! a word: an option that nobody knows is a diagnostic with its place in the line.

mod build;
mod flags;
mod quick;
mod words;

use api::compose::{Diagnostic, Severity};

use crate::output::{self, Plain};
use crate::report::Code;
use crate::source::Sources;
use build::Build;
pub use quick::quick;
use words::Word;

/// What came of a command line.
#[derive(Clone, Debug, PartialEq)]
pub struct Converted {
    /// A name for the stack: the container's, or the image's.
    pub name: String,
    /// The compose file; absent where an error leaves its meaning open.
    pub compose: Option<String>,
    /// What there is to say, in the order of the line.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads `docker run …` or `podman run …`, as it would be typed to a shell.
#[must_use]
pub fn convert(line: &str) -> Converted {
    let line = line.trim_end();
    let mut say = Say {
        sources: Sources::default(),
        diagnostics: Vec::new(),
    };
    if line.len() > crate::limits::FILE_BYTES {
        say.error(Code::TooLarge, "The command line is too long.", 0, 0);
        return say.end(Build::default(), None);
    }
    say.sources.add("", line.to_owned());
    let mut all = words::split(line, &mut say);
    skip_program(&mut all, line, &mut say);
    let mut build = Build::default();
    let mut left = all.into_iter();
    let image = options(&mut left, &mut build, &mut say);
    let Some(image) = image else {
        say.error(Code::NoImage, "The command names no image.", 0, line.len());
        return say.end(build, None);
    };
    build
        .keys
        .insert(0, ("image".to_owned(), Plain::Text(image.text.clone())));
    let command: Vec<Plain> = left.map(|word| Plain::Text(word.text)).collect();
    if !command.is_empty() {
        build.set("command", Plain::List(command));
    }
    let wished = if build.name.is_empty() {
        base(&image.text)
    } else {
        &build.name
    };
    build.name = plain_name(wished);
    say.end(build, Some(()))
}

/// Takes `sudo docker container run` away, or what there is of it.
fn skip_program(words: &mut Vec<Word>, line: &str, say: &mut Say) {
    let is = |word: Option<&Word>, names: &[&str]| word.is_some_and(|word| names.contains(&word.text.as_str()));
    let mut skipped = 0;
    for names in [
        &["$", "#"][..],
        &["sudo"],
        &["docker", "podman", "nerdctl"],
        &["container"],
        &["run", "create"],
    ] {
        if is(words.get(skipped), names) {
            skipped += 1;
        } else if names.contains(&"run") {
            let end = words.first().map_or(line.len(), |word| word.end);
            say.error(Code::BadValue, "This is not a `docker run` command.", 0, end);
        }
    }
    words.drain(..skipped);
}

/// Takes the options in, and answers the first word that is none: the image.
fn options(left: &mut impl Iterator<Item = Word>, build: &mut Build, say: &mut Say) -> Option<Word> {
    while let Some(word) = left.next() {
        if word.text == "--" {
            return left.next();
        }
        if let Some(name) = word.text.strip_prefix("--") {
            let (name, given) = match name.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (name, None),
            };
            let Some(flag) = flags::long(name) else {
                say.unknown(&word, given.is_some());
                continue;
            };
            let value = match given {
                Some(value) => Some(value),
                None if flag.kind.is_switch() => Some("true".to_owned()),
                None => left.next().map(|next| next.text),
            };
            give(flag, value, &word, build, say);
        } else if let Some(letters) = word.text.strip_prefix('-').filter(|letters| !letters.is_empty()) {
            let mut rest = letters.chars();
            while let Some(letter) = rest.next() {
                let Some(flag) = flags::letter(letter) else {
                    say.unknown(&word, false);
                    break;
                };
                if flag.kind.is_switch() {
                    let off = rest.as_str().strip_prefix('=');
                    give(flag, Some(off.unwrap_or("true").to_owned()), &word, build, say);
                    if off.is_some() {
                        break;
                    }
                    continue;
                }
                let attached = rest.as_str();
                let value = if attached.is_empty() {
                    left.next().map(|next| next.text)
                } else {
                    Some(attached.strip_prefix('=').unwrap_or(attached).to_owned())
                };
                give(flag, value, &word, build, say);
                break;
            }
        } else {
            return Some(word);
        }
    }
    None
}

fn give(flag: &flags::Flag, value: Option<String>, word: &Word, build: &mut Build, say: &mut Say) {
    match value {
        Some(value) => build.take(flag.kind, &value, word, say),
        None => say.bad(word, &format!("`--{}` wants a value.", flag.long)),
    }
}

/// The last part of an image's name, without its tag.
fn base(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    let last = image.rsplit('/').next().unwrap_or(image);
    last.split(':').next().unwrap_or(last)
}

/// The name of a service and of a stack.
fn plain_name(wished: &str) -> String {
    let plain = |character: char| {
        let character = character.to_ascii_lowercase();
        let fits = character.is_ascii_lowercase() || character.is_ascii_digit() || matches!(character, '-' | '_');
        if fits { character } else { '-' }
    };
    let name: String = wished.chars().map(plain).take(63).collect();
    let name = name.trim_matches(['-', '_']);
    if name.is_empty() {
        "app".to_owned()
    } else {
        name.to_owned()
    }
}

/// What there is to say.
struct Say {
    sources: Sources,
    diagnostics: Vec<Diagnostic>,
}

impl Say {
    fn say(&mut self, severity: Severity, code: Code, message: &str, start: usize, end: usize) {
        let at = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        let (file, span) = self.sources.show(Sources::place(0, at(start), at(end)));
        self.diagnostics.push(Diagnostic {
            severity,
            code: code.as_str().to_owned(),
            message: message.to_owned(),
            file,
            span,
            path: String::new(),
            hint: None,
            fix: None,
        });
    }

    fn error(&mut self, code: Code, message: &str, start: usize, end: usize) {
        self.say(Severity::Error, code, message, start, end);
    }

    fn bad(&mut self, word: &Word, message: &str) {
        self.error(Code::BadValue, message, word.start, word.end);
    }

    fn warn(&mut self, code: Code, message: &str, word: &Word) {
        self.say(Severity::Warning, code, message, word.start, word.end);
    }

    fn note(&mut self, code: Code, message: &str, word: &Word) {
        self.say(Severity::Note, code, message, word.start, word.end);
    }

    /// An option that is not in the table. Where it does not carry its value, nobody can tell whether the next word is
    /// that or the image.
    fn unknown(&mut self, word: &Word, whole: bool) {
        let name = word.text.split('=').next().unwrap_or_default();
        if whole {
            let message = format!("`{name}` is not known, and left out.");
            self.warn(Code::UnknownFlag, &message, word);
        } else {
            let message = format!("`{name}` is not known, nor whether the word after it belongs to it: take both out.");
            self.error(Code::UnknownFlag, &message, word.start, word.end);
        }
    }

    fn end(self, build: Build, whole: Option<()>) -> Converted {
        let mut diagnostics = self.diagnostics;
        diagnostics.sort_by_key(|diagnostic| diagnostic.span.map(|span| span.start.offset));
        let wrong = diagnostics
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error);
        let name = plain_name(&build.name);
        let compose = whole.filter(|()| !wrong).map(|()| output::yaml(&build.finish()));
        Converted {
            name,
            compose,
            diagnostics,
        }
    }
}
