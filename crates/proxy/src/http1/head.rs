//! A request's head: read once, byte by byte, and refused where it could be read in two ways.
//!
//! Readers of HTTP differ in what they forgive: bare line feeds, both framings at once, two lengths, folded lines. What
//! another reader might take for something else goes no further than here.

use bytes::Bytes;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Uri, Version};
use memchr::memchr_iter;

use super::frames::Framing;

/// The most header lines.
const LINES: usize = 100;
/// The lines of a usual head, with those that are added on its way.
const USUAL_LINES: usize = 12;

/// What a head says of its connection, and of the bytes after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// How the body ends.
    pub framing: Framing,
    /// Whether a WebSocket is asked for, so that what follows may be no HTTP.
    pub is_handshake: bool,
    /// Whether another request may follow.
    pub keeps_alive: bool,
    /// Whether the browser takes fields after a reply's body.
    pub takes_trailers: bool,
    /// Whether the browser sends the body only when it is told to.
    pub waits_for_word: bool,
}

/// Why a head is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is no HTTP, or has two meanings.
    Malformed,
    /// It is too large.
    TooLarge,
    /// Its method is for no app.
    Method,
}

/// The end of a head in `bytes`, of which those before `from` were searched. A line feed alone is refused at once: the end
/// might never come.
pub(crate) fn find_end(bytes: &[u8], from: usize) -> Result<Option<usize>, Fault> {
    for at in memchr_iter(b'\n', &bytes[from..]).map(|at| from + at) {
        if at == 0 || bytes[at - 1] != b'\r' {
            return Err(Fault::Malformed);
        }
        if at >= 3 && bytes[at - 3..at] == *b"\r\n\r" {
            return Ok(Some(at + 1));
        }
    }
    Ok(None)
}

/// Reads a head: all bytes up to and with the empty line.
pub(crate) fn read(head: &Bytes) -> Result<(Head, Request<()>), Fault> {
    let text = head.strip_suffix(b"\r\n\r\n").ok_or(Fault::Malformed)?;
    let mut lines = Lines(Some(text));
    let mut request = Request::new(());
    let is_1_1 = read_request_line(head, lines.next().ok_or(Fault::Malformed)?, &mut request)?;
    let mut found = Found::default();
    let mut headers = HeaderMap::with_capacity(USUAL_LINES);
    for (count, line) in lines.enumerate() {
        if count == LINES {
            return Err(Fault::TooLarge);
        }
        let (name, value) = field(line)?;
        found.take(name, value)?;
        let name = HeaderName::from_bytes(name).map_err(|_| Fault::Malformed)?;
        let value = HeaderValue::from_maybe_shared(head.slice_ref(value)).map_err(|_| Fault::Malformed)?;
        headers.append(name, value);
    }
    *request.headers_mut() = headers;
    let head = found.judge(is_1_1, request.method() == Method::GET)?;
    Ok((head, request))
}

/// Checks the lines of a head that came in frames of HTTP/2, which has said already how its body ends; answers the length that
/// it claims.
pub(crate) fn check_fields<'a>(lines: impl Iterator<Item = (&'a [u8], &'a [u8])>) -> Result<Option<u64>, Fault> {
    let mut found = Found::default();
    for (count, (name, value)) in lines.enumerate() {
        if count == LINES {
            return Err(Fault::TooLarge);
        }
        found.take(name, value.trim_ascii())?;
    }
    if found.hosts != 1 || found.is_chunked || found.content_types > 1 {
        return Err(Fault::Malformed);
    }
    Ok(found.length)
}

/// Reads the lines after a chunked body: well formed, and none that frames or addresses.
pub(crate) fn read_trailers(trailers: &[u8]) -> Result<HeaderMap, Fault> {
    let mut headers = HeaderMap::new();
    for line in Lines(Some(trailers)).filter(|line| !line.is_empty()) {
        let (name, value) = field(line)?;
        if ["content-length", "transfer-encoding", "host"]
            .iter()
            .any(|framing| reads_as(name, framing))
        {
            return Err(Fault::Malformed);
        }
        let name = HeaderName::from_bytes(name).map_err(|_| Fault::Malformed)?;
        headers.append(name, HeaderValue::from_bytes(value).map_err(|_| Fault::Malformed)?);
    }
    Ok(headers)
}

/// What the lines said that decides about framing and address.
#[derive(Default)]
struct Found {
    hosts: usize,
    length: Option<u64>,
    content_types: usize,
    is_chunked: bool,
    upgrades_to_websocket: bool,
    upgrades_connection: bool,
    closes: bool,
    keeps_alive: bool,
    takes_trailers: bool,
    expects: bool,
}

