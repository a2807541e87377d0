//! The texts that were read, and places in them.

use api::compose::{Position, Span};

/// Which text, and which bytes of it. Small and `Copy`, because every value of the model carries one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Place {
    file: u16,
    start: u32,
    end: u32,
}

impl Default for Place {
    fn default() -> Self {
        Place::NOWHERE
    }
}

/// All texts of one load.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    all: Vec<Source>,
}

#[derive(Debug)]
struct Source {
    name: String,
    text: String,
    lines: Vec<u32>,
}

impl Place {
    /// The place of something that was written in no file.
    pub(crate) const NOWHERE: Place = Place {
        file: u16::MAX,
        start: 0,
        end: 0,
    };

    pub(crate) fn is_nowhere(self) -> bool {
        self.file == u16::MAX
    }
}

impl Sources {
    /// Keeps a text and returns its number.
    pub(crate) fn add(&mut self, name: &str, text: String) -> u16 {
        let lines = std::iter::once(0)
            .chain(
                text.bytes()
                    .zip(1u32..)
                    .filter(|&(byte, _)| byte == b'\n')
                    .map(|(_, next)| next),
            )
            .collect();
        self.all.push(Source {
            name: name.to_owned(),
            text,
            lines,
        });
        u16::try_from(self.all.len() - 1).unwrap_or(u16::MAX)
    }

    /// A place in the text with this number.
    pub(crate) fn place(file: u16, start: u32, end: u32) -> Place {
        Place { file, start, end }
    }

    pub(crate) fn text(&self, file: u16) -> &str {
        self.all
            .get(usize::from(file))
            .map_or("", |source| source.text.as_str())
    }

    /// The name of the file and the span in it, as they are shown to people.
    pub(crate) fn show(&self, place: Place) -> (String, Option<Span>) {
        let Some(source) = self.all.get(usize::from(place.file)) else {
            return (String::new(), None);
        };
        let start = source.position(place.start);
        let mut end = Position {
            offset: place.end,
            ..start
        };
        let between = source.between(place.start, place.end);
        if between.contains('\n') {
            end = source.position(place.end);
        } else {
            end.column = end.column.saturating_add(count(between));
        }
        (source.name.clone(), Some(Span { start, end }))
    }

    /// The line, counted from 1, on which a place starts.
    pub(crate) fn line(&self, place: Place) -> u32 {
        self.all
            .get(usize::from(place.file))
            .map_or(0, |source| source.line(place.start))
    }
}

impl Source {
    /// The line, counted from 1, that holds an offset.
    fn line(&self, offset: u32) -> u32 {
        let line = self.lines.partition_point(|&start| start <= offset).max(1);
        u32::try_from(line).unwrap_or(u32::MAX)
    }

    fn between(&self, start: u32, end: u32) -> &str {
        self.text
            .get(start as usize..(end as usize).min(self.text.len()))
            .unwrap_or_default()
    }

    fn position(&self, offset: u32) -> Position {
        let offset = offset.min(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        let line = self.line(offset);
        let start = self.lines[line as usize - 1];
        Position {
            line,
            column: count(self.between(start, offset)).saturating_add(1),
            offset,
        }
    }
}

/// How many characters a text has.
fn count(text: &str) -> u32 {
    let count = if text.is_ascii() {
        text.len()
    } else {
        text.chars().count()
    };
    u32::try_from(count).unwrap_or(u32::MAX)
}
