//! Which app answers which address, as one value that is read by many and replaced as a whole.
//!
//! Nothing in a request can name a machine or a port: an upstream is a port of this machine's own loopback, and only this
//! table knows it.

use std::collections::HashMap;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use http::HeaderValue;
use tokio::sync::watch;

use crate::cookies::Tag;
use crate::error::Error;
use crate::process::Process;

/// The stable id of an app.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AppId {
    text: Arc<str>,
    tag: Tag,
}

impl AppId {
    /// Takes an id of small letters, digits and dashes.
    pub fn parse(id: &str) -> Result<Self, Error> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if id.is_empty() || id.len() > 64 || !id.bytes().all(fits) {
            return Err(Error::AppId);
        }
        Ok(Self {
            text: id.into(),
            tag: Tag::of(id.as_bytes()),
        })
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The same, counted apart.
    fn apart(&self) -> Self {
        Self {
            text: Arc::from(&*self.text),
            tag: self.tag.clone(),
        }
    }

    /// What marks its cookies.
    pub(crate) fn tag(&self) -> &Tag {
        &self.tag
    }
}

impl fmt::Display for AppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A scheme, a name and a port, spelled as a browser spells them in `Origin`.
#[derive(Clone, PartialEq, Eq)]
pub struct Origin(Arc<Spelled>);

/// An origin, and what messages say of it, spelled once for all of them.
#[derive(PartialEq, Eq)]
struct Spelled {
    text: String,
    is_secure: bool,
    authority: HeaderValue,
    port: HeaderValue,
    framing: HeaderValue,
}

impl Origin {
    /// Takes `http://NAME[:PORT]` or `https://NAME[:PORT]`, in small letters and without a default port.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let (is_secure, authority) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
            (Some(authority), _) => (true, authority),
            (_, Some(authority)) => (false, authority),
            _ => return Err(Error::Origin),
        };
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-:[]_".contains(&byte);
        let default = format!(":{}", default_port(is_secure));
        if authority.is_empty() || !authority.bytes().all(fits) || authority.ends_with(&default) {
            return Err(Error::Origin);
        }
        let port = authority.rsplit_once(':').map(|(_, port)| port.parse());
        let port: u16 = port.and_then(Result::ok).unwrap_or(default_port(is_secure));
        // A page of an app may frame another of its own; beside them only the desktop may.
        let framing = format!("frame-ancestors 'self' {text}");
        Ok(Self(Arc::new(Spelled {
            text: text.to_owned(),
            is_secure,
            authority: HeaderValue::from_str(authority).map_err(|_| Error::Origin)?,
            port: port.into(),
            framing: HeaderValue::try_from(framing).map_err(|_| Error::Origin)?,
        })))
    }

    /// The origin as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// The name and, unless it is the scheme's own, the port.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.0.text[self.scheme().len() + 3..]
    }

    /// `http` or `https`.
    #[must_use]
    pub fn scheme(&self) -> &'static str {
        if self.0.is_secure { "https" } else { "http" }
    }

    /// The same, counted apart.
    fn apart(&self) -> Self {
        // A value that was one is one again.
        let apart = |value: &HeaderValue| HeaderValue::from_bytes(value.as_bytes()).unwrap_or_else(|_| value.clone());
        let spelled = &*self.0;
        Self(Arc::new(Spelled {
            text: spelled.text.clone(),
            is_secure: spelled.is_secure,
            authority: apart(&spelled.authority),
            port: apart(&spelled.port),
            framing: apart(&spelled.framing),
        }))
    }

    /// [`Self::authority`], as a header says it.
    pub(crate) fn host(&self) -> HeaderValue {
        self.0.authority.clone()
    }

    /// The port, also where it is the scheme's own, as a header says it.
    pub(crate) fn port(&self) -> HeaderValue {
        self.0.port.clone()
    }

    /// The policy of a page that this origin may frame.
    pub(crate) fn framing(&self) -> HeaderValue {
        self.0.framing.clone()
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Origin({})", self.as_str())
    }
}