impl Found {
    fn take(&mut self, name: &[u8], value: &[u8]) -> Result<(), Fault> {
        if reads_as(name, "host") {
            self.hosts += 1;
            return if name.contains(&b'_') || !is_host(value) {
                Err(Fault::Malformed)
            } else {
                Ok(())
            };
        }
        if reads_as(name, "content-length") {
            let is_number = (1..=18).contains(&value.len()) && value.iter().all(u8::is_ascii_digit);
            if name.contains(&b'_') || self.length.is_some() || !is_number {
                return Err(Fault::Malformed);
            }
            self.length = std::str::from_utf8(value).ok().and_then(|digits| digits.parse().ok());
        } else if reads_as(name, "transfer-encoding") {
            if name.contains(&b'_') || self.is_chunked || !value.eq_ignore_ascii_case(b"chunked") {
                return Err(Fault::Malformed);
            }
            self.is_chunked = true;
        } else if name.eq_ignore_ascii_case(b"content-type") {
            self.content_types += 1;
        } else if name.eq_ignore_ascii_case(b"upgrade") {
            self.upgrades_to_websocket |= value.eq_ignore_ascii_case(b"websocket");
        } else if name.eq_ignore_ascii_case(b"expect") {
            self.expects |= value.eq_ignore_ascii_case(b"100-continue");
        } else if name.eq_ignore_ascii_case(b"te") {
            self.takes_trailers |= tokens(value).any(|token| token.eq_ignore_ascii_case(b"trailers"));
        } else if name.eq_ignore_ascii_case(b"connection") {
            for token in tokens(value) {
                self.upgrades_connection |= token.eq_ignore_ascii_case(b"upgrade");
                self.closes |= token.eq_ignore_ascii_case(b"close");
                self.keeps_alive |= token.eq_ignore_ascii_case(b"keep-alive");
            }
        }
        Ok(())
    }

    fn judge(self, is_1_1: bool, is_get: bool) -> Result<Head, Fault> {
        let hosts = if is_1_1 { self.hosts == 1 } else { self.hosts <= 1 };
        let framings = !(self.is_chunked && (self.length.is_some() || !is_1_1));
        if !hosts || !framings || self.content_types > 1 {
            return Err(Fault::Malformed);
        }
        let framing = match self.length {
            Some(length) => Framing::Length(length),
            None if self.is_chunked => Framing::Chunked,
            None => Framing::Length(0),
        };
        let upgrades = self.upgrades_to_websocket && self.upgrades_connection;
        Ok(Head {
            framing,
            is_handshake: upgrades && is_1_1 && is_get && framing == Framing::Length(0),
            keeps_alive: !self.closes && (is_1_1 || self.keeps_alive),
            takes_trailers: self.takes_trailers,
            waits_for_word: self.expects && is_1_1,
        })
    }
}

/// Reads the first line of `head` into `request`; answers whether it is HTTP/1.1.
fn read_request_line(head: &Bytes, line: &[u8], request: &mut Request<()>) -> Result<bool, Fault> {
    let mut words = line.split(|&byte| byte == b' ');
    let (Some(method), Some(target), Some(version), None) = (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(Fault::Malformed);
    };
    let is_method = (1..=32).contains(&method.len()) && method.iter().copied().all(is_token);
    let is_1_1 = version == b"HTTP/1.1";
    if !is_method || !(is_1_1 || version == b"HTTP/1.0") {
        return Err(Fault::Malformed);
    }
    if method == b"CONNECT" {
        return Err(Fault::Method);
    }
    let is_path = target.first() == Some(&b'/') && target.iter().all(|byte| byte.is_ascii_graphic() && *byte != b'#');
    if !is_path {
        return Err(Fault::Malformed);
    }
    *request.method_mut() = Method::from_bytes(method).map_err(|_| Fault::Malformed)?;
    *request.uri_mut() = Uri::from_maybe_shared(head.slice_ref(target)).map_err(|_| Fault::Malformed)?;
    *request.version_mut() = if is_1_1 { Version::HTTP_11 } else { Version::HTTP_10 };
    Ok(is_1_1)
}

/// Name and value of a header line. What no value may hold is refused where one is made of it.
fn field(line: &[u8]) -> Result<(&[u8], &[u8]), Fault> {
    let end = line.iter().position(|&byte| !is_token(byte)).unwrap_or(0);
    if end == 0 || line[end] != b':' {
        return Err(Fault::Malformed);
    }
    Ok((&line[..end], trim(&line[end + 1..])))
}

