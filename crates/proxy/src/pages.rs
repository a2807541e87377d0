//! The pages that a person sees when no app answers: small, without a script, and those of a state that passes by itself
//! load anew by themselves.

use base64::Engine as _;
use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};

use crate::body::{Body, full};
use crate::route::Route;

/// Why no app answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// Nobody is logged in, or not for this app yet.
    NotLoggedIn,
    /// The link from the desktop was used before, is too old, or is another app's.
    WrongTicket,
    /// Somebody is logged in who may not see it.
    NoRight,
    /// Another page than the app's own asked for a change.
    ForeignOrigin,
    /// The app's container starts.
    Starting,
    /// The app's container is stopped.
    Stopped,
    /// The app's container is up, and nothing answers in it.
    NotAnswering,
    /// The app took the request and was silent for too long.
    Silent,
    /// The app answered what is no HTTP.
    Unruly,
    /// The app was removed.
    Gone,
    /// No app has this address.
    WrongHost,
    /// The request is no HTTP.
    Malformed,
    /// The request's head is larger than any that is taken.
    HeadTooLarge,
    /// The request's method opens a tunnel or echoes, and is for no app.
    Method,
    /// The browser was silent in the middle of a request.
    TooSlow,
    /// Too many requests by this person to this app.
    TooMany {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// Stardeck has no place for another request to this app.
    Full,
}

impl Page {
    /// Its status.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::NotLoggedIn => StatusCode::UNAUTHORIZED,
            Self::WrongTicket | Self::NoRight | Self::ForeignOrigin => StatusCode::FORBIDDEN,
            Self::Starting | Self::Stopped | Self::Full => StatusCode::SERVICE_UNAVAILABLE,
            Self::NotAnswering | Self::Unruly => StatusCode::BAD_GATEWAY,
            Self::Silent => StatusCode::GATEWAY_TIMEOUT,
            Self::Gone => StatusCode::GONE,
            Self::WrongHost => StatusCode::MISDIRECTED_REQUEST,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::HeadTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    /// What happened, and what to do.
    fn says(self) -> (&'static str, &'static str) {
        match self {
            Self::NotLoggedIn => (
                "Open it from Stardeck",
                "Log in to the desktop and open this app from there.",
            ),
            Self::WrongTicket => (
                "Open it again",
                "This link opens the app once, and soon after it was made. Open the app from the desktop again.",
            ),
            Self::NoRight => (
                "Not for you",
                "Your account may not see this app. Ask an administrator.",
            ),
            Self::ForeignOrigin => (
                "Refused",
                "Another page asked this app for a change. Ask from the app itself.",
            ),
            Self::Starting => ("Starting", "The app opens here by itself as soon as it is ready."),
            Self::Stopped => ("Stopped", "Start it from the desktop; it then opens here by itself."),
            Self::NotAnswering => (
                "Not answering",
                "The app's container runs, but nothing answers in it yet. This page tries again by itself.",
            ),
            Self::Silent => (
                "No answer",
                "The app took the request and did not answer. Look at its log, or try again.",
            ),
            Self::Unruly => (
                "Unreadable answer",
                "What the app answered breaks the rules of HTTP. Look at its log.",
            ),
            Self::Gone => ("Removed", "This app was removed. Close this window."),
            Self::WrongHost => ("No app here", "No app has this address. Open the app from the desktop."),
            Self::Malformed => ("Bad request", "The request breaks the rules of HTTP."),
            Self::HeadTooLarge => (
                "Too large",
                "The request's headers are too large. Clear the cookies of this site.",
            ),
            Self::Method => ("Refused", "This method is not for apps."),
            Self::TooSlow => ("Too slow", "The request stopped in the middle. Try again."),
            Self::TooMany { .. } => ("Too many requests", "Wait a moment, then try again."),
            Self::Full => (
                "Too busy",
                "Too much of this app is open at once. This page tries again by itself.",
            ),
        }
    }

    /// After how many seconds it loads anew.
    fn refresh(self) -> Option<u32> {
        match self {
            Self::Starting => Some(2),
            Self::Stopped | Self::NotAnswering => Some(3),
            Self::Full => Some(5),
            _ => None,
        }
    }

    /// The reply: a page for browsers, a line of text for others.
    #[must_use]
    pub fn reply(self, route: Option<&Route>, asked: &HeaderMap) -> Response<Body> {
        let (title, says) = self.says();
        let wants_page = asked
            .get_all(header::ACCEPT)
            .iter()
            .any(|line| contains(line, b"text/html"));
        let text = if wants_page {
            html(self, title, says, route)
        } else {
            format!("{title}. {says}\n")
        };
        let kind = if wants_page {
            "text/html; charset=utf-8"
        } else {
            "text/plain; charset=utf-8"
        };
        let mut reply = Response::new(full(Bytes::from(text)));
        *reply.status_mut() = self.status();
        let headers = reply.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        let framed_by = route.map_or("'none'", |route| route.desktop.as_str());
        insert(headers, header::CONTENT_SECURITY_POLICY, &policy(framed_by));
        if let Some(seconds) = self.refresh() {
            headers.insert(header::REFRESH, HeaderValue::from(seconds));
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        match self {
            Self::TooMany { retry_after } => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(retry_after));
            }
            Self::Method => {
                let allow = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
                headers.insert(header::ALLOW, HeaderValue::from_static(allow));
            }
            _ => {}
        }
        reply
    }
}