/// Whose certificate an app that speaks TLS may show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trust {
    /// One for this machine (`localhost`) that the proxy's roots vouch for.
    Roots,
    /// Any: the app's own setting accepts a self-signed one.
    Any,
}

/// Where an app listens: a port of 127.0.0.1, which leads into its container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Upstream {
    /// The port to connect to.
    pub port: u16,
    /// The port in the container, by which the app knows itself.
    pub inside: u16,
    /// The certificate to expect, where the app speaks TLS.
    pub tls: Option<Trust>,
    /// Counts the containers that have stood behind this app. Connections are never carried over from one to the next.
    pub generation: u64,
}

impl Upstream {
    /// The address to connect to.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    /// The scheme that it speaks.
    pub(crate) fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }

    /// What an app is asked for that somebody asks from inside its container, as it knows itself.
    pub(crate) fn authority(&self) -> String {
        let name = Ipv4Addr::LOCALHOST;
        if self.inside == default_port(self.tls.is_some()) {
            return name.to_string();
        }
        format!("{name}:{}", self.inside)
    }

    /// Whether `authority`, at a secure scheme or not, means the app.
    pub(crate) fn is_at(&self, is_secure: bool, authority: &str) -> bool {
        let (name, port) = match authority.split_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (name, port.parse().ok()),
            Some((name, _)) => (name, None),
            None => (authority, Some(default_port(is_secure))),
        };
        let is_here = name == "127.0.0.1" || name.eq_ignore_ascii_case("localhost");
        is_here && (port == Some(self.inside) || port == Some(self.port))
    }
}

/// Whether an app can be reached now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// It can, here.
    Up(Upstream),
    /// Its container starts; it will be reachable by itself.
    Starting,
    /// Its container is stopped.
    Stopped,
    /// It was removed.
    Gone,
}

/// The port that an address means which names none.
fn default_port(is_secure: bool) -> u16 {
    if is_secure { 443 } else { 80 }
}

/// One app at one address.
#[derive(Clone, Debug)]
pub struct Route {
    /// The app.
    pub app: AppId,
    /// Its name for people, shown on the proxy's own pages.
    pub name: String,
    /// The port of ours that the request has to come in by.
    pub listener: u16,
    /// The app's own origin. Its authority is the `Host` that the request has to carry.
    pub own: Origin,
    /// The desktop that may frame it.
    pub desktop: Origin,
    /// Whether it shares its host name with other apps, told apart by the port only, so that its cookies need a fence.
    pub shares_host: bool,
    /// Whether the app is told that it was asked for by its upstream's address instead of its own origin.
    pub rewrite_host: bool,
    /// Where it is.
    pub target: Target,
    /// The process that holds its port open. Once it has ended nothing is sent to the port, whoever has it then.
    pub process: Option<Process>,
}

impl Route {
    /// Whether the port is still the app's own.
    pub(crate) fn holds_its_port(&self) -> bool {
        self.process.as_ref().is_none_or(Process::is_alive)
    }
}

/// All routes, each found by listener and host.
#[derive(Debug, Default)]
pub struct Table {
    hosts: HashMap<String, Vec<Arc<Route>>>,
}

impl Table {
    /// Makes a table; of two routes for one address the latter holds.
    pub fn new(routes: impl IntoIterator<Item = Route>) -> Self {
        let mut hosts: HashMap<String, Vec<Arc<Route>>> = HashMap::new();
        for route in routes {
            let at = hosts.entry(route.own.authority().to_owned()).or_default();
            at.retain(|other| other.listener != route.listener);
            at.push(Arc::new(route));
        }
        Self { hosts }
    }

