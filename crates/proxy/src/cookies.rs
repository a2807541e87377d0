//! Which cookies go to which app.
//!
//! Browsers know no ports: apps that share a host name share one cookie jar. There, a cookie that scripts cannot read is
//! kept as `a<tag>_<name>` and gets its own name back on the way to its app. One that scripts can read has to keep its
//! name; beside it stands a mark, `m<tag>_<name>`, that holds a digest of the value, so that the way back tells whose it is.
//! What an app's scripts write themselves carries no mark: other apps of the same host receive it, and their scripts can
//! read it anyway.

use http::HeaderValue;
use ring::digest::{SHA256, digest};

use crate::route::AppId;

/// The cookies of Stardeck's own: these names, and each with `_` and more behind it.
#[derive(Clone, Debug, Default)]
pub struct OwnCookies(Vec<String>);

impl OwnCookies {
    /// Takes the names.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self(names.into_iter().map(str::to_ascii_lowercase).collect())
    }

    /// Whether `name` is one of them, in any case, under any of the prefixes that browsers give a meaning to.
    fn hold(&self, name: &[u8]) -> bool {
        let name = name.to_ascii_lowercase();
        let mut bare = &name[..];
        while let Some(rest) = PREFIXES.iter().find_map(|prefix| bare.strip_prefix(*prefix)) {
            bare = rest;
        }
        self.0.iter().any(|own| {
            let rest = bare.strip_prefix(own.as_bytes());
            rest.is_some_and(|rest| rest.is_empty() || rest[0] == b'_')
        })
    }
}

const PREFIXES: [&[u8]; 4] = [b"__host-http-", b"__host-", b"__secure-", b"__http-"];

/// The most cookies of one request; browsers keep fewer than 200 for a host.
const MOST: usize = 1024;

/// The rules for one app's cookies.
#[derive(Debug)]
pub(crate) struct Fence<'a> {
    /// Stardeck's own cookies, that no app ever sees or sets.
    pub own: &'a OwnCookies,
    /// The app, if it shares its host name with others.
    pub shared: Option<&'a AppId>,
}

impl Fence<'_> {
    /// The one `Cookie` line that the app gets for the `lines` that the browser sent.
    pub(crate) fn to_app<'v>(&self, lines: impl Iterator<Item = &'v HeaderValue>) -> Option<HeaderValue> {
        let pieces: Vec<&[u8]> = lines
            .flat_map(|line| line.as_bytes().split(|&byte| byte == b';'))
            .map(<[u8]>::trim_ascii)
            .filter(|piece| !piece.is_empty() && !self.own.hold(split(piece).0))
            .take(MOST)
            .collect();
        if pieces.is_empty() {
            return None;
        }
        let kept = match self.shared {
            None => pieces.join(&b"; "[..]),
            Some(app) => for_one_app(&pieces, app.tag().as_str()).join(&b"; "[..]),
        };
        if kept.is_empty() {
            return None;
        }
        HeaderValue::from_bytes(&kept).ok()
    }

    /// The `Set-Cookie` lines that the browser gets for one of the app's: none, one, or one and its mark.
    pub(crate) fn to_browser(&self, line: &HeaderValue) -> Vec<HeaderValue> {
        let mut parts = line.as_bytes().split(|&byte| byte == b';');
        let (name, value) = split(parts.next().unwrap_or_default());
        // A cookie without a name comes back as whatever its value looks like.
        if name.is_empty() || self.own.hold(name) || fenced(name).is_some() {
            return Vec::new();
        }
        let mut attributes = Vec::new();
        let mut is_hidden = false;
        for part in parts {
            let attribute = split_attribute(part);
            is_hidden |= attribute.eq_ignore_ascii_case(b"httponly");
            if !attribute.eq_ignore_ascii_case(b"domain") {
                attributes.extend_from_slice(b";");
                attributes.extend_from_slice(part);
            }
        }
        let line = |name: &[u8], value: &[u8], end: &[u8]| {
            HeaderValue::from_bytes(&[name, b"=", value, &attributes, end].concat()).ok()
        };
        let Some(app) = self.shared else {
            return line(name, value, b"").into_iter().collect();
        };
        let tag = app.tag().as_str();
        if is_hidden {
            return line(&[b"a", tag.as_bytes(), b"_", name].concat(), value, b"")
                .into_iter()
                .collect();
        }
        let mark = [b"m", tag.as_bytes(), b"_", name].concat();
        let mark = line(&mark, Tag::of(value).as_str().as_bytes(), b"; HttpOnly");
        line(name, value, b"").into_iter().chain(mark).collect()
    }
}

/// What of `pieces` belongs to the app with the tag `own`, under the names that it gave.
fn for_one_app<'a>(pieces: &[&'a [u8]], own: &str) -> Vec<&'a [u8]> {
    let marks: Vec<(&str, &[u8], &[u8])> = pieces
        .iter()
        .filter_map(|piece| match fenced(piece)? {
            (b'm', tag, mark) => Some((tag, split(mark).0, split(mark).1)),
            _ => None,
        })
        .collect();
    let is_for_us = |piece: &[u8]| {
        let (name, value) = split(piece);
        let digest = Tag::of(value);
        let whose = |(_, of, mark): &&(&str, &[u8], &[u8])| *of == name && *mark == digest.as_str().as_bytes();
        let named = |(_, of, _): &&(&str, &[u8], &[u8])| *of == name;
        let mut matching = marks.iter().filter(whose).peekable();
        if matching.peek().is_some() {
            return matching.any(|(tag, ..)| *tag == own);
        }
        // A script has changed it since: whose it is, the name alone tells.
        let mut named = marks.iter().filter(named).peekable();
        named.peek().is_none() || named.any(|(tag, ..)| *tag == own)
    };
    let mut kept = Vec::new();
    for &piece in pieces {
        match fenced(piece) {
            Some((b'a', tag, piece)) if tag == own => kept.push(piece),
            Some(_) => {}
            None if is_for_us(piece) => kept.push(piece),
            None => {}
        }
    }
    kept
}

