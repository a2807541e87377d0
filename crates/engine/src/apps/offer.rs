//! What a container's labels say of its web interfaces.
//!
//! `stardeck.webui.port` names one; a service with several has `stardeck.webui.WORD.port` for each further one, with the
//! same keys behind the word.

use std::collections::BTreeMap;

use api::app::Scheme;

const PREFIX: &str = "stardeck.webui.";
/// How many web interfaces one service has at most.
const MOST: usize = 16;
/// How long a name is at most, in characters, and a path in bytes.
const LONGEST_NAME: usize = 64;
const LONGEST_PATH: usize = 1024;

/// A web interface of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    /// The port in the container.
    pub(super) port: u16,
    /// The path that opens first.
    pub(super) path: String,
    /// How it is spoken to.
    pub(super) scheme: Scheme,
    /// Whether its certificate is to be checked, where it speaks TLS.
    pub(super) verify: bool,
    /// Its name for people; the service's where it has none.
    pub(super) name: Option<String>,
    /// Whether it is told the address of its container as the `Host`, in place of its own origin.
    pub(super) rewrite_host: bool,
}

impl Offer {
    /// One of which only the port is known.
    pub(super) fn at(port: u16) -> Self {
        Self {
            port,
            path: "/".into(),
            scheme: Scheme::Http,
            verify: true,
            name: None,
            rewrite_host: false,
        }
    }
}

/// The web interfaces that `labels` name; empty where they name none. What makes no sense is left at its default.
pub(super) fn of_labels(labels: &BTreeMap<String, String>) -> Vec<Offer> {
    let mut groups: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for (name, value) in labels {
        let Some(rest) = name.strip_prefix(PREFIX) else {
            continue;
        };
        let (group, key) = rest.split_once('.').unwrap_or(("", rest));
        groups.entry(group).or_default().insert(key, value.trim());
    }
    let mut offers: Vec<Offer> = Vec::new();
    for keys in groups.values() {
        let Some(offer) = offer(keys) else { continue };
        if offers.len() < MOST && offers.iter().all(|other| other.port != offer.port) {
            offers.push(offer);
        }
    }
    offers
}

fn offer(keys: &BTreeMap<&str, &str>) -> Option<Offer> {
    let port = keys.get("port")?.parse().ok().filter(|port| *port > 0)?;
    let is = |key, value| keys.get(key).is_some_and(|found| found.eq_ignore_ascii_case(value));
    Some(Offer {
        port,
        path: keys
            .get("path")
            .filter(|path| is_path(path))
            .map_or("/", |path| path)
            .into(),
        scheme: if is("scheme", "https") {
            Scheme::Https
        } else {
            Scheme::Http
        },
        verify: !is("verify", "false"),
        name: keys.get("name").and_then(|name| name_for_people(name)),
        rewrite_host: is("host-header", "upstream"),
    })
}

/// Whether `path` is one of the app's own, that a browser reads as nothing else.
pub(super) fn is_path(path: &str) -> bool {
    path.len() <= LONGEST_PATH
        && path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

/// The text without what does not show or turns the text around; `None` where nothing is left.
pub(super) fn name_for_people(text: &str) -> Option<String> {
    let shows = |char: &char| {
        !char.is_control()
            && !matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let name: String = text.chars().filter(shows).take(LONGEST_NAME).collect();
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offers(labels: &[(&str, &str)]) -> Vec<Offer> {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        of_labels(&labels.iter().map(own).collect())
    }

    #[test]
    fn a_port_is_an_app_and_a_word_before_the_keys_is_one_more() {
        assert_eq!(offers(&[("stardeck.webui.port", "8080")]), [Offer::at(8080)]);
        let both = offers(&[
            ("stardeck.webui.port", "8888"),
            ("stardeck.webui.path", "/lab"),
            ("stardeck.webui.name", "Lab"),
            ("stardeck.webui.admin.port", "9443"),
            ("stardeck.webui.admin.scheme", "HTTPS"),
            ("stardeck.webui.admin.verify", "false"),
            ("stardeck.webui.admin.host-header", "upstream"),
        ]);
        let lab = Offer {
            path: "/lab".into(),
            name: Some("Lab".into()),
            ..Offer::at(8888)
        };
        let admin = Offer {
            scheme: Scheme::Https,
            verify: false,
            rewrite_host: true,
            ..Offer::at(9443)
        };
        assert_eq!(both, [lab, admin]);
    }

    #[test]
    fn labels_of_no_sense_name_nothing_and_no_other_place() {
        for port in ["", "0", "80a", "65536", "-1", "127.0.0.1:22"] {
            assert_eq!(offers(&[("stardeck.webui.port", port)]), [], "{port:?}");
        }
        for path in ["lab", "//evil.test/", "/\\evil.test", "/a b", "/\n", "http://evil.test"] {
            let found = offers(&[("stardeck.webui.port", "80"), ("stardeck.webui.path", path)]);
            assert_eq!(found, [Offer::at(80)], "{path:?}");
        }
    }

    #[test]
    fn sec_27_a_name_keeps_no_character_that_does_not_show() {
        assert_eq!(
            name_for_people("\u{202e}<b>\u{1b}[31mx\u{200b}\n").as_deref(),
            Some("<b>[31mx")
        );
        assert_eq!(name_for_people(" \u{feff}\t"), None);
        assert_eq!(
            name_for_people(&"é".repeat(100)).map(|name| name.chars().count()),
            Some(64)
        );
    }
}
