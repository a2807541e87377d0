//! A reply on its way to the browser: what its head says of its end, and its body framed by that.

use std::cell::RefCell;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::SystemTime;

use http::header::{self, HeaderMap, HeaderValue};
use http::{Response, StatusCode, Version};
use http_body::Body as _;

use super::answer::Reason;
use super::outgoing::Outgoing;
use crate::body::Body;
use crate::error::Error;
use crate::headers::{self, has_token};

/// A usual head fits, and a short body behind it.
const USUAL: usize = 2 * 1024;

/// What a request says of its reply.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub version: Version,
    pub is_head: bool,
    pub takes_trailers: bool,
    /// Whether the connection may go on after it.
    pub keeps_alive: bool,
}

/// A reply whose head was said.
pub(super) struct Reply {
    /// Nothing once all of it was said.
    body: Option<Body>,
    way: Way,
    trailer: Option<HeaderValue>,
    /// Whether the connection may go on after it.
    pub keeps_alive: bool,
}

/// How a reply's body is framed.
enum Way {
    /// So many bytes are to come.
    Length(u64),
    Chunks,
    /// It ends with its connection.
    Close,
}

impl Reply {
    /// Says the head of `reply`.
    pub(super) fn begin(out: &mut Outgoing, asked: Asked, reply: Response<Body>) -> Self {
        let (parts, body) = reply.into_parts();
        let (status, headers) = (parts.status, &parts.headers);
        out.begin(USUAL);
        out.say(match asked.version {
            Version::HTTP_10 => b"HTTP/1.0 ",
            _ => b"HTTP/1.1 ",
        });
        out.say(status.as_str().as_bytes());
        out.say(b" ");
        match parts.extensions.get::<Reason>() {
            Some(Reason(reason)) => out.say(reason),
            None => out.say(status.canonical_reason().unwrap_or_default().as_bytes()),
        }
        out.say(b"\r\n");

        let is_switch = status == StatusCode::SWITCHING_PROTOCOLS;
        let has_none = asked.is_head
            || status.is_informational()
            || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        let may_have_length = !status.is_informational() && status != StatusCode::NO_CONTENT;
        let (mut claimed, mut closes, mut has_date) = (None, false, false);
        for (name, value) in headers {
            match *name {
                header::TRANSFER_ENCODING => continue,
                header::CONTENT_LENGTH if claimed.is_some() || !may_have_length => continue,
                header::CONTENT_LENGTH => {
                    claimed = value.to_str().ok().and_then(|length| length.parse::<u64>().ok());
                    if claimed.is_none() {
                        continue;
                    }
                }
                header::CONNECTION if !is_switch => {
                    closes |= has_token(headers, name, "close");
                    continue;
                }
                header::DATE => has_date = true,
                _ => {}
            }
            out.line(name, value);
        }
        let length = claimed.or_else(|| body.size_hint().exact());
        if let Some(length) = length
            && claimed.is_none()
            && may_have_length
            && status != StatusCode::NOT_MODIFIED
            && !(asked.is_head && length == 0)
        {
            out.line(&header::CONTENT_LENGTH, &length.into());
        }
        let way = match length {
            _ if has_none => Way::Length(0),
            Some(length) => Way::Length(length),
            None if asked.version == Version::HTTP_11 => {
                out.say(b"transfer-encoding: chunked\r\n");
                Way::Chunks
            }
            None => Way::Close,
        };
        let keeps_alive = asked.keeps_alive && !closes && !matches!(way, Way::Close);
        if !is_switch {
            match (keeps_alive, asked.version) {
                (false, _) => out.say(b"connection: close\r\n"),
                (true, Version::HTTP_10) => out.say(b"connection: keep-alive\r\n"),
                _ => {}
            }
        }
        if !has_date {
            say_date(out);
        }
        out.say(b"\r\n");
        Self {
            body: (!has_none).then_some(body),
            trailer: if asked.takes_trailers {
                headers.get(header::TRAILER).cloned()
            } else {
                None
            },
            way,
            keeps_alive,
        }
    }