const STYLE: &str = "html{color-scheme:light dark;height:100%}\
body{margin:0;height:100%;display:grid;place-items:center;font:14px/1.5 system-ui,sans-serif;\
background:light-dark(#f4f5f7,#14161a);color:light-dark(#1c1f24,#e6e8eb)}\
main{max-width:26rem;padding:24px;text-align:center}h1{font-size:17px;margin:0 0 4px}\
p{margin:0 0 16px;color:light-dark(#5b626c,#9aa2ad)}a{color:light-dark(#0b5fd0,#7db3ff)}\
.wait{width:24px;height:24px;margin:0 auto 16px;border-radius:50%;border:2px solid;\
border-color:currentColor transparent;animation:turn 1.2s linear infinite}\
@keyframes turn{to{transform:rotate(1turn)}}\
@media(prefers-reduced-motion:reduce){.wait{animation:none}}";

fn policy(framed_by: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, STYLE.as_bytes());
    let digest = base64::engine::general_purpose::STANDARD.encode(digest);
    format!(
        "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors {framed_by}"
    )
}

fn html(page: Page, title: &str, says: &str, route: Option<&Route>) -> String {
    let name = route.map(|route| escape(&route.name)).unwrap_or_default();
    let head = if name.is_empty() {
        title.to_owned()
    } else {
        format!("{name}: {title}")
    };
    let wait = if page.refresh().is_some() && page != Page::Stopped {
        "<div class=wait aria-hidden=true></div>"
    } else {
        ""
    };
    // What is done to an app is done on the desktop, by its session: this origin has a right to nothing.
    let way = match (page, route) {
        (Page::Stopped, Some(route)) => link(route, &format!("/#/apps/{}", route.app), "Start it on the desktop"),
        (Page::NotLoggedIn | Page::WrongHost | Page::NotAnswering, Some(route)) => {
            link(route, "/", "Go to the desktop")
        }
        _ => String::new(),
    };
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         <title>{head}</title><style>{STYLE}</style><main role=status>{wait}<h1>{head}</h1><p>{says}</p>{way}</main>"
    )
}

/// A way to a place of the desktop, in a tab of its own.
fn link(route: &Route, place: &str, words: &str) -> String {
    let desktop = escape(route.desktop.as_str());
    format!("<a href=\"{desktop}{place}\" target=_blank rel=noopener>{words}</a>")
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            char => out.push(char),
        }
    }
    out
}

fn contains(line: &HeaderValue, word: &[u8]) -> bool {
    line.as_bytes()
        .windows(word.len())
        .any(|window| window.eq_ignore_ascii_case(word))
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use http::header::{self, HeaderMap, HeaderValue};
    use http_body_util::BodyExt;

    use super::Page;
    use crate::route::{AppId, Origin, Route, Target};

    #[tokio::test]
    async fn sec_27_a_name_is_text_and_a_page_runs_no_script() {
        let route = Route {
            app: AppId::parse("x").expect("an id"),
            name: "\"><img src=x onerror=alert(1)>".to_owned(),
            listener: 1,
            own: Origin::parse("http://x").expect("an origin"),
            desktop: Origin::parse("http://desk").expect("an origin"),
            shares_host: false,
            rewrite_host: false,
            target: Target::Stopped,
            process: None,
        };
        let mut asked = HeaderMap::new();
        asked.insert(header::ACCEPT, HeaderValue::from_static("text/html,*/*"));
        let reply = Page::Stopped.reply(Some(&route), &asked);
        assert_eq!(reply.status(), 503);
        assert_eq!(reply.headers()[header::REFRESH], "3");
        let policy = reply.headers()[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        assert!(policy.ends_with("frame-ancestors http://desk"), "{policy}");
        let page = reply.into_body().collect().await.expect("a body").to_bytes();
        let page = String::from_utf8_lossy(&page);
        assert!(page.contains("&quot;&gt;&lt;img src=x"), "{page}");
        assert!(!page.contains("<img"), "{page}");
        assert!(!page.contains("<script"), "{page}");
        let start = "<a href=\"http://desk/#/apps/x\" target=_blank rel=noopener>";
        assert!(page.contains(start) && !page.contains("<form"), "{page}");
    }

    #[tokio::test]
    async fn whoever_asks_for_no_page_gets_a_line_of_text() {
        let reply = Page::TooMany { retry_after: 7 }.reply(None, &HeaderMap::new());
        assert_eq!(reply.headers()[header::RETRY_AFTER], "7");
        let text = reply.into_body().collect().await.expect("a body").to_bytes();
        assert_eq!(text, "Too many requests. Wait a moment, then try again.\n");
    }
}