/// The elements of a list.
fn tokens(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|&byte| byte == b',').map(trim)
}

/// A value without the space around it.
fn trim(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

/// Whether a server that takes `_` for `-` reads `name` as `plain`.
fn reads_as(name: &[u8], plain: &str) -> bool {
    let same = |(found, wanted): (&u8, &u8)| found.eq_ignore_ascii_case(wanted) || (*wanted == b'-' && *found == b'_');
    let is_twin = name.len() == plain.len() && name.iter().zip(plain.as_bytes()).all(same);
    is_twin || (plain == "host" && name.eq_ignore_ascii_case(b"host_"))
}

fn is_host(value: &[u8]) -> bool {
    let (name, port) = match value.iter().rposition(|&byte| byte == b':') {
        Some(at) if !value[at..].contains(&b']') => (&value[..at], Some(&value[at + 1..])),
        _ => (value, None),
    };
    let is_port = port.is_none_or(|port| (1..=5).contains(&port.len()) && port.iter().all(u8::is_ascii_digit));
    let is_name = match name.strip_prefix(b"[") {
        Some(rest) => {
            let address = rest.strip_suffix(b"]").and_then(|rest| std::str::from_utf8(rest).ok());
            address.is_some_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok())
        }
        None => {
            !name.is_empty()
                && name
                    .iter()
                    .all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(byte))
        }
    };
    is_port && is_name
}

fn is_token(byte: u8) -> bool {
    TOKEN[usize::from(byte)]
}

/// Which bytes may be in a name.
const TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    let others = b"!#$%&'*+-.^_`|~";
    let mut index = 0;
    while index < others.len() {
        table[others[index] as usize] = true;
        index += 1;
    }
    table
};

/// Lines that end in CR LF. Line feeds alone were refused on the way in, and are no text.
struct Lines<'a>(Option<&'a [u8]>);

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let text = self.0?;
        let mut feeds = memchr_iter(b'\n', text);
        match feeds.find(|&at| at > 0 && text[at - 1] == b'\r') {
            Some(at) => {
                self.0 = Some(&text[at + 1..]);
                Some(&text[..at - 1])
            }
            None => self.0.take(),
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{Fault, Head, find_end};
    use crate::cases::check;

    fn read(head: impl Into<Bytes>) -> Result<(Head, http::Request<()>), Fault> {
        super::read(&head.into())
    }

    #[test]
    fn sec_30_31_32_a_head_has_one_meaning_or_is_refused() {
        check(include_str!("../../tests/cases/head.txt"), |case| {
            let head: Vec<u8> = case.input.chars().map(|char| char as u8).collect();
            match read(head).map(|(head, _)| head) {
                Ok(head) if head.is_handshake => "handshake".to_owned(),
                Ok(head) => format!("{:?}", head.framing),
                Err(fault) => format!("{fault:?}"),
            }
        });
    }

    #[test]
    fn too_many_lines_are_too_large() {
        let head = format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "x: y\r\n".repeat(100));
        assert_eq!(read(head).map(|_| ()), Err(Fault::TooLarge));
    }

    #[test]
    fn a_head_is_found_wherever_it_is_cut() {
        let head = b"GET /a?b HTTP/1.1\r\nHost: a\r\nX:  y \r\n\r\n";
        let glued = [&head[..], b"GET"].concat();
        for cut in 0..head.len() {
            assert_eq!(find_end(&glued[..cut], 0), Ok(None));
            let from = cut.saturating_sub(3);
            assert_eq!(find_end(&glued, from), Ok(Some(head.len())), "cut at {cut}");
        }
        let (_, request) = read(head.to_vec()).expect("a head");
        assert_eq!(
            (request.method().as_str(), request.uri().to_string().as_str()),
            ("GET", "/a?b")
        );
        assert_eq!(request.headers()["x"], "y");
    }

    #[test]
    fn a_connection_goes_on_where_its_version_and_its_browser_say_so() {
        for (version, line, keeps_alive) in [
            ("1.1", "", true),
            ("1.1", "Connection: x, Close\r\n", false),
            ("1.0", "", false),
            ("1.0", "Connection: Keep-Alive\r\n", true),
            ("1.0", "Connection: keep-alive, close\r\n", false),
        ] {
            let head = format!("GET / HTTP/{version}\r\nHost: a\r\n{line}\r\n");
            assert_eq!(
                read(head).expect("a head").0.keeps_alive,
                keeps_alive,
                "{version} {line}"
            );
        }
    }
}