    /// Says the next of the body, as much as there is room for; ready when all was said.
    pub(super) fn poll_say(&mut self, cx: &mut Context<'_>, out: &mut Outgoing) -> Poll<Result<(), Error>> {
        while let Some(body) = &mut self.body {
            if !out.has_room() {
                return Poll::Pending;
            }
            let frame = match Pin::new(&mut *body).poll_frame(cx) {
                Poll::Ready(frame) => frame.transpose()?,
                Poll::Pending => return Poll::Pending,
            };
            let trailers = match frame.map(http_body::Frame::into_data) {
                Some(Ok(data)) => {
                    match &mut self.way {
                        Way::Close => out.data(data),
                        Way::Chunks => out.chunk(data),
                        Way::Length(left) => {
                            let rest = left.checked_sub(data.len() as u64);
                            *left = rest.ok_or_else(|| Error::Ours("a reply is longer than it said".into()))?;
                            out.data(data);
                        }
                    }
                    if !matches!(self.way, Way::Length(0)) && !body.is_end_stream() {
                        continue;
                    }
                    None
                }
                Some(Err(frame)) => frame.into_trailers().ok(),
                None => None,
            };
            match self.way {
                Way::Length(1..) => return Poll::Ready(Err(Error::Ours("a reply is shorter than it said".into()))),
                Way::Chunks => {
                    let trailers = trailers.unwrap_or_else(HeaderMap::new);
                    out.last_chunk(&headers::announced(trailers, self.trailer.as_ref()));
                }
                Way::Length(0) | Way::Close => {}
            }
            self.body = None;
        }
        Poll::Ready(Ok(()))
    }
}

/// Says what time it is, which is spelled once a second.
fn say_date(out: &mut Outgoing) {
    thread_local! {
        static SPELLED: RefCell<(u64, String)> = const { RefCell::new((0, String::new())) };
    }
    let now = SystemTime::now();
    let second = now
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    SPELLED.with_borrow_mut(|(of, line)| {
        if *of != second || line.is_empty() {
            *of = second;
            *line = format!("date: {}\r\n", httpdate::fmt_http_date(now));
        }
        out.say(line.as_bytes());
    });
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll, Waker};

    use bytes::Bytes;
    use http::{Response, Version};
    use http_body_util::{BodyExt, StreamBody};

    use super::{Asked, Reply};
    use crate::body::{Body, full};
    use crate::cases::check;
    use crate::http1::outgoing::Outgoing;

    /// A body whose length nobody knows before.
    fn stream(pieces: &str) -> Body {
        let frames = pieces
            .split('|')
            .map(|piece| Ok(http_body::Frame::data(Bytes::from(piece.to_owned()))));
        StreamBody::new(futures_util::stream::iter(frames.collect::<Vec<_>>())).boxed_unsync()
    }

    #[test]
    fn a_reply_says_where_it_ends_by_the_rules_of_its_version() {
        check(include_str!("../../tests/cases/reply.txt"), |case| {
            let mut lines = case.input.lines();
            let mut words = lines.next().expect("what was asked").split(' ');
            let asked = Asked {
                is_head: words.next() == Some("HEAD"),
                version: if words.next() == Some("1.0") {
                    Version::HTTP_10
                } else {
                    Version::HTTP_11
                },
                takes_trailers: false,
                keeps_alive: words.next() != Some("close"),
            };
            let status = lines.next().expect("a status");
            let mut reply = Response::builder().status(status).header("date", "now");
            let mut body = Body::default();
            for line in lines {
                match line.split_once(": ").expect("name: value") {
                    ("full", bytes) => body = full(Bytes::from(bytes.to_owned())),
                    ("stream", pieces) => body = stream(pieces),
                    (name, value) => reply = reply.header(name, value),
                }
            }
            let mut out = Outgoing::default();
            let mut reply = Reply::begin(&mut out, asked, reply.body(body).expect("a reply"));
            let ended = match reply.poll_say(&mut Context::from_waker(Waker::noop()), &mut out) {
                Poll::Ready(Ok(())) if reply.keeps_alive => "and goes on",
                Poll::Ready(Ok(())) => "and ends",
                Poll::Ready(Err(_)) => "and breaks off",
                Poll::Pending => "and waits",
            };
            let said = out.gathered();
            format!(
                "{:?} {ended}",
                String::from_utf8_lossy(&said).replace("date: now\r\n", "")
            )
        });
    }
}
