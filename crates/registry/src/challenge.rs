//! What a registry asks for before it answers: `WWW-Authenticate` (RFC 9110, 11.6.1).

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// A name and a password.
    Basic,
    /// A token, which somebody else gives.
    Bearer {
        /// Who gives it.
        realm: String,
        /// What it is for.
        service: Option<String>,
    },
}

impl Challenge {
    /// Reads the header; `None` where it asks for something else.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (scheme, rest) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
        if scheme.eq_ignore_ascii_case("basic") {
            return Some(Self::Basic);
        }
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let value = |name: &str| {
            let mut rest = rest;
            loop {
                let (key, after) = rest.split_once('=')?;
                let (value, next) = match after.strip_prefix('"') {
                    Some(quoted) => quoted.split_once('"')?,
                    None => after.split_once(',').unwrap_or((after, "")),
                };
                if key.trim_matches([' ', ',']).eq_ignore_ascii_case(name) {
                    return Some(value.trim().to_owned());
                }
                rest = next;
            }
        };
        Some(Self::Bearer {
            realm: value("realm")?,
            service: value("service"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_registries_say_is_read() {
        let bearer = |realm: &str, service: Option<&str>| {
            Some(Challenge::Bearer {
                realm: realm.to_owned(),
                service: service.map(str::to_owned),
            })
        };
        for (text, wanted) in [
            ("Basic realm=\"x\"", Some(Challenge::Basic)),
            (
                "Bearer realm=\"https://auth.test/token\",service=\"registry.test\",scope=\"repository:a/b:pull,push\"",
                bearer("https://auth.test/token", Some("registry.test")),
            ),
            (
                "bearer scope=\"a,realm=b\", realm=\"https://x/\"",
                bearer("https://x/", None),
            ),
            ("Bearer realm=https://x/,service=y", bearer("https://x/", Some("y"))),
            ("Bearer", None),
            ("Bearer realm=\"https://x", None),
            ("Negotiate abc", None),
            ("", None),
        ] {
            assert_eq!(Challenge::read(text), wanted, "{text}");
        }
    }
}
