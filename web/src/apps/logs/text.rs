//! A printed line as it is shown: its words without the terminal's commands, what colour they had, and how grave it
//! is; pure.

/// How grave a line says that it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It does not say.
    #[default]
    Plain,
    /// A warning.
    Warning,
    /// An error.
    Error,
}

/// How a part of a line looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Red, green, yellow, blue, magenta or cyan, counted from 1 as terminals do; 0 is none.
    pub colour: u8,
    /// Whether it stands out.
    pub bold: bool,
    /// Whether it stands back.
    pub dim: bool,
}

/// A line without the terminal's commands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// The words.
    pub plain: String,
    /// From which byte on they look how.
    pub styles: Vec<(usize, Style)>,
    /// How many columns of a terminal they take.
    pub columns: usize,
}

/// Tabs stop at each so many columns.
const TAB: usize = 8;

impl Text {
    /// Reads what was printed.
    #[must_use]
    pub fn read(printed: &str) -> Self {
        let mut text = Self::default();
        let mut style = Style::default();
        let mut returned = false;
        let mut rest = printed.chars();
        while let Some(char) = rest.next() {
            match char {
                '\u{1b}' => {
                    let (after, command) = escape(rest.as_str());
                    rest = after.chars();
                    if let Some(command) = command {
                        style = styled(style, command);
                    }
                }
                // What comes after a return is written over what came before.
                '\r' => returned = true,
                _ if hidden(char) => {}
                _ => {
                    if std::mem::take(&mut returned) {
                        text = Self::default();
                    }
                    text.push(char, style);
                }
            }
        }
        text
    }

    fn push(&mut self, char: char, style: Style) {
        if self.styles.last().map(|(_, last)| *last).unwrap_or_default() != style {
            self.styles.push((self.plain.len(), style));
        }
        if char == '\t' {
            let width = TAB - self.columns % TAB;
            self.plain.extend(std::iter::repeat_n(' ', width));
            self.columns += width;
        } else {
            self.plain.push(char);
            self.columns += columns(char);
        }
    }

    /// The line in parts of one look; what `search` finds, in lower case, is a part of its own and marked.
    #[must_use]
    pub fn parts(&self, search: &str) -> Vec<(&str, Style, bool)> {
        let found = find(&self.plain, search);
        let mut cuts: Vec<usize> = self.styles.iter().map(|(at, _)| *at).collect();
        cuts.extend(found.iter().flat_map(|range| [range.start, range.end]));
        cuts.extend([0, self.plain.len()]);
        cuts.sort_unstable();
        cuts.dedup();
        let part = |ends: &[usize]| {
            let [start, end] = *ends else { return None };
            let style = self.styles.iter().rev().find(|(at, _)| *at <= start);
            let marked = found.iter().any(|range| range.contains(&start));
            let text = self.plain.get(start..end)?;
            Some((text, style.map(|(_, style)| *style).unwrap_or_default(), marked))
        };
        cuts.windows(2).filter_map(part).collect()
    }
}

/// Whether a text has these words, which are in lower case.
#[must_use]
pub fn holds(text: &str, search: &str) -> bool {
    !find(text, search).is_empty()
}

/// Where these words are, which are in lower case. Only the case of ASCII letters is passed over, so that the places are
/// those of the text as it is.
fn find(text: &str, search: &str) -> Vec<std::ops::Range<usize>> {
    let (text, search) = (text.as_bytes(), search.as_bytes());
    let mut found = vec![];
    let mut at = 0;
    while !search.is_empty() && at + search.len() <= text.len() {
        let end = at + search.len();
        if text[at..end].eq_ignore_ascii_case(search) {
            found.push(at..end);
            at = end;
        } else {
            at += 1;
        }
    }
    found
}

/// What follows a command of the terminal, and the command, where it is about how things look.
fn escape(rest: &str) -> (&str, Option<&str>) {
    if let Some(command) = rest.strip_prefix('[') {
        let Some(end) = command.find(|char| matches!(char, '@'..='~')) else {
            return ("", None);
        };
        let after = &command[end + 1..];
        return (after, Some(&command[..end]).filter(|_| command[end..].starts_with('m')));
    }
    if let Some(words) = rest.strip_prefix(']') {
        // A title or a link: up to a bell, or to another command that says that it ends.
        let end = words.find(['\u{7}', '\u{1b}']);
        let after = end.map_or("", |at| &words[at..]);
        let after = after.strip_prefix('\u{7}').or_else(|| after.strip_prefix("\u{1b}\\"));
        return (after.unwrap_or_default(), None);
    }
    let mut after = rest.trim_start_matches(|char| matches!(char, ' '..='/')).chars();
    after.next();
    (after.as_str(), None)
}

fn styled(mut style: Style, command: &str) -> Style {
    let mut codes = command.split([';', ':']).map(|code| code.parse::<u16>().unwrap_or(0));
    while let Some(code) = codes.next() {
        match code {
            0 => style = Style::default(),
            1 => style.bold = true,
            2 => style.dim = true,
            22 => (style.bold, style.dim) = (false, false),
            30..=37 | 90..=97 => style = coloured(style, code % 10 + if code >= 90 { 8 } else { 0 }),
            39 => style = coloured(style, 7),
            38 | 48 => {
                let index = match codes.next() {
                    Some(5) => codes.next().unwrap_or(7),
                    Some(2) => {
                        let mut part = || codes.next().unwrap_or(0);
                        nearest(part(), part(), part())
                    }
                    _ => 7,
                };
                // Backgrounds are not shown: the log is a calm place.
                if code == 38 {
                    style = coloured(style, index);
                }
            }
            _ => {}
        }
    }
    style
}

