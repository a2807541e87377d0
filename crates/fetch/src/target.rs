//! An address as text, and where it leads.

use std::fmt;

use http::Uri;

use crate::Error;

/// Where an address leads: `http` or `https`, a host, a port, a path; never a name and a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    secure: bool,
    host: String,
    port: u16,
    path: String,
}

impl Target {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let uri: Uri = text
            .trim()
            .parse()
            .map_err(|_| Error::Address("That is not an address: it looks like https://HOST/PATH."))?;
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => {
                return Err(Error::Address(
                    "Only addresses that begin with https:// or http:// are fetched.",
                ));
            }
        };
        let authority = uri.authority().map(http::uri::Authority::as_str).unwrap_or_default();
        if authority.contains('@') {
            return Err(Error::Address(
                "An address with a name or a password in it is not fetched.",
            ));
        }
        let host = uri.host().unwrap_or_default();
        // An IPv6 address stands in brackets.
        let host = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host);
        if host.is_empty() {
            return Err(Error::Address("The address names no host."));
        }
        let path = uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        Ok(Self {
            secure,
            host: host.to_ascii_lowercase(),
            port: uri.port_u16().unwrap_or(if secure { 443 } else { 80 }),
            path: if path.is_empty() {
                "/".to_owned()
            } else {
                path.to_owned()
            },
        })
    }

    /// Where this one leads on to.
    pub(crate) fn follow(&self, location: &str) -> Result<Self, Error> {
        let scheme = if self.secure { "https" } else { "http" };
        let whole = if location.contains("://") {
            location.to_owned()
        } else if location.starts_with("//") {
            format!("{scheme}:{location}")
        } else if location.starts_with('/') {
            format!("{scheme}://{}{location}", self.authority())
        } else {
            let path = self.path.split(['?', '#']).next().unwrap_or_default();
            let folder = path.rfind('/').map_or("/", |end| &path[..=end]);
            format!("{scheme}://{}{folder}{location}", self.authority())
        };
        let next = Self::parse(&whole)?;
        if self.secure && !next.secure {
            return Err(Error::Address(
                "It leads from https:// to http://, which is not followed.",
            ));
        }
        Ok(next)
    }

    /// Whether TLS is spoken.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// The host, without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The path and the query.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The host and, where it is not the usual one, the port.
    pub(crate) fn authority(&self) -> String {
        let host = if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        };
        match (self.secure, self.port) {
            (true, 443) | (false, 80) => host,
            (_, port) => format!("{host}:{port}"),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority(), self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn an_address_is_read_and_written() {
        for (text, shown) in [
            ("https://example.org", "https://example.org/"),
            ("HTTP://Example.ORG:80/a?b#c", "http://example.org/a?b"),
            ("https://[2606:4700::1111]:8443/x", "https://[2606:4700::1111]:8443/x"),
        ] {
            assert_eq!(Target::parse(text).unwrap().to_string(), shown);
        }
        for text in [
            "",
            "example.org/x",
            "/x",
            "file:///etc/passwd",
            "ftp://a/b",
            "https://",
            "https://u:p@a/",
            "gopher://a",
        ] {
            assert!(Target::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_redirect_is_relative_to_where_it_comes_from() {
        let here = Target::parse("https://a:1/b/c?d").unwrap();
        for (location, there) in [
            ("/x", "https://a:1/x"),
            ("x?y", "https://a:1/b/x?y"),
            ("//z/x", "https://z/x"),
            ("https://z/", "https://z/"),
        ] {
            assert_eq!(here.follow(location).unwrap().to_string(), there);
        }
        assert!(here.follow("http://a/").is_err(), "it was secure");
        assert!(here.follow("file:///etc/passwd").is_err());
    }
}
