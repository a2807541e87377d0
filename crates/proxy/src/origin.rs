//! Who makes the browser ask: an app's own pages, or somebody else's.
//!
//! Cookies do not tell, for they go along with whatever any page of the same site asks. `Origin` and `Sec-Fetch-Site`
//! do, and no script can write them.

use http::Method;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};

use crate::route::Origin;

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// Whether the app may be asked this. A request that changes something, or opens a socket, has to come from the app's own
/// pages, or from no page at all; any other from them too, unless it shows the app in a window.
pub(crate) fn may_ask(method: &Method, headers: &HeaderMap, is_socket: bool, own: &Origin) -> bool {
    let one = |name: &HeaderName| headers.get(name).map(HeaderValue::as_bytes);
    let site = one(&SITE);
    let is_ours = match one(&header::ORIGIN) {
        None => true,
        // Pages without a referrer send no origin of their own either; there the browser's other word holds.
        Some(b"null") => site == Some(b"same-origin"),
        Some(origin) => origin == own.as_str().as_bytes(),
    };
    let is_one = headers.get_all(header::ORIGIN).iter().count() <= 1;
    if (is_socket || !method.is_safe()) && !(is_ours && is_one) {
        return false;
    }
    let is_foreign = matches!(site, Some(b"same-site" | b"cross-site"));
    !is_foreign || one(&MODE) == Some(b"navigate")
}

#[cfg(test)]
mod tests {
    use http::header::{HeaderMap, HeaderName, HeaderValue};

    use crate::cases::check;
    use crate::route::Origin;

    #[test]
    fn sec_21_no_other_page_changes_an_app() {
        let own = Origin::parse("http://a:7101").expect("an origin");
        check(include_str!("../tests/cases/origin.txt"), |case| {
            let mut lines = case.input.lines();
            let method = lines.next().expect("a method");
            let mut headers = HeaderMap::new();
            for line in lines {
                let (name, value) = line.split_once(": ").expect("name: value");
                let name = HeaderName::try_from(name).expect("a name");
                headers.append(name, HeaderValue::try_from(value).expect("a value"));
            }
            let (method, is_socket) = if method == "SOCKET" {
                ("GET", true)
            } else {
                (method, false)
            };
            let method = method.parse().expect("a method");
            if super::may_ask(&method, &headers, is_socket, &own) {
                "may"
            } else {
                "may not"
            }
            .to_owned()
        });
    }
}
