//! Words with one home: what is written in one layer only, so that the others cannot know it.

use super::{Fault, Tree};

/// A word, the beginnings of the paths that may hold it, and why.
type Word = (&'static str, &'static [&'static str], &'static str);

const WORDS: [Word; 6] = [
    ("StatusCode", HTTP, "who speaks HTTP alone knows status codes"),
    ("INSERT INTO", STORE, "the store alone speaks SQL"),
    ("DELETE FROM", STORE, "the store alone speaks SQL"),
    ("CREATE TABLE", STORE, "the store alone speaks SQL"),
    ("/libpod/", &["crates/podman/"], "one crate knows Podman's API"),
    (
        "expose_secret",
        SECRETS,
        "each file that opens a secret is listed by name",
    ),
];

const HTTP: &[&str] = &[
    "server/",
    "crates/proxy/",
    "crates/podman/src/wire.rs",
    // What is fetched from beyond the machine.
    "crates/fetch/",
    "crates/registry/",
];
const STORE: &[&str] = &["crates/engine/src/store/"];

/// Where secrets are opened. Add a file only with a reason that its commit tells.
const SECRETS: &[&str] = &[
    "crates/api/src/secret.rs",
    // The ticket into an app goes into its address, the cookie that it is changed for is kept as its hash.
    "crates/engine/src/apps/mod.rs",
    "crates/engine/src/apps/passes.rs",
    // The password for a registry goes to Podman with a pull.
    "crates/engine/src/things/registries.rs",
    // A generation is opened to be deployed, and for who may change its stack.
    "crates/engine/src/stacks/kept.rs",
    "crates/engine/src/users/factor.rs",
    "crates/engine/src/users/login.rs",
    "crates/engine/src/users/password.rs",
    "crates/engine/src/users/sessions.rs",
    "crates/engine/src/users/setup.rs",
    "crates/engine/src/users/tickets.rs",
    "crates/engine/src/users/tokens.rs",
    // The vault is made of what opens secrets.
    "crates/vault/",
    "server/src/cli/admin.rs",
    "server/src/cli/serve.rs",
    "server/src/edge/cookies.rs",
    "server/src/edge/error.rs",
    // Shows the key that the person's app takes in.
    "web/src/apps/account/factor.rs",
    "web/src/client/events.rs",
    "web/src/client/logs.rs",
    "web/src/client/stats.rs",
    "web/src/client/session.rs",
    "web/src/client/transport.rs",
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
        for (word, homes, why) in WORDS {
            if homes.iter().any(|home| path.starts_with(home)) {
                continue;
            }
            let lines = text.lines().enumerate().filter(|(_, line)| line.contains(word));
            faults.extend(lines.map(|(line, _)| Fault::line(path, line, format!("`{word}`: {why}"))));
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
