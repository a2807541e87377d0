//! The head of an app's answer: forgiving where apps are sloppy and nobody is misled, strict where the end of its body is
//! decided.

use std::mem::MaybeUninit;

use bytes::{Bytes, BytesMut};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode, Version};
use httparse::ParserConfig;
use memchr::memchr_iter;

use super::frames::Framing;

/// The largest head that an app may answer with.
const LARGEST: usize = 256 * 1024;
/// The most lines of one.
const LINES: usize = 100;

/// Why an answer cannot be passed on.
pub(crate) type Unruly = &'static str;

/// How an app said it, where that is not how everybody says it.
#[derive(Clone, Debug)]
pub(crate) struct Reason(pub Bytes);

/// An app's answer without its body.
#[derive(Debug)]
pub(crate) struct Head {
    /// What it says.
    pub response: Response<()>,
    /// How its body ends.
    pub framing: Framing,
    /// Whether the app would answer once more on this connection.
    pub keeps_alive: bool,
}

/// How far a head that is arriving was looked at.
#[derive(Default)]
pub(crate) struct Progress {
    searched: usize,
    /// How much was there when it was last tried whether it can become a head at all.
    tried: usize,
}

impl Progress {
    /// Takes a head from `unread`, if it is all there. `is_for_head` tells that a `HEAD` was asked.
    pub(crate) fn take(&mut self, unread: &mut BytesMut, is_for_head: bool) -> Result<Option<Head>, Unruly> {
        if let Some(end) = end(unread, self.searched.saturating_sub(2)) {
            if end > LARGEST {
                return Err("its head is too large");
            }
            *self = Self::default();
            let head = if end == unread.len() {
                std::mem::take(unread).freeze()
            } else {
                unread.split_to(end).freeze()
            };
            return read(&head, is_for_head).map(Some);
        }
        self.searched = unread.len();
        if unread.len() > LARGEST {
            return Err("its head is too large");
        }
        // What is no HTTP may never end. The work for that is in proportion to what was sent.
        if unread.len() >= self.tried * 2 {
            self.tried = unread.len();
            parse(unread, |_| Ok(()))?;
        }
        Ok(None)
    }
}

/// The end of a head, of which the bytes before `from` were searched.
fn end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut feeds = memchr_iter(b'\n', &bytes[from..]).map(|at| from + at);
    feeds.find_map(|at| match bytes[at + 1..] {
        [b'\n', ..] => Some(at + 2),
        [b'\r', b'\n', ..] => Some(at + 3),
        _ => None,
    })
}

/// Parses what is there of a head; whether it is all there.
fn parse(bytes: &[u8], with: impl FnOnce(&httparse::Response<'_, '_>) -> Result<(), Unruly>) -> Result<bool, Unruly> {
    let mut lines = [MaybeUninit::uninit(); LINES];
    let mut response = httparse::Response::new(&mut []);
    let parsed = ParserConfig::default().parse_response_with_uninit_headers(&mut response, bytes, &mut lines);
    match parsed {
        Ok(httparse::Status::Complete(_)) => with(&response).map(|()| true),
        Ok(httparse::Status::Partial) => Ok(false),
        Err(httparse::Error::TooManyHeaders) => Err("its head has too many lines"),
        Err(_) => Err("its head is no HTTP"),
    }
}

fn read(head: &Bytes, is_for_head: bool) -> Result<Head, Unruly> {
    let mut response = Response::new(());
    let is_whole = parse(head, |parsed| {
        let status = parsed.code.and_then(|code| StatusCode::from_u16(code).ok());
        let status = status.ok_or("its status is none")?;
        *response.status_mut() = status;
        if parsed.version == Some(0) {
            *response.version_mut() = Version::HTTP_10;
        }
        let reason = parsed.reason.unwrap_or_default();
        if status.canonical_reason() != Some(reason) && !reason.is_empty() {
            let reason = Reason(head.slice_ref(reason.as_bytes()));
            response.extensions_mut().insert(reason);
        }
        let mut headers = HeaderMap::with_capacity(parsed.headers.len() + 2);
        for line in parsed.headers.iter() {
            let name = HeaderName::from_bytes(line.name.as_bytes()).map_err(|_| "a name of its head is none")?;
            let value = HeaderValue::from_maybe_shared(head.slice_ref(line.value));
            headers.append(name, value.map_err(|_| "a value of its head is none")?);
        }
        *response.headers_mut() = headers;
        Ok(())
    })?;
    if !is_whole {
        return Err("its head is no HTTP");
    }
    let framing = framing(&mut response, is_for_head)?;
    let is_1_1 = response.version() == Version::HTTP_11;
    let keeps_alive = match response.headers().get(header::CONNECTION) {
        None => is_1_1,
        Some(_) => {
            let says = |token| crate::headers::has_token(response.headers(), &header::CONNECTION, token);
            !says("close") && (is_1_1 || says("keep-alive"))
        }
    };
    Ok(Head {
        keeps_alive: keeps_alive && framing != Framing::Close,
        response,
        framing,
    })
}

