//! `.dockerignore`: which files of a folder are left out.
//!
//! Lines are patterns of paths, of which the last that fits decides; one that begins with `!` lets in again. A folder
//! that is left out leaves out what is in it.

/// The patterns of a file.
#[derive(Debug, Default)]
pub(super) struct Ignore(Vec<Pattern>);

#[derive(Debug)]
struct Pattern {
    /// Whether what fits is let in again.
    exception: bool,
    parts: Vec<String>,
}

impl Ignore {
    pub(super) fn parse(text: &str) -> Self {
        let lines = text.trim_start_matches('\u{feff}').lines();
        Self(lines.filter_map(Pattern::parse).collect())
    }

    /// Whether a path is left out.
    pub(super) fn excludes(&self, path: &str) -> bool {
        let path: Vec<&str> = path.split('/').collect();
        let mut excluded = false;
        for pattern in &self.0 {
            // What would change nothing is not asked.
            if pattern.exception == excluded && pattern.fits(&path) {
                excluded = !excluded;
            }
        }
        excluded
    }

    /// Whether what is in a folder that is left out may be let in again.
    pub(super) fn has_exceptions(&self) -> bool {
        self.0.iter().any(|pattern| pattern.exception)
    }
}

impl Pattern {
    fn parse(line: &str) -> Option<Self> {
        if line.starts_with('#') {
            return None;
        }
        let line = line.trim();
        let (exception, line) = match line.strip_prefix('!') {
            Some(rest) => (true, rest.trim()),
            None => (false, line),
        };
        let mut parts: Vec<String> = Vec::new();
        for part in line.split('/').filter(|part| !matches!(*part, "" | ".")) {
            match part {
                ".." => drop(parts.pop()),
                part => parts.push(part.to_owned()),
            }
        }
        (!parts.is_empty()).then_some(Self { exception, parts })
    }

    /// Whether the path, or a folder that it is in, is what the pattern says.
    fn fits(&self, path: &[&str]) -> bool {
        // At each step: which beginnings of the path the pattern has eaten so far.
        let mut eaten = vec![false; path.len() + 1];
        eaten[0] = true;
        for part in &self.parts {
            let mut next = vec![false; path.len() + 1];
            for (at, _) in eaten.iter().enumerate().filter(|(_, eaten)| **eaten) {
                if part == "**" {
                    next[at..].fill(true);
                } else if path.get(at).is_some_and(|name| is_like(part, name)) {
                    next[at + 1] = true;
                }
            }
            eaten = next;
        }
        eaten[1..].contains(&true)
    }
}

/// Whether a name is what a pattern with `*`, `?`, `[a-z]` and `\` says.
fn is_like(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    // After the last `*`, and how much of the name it has taken.
    let mut star: Option<(usize, usize)> = None;
    loop {
        if pattern.get(p) == Some(&'*') {
            p += 1;
            star = Some((p, n));
        } else if let Some(length) = name.get(n).and_then(|c| one(&pattern[p..], *c)) {
            (p, n) = (p + length, n + 1);
        } else if p == pattern.len() && n == name.len() {
            return true;
        } else if let Some((after, taken)) = star.filter(|(_, taken)| *taken < name.len()) {
            star = Some((after, taken + 1));
            (p, n) = (after, taken + 1);
        } else {
            return false;
        }
    }
}

/// The length of the pattern's part for one character, if that fits.
fn one(pattern: &[char], c: char) -> Option<usize> {
    match pattern.first()? {
        '?' => Some(1),
        '[' => class(pattern, c),
        '\\' => (pattern.get(1) == Some(&c)).then_some(2),
        first => (*first == c).then_some(1),
    }
}

/// `[a-z]` or `[^a-z]`.
fn class(pattern: &[char], c: char) -> Option<usize> {
    let negated = pattern.get(1) == Some(&'^');
    let mut at = if negated { 2 } else { 1 };
    let mut found = false;
    let begin = at;
    loop {
        let low = *pattern.get(at)?;
        if low == ']' && at > begin {
            return (found != negated).then_some(at + 1);
        }
        let is_range = pattern.get(at + 1) == Some(&'-') && pattern.get(at + 2).is_some_and(|high| *high != ']');
        let high = if is_range { pattern[at + 2] } else { low };
        found |= (low..=high).contains(&c);
        at += if is_range { 3 } else { 1 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_pattern_that_fits_decides() {
        let text =
            "# comment\n\n*.log\n/target/\n**/secret\ndocs\n!docs/kept.md\na?c\n[b-d]x\n./odd/../even\n**/*.tmp\n!";
        let ignore = Ignore::parse(text);
        for (path, excluded) in [
            ("a.log", true),
            ("deep/a.log", false),
            ("target", true),
            ("target/deep/file", true),
            ("secret", true),
            ("a/b/secret/c", true),
            ("docs/other.md", true),
            ("docs/kept.md", false),
            ("abc", true),
            ("abbc", false),
            ("cx", true),
            ("ax", false),
            ("even/file", true),
            ("odd", false),
            ("deep/er/x.tmp", true),
            ("# comment", false),
        ] {
            assert_eq!(ignore.excludes(path), excluded, "{path}");
        }
        assert!(ignore.has_exceptions());
    }

    #[test]
    fn everything_but_one_thing() {
        let ignore = Ignore::parse("*\n!app\n!**/*.rs\n");
        assert!(!ignore.excludes("app/deep") && ignore.excludes("other/file") && !ignore.excludes("other/x.rs"));
    }

    #[test]
    fn a_pattern_made_to_take_long_does_not() {
        let ignore = Ignore::parse(&format!("{}b\n{}b\n", "*a".repeat(60), "**/a/".repeat(60)));
        assert!(!ignore.excludes(&"a".repeat(250)) && !ignore.excludes(&vec!["a"; 90].join("/")));
        for broken in ["[", "[a", "[a-", "\\", "[^", "[]", "[]a"] {
            assert!(!Ignore::parse(broken).excludes("name"), "{broken}");
        }
    }
}
