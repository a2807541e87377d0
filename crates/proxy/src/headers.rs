//! What of a message's head is passed on. In both directions deletions come before additions, so that nothing that we add
//! can be named in somebody's `Connection` line and fall with it.

use std::net::IpAddr;

use http::header::{self, HeaderMap, HeaderName, HeaderValue};

use crate::cookies::Fence;
use crate::route::{Route, Upstream};
use crate::{csp, location};

/// Headers that belong to one connection, and those that name or frame a message.
const HOP_BY_HOP: [&str; 8] = [
    "connection",
    "http2-settings",
    "keep-alive",
    "te",
    "trailer",
    "trailers",
    "transfer-encoding",
    "upgrade",
];

/// What a request may claim about where it came from, and who for: we alone say that.
const CLAIMS: [&str; 5] = ["forwarded", "remote-user", "x-ingress-path", "x-real-ip", "x-client-ip"];
const CLAIM_PREFIXES: [&str; 4] = ["x-forwarded-", "x-remote-user", "x-stardeck-", "proxy-"];

/// Headers whose twin with underscores some servers take for the real one.
const TWINS: [&str; 9] = [
    "authorization",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "host",
    "origin",
    "referer",
    "set-cookie",
];

/// What an app may not say to a browser: it holds for the whole host, other apps and the desktop included.
const REACHES_TOO_FAR: [&str; 10] = [
    "alt-svc",
    "clear-site-data",
    "nel",
    "public-key-pins",
    "public-key-pins-report-only",
    "report-to",
    "reporting-endpoints",
    "service-worker-allowed",
    "strict-transport-security",
    "x-frame-options",
];

/// Fields that may not come after a body.
const NOT_IN_TRAILERS: [&str; 12] = [
    "authorization",
    "cache-control",
    "content-encoding",
    "content-length",
    "content-range",
    "content-type",
    "cookie",
    "expect",
    "host",
    "max-forwards",
    "range",
    "set-cookie",
];

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");

/// What a request's headers depend on.
#[derive(Debug)]
pub(crate) struct Leg<'a> {
    /// The app.
    pub route: &'a Route,
    /// Where it is.
    pub upstream: &'a Upstream,
    /// Who really asks.
    pub peer: IpAddr,
    /// The rules for cookies.
    pub fence: Fence<'a>,
}

/// Makes the browser's headers those that the app gets. `is_socket` is a checked WebSocket handshake.
pub(crate) fn request(headers: &mut HeaderMap, leg: &Leg<'_>, is_socket: bool) {
    let takes_trailers = has_token(headers, &header::TE, "trailers");
    let trailer = trailer_names(headers);
    drop_named_by_connection(headers);
    drop_where(headers, is_not_for_the_app);
    let cookie = leg.fence.to_app(headers.get_all(header::COOKIE).iter());
    headers.remove(header::COOKIE);

    if let Some(cookie) = cookie {
        headers.insert(header::COOKIE, cookie);
    }
    headers.insert(FORWARDED_FOR, spell(leg.peer));
    let (scheme, host, port) = if leg.route.rewrite_host {
        readdress(headers, leg);
        as_inside(leg.upstream)
    } else {
        let own = &leg.route.own;
        (own.scheme(), own.host(), own.port())
    };
    headers.insert(FORWARDED_PROTO, HeaderValue::from_static(scheme));
    headers.insert(FORWARDED_HOST, host.clone());
    headers.insert(FORWARDED_PORT, port);
    headers.insert(header::HOST, host);
    if is_socket {
        headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    } else if takes_trailers {
        headers.insert(header::TE, HeaderValue::from_static("trailers"));
    }
    if let Some(trailer) = trailer {
        headers.insert(header::TRAILER, trailer);
    }
}

/// Makes the app's headers those that the browser gets.
pub(crate) fn response(headers: &mut HeaderMap, leg: &Leg<'_>) {
    let trailer = trailer_names(headers);
    drop_named_by_connection(headers);
    drop_where(headers, |name| {
        let name = plain(name);
        HOP_BY_HOP.contains(&&*name) || name.starts_with("proxy-") || REACHES_TOO_FAR.contains(&&*name)
    });
    rewrite_all(headers, &header::CONTENT_SECURITY_POLICY, |policies| {
        let left = csp::without_frame_ancestors(policies.as_bytes());
        left.and_then(|left| HeaderValue::from_bytes(&left).ok())
            .into_iter()
            .collect()
    });
    rewrite_all(headers, &header::SET_COOKIE, |line| leg.fence.to_browser(line));
    for name in [header::LOCATION, header::CONTENT_LOCATION, header::REFRESH] {
        let is_refresh = name == header::REFRESH;
        rewrite_all(headers, &name, |value| {
            let rewrite = if is_refresh {
                location::refresh
            } else {
                location::at_own_origin
            };
            let there = value
                .to_str()
                .ok()
                .and_then(|text| rewrite(text, leg.upstream, &leg.route.own));
            let there = there.and_then(|there| HeaderValue::try_from(there).ok());
            vec![there.unwrap_or_else(|| value.clone())]
        });
    }

    headers.append(header::CONTENT_SECURITY_POLICY, leg.route.desktop.framing());
    if let Some(trailer) = trailer {
        headers.insert(header::TRAILER, trailer);
    }
}

