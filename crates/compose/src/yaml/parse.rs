//! Text to syntax trees, by the events of the YAML library.
//!
//! The library's places are kept only where they are exact (where nodes start, and where plain scalars, aliases and
//! flow collections end); the other ends are read off the text.

use std::borrow::Cow;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Tag};

use super::indent::Indented;
use super::syntax::{Document, Kind, Node, Style, dash_before};
use crate::limits;

/// What came out of a text.
#[derive(Debug)]
pub(crate) struct Parsed {
    /// The documents, the last one cut short where there was a fault.
    pub(crate) documents: Vec<Document>,
    pub(crate) fault: Option<Fault>,
}

/// Why a text is not YAML, or is too much of it.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) message: String,
    /// Where, in bytes.
    pub(crate) offset: usize,
    /// Whether the text is too large or too deep, rather than wrong.
    pub(crate) limit: bool,
}

/// Parses a text. The caller has checked its size.
pub(crate) fn parse(text: &str) -> Parsed {
    let mut parsed = parse_strictly(text);
    if parsed.fault.is_none() {
        return parsed;
    }
    let mut indented = Indented::new(text);
    while let Some(fault) = parsed.fault.as_ref().filter(|fault| !fault.limit) {
        if !indented.indent(&fault.message, fault.offset) {
            break;
        }
        parsed = parse_strictly(&indented.text);
    }
    indented.restore(&mut parsed.documents);
    if let Some(fault) = &mut parsed.fault {
        fault.offset = indented.original(fault.offset);
    }
    parsed
}

fn parse_strictly(text: &str) -> Parsed {
    let shaping = text.bytes().filter(|byte| b",:[]{}".contains(byte)).count();
    if shaping > limits::FLOW_CHARACTERS {
        let message = format!(
            "the file holds more than {} brackets, commas and colons",
            limits::FLOW_CHARACTERS
        );
        return Parsed {
            documents: Vec::new(),
            fault: Some(Fault {
                message,
                offset: 0,
                limit: true,
            }),
        };
    }
    let mut builder = Builder {
        text,
        offsets: Offsets::new(text),
        documents: Vec::new(),
        open: Vec::new(),
        root: None,
        nodes: 0,
    };
    let fault = builder.run().err();
    while let Some(frame) = builder.open.pop() {
        let end = text.len();
        builder.close(frame, end);
    }
    builder.end_document();
    Parsed {
        documents: builder.documents,
        fault,
    }
}

/// From the characters that the library counts to bytes.
enum Offsets {
    Ascii(usize),
    Table(Vec<u32>),
}

impl Offsets {
    fn new(text: &str) -> Offsets {
        if text.is_ascii() {
            return Offsets::Ascii(text.len());
        }
        let starts = text.char_indices().map(|(offset, _)| offset).chain([text.len()]);
        Offsets::Table(starts.map(|offset| u32::try_from(offset).unwrap_or(u32::MAX)).collect())
    }

    fn byte(&self, character: usize) -> usize {
        match self {
            Offsets::Ascii(len) => character.min(*len),
            Offsets::Table(table) => table
                .get(character)
                .or(table.last())
                .map_or(0, |&offset| offset as usize),
        }
    }
}

/// A collection whose end has not been seen.
struct Frame {
    node: Node,
    /// The key that waits for its value.
    key: Option<Node>,
}

struct Builder<'t> {
    text: &'t str,
    offsets: Offsets,
    documents: Vec<Document>,
    open: Vec<Frame>,
    root: Option<Node>,
    nodes: usize,
}

