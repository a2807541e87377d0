//! What a container's labels say of its web interfaces.
//!
//! `stardeck.webui.port` names one; a service with several has `stardeck.webui.WORD.port` for each further one, with the
//! same keys behind the word. `stardeck.icon` and `stardeck.sleep` are for all of them.

use std::collections::BTreeMap;

use api::app::{AppSettings, HostHeader, Scheme};
use api::user::Role;

use super::icon;

const PREFIX: &str = "stardeck.webui.";
const ICON: &str = "stardeck.icon";
const SLEEP: &str = "stardeck.sleep";
/// The longest time without use after which something sleeps, in seconds.
pub(super) const LONGEST_SLEEP: u32 = 30 * 24 * 3600;
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
    /// Its icon: a path at the app, or the name of one of the set.
    pub(super) icon: Option<String>,
    /// Whether it is kept off the desktop.
    pub(super) hidden: bool,
    /// The least role that sees it.
    pub(super) seen_by: Role,
    /// After how many seconds without use its stack sleeps; 0 is never.
    pub(super) sleep: u32,
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
            icon: None,
            hidden: false,
            seen_by: Role::Viewer,
            sleep: 0,
        }
    }

    /// What holds once people have set something of it.
    pub(super) fn with(&self, set: &AppSettings) -> Self {
        let set = set.clone();
        Self {
            port: set.port.unwrap_or(self.port),
            path: set.path.unwrap_or_else(|| self.path.clone()),
            scheme: set.scheme.unwrap_or(self.scheme),
            verify: set.self_signed.map_or(self.verify, |taken| !taken),
            name: set.name.or_else(|| self.name.clone()),
            rewrite_host: set
                .host_header
                .map_or(self.rewrite_host, |header| header == HostHeader::Upstream),
            icon: set.icon.or_else(|| self.icon.clone()),
            hidden: set.hidden.unwrap_or(self.hidden),
            seen_by: set.seen_by.unwrap_or(self.seen_by),
            sleep: set.sleep.unwrap_or(self.sleep),
        }
    }

    /// The same in the words of the settings.
    pub(super) fn as_settings(&self) -> AppSettings {
        AppSettings {
            name: self.name.clone(),
            icon: self.icon.clone(),
            port: Some(self.port),
            path: Some(self.path.clone()),
            scheme: Some(self.scheme),
            self_signed: Some(!self.verify),
            host_header: Some(if self.rewrite_host {
                HostHeader::Upstream
            } else {
                HostHeader::Own
            }),
            hidden: Some(self.hidden),
            seen_by: Some(self.seen_by),
            sleep: Some(self.sleep),
        }
    }
}

/// What the labels of a container say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Offers {
    /// The web interfaces that they name.
    pub(super) named: Vec<Offer>,
    /// What they say beside that: it holds for those that are found by asking.
    pub(super) unnamed: Offer,
}

/// What `labels` say. What makes no sense is left at its default.
pub(super) fn of_labels(labels: &BTreeMap<String, String>) -> Offers {
    let get = |name: &str| labels.get(name).map(|value| value.trim());
    let shared = Offer {
        icon: get(ICON).filter(|word| icon::is_word(word)).map(str::to_owned),
        sleep: get(SLEEP).and_then(seconds).unwrap_or_default(),
        ..Offer::at(0)
    };
    let mut groups: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for (name, value) in labels {
        let Some(rest) = name.strip_prefix(PREFIX) else {
            continue;
        };
        let (group, key) = rest.split_once('.').unwrap_or(("", rest));
        groups.entry(group).or_default().insert(key, value.trim());
    }
    let mut named: Vec<Offer> = Vec::new();
    for keys in groups.values() {
        let port = keys.get("port").and_then(|port| port.parse().ok());
        let Some(port) = port.filter(|port| *port > 0) else {
            continue;
        };
        if named.len() < MOST && named.iter().all(|other| other.port != port) {
            named.push(offer(port, keys, &shared));
        }
    }
    let unnamed = offer(0, groups.get("").unwrap_or(&BTreeMap::new()), &shared);
    Offers { named, unnamed }
}

fn offer(port: u16, keys: &BTreeMap<&str, &str>, shared: &Offer) -> Offer {
    let is = |key, value| keys.get(key).is_some_and(|found| found.eq_ignore_ascii_case(value));
    Offer {
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
        icon: keys
            .get("icon")
            .filter(|word| icon::is_word(word))
            .map(|word| (*word).to_owned())
            .or_else(|| shared.icon.clone()),
        ..shared.clone()
    }
}

/// A time such as `30m`, `1h30m` or `45s`, in seconds; the smallest is a second.
pub(crate) fn seconds(text: &str) -> Option<u32> {
    let mut rest = text;
    let mut sum: u32 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|char: char| !char.is_ascii_digit())?;
        let number: u32 = rest[..digits].parse().ok()?;
        let unit = match rest.as_bytes()[digits] {
            b's' => 1,
            b'm' => 60,
            b'h' => 3600,
            b'd' => 24 * 3600,
            _ => return None,
        };
        sum = sum.checked_add(number.checked_mul(unit)?)?;
        rest = &rest[digits + 1..];
    }
    (1..=LONGEST_SLEEP).contains(&sum).then_some(sum)
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
        all(labels).named
    }

    fn all(labels: &[(&str, &str)]) -> Offers {
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
    fn what_is_for_the_whole_service_holds_for_each_and_for_what_is_found() {
        let said = all(&[
            ("stardeck.icon", "/logo.png"),
            ("stardeck.sleep", "1h30m"),
            ("stardeck.webui.path", "/ui"),
            ("stardeck.webui.admin.port", "81"),
            ("stardeck.webui.admin.icon", "film"),
        ]);
        assert_eq!(said.named.len(), 1);
        assert_eq!(
            (said.named[0].icon.as_deref(), said.named[0].sleep),
            (Some("film"), 5400)
        );
        assert_eq!(
            (said.unnamed.icon.as_deref(), said.unnamed.path.as_str()),
            (Some("/logo.png"), "/ui")
        );
        for nonsense in ["", "30", "m", "0s", "-5m", "1.5h", "30 m", "99999999d", "forever"] {
            assert_eq!(all(&[("stardeck.sleep", nonsense)]).unnamed.sleep, 0, "{nonsense:?}");
        }
        for nonsense in [
            "",
            "logo.png",
            "//evil.test/x.png",
            "http://evil.test/x.png",
            "no-such-icon",
        ] {
            assert_eq!(all(&[("stardeck.icon", nonsense)]).unnamed.icon, None, "{nonsense:?}");
        }
    }

    #[test]
    fn what_is_set_comes_before_what_labels_say_and_nothing_else_changes() {
        let labels = Offer {
            name: Some("Lab".into()),
            sleep: 60,
            ..Offer::at(8888)
        };
        assert_eq!(labels.with(&AppSettings::default()), labels);
        assert_eq!(Offer::at(1).with(&labels.as_settings()), labels);
        let set = AppSettings {
            port: Some(9000),
            self_signed: Some(true),
            sleep: Some(0),
            ..AppSettings::default()
        };
        let holds = labels.with(&set);
        assert_eq!((holds.port, holds.verify, holds.sleep), (9000, false, 0));
        assert_eq!(holds.name, labels.name);
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
