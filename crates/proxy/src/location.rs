//! Where an app sends the browser: its upstream's address means its own origin, every other address is left alone.

use crate::route::{Origin, Upstream};

/// `location` (of `Location` or `Content-Location`) at the app's own origin, if it names the upstream.
pub(crate) fn at_own_origin(location: &str, upstream: &Upstream, own: &Origin) -> Option<String> {
    let rest = match location.split_once("//") {
        Some(("", rest)) => rest,
        Some((scheme, rest)) if is_http(scheme) => rest,
        _ => return None,
    };
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let (name, port) = authority.rsplit_once(':')?;
    let is_upstream = (name == "127.0.0.1" || name.eq_ignore_ascii_case("localhost"))
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && port.parse() == Ok(upstream.port);
    (is_upstream && !path.starts_with('\\')).then(|| format!("{}{path}", own.as_str()))
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

fn is_http(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("http:") || scheme.eq_ignore_ascii_case("https:")
}

#[cfg(test)]
mod tests {
    use crate::cases::check;
    use crate::route::{Origin, Upstream};

    #[test]
    fn sec_11_a_redirect_to_the_upstream_is_rewritten_and_no_other() {
        let upstream = Upstream {
            port: 42001,
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
}
