//! What changed from one text to another, line by line; pure.

/// A line, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// It stayed.
    Same(&'a str),
    /// It is gone.
    Gone(&'a str),
    /// It is new.
    New(&'a str),
    /// So many lines that stayed are left out.
    Skipped(usize),
}

/// How many lines that stayed are shown beside one that did not.
const AROUND: usize = 3;
/// The most work that is put into finding what stayed, in comparisons.
const WORK: usize = 4_000_000;

/// The lines of both texts, with those left out that are far from any change. Empty where nothing changed.
#[must_use]
pub fn lines<'a>(before: &'a str, after: &'a str) -> Vec<Line<'a>> {
    if before == after {
        return vec![];
    }
    shorten(&compare(
        &before.lines().collect::<Vec<_>>(),
        &after.lines().collect::<Vec<_>>(),
    ))
}

fn compare<'a>(before: &[&'a str], after: &[&'a str]) -> Vec<Line<'a>> {
    let start = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let (old, new) = (&before[start..], &after[start..]);
    let end = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (old, new) = (&old[..old.len() - end], &new[..new.len() - end]);
    let mut lines: Vec<Line<'a>> = before[..start].iter().map(|line| Line::Same(line)).collect();
    if old.len().saturating_mul(new.len()) > WORK {
        lines.extend(old.iter().map(|line| Line::Gone(line)));
        lines.extend(new.iter().map(|line| Line::New(line)));
    } else {
        middle(old, new, &mut lines);
    }
    lines.extend(before[before.len() - end..].iter().map(|line| Line::Same(line)));
    lines
}

/// By the longest common subsequence.
fn middle<'a>(old: &[&'a str], new: &[&'a str], lines: &mut Vec<Line<'a>>) {
    let width = new.len() + 1;
    let mut common = vec![0_u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i * width + j] = if old[i] == new[j] {
                common[(i + 1) * width + j + 1] + 1
            } else {
                common[(i + 1) * width + j].max(common[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            lines.push(Line::Same(old[i]));
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && (j == new.len() || common[(i + 1) * width + j] >= common[i * width + j + 1]) {
            lines.push(Line::Gone(old[i]));
            i += 1;
        } else {
            lines.push(Line::New(new[j]));
            j += 1;
        }
    }
}

fn shorten<'a>(lines: &[Line<'a>]) -> Vec<Line<'a>> {
    let changed = |line: &Line<'_>| !matches!(line, Line::Same(_));
    let near = |at: usize| {
        let from = at.saturating_sub(AROUND);
        lines[from..lines.len().min(at + AROUND + 1)].iter().any(changed)
    };
    let mut short = vec![];
    for (at, line) in lines.iter().enumerate() {
        if near(at) {
            short.push(*line);
        } else if let Some(Line::Skipped(count)) = short.last_mut() {
            *count += 1;
        } else {
            short.push(Line::Skipped(1));
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::Line::{Gone, New, Same, Skipped};
    use super::lines;

    #[test]
    fn nothing_changed_is_nothing_to_show() {
        assert_eq!(lines("a\nb\n", "a\nb\n"), []);
    }

    #[test]
    fn what_stayed_stands_between_what_did_not() {
        assert_eq!(
            lines("a\nb\nc\nd", "a\nc\nd\ne"),
            [Same("a"), Gone("b"), Same("c"), Same("d"), New("e")]
        );
    }

    #[test]
    fn what_is_far_from_any_change_is_left_out() {
        let before: Vec<String> = (0..20).map(|n| n.to_string()).collect();
        let mut after = before.clone();
        after[10] = "ten".to_owned();
        let (before, after) = (before.join("\n"), after.join("\n"));
        let shown = lines(&before, &after);
        assert_eq!((shown[0], shown[9]), (Skipped(7), Skipped(6)));
        assert_eq!(&shown[4..6], [Gone("10"), New("ten")]);
    }

    #[test]
    fn a_text_that_comes_from_nothing_is_new() {
        assert_eq!(lines("", "a"), [New("a")]);
    }
}
