//! The fields of an app's settings, and what they mean. Pure.
//!
//! A field that is empty means what the labels of the service say, or what was found.

use api::app::{AppDetail, AppSettings, HostHeader, Scheme};
use api::user::Role;

/// The fields, as they are filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// The name.
    pub name: String,
    /// The port.
    pub port: String,
    /// The path.
    pub path: String,
    /// `http`, `https`, or empty.
    pub scheme: String,
    /// Whether a certificate may be its own word.
    pub self_signed: bool,
    /// Whether it is told the address of its container as its name.
    pub told_address: bool,
    /// Whether it is kept off the desk.
    pub hidden: bool,
    /// The least role that sees it: `viewer`, `member` or `administrator`; empty for what holds without it.
    pub seen_by: String,
    /// After how many seconds it sleeps, as text; empty for what holds without it.
    pub sleep: String,
}

/// Why the fields mean nothing, and which of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The field.
    pub field: &'static str,
    /// What to do about it.
    pub words: &'static str,
}

/// The roles, with the words that say who sees an app.
pub const AUDIENCES: [(Role, &str, &str); 3] = [
    (Role::Viewer, "viewer", "Everybody"),
    (Role::Member, "member", "Members and administrators"),
    (Role::Administrator, "administrator", "Administrators"),
];

impl Draft {
    /// The fields of what is set.
    #[must_use]
    pub fn of(detail: &AppDetail) -> Self {
        let set = &detail.settings;
        let scheme = set.scheme.map(|scheme| match scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        });
        let seen_by = set
            .seen_by
            .and_then(|role| AUDIENCES.iter().find(|(one, ..)| *one == role));
        Self {
            name: set.name.clone().unwrap_or_default(),
            port: set.port.map(|port| port.to_string()).unwrap_or_default(),
            path: set.path.clone().unwrap_or_default(),
            scheme: scheme.unwrap_or_default().to_owned(),
            self_signed: set.self_signed.or(detail.labels.self_signed).unwrap_or(false),
            told_address: set.host_header.or(detail.labels.host_header) == Some(HostHeader::Upstream),
            hidden: detail.app.hidden,
            seen_by: seen_by.map(|(_, word, _)| (*word).to_owned()).unwrap_or_default(),
            sleep: set.sleep.map(|seconds| seconds.to_string()).unwrap_or_default(),
        }
    }

    /// What is to be set.
    ///
    /// # Errors
    /// A field that means nothing.
    pub fn settings(&self, detail: &AppDetail) -> Result<AppSettings, Fault> {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let port = match some(&self.port) {
            None => None,
            Some(text) => Some(text.parse::<u16>().ok().filter(|port| *port > 0).ok_or(Fault {
                field: "port",
                words: "A port is a number from 1 to 65535.",
            })?),
        };
        let path = some(&self.path);
        if path.as_ref().is_some_and(|path| !path.starts_with('/')) {
            return Err(Fault {
                field: "path",
                words: "A path begins with a slash.",
            });
        }
        let scheme = match self.scheme.as_str() {
            "http" => Some(Scheme::Http),
            "https" => Some(Scheme::Https),
            _ => None,
        };
        let host_header = if self.told_address {
            HostHeader::Upstream
        } else {
            HostHeader::Own
        };
        let labels = &detail.labels;
        // What is as the labels say anyway is not set: it goes on to follow them.
        let unless = |value: bool, label: Option<bool>| Some(value).filter(|value| *value != label.unwrap_or(false));
        Ok(AppSettings {
            name: some(&self.name),
            icon: detail.settings.icon.clone(),
            port,
            path,
            scheme,
            self_signed: unless(self.self_signed, labels.self_signed),
            host_header: Some(host_header).filter(|it| *it != labels.host_header.unwrap_or(HostHeader::Own)),
            hidden: unless(self.hidden, labels.hidden),
            seen_by: AUDIENCES
                .iter()
                .find(|(_, word, _)| *word == self.seen_by)
                .map(|(role, ..)| *role),
            sleep: self.sleep.parse().ok(),
        })
    }
}

/// Whether the app is spoken to otherwise than before, so that a page of it that is open is of no use any more.
#[must_use]
pub fn moves(before: &AppSettings, after: &AppSettings) -> bool {
    (before.port, &before.path, before.scheme) != (after.port, &after.path, after.scheme)
}

#[cfg(test)]
mod tests {
    use api::app::{App, AppState, IconFrom};

    use super::*;

    fn detail(labels: AppSettings) -> AppDetail {
        AppDetail {
            app: App {
                id: "a".to_owned(),
                name: "Notes".to_owned(),
                stack: "office".to_owned(),
                service: "notes".to_owned(),
                container: None,
                port: 80,
                scheme: Scheme::Http,
                path: "/".to_owned(),
                state: AppState::Ready,
                icon: None,
                wakes: false,
                hidden: false,
            },
            settings: AppSettings {
                icon: Some("notes".to_owned()),
                ..AppSettings::default()
            },
            labels,
            detected: false,
            icon_from: IconFrom::Nothing,
        }
    }

    #[test]
    fn what_nobody_changes_goes_on_to_follow_the_labels() {
        let detail = detail(AppSettings {
            self_signed: Some(true),
            ..AppSettings::default()
        });
        let draft = Draft::of(&detail);
        assert!(draft.self_signed);
        assert_eq!(draft.settings(&detail).unwrap(), detail.settings);
    }

    #[test]
    fn what_is_filled_in_is_set_and_what_means_nothing_is_said() {
        let detail = detail(AppSettings::default());
        let draft = Draft {
            port: " 8080 ".to_owned(),
            path: "/lab".to_owned(),
            seen_by: "member".to_owned(),
            sleep: "0".to_owned(),
            hidden: true,
            ..Draft::default()
        };
        let set = draft.settings(&detail).unwrap();
        assert_eq!((set.port, set.sleep, set.hidden), (Some(8080), Some(0), Some(true)));
        assert_eq!(set.seen_by, Some(Role::Member));
        assert!(moves(&detail.settings, &set));
        let fault = |draft: Draft| draft.settings(&detail).unwrap_err().field;
        let [port, path] = ["0", "lab"].map(str::to_owned);
        assert_eq!(
            fault(Draft {
                port,
                ..Draft::default()
            }),
            "port"
        );
        assert_eq!(
            fault(Draft {
                path,
                ..Draft::default()
            }),
            "path"
        );
    }
}
