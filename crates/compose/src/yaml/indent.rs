//! HACK: the YAML library refuses flow collections and quoted scalars whose further lines are indented less than the
//! block around them. YAML 1.2 allows it to, but docker compose takes such files, and they are common. Blank space at
//! the start of these lines means nothing, so more of it is put there, and taken out of the places again.

use std::collections::BTreeSet;

use super::syntax::{Document, Kind, Node};

/// How many bytes may be parsed again in all.
const AGAIN: usize = 8 << 20;
/// How many bytes of blank space may be put in.
const BLANKS: usize = 1 << 20;

/// A text with more blank space at the start of some lines.
#[derive(Debug)]
pub(crate) struct Indented<'t> {
    original: &'t str,
    /// The starts of these lines, in the original text.
    lines: BTreeSet<usize>,
    /// How much blank space each of them gets: more than any line has.
    width: usize,
    parsed: usize,
    pub(crate) text: String,
}

impl<'t> Indented<'t> {
    pub(crate) fn new(original: &'t str) -> Indented<'t> {
        let deepest = original
            .lines()
            .map(|line| line.len() - line.trim_start_matches(' ').len())
            .max();
        Indented {
            original,
            lines: BTreeSet::new(),
            width: deepest.unwrap_or(0) + 1,
            parsed: 0,
            text: original.to_owned(),
        }
    }

    /// Whether a fault of the parser is one of those, and the lines at `offset` are now indented.
    pub(crate) fn indent(&mut self, message: &str, offset: usize) -> bool {
        self.parsed += self.text.len();
        if !message.starts_with("invalid indentation") || message.contains("anchor") || self.parsed > AGAIN {
            return false;
        }
        let known = self.lines.len();
        let start = self.original(offset);
        let quote = self.original[start..]
            .chars()
            .next()
            .filter(|quote| matches!(quote, '"' | '\''));
        match quote {
            Some(quote) if message.contains("quoted") => {
                let inside = &self.original[start + 1..];
                let inside = &inside[..inside.find(quote).unwrap_or(inside.len())];
                self.lines
                    .extend(inside.match_indices('\n').map(|(at, _)| start + 1 + at + 1));
            }
            _ => {
                self.lines
                    .insert(self.original[..start].rfind('\n').map_or(0, |at| at + 1));
            }
        }
        if self.lines.len() == known || self.lines.len().saturating_mul(self.width) > BLANKS {
            return false;
        }
        let blanks = " ".repeat(self.width);
        self.text.clear();
        let mut at = 0;
        for &line in &self.lines {
            self.text.push_str(&self.original[at..line]);
            self.text.push_str(&blanks);
            at = line;
        }
        self.text.push_str(&self.original[at..]);
        true
    }

    /// A place of the text as it is, in the text as it was.
    pub(crate) fn original(&self, offset: usize) -> usize {
        self.back(offset, &self.lines.iter().copied().collect::<Vec<_>>())
    }

    fn back(&self, offset: usize, lines: &[usize]) -> usize {
        // The blanks of the line with this number start where the line did, behind the blanks of those before.
        let (mut low, mut high) = (0, lines.len());
        while low < high {
            let middle = low.midpoint(high);
            if lines[middle] + middle * self.width <= offset {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        match low.checked_sub(1) {
            None => offset,
            // A place within the blanks is the start of their line.
            Some(last) => offset.saturating_sub(low * self.width).max(lines[last]),
        }
    }

    /// Gives every node its place in the text as it was.
    pub(crate) fn restore(&self, documents: &mut [Document]) {
        let lines: Vec<usize> = self.lines.iter().copied().collect();
        documents
            .iter_mut()
            .for_each(|document| self.node(&mut document.root, &lines));
    }

    fn node(&self, node: &mut Node, lines: &[usize]) {
        for offset in [&mut node.outer, &mut node.start, &mut node.end] {
            *offset = self.back(*offset, lines);
        }
        match &mut node.kind {
            Kind::Sequence { items, .. } => items.iter_mut().for_each(|item| self.node(item, lines)),
            Kind::Mapping { entries, .. } => {
                for (key, value) in entries {
                    self.node(key, lines);
                    self.node(value, lines);
                }
            }
            Kind::Scalar { .. } | Kind::Alias(_) => {}
        }
    }
}
