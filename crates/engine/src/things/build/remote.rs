//! Instructions that Podman itself would carry out with the network of the machine.
//!
//! The steps of a build have a network of their own. `ADD` of an address has not: Podman fetches it, and reaches what
//! listens on this machine alone. So it is found before the build, and refused.

/// How the places begin that are fetched.
const FETCHED: [&str; 6] = ["http://", "https://", "ftp://", "git://", "git@", "github.com/"];

/// The source of an `ADD` that is, or with the value of a variable could be, an address.
pub(super) fn fetched(dockerfile: &str) -> Option<String> {
    // A comment on top may choose which sign goes on with a line, and a line may belong to a text in the middle: what is
    // refused under any reading is refused.
    let joined = ['\\', '`'].into_iter().flat_map(|sign| whole_lines(dockerfile, sign));
    let alone = dockerfile.lines().map(str::to_owned);
    joined.chain(alone).find_map(|line| added(&line))
}

fn whole_lines(dockerfile: &str, sign: char) -> Vec<String> {
    let mut lines = Vec::new();
    let mut open = String::new();
    for line in dockerfile.lines() {
        let line = line.trim();
        if line.starts_with('#') || (line.is_empty() && !open.is_empty()) {
            continue;
        }
        match line.strip_suffix(sign) {
            Some(begin) => open.push_str(begin),
            None => {
                open.push_str(line);
                lines.push(std::mem::take(&mut open));
            }
        }
    }
    lines.push(open);
    lines
}

fn added(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    let mut word = words.next()?;
    while word.eq_ignore_ascii_case("ONBUILD") {
        word = words.next()?;
    }
    if !word.eq_ignore_ascii_case("ADD") {
        return None;
    }
    let written = |c: char| matches!(c, '"' | '\'' | '[' | ']' | '\\' | '`');
    let rest: String = words.map(|word| format!("{word} ")).collect();
    let words = rest.split([' ', ',']).map(|word| word.replace(written, ""));
    let mut words: Vec<String> = words.filter(|word| !word.is_empty()).collect();
    // The last one is where it goes.
    words.pop();
    let could_be = |word: &String| {
        let sure = word.split('$').next().unwrap_or_default().to_ascii_lowercase();
        let open = word.contains('$');
        FETCHED
            .iter()
            .any(|begin| sure.starts_with(begin) || (open && begin.starts_with(&sure)))
    };
    words.into_iter().find(could_be)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_however_it_is_written() {
        for text in [
            "FROM x\nADD http://127.0.0.1/ /x",
            "FROM x\n  add --chown=1:1 HTTPS://host/x /x",
            "FROM x\nADD \\\n# comment\n\n https://host/x /x",
            "# escape=`\nFROM x\nADD `\n https://host/x /x",
            "FROM x\nRUN echo `\nADD http://host/x /x",
            "FROM x\nADD [\"https://host/x\",\"/x\"]",
            "FROM x\nONBUILD ADD git@host:x /x",
            "FROM x\nARG A=http\nADD ${A}://host /x",
            "FROM x\nADD ht$A /x",
            "FROM x\nADD \"ht\\tp://host\" /x",
        ] {
            assert!(fetched(text).is_some(), "{text}");
        }
    }

    #[test]
    fn files_are_added_and_steps_may_fetch() {
        for text in [
            "FROM x\nADD app-${VERSION}.tar.gz /x\nRUN wget http://host/x\nCOPY $A /x",
            "FROM x\nADD --chown=1:1 . $HOME/x\nENV URL=https://host",
            "# ADD http://host/ /x\nFROM x",
            "",
        ] {
            assert_eq!(fetched(text), None, "{text}");
        }
    }
}
