//! The id and the host name's label of a new app.

use api::app::AppSettings;

use super::board::Wanted;
use crate::error::{Error, Result};
use crate::store::apps::AppRow;

/// How long a label is at most; with what may follow it stays below the 63 bytes of a host name's.
const LONGEST: usize = 40;

/// A row for what has none: its label is the service's name where that is free, else one with more in it.
pub(super) fn fresh(wanted: &Wanted, is_taken: impl Fn(&str) -> rusqlite::Result<bool>) -> Result<AppRow> {
    let mut random = [0; 3];
    getrandom::fill(&mut random).map_err(|_| Error::NoRandomness)?;
    let random = data_encoding::HEXLOWER.encode(&random);
    let plain = label(&wanted.service);
    let id = format!("{plain}-{random}");
    let longer = label(&format!("{}-{}", wanted.stack, wanted.service));
    let mut slug = id.clone();
    for candidate in [plain, longer] {
        if !is_taken(&candidate)? {
            slug = candidate;
            break;
        }
    }
    Ok(AppRow {
        id,
        slug,
        stack: wanted.stack.clone(),
        service: wanted.service.clone(),
        port: wanted.port,
        detected: wanted.detected,
        door: None,
        settings: AppSettings::default(),
        own_icon: None,
        app_icon: None,
    })
}

/// `text` as a label of a host name.
fn label(text: &str) -> String {
    let mut label = String::new();
    for char in text.chars().map(|char| char.to_ascii_lowercase()) {
        match char {
            'a'..='z' | '0'..='9' => label.push(char),
            _ if !label.ends_with('-') && !label.is_empty() => label.push('-'),
            _ => {}
        }
        if label.len() == LONGEST {
            break;
        }
    }
    let label = label.trim_end_matches('-');
    if label.is_empty() { "app".into() } else { label.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_fit_for_a_host_name() {
        assert_eq!(label("Node_RED"), "node-red");
        assert_eq!(label("--../evil.test:80"), "evil-test-80");
        assert_eq!(label("ünï"), "n");
        assert_eq!(label("…"), "app");
        assert_eq!(label(&"x".repeat(100)).len(), LONGEST);
    }

    #[test]
    fn a_label_that_is_taken_gets_more_in_it() {
        let wanted = Wanted {
            stack: "shop".into(),
            service: "web".into(),
            port: 80,
            detected: false,
        };
        let slug = |taken: &[&str]| fresh(&wanted, |slug| Ok(taken.contains(&slug))).unwrap().slug;
        assert_eq!(slug(&[]), "web");
        assert_eq!(slug(&["web"]), "shop-web");
        let last = slug(&["web", "shop-web"]);
        assert!(last.starts_with("web-") && last.len() == "web-".len() + 6, "{last}");
    }
}
