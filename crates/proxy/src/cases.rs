//! Cases as data: blocks of `# what`, `< input` and `> expected` lines. Tests only.

/// One block.
pub(crate) struct Case {
    /// What it shows.
    pub title: String,
    /// The input lines, with `\r`, `\n`, `\t`, `\0` and `\x..` unescaped.
    pub input: String,
}

/// Runs `run` on each case of `text` and compares, all of them before it fails.
pub(crate) fn check(text: &str, run: impl Fn(&Case) -> String) {
    let mut wrong = Vec::new();
    let mut count = 0;
    for block in text.split("\n\n").filter(|block| block.contains('<')) {
        let lines = |mark: &str| {
            let lines = block.lines().filter_map(|line| line.strip_prefix(mark));
            let lines: Vec<&str> = lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
            lines.join("\n")
        };
        let case = Case {
            title: lines("#"),
            input: unescape(&lines("<")),
        };
        let (expected, found) = (lines(">"), run(&case));
        if expected != found {
            wrong.push(format!("# {}\nexpected:\n{expected}\nfound:\n{found}\n", case.title));
        }
        count += 1;
    }
    assert!(count > 0, "no cases");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            out.push(char);
            continue;
        }
        match chars.next() {
            Some('r') => out.push('\r'),
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('0') => out.push('\0'),
            Some('x') => {
                let code: String = chars.by_ref().take(2).collect();
                let code = u8::from_str_radix(&code, 16).expect("two hexadecimal digits");
                out.push(char::from(code));
            }
            other => panic!("no such escape: {other:?}"),
        }
    }
    out
}