/// A colour of the palette of 256.
fn coloured(style: Style, index: u16) -> Style {
    let (colour, dim) = match index {
        0 | 8 => (0, true),
        1..=6 => (index, false),
        9..=14 => (index - 8, false),
        16..=231 => {
            let (cube, step) = (index - 16, 51);
            (nearest(cube / 36 * step, cube / 6 % 6 * step, cube % 6 * step), false)
        }
        232..=243 => (0, true),
        _ => (0, false),
    };
    let colour = u8::try_from(colour).ok().filter(|colour| *colour < 7).unwrap_or(0);
    Style { colour, dim, ..style }
}

/// The one of the eight colours of old that is nearest: each light is on or off.
fn nearest(red: u16, green: u16, blue: u16) -> u16 {
    let (least, most) = (red.min(green).min(blue), red.max(green).max(blue));
    if most - least < 40 {
        return 7;
    }
    let on = |light: u16| u16::from(light > u16::midpoint(least, most));
    on(red) + 2 * on(green) + 4 * on(blue)
}

/// What is not to be seen, or would turn the direction of the line around.
fn hidden(char: char) -> bool {
    (char.is_control() && char != '\t') || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// How many columns a character takes.
fn columns(char: char) -> usize {
    match char {
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe4f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

/// How many words at the start of a line may tell how grave it is.
const WORDS: usize = 14;

/// How grave a line says that it is: `ERROR`, `[warn]`, `level=error`, `"level":"warning"`, `error: …`.
#[must_use]
pub fn level(plain: &str) -> Level {
    let separated = |char: char| !char.is_alphanumeric();
    let mut at = 0;
    for word in plain
        .split(separated)
        .take(4 * WORDS)
        .filter(|word| !word.is_empty())
        .take(WORDS)
    {
        let start = at + plain[at..].find(word).unwrap_or(0);
        at = start + word.len();
        let level = match word.to_ascii_lowercase().as_str() {
            "error" | "err" | "fatal" | "panic" | "critical" | "crit" | "severe" | "emerg" => Level::Error,
            "warn" | "warning" => Level::Warning,
            _ => continue,
        };
        let loud = word.chars().all(|char| char.is_ascii_uppercase());
        let named = plain[..start].ends_with(['=', '[', '"', '<']);
        let first = start == 0 && plain[at..].starts_with(':');
        if loud || named || first {
            return level;
        }
    }
    Level::Plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn red() -> Style {
        Style {
            colour: 1,
            ..Style::default()
        }
    }

    #[test]
    fn commands_of_the_terminal_are_not_shown_and_their_colours_are_kept() {
        let text = Text::read("a \u{1b}[31mred\u{1b}[0m \u{1b}]0;title\u{7}b\u{1b}[2K\u{1b}(Bc");
        assert_eq!(text.plain, "a red bc");
        let parts = text.parts("");
        assert_eq!(parts[1], ("red", red(), false));
        assert_eq!(parts[2], (" bc", Style::default(), false));
        assert_eq!(text.columns, 8);
    }

    #[test]
    fn many_colours_become_six() {
        for (code, colour) in [
            ("91", 1),
            ("38;5;196", 1),
            ("38;2;20;200;30", 2),
            ("38;5;250", 0),
            ("1;33", 3),
            ("48;5;196", 0),
            ("37", 0),
        ] {
            let text = Text::read(&format!("\u{1b}[{code}mx"));
            assert_eq!(text.parts("")[0].1.colour, colour, "{code}");
        }
    }

    #[test]
    fn a_return_writes_over_the_line_and_a_tab_fills_it_up() {
        assert_eq!(Text::read("10 %\r50 %\r100 %\r").plain, "100 %");
        assert_eq!(Text::read("a\tb").plain, "a       b");
        assert_eq!(Text::read("日本").columns, 4);
    }

    #[test]
    fn what_no_one_finishes_is_passed_over() {
        for printed in [
            "\u{1b}",
            "\u{1b}[",
            "\u{1b}[38;5",
            "\u{1b}]0;never ends",
            "\u{1b}[38;5m",
        ] {
            assert_eq!(Text::read(printed).plain, "", "{printed:?}");
        }
    }

    #[test]
    fn what_is_found_is_marked_also_where_the_colour_changes_within() {
        let text = Text::read("é \u{1b}[31mGET\u{1b}[0m /x get");
        let marked: Vec<_> = text.parts("get").into_iter().filter(|part| part.2).collect();
        assert_eq!(marked, [("GET", red(), true), ("get", Style::default(), true)]);
        assert!(
            holds("Über", "über") || !holds("x", "über"),
            "letters beyond ASCII match as they are"
        );
    }

    #[test]
    fn a_line_says_how_grave_it_is_in_the_ways_that_programs_have() {
        for (line, said) in [
            ("2026-01-01 12:00:00 ERROR cannot bind", Level::Error),
            ("time=x level=warning msg=y", Level::Warning),
            (r#"{"level":"error","msg":"x"}"#, Level::Error),
            ("[warn] it is late", Level::Warning),
            ("error: no such file", Level::Error),
            ("0 errors, no error at all", Level::Plain),
            ("a line", Level::Plain),
        ] {
            assert_eq!(level(line), said, "{line}");
        }
    }
}
