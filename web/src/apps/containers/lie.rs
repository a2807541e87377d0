//! Where the lines of the list lie, so that only those that are seen are drawn; pure.

use std::collections::HashMap;
use std::ops::Range;

use super::order::Line;

/// How many lines are drawn beyond what is seen, on either side, so that a quick scroll shows no gap.
const AROUND: usize = 8;
/// How high a heading is.
const HEADING: f64 = 34.0;

/// Where lines lie: the top of each, and at the end that of what would follow.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lie(Vec<f64>);

impl Lie {
    /// Lines of this height, some of which are unfolded by so much.
    #[must_use]
    pub fn of(lines: &[Line], row: f64, unfolded: &HashMap<String, f64>) -> Self {
        let mut tops = Vec::with_capacity(lines.len() + 1);
        let mut top = 0.0;
        for line in lines {
            tops.push(top);
            top += match line {
                Line::Heading(_) => HEADING,
                Line::Container(id) => row + unfolded.get(id).copied().unwrap_or(0.0),
            };
        }
        tops.push(top);
        Self(tops)
    }

    /// The lines that are drawn where so much is seen from `top` on.
    #[must_use]
    pub fn seen(&self, top: f64, height: f64) -> Range<usize> {
        let count = self.0.len().saturating_sub(1);
        let first = self.0.partition_point(|it| *it <= top).saturating_sub(1);
        let last = self.0.partition_point(|it| *it < top + height);
        let first = first.min(count).saturating_sub(AROUND);
        first..(last + AROUND).min(count).max(first)
    }

    /// The room above what is drawn, and below it.
    #[must_use]
    pub fn room(&self, drawn: &Range<usize>) -> (f64, f64) {
        let at = |line: usize| self.0.get(line).copied().unwrap_or(0.0);
        let end = self.0.last().copied().unwrap_or(0.0);
        (at(drawn.start), end - at(drawn.end))
    }
}

#[cfg(test)]
mod tests {
    use super::super::order::Heading;
    use super::*;

    fn lines(count: usize) -> Vec<Line> {
        let rows = (0..count).map(|number| Line::Container(number.to_string()));
        std::iter::once(Line::Heading(Heading::Loose)).chain(rows).collect()
    }

    #[test]
    fn what_is_seen_is_drawn_and_a_little_around_it() {
        let lie = Lie::of(&lines(200), 50.0, &HashMap::new());
        assert_eq!(lie.seen(0.0, 500.0), 0..19);
        let middle = lie.seen(5_034.0, 500.0);
        assert_eq!(middle, 93..119);
        assert_eq!(lie.room(&middle), (4_634.0, 4_100.0));
        assert_eq!(lie.seen(9_534.0, 500.0).end, 201, "the end");
        assert_eq!(lie.seen(99_999.0, 500.0), 193..201, "what was there is gone");
    }

    #[test]
    fn what_is_unfolded_takes_its_room() {
        let unfolded = HashMap::from([("0".to_owned(), 450.0)]);
        let lie = Lie::of(&lines(200), 50.0, &unfolded);
        assert_eq!(lie.seen(0.0, 500.0), 0..10);
        assert_eq!(lie.room(&(0..2)).1, 199.0 * 50.0);
    }

    #[test]
    fn an_empty_list_has_nothing_to_draw() {
        let lie = Lie::of(&[], 50.0, &HashMap::new());
        assert_eq!((lie.seen(0.0, 500.0), lie.room(&(0..0))), (0..0, (0.0, 0.0)));
        assert_eq!(Lie::default().seen(10.0, 500.0), 0..0);
    }
}
