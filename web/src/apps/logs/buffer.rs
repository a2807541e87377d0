//! The lines that a log window holds: the last so many, which of them are shown, and where; pure.
//!
//! A line keeps its number for as long as it is held. A line that is shown takes one row, or several where long lines
//! are broken: what is drawn is found by its row, however many lines there are.

use std::collections::VecDeque;
use std::ops::Range;

use super::text::{Level, Text, holds};

/// How many lines are held.
pub const LINES: usize = 100_000;
/// How many bytes of text are held.
const BYTES: usize = 48 << 20;

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which of the containers printed it; absent where it is a note of the desktop's.
    pub source: Option<usize>,
    /// When, in milliseconds since the epoch.
    pub at: Option<i64>,
    /// What it says.
    pub text: Text,
    /// How grave it says that it is.
    pub level: Level,
}

/// Which lines are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those that have this text, in lower case.
    pub search: String,
    /// Those that are at least so grave.
    pub least: Level,
}

impl Filter {
    fn shows(&self, line: &Line) -> bool {
        line.source.is_none()
            || (line.level >= self.least && (self.search.is_empty() || holds(&line.text.plain, &self.search)))
    }
}

/// A line that is shown: its number, and the row after its last, counted since rows were counted.
#[derive(Clone, Copy, Debug)]
struct Shown {
    number: u64,
    end: u64,
}

/// The lines.
#[derive(Debug, Default)]
pub struct Buffer {
    lines: VecDeque<Line>,
    /// The number of the first of them.
    first: u64,
    bytes: usize,
    filter: Filter,
    /// How many columns a row has, where long lines are broken.
    columns: Option<usize>,
    shown: VecDeque<Shown>,
    /// How many rows went before the first that is shown.
    before: u64,
    /// What came while the log was held still; absent while it moves.
    waiting: Option<VecDeque<Line>>,
    left_out: u64,
}

impl Buffer {
    /// A line was printed.
    pub fn push(&mut self, line: Line) {
        let Some(waiting) = &mut self.waiting else {
            return self.append(line);
        };
        waiting.push_back(line);
        if waiting.len() > LINES {
            waiting.pop_front();
            self.left_out += 1;
        }
    }

    /// Holds the log still: what comes waits.
    pub fn hold(&mut self) {
        self.waiting.get_or_insert_default();
    }

    /// The log moves again: what waited is shown.
    pub fn go_on(&mut self) {
        let left_out = std::mem::take(&mut self.left_out);
        if left_out > 0 {
            self.append(note(&format!(
                "{left_out} lines were left out while the log was held still."
            )));
        }
        for line in self.waiting.take().unwrap_or_default() {
            self.append(line);
        }
    }

    /// How many lines wait; absent while the log moves.
    #[must_use]
    pub fn waiting(&self) -> Option<usize> {
        self.waiting.as_ref().map(VecDeque::len)
    }

    /// How many lines are shown, and how many are held.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        (self.shown.len(), self.lines.len())
    }

    /// All lines that are held.
    pub fn all(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter()
    }

    /// Shows other lines.
    pub fn set_filter(&mut self, filter: Filter) {
        if filter != self.filter {
            self.filter = filter;
            self.lay_out();
        }
    }

    /// Breaks lines that are longer than so many columns, or none.
    pub fn set_columns(&mut self, columns: Option<usize>) {
        let columns = columns.map(|columns| columns.max(8));
        if columns != self.columns {
            self.columns = columns;
            self.lay_out();
        }
    }

    /// Forgets all lines.
    pub fn clear(&mut self) {
        self.first += self.lines.len() as u64;
        self.lines.clear();
        self.bytes = 0;
        self.lay_out();
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.shown.back().map_or(0, |last| last.end - self.before)
    }

    /// What is drawn of these rows: the row that the first line begins at, and the lines with their numbers and how many
    /// rows each has.
    #[must_use]
    pub fn draw(&self, rows: Range<u64>) -> (u64, Vec<(u64, u64, &Line)>) {
        let after = |row: u64| self.shown.partition_point(|shown| shown.end - self.before <= row);
        let from = after(rows.start);
        let top = from.checked_sub(1).map_or(0, |at| self.shown[at].end - self.before);
        let mut begin = self.before + top;
        let mut drawn = vec![];
        for shown in self.shown.range(from..) {
            if begin - self.before >= rows.end {
                break;
            }
            // What is shown is held.
            if let Some(line) = self.line(shown.number) {
                drawn.push((shown.number, shown.end - begin, line));
            }
            begin = shown.end;
        }
        (top, drawn)
    }

    fn line(&self, number: u64) -> Option<&Line> {
        self.lines.get(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }

    fn append(&mut self, line: Line) {
        self.bytes += line.text.plain.len();
        let number = self.first + self.lines.len() as u64;
        if self.filter.shows(&line) {
            self.show(number, line.text.columns);
        }
        self.lines.push_back(line);
        while self.lines.len() > LINES || self.bytes > BYTES {
            let Some(gone) = self.lines.pop_front() else { return };
            self.bytes -= gone.text.plain.len();
            if let Some(shown) = self.shown.pop_front_if(|shown| shown.number == self.first) {
                self.before = shown.end;
            }
            self.first += 1;
        }
    }

    fn show(&mut self, number: u64, columns: usize) {
        let rows = self.columns.map_or(1, |width| columns.div_ceil(width).max(1)) as u64;
        let begin = self.shown.back().map_or(self.before, |last| last.end);
        self.shown.push_back(Shown {
            number,
            end: begin + rows,
        });
    }

    fn lay_out(&mut self) {
        self.shown.clear();
        self.before = 0;
        let shown = self
            .lines
            .iter()
            .enumerate()
            .filter(|(_, line)| self.filter.shows(line));
        let shown: Vec<_> = shown.map(|(at, line)| (at as u64, line.text.columns)).collect();
        for (at, columns) in shown {
            self.show(self.first + at, columns);
        }
    }
}