/// `a<tag>_rest` and `m<tag>_rest`, taken apart.
fn fenced(piece: &[u8]) -> Option<(u8, &str, &[u8])> {
    let (&kind, rest) = piece.split_first()?;
    let (tag, rest) = rest.split_at_checked(TAG)?;
    let is_tag = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
    if !matches!(kind, b'a' | b'm') || !tag.iter().all(is_tag) {
        return None;
    }
    Some((kind, std::str::from_utf8(tag).ok()?, rest.strip_prefix(b"_")?))
}

/// The digits of a tag.
const TAG: usize = 12;

/// A digest of one length, and therefore unmistakable: of an app's id, to tell its cookies from another's, or of a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Tag([u8; TAG]);

impl Tag {
    /// The tag of `bytes`.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let digest = digest(&SHA256, bytes);
        let digit = |half: u8| b"0123456789abcdef"[usize::from(half & 15)];
        let mut digits = [0; TAG];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(digest.as_ref()) {
            pair.copy_from_slice(&[digit(byte >> 4), digit(*byte)]);
        }
        Self(digits)
    }

    fn as_str(&self) -> &str {
        // Digits are text.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Name and value of `name=value`; a piece without `=` is all name, as in a `Cookie` line that was made of it.
fn split(piece: &[u8]) -> (&[u8], &[u8]) {
    let piece = piece.trim_ascii();
    match piece.iter().position(|&byte| byte == b'=') {
        Some(at) => (piece[..at].trim_ascii(), piece[at + 1..].trim_ascii()),
        None => (piece, b""),
    }
}

fn split_attribute(part: &[u8]) -> &[u8] {
    split(part).0
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::{Fence, OwnCookies};
    use crate::cases::check;
    use crate::route::AppId;

    fn line(text: &str) -> HeaderValue {
        HeaderValue::from_bytes(text.as_bytes()).expect("a header value")
    }

    fn text(value: &HeaderValue) -> String {
        String::from_utf8_lossy(value.as_bytes()).into_owned()
    }

    #[test]
    fn sec_19_no_app_sees_or_sets_a_cookie_of_ours() {
        let own = OwnCookies::new(["sd", "sd_device"]);
        check(include_str!("../tests/cases/cookies.txt"), |case| {
            let (app, text_in) = case.input.split_once(": ").expect("whose: line");
            let (kind, app) = app.split_once(' ').map_or((app, None), |(kind, app)| (kind, Some(app)));
            let app = app.map(|app| AppId::parse(app).expect("an id"));
            let fence = Fence {
                own: &own,
                shared: app.as_ref(),
            };
            let lines: Vec<HeaderValue> = text_in.split('\n').map(line).collect();
            match kind {
                "Cookie" => fence
                    .to_app(lines.iter())
                    .map_or("nothing".to_owned(), |line| text(&line)),
                _ => {
                    let out: Vec<String> = lines
                        .iter()
                        .flat_map(|line| fence.to_browser(line))
                        .map(|line| text(&line))
                        .collect();
                    if out.is_empty() {
                        "nothing".to_owned()
                    } else {
                        out.join("\n")
                    }
                }
            }
        });
    }

    /// A jar of one host, as a browser keeps it: by name alone.
    #[derive(Default)]
    struct Jar(Vec<(String, String)>);

    impl Jar {
        fn take(&mut self, set: &[HeaderValue]) {
            for line in set {
                let line = text(line);
                let pair = line.split(';').next().unwrap_or_default();
                let (name, value) = pair.split_once('=').expect("a pair");
                self.0.retain(|(other, _)| other != name);
                self.0.push((name.to_owned(), value.to_owned()));
            }
        }

        fn line(&self) -> HeaderValue {
            let pairs: Vec<String> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
            line(&pairs.join("; "))
        }
    }

    #[test]
    fn sec_20_an_app_never_receives_what_another_app_on_its_host_name_has_set() {
        let own = OwnCookies::new(["sd"]);
        let (a, b) = (AppId::parse("a").expect("an id"), AppId::parse("b").expect("an id"));
        let fence = |app| Fence {
            own: &own,
            shared: Some(app),
        };
        let (fence_a, fence_b) = (fence(&a), fence(&b));
        let mut jar = Jar::default();
        jar.take(&[line("sd=secret")]);
        jar.take(&fence_a.to_browser(&line("session=of-a; HttpOnly; Path=/")));
        jar.take(&fence_a.to_browser(&line("_xsrf=of-a; Path=/")));
        jar.take(&fence_a.to_browser(&line("lang=en")));
        jar.take(&fence_b.to_browser(&line("session=of-b; HttpOnly")));
        jar.take(&fence_b.to_browser(&line("_xsrf=of-b")));
        let seen = |fence: &Fence<'_>, jar: &Jar| fence.to_app([jar.line()].iter()).map(|line| text(&line));
        assert_eq!(seen(&fence_a, &jar).as_deref(), Some("session=of-a; lang=en"));
        assert_eq!(seen(&fence_b, &jar).as_deref(), Some("session=of-b; _xsrf=of-b"));
        // A script of `a` changes a cookie that its server made: it is still the server's.
        jar.take(&[line("lang=fr")]);
        assert_eq!(seen(&fence_a, &jar).as_deref(), Some("session=of-a; lang=fr"));
        assert_eq!(seen(&fence_b, &jar).as_deref(), Some("session=of-b; _xsrf=of-b"));
    }
}