    /// The app for a request that came in by `listener` and carries the `Host` `host`.
    #[must_use]
    pub fn find(&self, listener: u16, host: &str) -> Option<&Arc<Route>> {
        let at = |host: &str| self.hosts.get(host)?.iter().find(|route| route.listener == listener);
        if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return at(&host.to_ascii_lowercase());
        }
        at(host)
    }

    /// The same, whose parts are counted apart from these.
    pub(crate) fn apart(&self) -> Self {
        Self::new(self.routes().map(|route| Route {
            app: route.app.apart(),
            own: route.own.apart(),
            desktop: route.desktop.apart(),
            ..Route::clone(route)
        }))
    }

    /// All routes.
    pub fn routes(&self) -> impl Iterator<Item = &Arc<Route>> {
        self.hosts.values().flatten()
    }
}

/// The table that is in force.
#[derive(Clone, Debug, Default)]
pub struct Routes(Arc<watch::Sender<Arc<Table>>>);

impl Routes {
    /// The table of this moment.
    #[must_use]
    pub fn now(&self) -> Arc<Table> {
        Arc::clone(&self.0.borrow())
    }

    /// Puts another table in its place. Requests that are under way keep the one that they began with.
    pub fn replace(&self, table: Table) {
        self.0.send_replace(Arc::new(table));
    }

    /// Tells of every new table.
    pub(crate) fn watch(&self) -> watch::Receiver<Arc<Table>> {
        self.0.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::{AppId, Origin, Route, Routes, Table, Target};

    fn route(app: &str, listener: u16, own: &str) -> Route {
        Route {
            app: AppId::parse(app).expect("an id"),
            name: app.to_owned(),
            listener,
            own: Origin::parse(own).expect("an origin"),
            desktop: Origin::parse("http://stardeck.localhost:7070").expect("an origin"),
            shares_host: false,
            rewrite_host: false,
            target: Target::Stopped,
            process: None,
        }
    }

    #[test]
    fn a_route_is_found_by_listener_and_host_and_by_nothing_less() {
        let table = Table::new([
            route("a", 7070, "http://a.stardeck.localhost:7070"),
            route("b", 7101, "http://10.0.0.5:7101"),
        ]);
        let app = |listener, host| table.find(listener, host).map(|route| route.app.as_str().to_owned());
        assert_eq!(app(7070, "a.stardeck.localhost:7070").as_deref(), Some("a"));
        assert_eq!(app(7070, "A.Stardeck.localhost:7070").as_deref(), Some("a"));
        assert_eq!(app(7101, "10.0.0.5:7101").as_deref(), Some("b"));
        assert_eq!(app(7101, "a.stardeck.localhost:7070"), None);
        assert_eq!(app(7070, "a.stardeck.localhost"), None);
        assert_eq!(app(7070, "evil.test"), None);
    }

    #[test]
    fn a_table_is_replaced_as_a_whole_and_whoever_reads_the_old_one_keeps_it() {
        let routes = Routes::default();
        let old = routes.now();
        routes.replace(Table::new([route("a", 1, "http://a")]));
        assert!(old.find(1, "a").is_none());
        assert!(routes.now().find(1, "a").is_some());
    }

    #[test]
    fn an_origin_has_one_spelling() {
        for bad in [
            "a",
            "ftp://a",
            "http://",
            "http://A",
            "http://a/",
            "http://u@a",
            "http://a:80",
            "https://a:443",
        ] {
            assert!(Origin::parse(bad).is_err(), "{bad}");
        }
        let origin = Origin::parse("https://a.example.net").expect("an origin");
        assert_eq!(
            (origin.scheme(), origin.authority(), origin.port().as_bytes()),
            ("https", "a.example.net", &b"443"[..])
        );
        let origin = Origin::parse("http://[::1]:7101").expect("an origin");
        assert_eq!(
            (origin.host(), origin.port()),
            ("[::1]:7101".parse().expect("a value"), 7101.into())
        );
    }

    #[test]
    fn an_id_is_fit_for_a_cookie_name_and_a_log_line() {
        for bad in ["", "A", "a b", "a_b", "../x", "a\n"] {
            assert!(AppId::parse(bad).is_err(), "{bad:?}");
        }
    }
}