/// A note of the desktop's, between the lines.
#[must_use]
pub fn note(words: &str) -> Line {
    Line {
        source: None,
        at: None,
        text: Text::read(words),
        level: Level::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::super::text::level;
    use super::*;

    fn line(words: &str) -> Line {
        Line {
            source: Some(0),
            level: level(words),
            ..note(words)
        }
    }

    fn of(lines: impl IntoIterator<Item = String>) -> Buffer {
        let mut buffer = Buffer::default();
        for words in lines {
            buffer.push(line(&words));
        }
        buffer
    }

    fn drawn(buffer: &Buffer, rows: Range<u64>) -> Vec<(u64, u64, String)> {
        let (_, lines) = buffer.draw(rows);
        lines
            .into_iter()
            .map(|(number, rows, line)| (number, rows, line.text.plain.clone()))
            .collect()
    }

    #[test]
    fn only_the_rows_that_are_seen_are_drawn() {
        let buffer = of((0..50_000).map(|n| format!("line {n}")));
        assert_eq!(buffer.rows(), 50_000);
        let (top, _) = buffer.draw(40_000..40_002);
        assert_eq!(top, 40_000);
        assert_eq!(drawn(&buffer, 40_000..40_002)[1], (40_001, 1, "line 40001".to_owned()));
        assert!(drawn(&buffer, 60_000..60_010).is_empty());
    }

    #[test]
    fn the_oldest_lines_make_way_and_the_others_keep_their_numbers() {
        let buffer = of((0..LINES + 10).map(|n| n.to_string()));
        assert_eq!(buffer.counts(), (LINES, LINES));
        assert_eq!(drawn(&buffer, 0..1), [(10, 1, "10".to_owned())]);
    }

    #[test]
    fn a_long_line_has_as_many_rows_as_it_needs() {
        let mut buffer = of(["x".repeat(25), "short".to_owned(), "y".repeat(20)]);
        buffer.set_columns(Some(10));
        assert_eq!(buffer.rows(), 3 + 1 + 2);
        assert_eq!(
            drawn(&buffer, 2..4).iter().map(|line| line.1).collect::<Vec<_>>(),
            [3, 1]
        );
        assert_eq!(buffer.draw(4..5).0, 4, "the row that the line begins at");
        buffer.set_columns(None);
        assert_eq!(buffer.rows(), 3);
    }

    #[test]
    fn a_filter_shows_what_it_finds_and_the_notes_between() {
        let mut buffer = of(["GET /a", "ERROR no", "get /b"].map(str::to_owned));
        buffer.push(note("The connection was lost."));
        let find = |search: &str, least| Filter {
            search: search.to_owned(),
            least,
        };
        buffer.set_filter(find("get", Level::Plain));
        assert_eq!(buffer.counts(), (3, 4));
        buffer.push(line("GET /c"));
        assert_eq!(drawn(&buffer, 3..4)[0].2, "GET /c");
        buffer.set_filter(find("", Level::Error));
        assert_eq!(drawn(&buffer, 0..1)[0].0, 1);
    }

    #[test]
    fn a_log_that_is_held_still_does_not_move_and_loses_nothing_without_a_word() {
        let mut buffer = of(["a".to_owned()]);
        buffer.hold();
        for n in 0..LINES + 5 {
            buffer.push(line(&n.to_string()));
        }
        assert_eq!((buffer.rows(), buffer.waiting()), (1, Some(LINES)));
        buffer.go_on();
        assert_eq!(buffer.waiting(), None);
        assert_eq!(buffer.counts().1, LINES);
        let mut short = of([]);
        short.hold();
        short.push(line("b"));
        short.go_on();
        assert_eq!(drawn(&short, 0..9), [(0, 1, "b".to_owned())]);
    }

    #[test]
    fn an_emptied_log_goes_on_with_new_numbers() {
        let mut buffer = of(["a".to_owned(), "b".to_owned()]);
        buffer.clear();
        buffer.push(line("c"));
        assert_eq!(drawn(&buffer, 0..9), [(2, 1, "c".to_owned())]);
    }
}