/// Takes out of `trailers` what frames, addresses or authorises a message.
pub(crate) fn trailers(trailers: &mut HeaderMap) {
    drop_where(trailers, is_not_for_trailers);
}

/// Those of `trailers` that were announced in a `Trailer` line.
pub(crate) fn announced(trailers: HeaderMap, line: Option<&HeaderValue>) -> HeaderMap {
    let line = line.and_then(|line| line.to_str().ok()).unwrap_or_default();
    let names = line.split(',').map(str::trim);
    let mut kept = HeaderMap::new();
    let mut last = None;
    for (name, value) in trailers {
        // The further lines of one name come without it.
        last = name.or(last);
        if let Some(name) = &last
            && names
                .clone()
                .any(|announced| announced.eq_ignore_ascii_case(name.as_str()))
        {
            kept.append(name.clone(), value);
        }
    }
    kept
}

/// Whether the list header `name` holds `token`.
pub(crate) fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    tokens(headers, name).any(|found| found.eq_ignore_ascii_case(token))
}

/// The elements of a list header, from all of its lines.
pub(crate) fn tokens<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .filter(|token| !token.is_empty())
}

/// A name as a server that takes `_` for `-` reads it.
fn plain(name: &HeaderName) -> std::borrow::Cow<'_, str> {
    if name.as_str().contains('_') {
        return name.as_str().replace('_', "-").into();
    }
    name.as_str().into()
}

fn is_not_for_the_app(name: &HeaderName) -> bool {
    let spelled = plain(name);
    let is_twin = spelled != name.as_str() && TWINS.contains(&&*spelled);
    is_twin
        || HOP_BY_HOP.contains(&&*spelled)
        || CLAIMS.contains(&&*spelled)
        || CLAIM_PREFIXES.iter().any(|prefix| spelled.starts_with(prefix))
}

fn is_not_for_trailers(name: &HeaderName) -> bool {
    NOT_IN_TRAILERS.contains(&&*plain(name)) || is_not_for_the_app(name)
}

/// The fields that are announced to come after the body, without those that may not.
fn trailer_names(headers: &HeaderMap) -> Option<HeaderValue> {
    if !headers.contains_key(header::TRAILER) {
        return None;
    }
    let names: Vec<&str> = tokens(headers, &header::TRAILER)
        .filter(|name| HeaderName::try_from(*name).is_ok_and(|name| !is_not_for_trailers(&name)))
        .collect();
    HeaderValue::try_from(names.join(", "))
        .ok()
        .filter(|line| !line.is_empty())
}

fn drop_named_by_connection(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = tokens(headers, &header::CONNECTION)
        .filter_map(|token| HeaderName::try_from(token).ok())
        // What frames a message and what it is for stay, whatever the sender says of them.
        .filter(|name| *name != header::HOST && *name != header::CONTENT_LENGTH)
        .collect();
    for name in named {
        headers.remove(name);
    }
}

fn drop_where(headers: &mut HeaderMap, unwanted: impl Fn(&HeaderName) -> bool) {
    let names: Vec<HeaderName> = headers.keys().filter(|name| unwanted(name)).cloned().collect();
    for name in names {
        headers.remove(name);
    }
}

fn rewrite_all(headers: &mut HeaderMap, name: &HeaderName, rewrite: impl Fn(&HeaderValue) -> Vec<HeaderValue>) {
    if !headers.contains_key(name) {
        return;
    }
    let lines: Vec<HeaderValue> = headers.get_all(name).iter().flat_map(rewrite).collect();
    headers.remove(name);
    for line in lines {
        headers.append(name.clone(), line);
    }
}

