//! Where the desktop was reached, and where its apps are then.

use proxy::route::Origin;

/// The host name whose subdomains browsers resolve to this machine by themselves.
const LOCAL: &str = "stardeck.localhost";

/// An address at which the desktop is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    origin: Origin,
    host: String,
    /// What follows the host in an authority: `:7070`, or nothing where it is the scheme's own port.
    port: String,
    listener: u16,
}

/// How apps get an origin of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// A name below the desktop's, on this machine alone.
    Local,
    /// A name below the desktop's domain.
    Domain,
    /// The desktop's host, and a port of its own.
    Port,
}

impl Place {
    /// The place that `authority` (of a `Host` header) names on the listener of that port.
    #[must_use]
    pub fn read(is_secure: bool, authority: &str, listener: u16) -> Option<Self> {
        let authority = authority.to_ascii_lowercase();
        let scheme = if is_secure { "https" } else { "http" };
        let default = if is_secure { ":443" } else { ":80" };
        let authority = authority.strip_suffix(default).unwrap_or(&authority);
        let origin = Origin::parse(&format!("{scheme}://{authority}")).ok()?;
        let (host, port) = match authority.rfind(':').filter(|_| !authority.ends_with(']')) {
            Some(colon) => authority.split_at(colon),
            None => (authority, ""),
        };
        Some(Self {
            host: host.to_owned(),
            port: port.to_owned(),
            origin,
            listener,
        })
    }

    /// The desktop's own origin there.
    pub(super) fn desktop(&self) -> &Origin {
        &self.origin
    }

    /// How apps are reached from there, where `domain` is the configured one.
    pub(super) fn mode(&self, domain: Option<&str>) -> Mode {
        match domain {
            Some(domain) if domain == self.host => Mode::Domain,
            _ if self.host == LOCAL => Mode::Local,
            _ => Mode::Port,
        }
    }

    /// The origin of an app below the desktop's name.
    pub(super) fn below(&self, label: &str) -> Option<Origin> {
        let scheme = self.origin.scheme();
        Origin::parse(&format!("{scheme}://{label}.{}{}", self.host, self.port)).ok()
    }

    /// What a policy says for all the origins below the desktop's name. Apps alone live there.
    pub(super) fn all_below(&self) -> String {
        format!("{}://*.{}{}", self.origin.scheme(), self.host, self.port)
    }

    /// The origin of an app at a port of its own.
    pub(super) fn at(&self, door: u16) -> Option<Origin> {
        Origin::parse(&format!("{}://{}:{door}", self.origin.scheme(), self.host)).ok()
    }

    /// The listener that requests for the desktop come in by.
    pub(super) fn listener(&self) -> u16 {
        self.listener
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(authority: &str) -> Place {
        Place::read(false, authority, 7070).unwrap()
    }

    #[test]
    fn the_address_of_the_desktop_says_how_its_apps_are_reached() {
        let domain = Some("deck.example.net");
        let mode = |authority| place(authority).mode(domain);
        assert_eq!(mode("stardeck.localhost:7070"), Mode::Local);
        assert_eq!(mode("Stardeck.Localhost:9000"), Mode::Local);
        assert_eq!(mode("deck.example.net"), Mode::Domain);
        // Another site than any name below ours: in a frame its apps would have no cookies.
        assert_eq!(mode("localhost:7070"), Mode::Port);
        assert_eq!(mode("192.168.1.5:7070"), Mode::Port);
        assert_eq!(mode("[::1]:7070"), Mode::Port);
        assert_eq!(mode("evil.deck.example.net"), Mode::Port);
    }

    #[test]
    fn origins_are_spelled_as_browsers_spell_them() {
        let text = |origin: Option<Origin>| origin.unwrap().as_str().to_owned();
        assert_eq!(
            text(place("stardeck.localhost:7070").below("lab")),
            "http://lab.stardeck.localhost:7070"
        );
        assert_eq!(text(place("Deck.lan:80").below("lab")), "http://lab.deck.lan");
        assert_eq!(text(place("[::1]:7070").at(7101)), "http://[::1]:7101");
        let secure = Place::read(true, "deck.example.net:443", 443).unwrap();
        assert_eq!(secure.desktop().as_str(), "https://deck.example.net");
        assert_eq!(secure.all_below(), "https://*.deck.example.net");
        for bad in ["", "a b", "x@y", "a/b", "[::1"] {
            let read = Place::read(false, bad, 7070);
            assert!(read.is_none() || bad == "[::1", "{bad:?}");
        }
    }
}