impl Builder<'_> {
    fn run(&mut self) -> Result<(), Fault> {
        for event in Parser::new_from_str(self.text) {
            let (event, span) = event.map_err(|error| self.scan_fault(&error))?;
            let (start, end) = (
                self.offsets.byte(span.start.index()),
                self.offsets.byte(span.end.index()),
            );
            match event {
                Event::Nothing | Event::StreamStart | Event::StreamEnd => {}
                Event::DocumentStart(_) => self.root = None,
                Event::DocumentEnd => self.end_document(),
                Event::Alias(anchor) => self.leaf(start, end, (0, None), Kind::Alias(anchor))?,
                Event::Scalar(text, style, anchor, tag) => self.scalar(start, end, (anchor, tag), &text, style)?,
                Event::SequenceStart(anchor, tag) => {
                    self.begin(start, (anchor, tag), |flow| Kind::Sequence {
                        items: Vec::new(),
                        flow,
                    })?;
                }
                Event::MappingStart(anchor, tag) => {
                    self.begin(start, (anchor, tag), |flow| Kind::Mapping {
                        entries: Vec::new(),
                        flow,
                    })?;
                }
                Event::SequenceEnd | Event::MappingEnd => {
                    if let Some(frame) = self.open.pop() {
                        self.close(frame, end);
                    }
                }
            }
        }
        Ok(())
    }

    fn scan_fault(&self, error: &ScanError) -> Fault {
        Fault {
            message: error.info().to_owned(),
            offset: self.offsets.byte(error.marker().index()),
            limit: error.info().contains("recursion limit"),
        }
    }

    fn node(&mut self, start: usize, end: usize, (anchor, tag): Properties, kind: Kind) -> Result<Node, Fault> {
        self.nodes += 1;
        let limit = |message: String| Fault {
            message,
            offset: start,
            limit: true,
        };
        if self.nodes > limits::FILE_VALUES {
            return Err(limit(format!(
                "the file holds more than {} values",
                limits::FILE_VALUES
            )));
        }
        if self.open.len() >= limits::DEPTH {
            return Err(limit(format!("values are nested more than {} deep", limits::DEPTH)));
        }
        let has_properties = anchor != 0 || tag.is_some();
        Ok(Node {
            outer: start,
            start: if has_properties {
                self.after_properties(start)
            } else {
                start
            },
            end,
            tag: tag.map(|tag| tag_text(&tag).into_boxed_str()),
            anchor: (anchor != 0).then_some(anchor),
            kind,
        })
    }

    fn leaf(&mut self, start: usize, end: usize, properties: Properties, kind: Kind) -> Result<(), Fault> {
        let node = self.node(start, end, properties, kind)?;
        self.attach(node);
        Ok(())
    }

    fn scalar(
        &mut self,
        start: usize,
        end: usize,
        properties: Properties,
        text: &str,
        style: ScalarStyle,
    ) -> Result<(), Fault> {
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::SingleQuoted,
            ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
            ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
        };
        let kind = Kind::Scalar {
            text: text.to_owned(),
            style,
        };
        let mut node = self.node(start, end, properties, kind)?;
        if style == Style::Block {
            // HACK: a block scalar that the text ends with gets a line break from the library that is not there.
            let rest = &self.text[end.min(self.text.len())..];
            if let (true, Kind::Scalar { text, .. }) = (rest.is_empty() && !self.text.ends_with('\n'), &mut node.kind) {
                text.truncate(text.strip_suffix('\n').map_or(text.len(), str::len));
            }
            // The library says where the content starts, not where `|` or `>` stands.
            node.start = block_header(self.text, node.start);
            node.outer = node.outer.min(node.start);
        }
        let written = &self.text[node.start.min(end)..];
        node.end = match style {
            Style::Plain if text.is_empty() => node.start,
            Style::Plain => node.start.max(self.text[..end].trim_end().len()),
            Style::SingleQuoted => node.start + single_quoted_len(written),
            Style::DoubleQuoted => node.start + double_quoted_len(written),
            Style::Block => block_scalar_end(self.text, node.start, end),
        };
        if text.is_empty() && style == Style::Plain {
            node.start = node.start.min(end.max(node.outer));
            node.end = self.text[..node.start].trim_end().len().max(node.outer);
            node.start = node.end;
        }
        self.attach(node);
        Ok(())
    }

    fn begin(&mut self, start: usize, properties: Properties, kind: impl FnOnce(bool) -> Kind) -> Result<(), Fault> {
        let mut node = self.node(start, start, properties, Kind::Alias(0))?;
        let flow = matches!(self.text.as_bytes().get(node.start), Some(b'[' | b'{'));
        node.kind = kind(flow);
        self.open.push(Frame { node, key: None });
        Ok(())
    }

    fn close(&mut self, frame: Frame, end: usize) {
        let Frame { mut node, key } = frame;
        if let (Some(key), Kind::Mapping { entries, .. }) = (key, &mut node.kind) {
            let absent = absent(key.end);
            entries.push((key, absent));
        }
        if node.is_flow() {
            node.end = end;
        } else {
            // A block collection starts at its first key or dash; its own start is not exact where that has an anchor.
            match &node.kind {
                Kind::Mapping { entries, .. } => {
                    node.start = entries.first().map_or(node.start, |(key, _)| key.outer.max(node.outer));
                }
                Kind::Sequence { items, .. } => {
                    let has_properties = node.anchor.is_some() || node.tag.is_some();
                    node.start = items
                        .first()
                        .map_or(node.start, |item| dash_before(self.text, item.outer));
                    node.outer = if has_properties {
                        node.outer.min(node.start)
                    } else {
                        node.start
                    };
                }
                Kind::Scalar { .. } | Kind::Alias(_) => {}
            }
            node.end = node
                .children()
                .map(|child| child.end)
                .max()
                .unwrap_or(node.start)
                .max(node.start);
        }
        self.attach(node);
    }

    fn attach(&mut self, node: Node) {
        let Some(frame) = self.open.last_mut() else {
            self.root.get_or_insert(node);
            return;
        };
        match &mut frame.node.kind {
            Kind::Mapping { entries, .. } => match frame.key.take() {
                Some(key) => entries.push((key, node)),
                None => frame.key = Some(node),
            },
            Kind::Sequence { items, .. } => items.push(node),
            Kind::Scalar { .. } | Kind::Alias(_) => {}
        }
    }

    fn end_document(&mut self) {
        if let Some(root) = self.root.take() {
            self.documents.push(Document { root });
        }
    }

    /// The first byte after `!tag` and `&anchor`.
    fn after_properties(&self, start: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = start;
        loop {
            let property = at;
            match bytes.get(at) {
                Some(b'!' | b'&') => {
                    while bytes
                        .get(at)
                        .is_some_and(|byte| !byte.is_ascii_whitespace() && !b",[]{}".contains(byte))
                    {
                        at += 1;
                    }
                }
                _ => return at,
            }
            let end = at;
            loop {
                match bytes.get(at) {
                    Some(byte) if byte.is_ascii_whitespace() => at += 1,
                    Some(b'#') if at > end => {
                        while bytes.get(at).is_some_and(|&byte| byte != b'\n') {
                            at += 1;
                        }
                    }
                    _ => break,
                }
            }
            if at == property {
                return at;
            }
        }
    }
}

