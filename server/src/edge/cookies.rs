//! Our cookies, and the junk of others.

use std::collections::BTreeSet;

use api::secret::Secret;
use axum::http::{HeaderMap, HeaderValue, header};

/// The cookie half of a session.
pub(crate) const SESSION: &str = "sd";
/// Marks a browser that has logged in before.
pub(super) const DEVICE: &str = "sd_device";

/// Before a name: only the host itself can set it, over TLS, and no script.
const GUARDED: &str = "__Host-Http-";

/// As long as a session can last.
const SESSION_AGE: u32 = 30 * 24 * 3600;
const DEVICE_AGE: u32 = 400 * 24 * 3600;
/// From this size on, cookies are somebody's attempt to lock the user out; real ones are a tenth of it.
const BOMB: usize = 32 * 1024;
/// How many cookies one reply clears away.
const CLEARED: usize = 500;

/// The values of all cookies called `name`: first those that no script and no other host can have set. Other origins of
/// this host can set more of the plain name.
pub(crate) fn values(headers: &HeaderMap, name: &str) -> Vec<String> {
    let guarded = pairs(headers).filter(|(key, _)| key.strip_prefix(GUARDED) == Some(name));
    let plain = pairs(headers).filter(|(key, _)| *key == name);
    guarded.chain(plain).map(|(_, value)| value.to_owned()).collect()
}

/// Gives the cookies of a reply over TLS what only such cookies can have: they never travel without it, and the session's
/// name is one that browsers take from the host itself alone.
pub(super) fn make_secure(headers: &mut HeaderMap) {
    let lines: Vec<HeaderValue> = headers.get_all(header::SET_COOKIE).iter().cloned().collect();
    headers.remove(header::SET_COOKIE);
    let session = format!("{SESSION}=");
    for line in lines {
        let Ok(text) = line.to_str() else { continue };
        let prefix = if text.starts_with(&session) { GUARDED } else { "" };
        if let Ok(line) = HeaderValue::from_str(&format!("{prefix}{text}; Secure")) {
            headers.append(header::SET_COOKIE, line);
        }
    }
}

/// Sets the session cookie.
pub(super) fn session(secret: &Secret) -> [(header::HeaderName, String); 1] {
    [(
        header::SET_COOKIE,
        cookie(SESSION, secret.expose_secret(), "/", SESSION_AGE),
    )]
}

/// Sets the session cookie and the device cookie.
pub(super) fn opened(
    session: &Secret,
    device: &Secret,
) -> axum::response::AppendHeaders<[(header::HeaderName, String); 2]> {
    axum::response::AppendHeaders([
        (
            header::SET_COOKIE,
            cookie(SESSION, session.expose_secret(), "/", SESSION_AGE),
        ),
        (
            header::SET_COOKIE,
            cookie(DEVICE, device.expose_secret(), "/api/login", DEVICE_AGE),
        ),
    ])
}

/// Takes the session cookie away.
pub(super) fn ended() -> [(header::HeaderName, String); 1] {
    [(header::SET_COOKIE, cookie(SESSION, "", "/", 0))]
}

/// The name of the cookie that opens one app at its own origin.
pub(crate) fn of_app(id: &str) -> String {
    format!("{SESSION}_app_{id}")
}

/// Sets the cookie that opens an app. It goes with the browser's window; the session ends it sooner.
pub(crate) fn app(name: &str, secret: &Secret, is_secure: bool) -> String {
    let secure = if is_secure { "; Secure" } else { "" };
    format!(
        "{name}={}; HttpOnly; SameSite=Strict; Path=/{secure}",
        secret.expose_secret()
    )
}

/// Clears away what is not ours when there is so much of it that it must be meant to hurt.
pub(super) fn junk(headers: &HeaderMap) -> Vec<HeaderValue> {
    let size: usize = headers.get_all(header::COOKIE).iter().map(HeaderValue::len).sum();
    if size <= BOMB {
        return Vec::new();
    }
    let names: BTreeSet<&str> = pairs(headers).map(|(name, _)| name).collect();
    let others = names
        .into_iter()
        .filter(|name| ![SESSION, DEVICE].contains(&name.strip_prefix(GUARDED).unwrap_or(name)));
    // Apps have names below ours, and may have set it for all of them.
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.map(|host| host.rsplit_once(':').map_or(host, |(name, _)| name));
    let domain = host.filter(|name| name.ends_with(|last: char| last.is_ascii_alphabetic()));
    let scopes = [Some(String::new()), domain.map(|domain| format!("; Domain={domain}"))];
    let expire = |name: &str, scope: &str| HeaderValue::from_str(&format!("{name}=; Path=/{scope}; Max-Age=0")).ok();
    others
        .take(CLEARED)
        .flat_map(|name| scopes.iter().flatten().filter_map(move |scope| expire(name, scope)))
        .collect()
}

fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let lines = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}

fn cookie(name: &str, value: &str, path: &str, age: u32) -> String {
    format!("{name}={value}; HttpOnly; SameSite=Strict; Path={path}; Max-Age={age}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookie: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(cookie).unwrap())])
    }

    #[test]
    fn all_values_of_one_name_are_found() {
        let headers = headers("a=1; sd=tossed; b=2; sd=mine; sdx=no; =nameless; SD=other");
        assert_eq!(values(&headers, SESSION), ["tossed", "mine"]);
    }

    #[test]
    fn over_tls_the_session_has_a_name_that_nobody_else_can_set() {
        let mut reply = HeaderMap::new();
        let set = session(&Secret::from("secret".to_owned()));
        reply.append(header::SET_COOKIE, set[0].1.parse().unwrap());
        reply.append(header::SET_COOKIE, "sd_device=x; Path=/api/login".parse().unwrap());
        make_secure(&mut reply);
        let lines: Vec<&str> = reply
            .get_all(header::SET_COOKIE)
            .iter()
            .map(|line| line.to_str().unwrap())
            .collect();
        assert!(
            lines[0].starts_with("__Host-Http-sd=secret; HttpOnly; SameSite=Strict; Path=/;"),
            "{lines:?}"
        );
        assert!(lines.iter().all(|line| line.ends_with("; Secure")), "{lines:?}");
        let sent = headers("sd=tossed; __Host-Http-sd=secret");
        assert_eq!(values(&sent, SESSION), ["secret", "tossed"]);
    }

    #[test]
    fn only_a_bomb_is_cleared_and_never_our_own() {
        assert!(junk(&headers("a=1; sd=mine")).is_empty());
        let bomb: String = (0..200).map(|n| format!("junk{n}={}; ", "x".repeat(300))).collect();
        let mut bombed = headers(&format!("{bomb}sd=mine"));
        bombed.insert(header::HOST, HeaderValue::from_static("127.0.0.1:7070"));
        let cleared = junk(&bombed);
        assert_eq!(cleared.len(), 200);
        bombed.insert(header::HOST, HeaderValue::from_static("stardeck.localhost:7070"));
        let everywhere = junk(&bombed);
        assert_eq!(everywhere.len(), 400);
        assert!(
            everywhere
                .iter()
                .any(|value| value.to_str().unwrap().contains("; Domain=stardeck.localhost;"))
        );
        assert!(cleared.iter().all(|value| value.to_str().unwrap().starts_with("junk")));
    }
}
