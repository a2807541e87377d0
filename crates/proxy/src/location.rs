//! Where an app sends the browser: its upstream's address means its own origin, every other address is left alone.

use crate::route::{Origin, Upstream};

/// `location` (of `Location` or `Content-Location`) at the app's own origin, if it names the upstream.
pub(crate) fn at_own_origin(location: &str, upstream: &Upstream, own: &Origin) -> Option<String> {
    let (scheme, rest) = location.split_once("//")?;
    let is_secure = match scheme {
        "" => upstream.tls.is_some(),
        scheme if scheme.eq_ignore_ascii_case("http:") => false,
        scheme if scheme.eq_ignore_ascii_case("https:") => true,
        _ => return None,
    };
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    (upstream.is_at(is_secure, authority) && !path.starts_with('\\')).then(|| format!("{}{path}", own.as_str()))
}

/// The same for a `Refresh` header: `5; url=http://…`.
pub(crate) fn refresh(value: &str, upstream: &Upstream, own: &Origin) -> Option<String> {
    let at = value.to_ascii_lowercase().find("url=")? + 4;
    let (before, address) = value.split_at(at);
    let quote = address.chars().next().filter(|&first| first == '"' || first == '\'');
    let bare = quote.map_or(address, |quote| address.trim_matches(quote));
    let there = at_own_origin(bare.trim(), upstream, own)?;
    Some(format!("{before}{there}"))
}

#[cfg(test)]
mod tests {
    use crate::cases::check;
    use crate::route::{Origin, Trust, Upstream};

    #[test]
    fn sec_11_a_redirect_to_the_upstream_is_rewritten_and_no_other() {
        let upstream = Upstream {
            port: 42001,
            inside: 8888,
            tls: None,
            generation: 1,
        };
        let own = Origin::parse("https://nb.deck.example.net").expect("an origin");
        check(include_str!("../tests/cases/location.txt"), |case| {
            let found = match case.input.strip_prefix("Refresh: ") {
                Some(value) => super::refresh(value, &upstream, &own),
                None => super::at_own_origin(&case.input, &upstream, &own),
            };
            found.unwrap_or_else(|| "unchanged".to_owned())
        });
    }

    #[test]
    fn an_app_at_the_port_of_its_scheme_is_named_without_it() {
        let own = Origin::parse("https://nb.deck.example.net").expect("an origin");
        for (inside, tls, location) in [
            (80, None, "http://localhost/x"),
            (80, None, "//127.0.0.1/x"),
            (443, Some(Trust::Any), "https://localhost/x"),
            (443, Some(Trust::Any), "//localhost/x"),
        ] {
            let upstream = Upstream {
                port: 42001,
                inside,
                tls,
                generation: 1,
            };
            assert_eq!(upstream.authority(), "127.0.0.1");
            let there = super::at_own_origin(location, &upstream, &own);
            assert_eq!(there.as_deref(), Some("https://nb.deck.example.net/x"), "{location}");
            let elsewhere = super::at_own_origin("http://localhost:81/x", &upstream, &own);
            assert_eq!(elsewhere, None);
        }
    }
}