/// The anchor (0 where there is none) and the tag of a node.
type Properties<'t> = (usize, Option<Cow<'t, Tag>>);

fn absent(at: usize) -> Node {
    Node {
        outer: at,
        start: at,
        end: at,
        tag: None,
        anchor: None,
        kind: Kind::Scalar {
            text: String::new(),
            style: Style::Plain,
        },
    }
}

/// A tag as it is compared: `!!str` for those of YAML itself, else as it is written.
fn tag_text(tag: &Tag) -> String {
    match tag.handle.as_str() {
        "tag:yaml.org,2002:" => format!("!!{}", tag.suffix),
        handle => format!("{handle}{}", tag.suffix),
    }
}

fn single_quoted_len(written: &str) -> usize {
    let bytes = written.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'\'', Some(b'\'')) => at += 2,
            (b'\'', _) => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn double_quoted_len(written: &str) -> usize {
    let bytes = written.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Where the `|` or `>` of a block scalar stands whose content starts at `at`, or which it is itself.
fn block_header(text: &str, at: usize) -> usize {
    let is_header = |rest: &str| {
        let rest = rest[1..].trim_start_matches(|c: char| c.is_ascii_digit() || c == '+' || c == '-');
        rest.is_empty()
            || rest.starts_with([' ', '\t', '\r']) && matches!(rest.trim_start().bytes().next(), None | Some(b'#'))
    };
    let line_end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    let mut line = text[..at].rfind('\n').map_or(0, |newline| newline + 1)..line_end;
    loop {
        let written = &text[line.clone()];
        let found = written
            .match_indices(['|', '>'])
            .find(|(offset, _)| line.start + offset <= at && is_header(&written[*offset..]));
        match found {
            Some((offset, _)) => return line.start + offset,
            None if line.start == 0 => return at,
            None => {
                let end = line.start - 1;
                line = text[..end].rfind('\n').map_or(0, |newline| newline + 1)..end;
            }
        }
    }
}

/// Where a block scalar ends, which starts at `header` and behind which the next line starts at `next`: before the line
/// break of its last line that is not blank, or with `+` of its last line.
fn block_scalar_end(text: &str, header: usize, next: usize) -> usize {
    let strip = |end: usize| {
        text[..end]
            .strip_suffix('\n')
            .map(|rest| rest.strip_suffix('\r').unwrap_or(rest).len())
    };
    let keeps_blanks = text[header..].bytes().take(3).any(|byte| byte == b'+');
    let mut end = strip(next).unwrap_or(next);
    while !keeps_blanks && end > header {
        let line = text[..end].rfind('\n').map_or(0, |newline| newline + 1);
        if !text[line..end].trim().is_empty() {
            break;
        }
        end = strip(line).unwrap_or(line);
    }
    end.max(header + 1)
}
