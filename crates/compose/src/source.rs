//! The texts that were read, and places in them.

use api::compose::{Position, Span};

/// Which text, and which bytes of it. Small and `Copy`, because every value of the model carries one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
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
        let span = Span {
            start: source.position(place.start),
            end: source.position(place.end),
        };
        (source.name.clone(), Some(span))
    }

    /// The line, counted from 1, on which a place starts.
    pub(crate) fn line(&self, place: Place) -> u32 {
        self.all
            .get(usize::from(place.file))
            .map_or(0, |source| source.position(place.start).line)
    }
}

impl Source {
    fn position(&self, offset: u32) -> Position {
        let offset = offset.min(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        let line = self.lines.partition_point(|&start| start <= offset).max(1);
        let start = self.lines[line - 1] as usize;
        let before = self.text.get(start..offset as usize).unwrap_or_default();
        Position {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(before.chars().count())
                .unwrap_or(u32::MAX)
                .saturating_add(1),
            offset,
        }
    }
}