/// The address of an app as it knows itself: scheme, host, port. All that it is told of how it was asked agrees on that,
/// for apps compare each with each.
fn as_inside(upstream: &Upstream) -> (&'static str, HeaderValue, HeaderValue) {
    // Digits and dots are a header's value.
    let host = HeaderValue::try_from(upstream.authority()).unwrap_or(HeaderValue::from_static("127.0.0.1"));
    (upstream.scheme(), host, upstream.inside.into())
}

/// Makes our own origin in `Origin` and `Referer` the upstream's. A foreign one stays foreign.
fn readdress(headers: &mut HeaderMap, leg: &Leg<'_>) {
    let there = format!("{}://{}", leg.upstream.scheme(), leg.upstream.authority());
    for name in [header::ORIGIN, header::REFERER] {
        rewrite_all(headers, &name, |value| {
            let path = value
                .to_str()
                .ok()
                .and_then(|text| text.strip_prefix(leg.route.own.as_str()));
            let path = path.filter(|path| path.is_empty() || path.starts_with(['/', '?']));
            let value_there = path.and_then(|path| HeaderValue::try_from(format!("{there}{path}")).ok());
            vec![value_there.unwrap_or_else(|| value.clone())]
        });
    }
}

/// An address as the app gets it.
fn spell(peer: IpAddr) -> HeaderValue {
    let IpAddr::V4(address) = peer.to_canonical() else {
        return HeaderValue::try_from(peer.to_string()).unwrap_or(HeaderValue::from_static("unknown"));
    };
    // Each request has one, and the formatter of the library takes longer than all other headers together.
    let mut text = Vec::with_capacity(16);
    for octet in address.octets() {
        for (limit, power) in [(100, 100), (10, 10), (0, 1)] {
            if octet >= limit {
                text.push(b'0' + octet / power % 10);
            }
        }
        text.push(b'.');
    }
    text.pop();
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("unknown"))
}

#[cfg(test)]
mod tests {
    use http::header::{HeaderMap, HeaderName, HeaderValue};

    use super::Leg;
    use crate::cases::check;
    use crate::cookies::{Fence, OwnCookies};
    use crate::route::{AppId, Origin, Route, Target, Upstream};

    fn parse(text: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in text.lines() {
            let (name, value) = line.split_once(':').expect("name: value");
            let name = HeaderName::try_from(name).expect("a header name");
            headers.append(name, HeaderValue::try_from(value.trim()).expect("a header value"));
        }
        headers
    }

    fn print(headers: &HeaderMap) -> String {
        let mut lines: Vec<String> = headers
            .iter()
            .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
            .collect();
        lines.sort();
        lines.join("\n")
    }

    fn with_leg<T>(rewrite_host: bool, run: impl FnOnce(&Leg<'_>) -> T) -> T {
        let upstream = Upstream {
            port: 42001,
            inside: 8888,
            tls: None,
            generation: 1,
        };
        let route = Route {
            app: AppId::parse("notes").expect("an id"),
            name: "Notes".to_owned(),
            listener: 7070,
            own: Origin::parse("http://notes.stardeck.localhost:7070").expect("an origin"),
            desktop: Origin::parse("http://stardeck.localhost:7070").expect("an origin"),
            shares_host: false,
            rewrite_host,
            target: Target::Up(upstream),
            process: None,
        };
        let own = OwnCookies::new(["sd"]);
        run(&Leg {
            route: &route,
            upstream: &upstream,
            peer: "::ffff:192.168.1.9".parse().expect("an address"),
            fence: Fence {
                own: &own,
                shared: None,
            },
        })
    }

    #[test]
    fn sec_34_a_request_reaches_the_app_by_the_contract() {
        check(include_str!("../tests/cases/request_headers.txt"), |case| {
            let mut headers = parse(&case.input);
            let is_socket = case.title.contains("WebSocket");
            with_leg(case.title.contains("rewritten"), |leg| {
                super::request(&mut headers, leg, is_socket);
            });
            print(&headers)
        });
    }

    #[test]
    fn an_address_is_spelled_as_the_library_spells_it() {
        for text in [
            "0.0.0.0",
            "127.0.0.1",
            "10.20.100.255",
            "::ffff:192.168.1.9",
            "fe80::1",
            "2001:db8::ffff",
        ] {
            let address: std::net::IpAddr = text.parse().expect("an address");
            assert_eq!(super::spell(address), address.to_canonical().to_string());
        }
    }

    #[test]
    fn sec_22_a_response_reaches_the_browser_by_the_contract() {
        check(include_str!("../tests/cases/response_headers.txt"), |case| {
            let mut headers = parse(&case.input);
            with_leg(false, |leg| super::response(&mut headers, leg));
            print(&headers)
        });
    }
}
