//! How a session and a secret are put into words: pure.

use api::session::Session as Login;
use api::time::Timestamp;

use crate::desktop::time::duration;

/// Browsers by the word that tells them. Most claim to be several: the first that fits is the one.
const BROWSERS: [(&str, &str); 7] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
];

/// Systems in the same way.
const SYSTEMS: [(&str, &str); 7] = [
    ("Android", "Android"),
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "a Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

/// A browser by its own word, in plain words: `Firefox on Linux`.
#[must_use]
pub fn agent(agent: &str) -> String {
    let known = |list: &[(&str, &'static str)]| {
        let found = list.iter().find(|(word, _)| agent.contains(word));
        found.map(|(_, name)| *name)
    };
    let program = agent.split(['/', ' ']).next().unwrap_or_default();
    match (known(&BROWSERS), known(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, _) if program.is_empty() => "A program without a name".to_owned(),
        (None, _) => program.to_owned(),
    }
}

/// From where, since when, and when last: `192.168.1.7 · logged in 3 d ago · seen 2 min ago`.
#[must_use]
pub fn history(login: &Login, now: i64) -> String {
    let ago = |then| duration(Timestamp(now).seconds_since(then));
    let seen = match login.current {
        true => "in use now".to_owned(),
        false => format!("seen {} ago", ago(login.seen)),
    };
    format!("{} · logged in {} ago · {seen}", login.peer, ago(login.created))
}

/// A secret in groups of four, as one reads it off.
#[must_use]
pub fn groups(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(String::from_iter).collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_told_by_what_it_is_and_not_by_what_it_claims_as_well() {
        for (said, plain) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox on Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 \
                 Safari/537.36 Edg/140.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 \
                 Safari/537.36",
                "Chrome on Linux",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile \
                 Safari/537.36",
                "Chrome on Android",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari on an iPhone",
            ),
            ("curl/8.5.0", "curl"),
            ("node", "node"),
            ("", "A program without a name"),
        ] {
            assert_eq!(agent(said), plain);
        }
    }

    #[test]
    fn a_session_says_from_where_since_when_and_when_last() {
        let login = Login {
            id: "s".to_owned(),
            current: false,
            agent: String::new(),
            peer: "192.168.1.7".to_owned(),
            created: Timestamp(0),
            seen: Timestamp(3_480_000),
            expires: Timestamp(i64::MAX),
        };
        assert_eq!(
            history(&login, 3_600_000),
            "192.168.1.7 · logged in 1 h ago · seen 2 min ago"
        );
        let this = Login { current: true, ..login };
        assert!(history(&this, 3_600_000).ends_with("in use now"));
    }

    #[test]
    fn a_secret_is_read_off_in_fours() {
        assert_eq!(groups("ABCDEFGH"), "ABCD EFGH");
        assert_eq!(groups("ABCDE"), "ABCD E");
    }
}
