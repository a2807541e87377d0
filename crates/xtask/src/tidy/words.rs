//! Words with one home: what is written in one layer only, so that the others cannot know it.

use super::{Fault, Tree};

struct Word {
    word: &'static str,
    /// Paths, or beginnings of paths, that may hold it.
    homes: &'static [&'static str],
    why: &'static str,
}

const STATUS: &[&str] = &["server/", "crates/proxy/", "crates/podman/src/wire.rs"];
const STORE: &[&str] = &["crates/engine/src/store/"];

const WORDS: [Word; 6] = [
    Word {
        word: "StatusCode",
        homes: STATUS,
        why: "the two ends of HTTP alone know status codes",
    },
    Word {
        word: "INSERT INTO",
        homes: STORE,
        why: "the store alone speaks SQL",
    },
    Word {
        word: "DELETE FROM",
        homes: STORE,
        why: "the store alone speaks SQL",
    },
    Word {
        word: "CREATE TABLE",
        homes: STORE,
        why: "the store alone speaks SQL",
    },
    Word {
        word: "rusqlite::",
        homes: STORE,
        why: "the store alone speaks SQL",
    },
    Word {
        word: "/libpod/",
        homes: &["crates/podman/"],
        why: "one crate knows Podman's API",
    },
    Word {
        word: "expose_secret",
        homes: SECRETS,
        why: "each place that opens a secret is listed here",
    },
];

/// Where secrets are opened. Add a file only with a reason that its commit tells.
const SECRETS: &[&str] = &[
    "crates/api/src/secret.rs",
    "crates/engine/src/users/login.rs",
    "crates/engine/src/users/password.rs",
    "crates/engine/src/users/sessions.rs",
    "crates/engine/src/users/setup.rs",
    "crates/engine/src/users/tickets.rs",
    "crates/engine/src/users/tokens.rs",
];

/// This rule and its tests have to write the words down.
const EXEMPT: &str = "crates/xtask/src/tidy/";

/// Words that stand where they have no business.
pub(super) fn homes(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, text) in tree
        .ending(&[".rs", ".sql"])
        .filter(|(path, _)| !path.starts_with(EXEMPT))
    {
        for word in WORDS
            .iter()
            .filter(|word| !word.homes.iter().any(|home| path.starts_with(home)))
        {
            let lines = text.lines().enumerate().filter(|(_, line)| line.contains(word.word));
            faults.extend(lines.map(|(line, _)| Fault::line(path, line, format!("`{}`: {}", word.word, word.why))));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::homes;

    #[test]
    fn a_word_away_from_home_is_found_and_at_home_it_is_not() {
        let sql = "//! x\nconst Q: &str = \"INSERT INTO users\";\n";
        let faults = homes(&[("crates/engine/src/store/users.rs", sql), ("server/src/users.rs", sql)].into());
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].place, "server/src/users.rs:2");
    }

    #[test]
    fn status_codes_podman_paths_and_opened_secrets_are_found() {
        for (path, text) in [
            ("crates/engine/src/lib.rs", "StatusCode::OK"),
            ("server/src/edge/containers.rs", "\"/v4.0.0/libpod/containers\""),
            ("server/src/edge/login.rs", "password.expose_secret()"),
        ] {
            assert_eq!(homes(&[(path, text)].into()).len(), 1, "{path}");
        }
    }
}