/// How the body of `response` ends. One whose end two readers could see in two places is refused.
fn framing(response: &mut Response<()>, is_for_head: bool) -> Result<Framing, Unruly> {
    let (status, version) = (response.status(), response.version());
    let length = length(response.headers_mut())?;
    let mut codings = response.headers().get_all(header::TRANSFER_ENCODING).iter();
    let is_chunked = match codings.next() {
        None => false,
        Some(_) if length.is_some() => return Err("it has both a length and a transfer coding"),
        Some(_) if version != Version::HTTP_11 => return Err("it has a transfer coding before HTTP/1.1"),
        Some(coding) if coding.as_bytes().eq_ignore_ascii_case(b"chunked") && codings.next().is_none() => true,
        Some(_) => return Err("it has an unknown transfer coding"),
    };
    let has_none =
        is_for_head || status.is_informational() || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    Ok(match length {
        _ if has_none => Framing::Length(0),
        _ if is_chunked => Framing::Chunked,
        Some(length) => Framing::Length(length),
        None => Framing::Close,
    })
}

/// The one length that is claimed. Said more than once it is said once from here on.
fn length(headers: &mut HeaderMap) -> Result<Option<u64>, Unruly> {
    let mut claims = headers
        .get_all(header::CONTENT_LENGTH)
        .iter()
        .flat_map(|line| line.as_bytes().split(|&byte| byte == b','))
        .map(<[u8]>::trim_ascii);
    let Some(first) = claims.next() else { return Ok(None) };
    let is_number = (1..=18).contains(&first.len()) && first.iter().all(u8::is_ascii_digit);
    let length = std::str::from_utf8(first)
        .ok()
        .and_then(|digits| digits.parse::<u64>().ok());
    let length = length.filter(|_| is_number).ok_or("its length is no number")?;
    let mut is_repeated = false;
    for claim in claims {
        is_repeated = true;
        if claim != first {
            return Err("it has two lengths");
        }
    }
    if is_repeated {
        headers.insert(header::CONTENT_LENGTH, length.into());
    }
    Ok(Some(length))
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;

    use super::Progress;
    use crate::cases::check;

    /// What becomes of `text` if it comes in two parts.
    fn take(text: &[u8], cut: usize, is_for_head: bool) -> String {
        let (mut progress, mut unread) = (Progress::default(), BytesMut::new());
        let mut said = "goes on".to_owned();
        for part in [&text[..cut], &text[cut..]] {
            unread.extend_from_slice(part);
            match progress.take(&mut unread, is_for_head) {
                Err(why) => return why.to_owned(),
                Ok(None) => {}
                Ok(Some(head)) => {
                    let last = if head.keeps_alive { "" } else { ", the last" };
                    said = format!("{} {:?}{last}", head.response.status().as_u16(), head.framing);
                    break;
                }
            }
        }
        said
    }

    #[test]
    fn sec_36_37_an_answer_has_one_end_or_is_refused_however_it_arrives() {
        check(include_str!("../../tests/cases/answer.txt"), |case| {
            let text: Vec<u8> = case.input.chars().map(|char| char as u8).collect();
            let is_for_head = case.title.contains("HEAD");
            let whole = take(&text, text.len(), is_for_head);
            for cut in 0..text.len() {
                assert_eq!(take(&text, cut, is_for_head), whole, "{} cut at {cut}", case.title);
            }
            whole
        });
    }

    #[test]
    fn a_head_without_an_end_is_cut_short() {
        for endless in ["X: y\r\n", "a"] {
            let (mut progress, mut unread) = (Progress::default(), BytesMut::from("HTTP/1.1 200 OK\r\nX: "));
            let mut read = 0;
            while progress.take(&mut unread, false).is_ok() {
                unread.extend_from_slice(endless.repeat(100).as_bytes());
                read += 1;
            }
            assert!(read < 10_000, "{endless}");
        }
    }
}
