//! The names of images and of registries.

use std::fmt;
use std::net::IpAddr;

/// The registry of names that name none.
const USUAL: &str = "docker.io";

/// The name of an image, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    /// The registry, such as `docker.io` or `127.0.0.1:5000`.
    pub(crate) registry: String,
    /// The repository in it, such as `library/nginx`.
    pub(crate) repository: String,
    /// The tag; where there is neither tag nor digest, `latest` is meant.
    pub(crate) tag: Option<String>,
    /// The digest that pins it.
    pub(crate) digest: Option<String>,
}

impl Reference {
    /// Takes a name apart, short or whole.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ':' | '@');
        if !text.starts_with(|c: char| c.is_ascii_alphanumeric()) || !text.chars().all(allowed) {
            return None;
        }
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(digest.to_owned())),
            None => (text, None),
        };
        let last = name.rfind('/').map_or(0, |slash| slash + 1);
        let (name, tag) = match name[last..].rfind(':') {
            Some(colon) => (&name[..last + colon], Some(name[last + colon + 1..].to_owned())),
            None => (name, None),
        };
        let (registry, repository) = match name.split_once('/') {
            Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => (first, rest.to_owned()),
            Some(_) => (USUAL, name.to_owned()),
            None => (USUAL, format!("library/{name}")),
        };
        let whole = |part: &str| !part.is_empty() && !part.contains([':', '@']) && part != "." && part != "..";
        let named = tag.as_deref().is_none_or(whole);
        let pinned = digest
            .as_deref()
            .is_none_or(|digest| !digest.is_empty() && !digest.contains(['/', '@']));
        let plain = repository.split('/').all(whole) && named && pinned;
        plain.then(|| Self {
            registry: registry.to_owned(),
            repository,
            tag,
            digest,
        })
    }

    /// Whether its registry is on this machine: it may do without TLS then.
    pub(crate) fn is_local(&self) -> bool {
        is_loopback(&self.registry)
    }
}

impl fmt::Display for Reference {
    /// The whole name, such as `docker.io/library/nginx:latest`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)?;
        match (&self.tag, &self.digest) {
            (None, None) => f.write_str(":latest"),
            (tag, digest) => {
                tag.iter().try_for_each(|tag| write!(f, ":{tag}"))?;
                digest.iter().try_for_each(|digest| write!(f, "@{digest}"))
            }
        }
    }
}

/// The name of a registry as images have it, from what a person writes.
pub(crate) fn host(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix("https://").unwrap_or(text).trim_end_matches('/');
    let text = text
        .strip_suffix("/v1")
        .or_else(|| text.strip_suffix("/v2"))
        .unwrap_or(text);
    let host = text.to_ascii_lowercase();
    if matches!(host.as_str(), "index.docker.io" | "registry-1.docker.io") {
        return Some(USUAL.to_owned());
    }
    let (name, port) = match host.split_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (host.as_str(), None),
    };
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let named = name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.len() <= 253 && name.chars().all(allowed);
    // Any other first word of an image's name is not a registry.
    let told = name.contains('.') || name == "localhost" || port.is_some();
    let port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    (named && told && port).then_some(host)
}

/// Whether a registry is on this machine by its name.
fn is_loopback(registry: &str) -> bool {
    let name = registry.split(':').next().unwrap_or_default();
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_apart_and_put_together() {
        for (text, registry, repository, whole) in [
            ("redis", "docker.io", "library/redis", "docker.io/library/redis:latest"),
            ("redis:7", "docker.io", "library/redis", "docker.io/library/redis:7"),
            ("a/b:1", "docker.io", "a/b", "docker.io/a/b:1"),
            ("localhost/tiny", "localhost", "tiny", "localhost/tiny:latest"),
            ("ghcr.io/a/b@sha256:00", "ghcr.io", "a/b", "ghcr.io/a/b@sha256:00"),
            (
                "127.0.0.1:5000/x:1@sha256:0a",
                "127.0.0.1:5000",
                "x",
                "127.0.0.1:5000/x:1@sha256:0a",
            ),
        ] {
            let reference = Reference::parse(text).unwrap();
            assert_eq!(
                (reference.registry.as_str(), reference.repository.as_str()),
                (registry, repository)
            );
            assert_eq!(reference.to_string(), whole);
            assert_eq!(Reference::parse(whole).unwrap().to_string(), whole);
        }
        for wrong in [
            "", "-v", "$(id)", "a b", "../x", "a//b", "a/../b", "a:", "a@", "a.b/", "a@b@c/d", "a:1:2",
        ] {
            assert_eq!(Reference::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_registry_has_one_name() {
        for (text, name) in [
            ("ghcr.io", "ghcr.io"),
            (" https://GHCR.io/ ", "ghcr.io"),
            ("https://index.docker.io/v1/", "docker.io"),
            ("127.0.0.1:5000", "127.0.0.1:5000"),
            ("box:5000", "box:5000"),
        ] {
            assert_eq!(host(text).as_deref(), Some(name), "{text}");
        }
        for wrong in [
            "",
            "box",
            "a b.c",
            "x.y/z",
            "x.y:0",
            "x.y:70000",
            "x.y:",
            "user@x.y",
            ".x.y",
            "http://x.y",
        ] {
            assert_eq!(host(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_this_machine_may_do_without_tls() {
        for (image, local) in [
            ("localhost:5000/x", true),
            ("127.9.9.9/x", true),
            ("redis", false),
            ("127.0.0.1.example.net/x", false),
            ("10.0.0.1:5000/x", false),
        ] {
            assert_eq!(Reference::parse(image).unwrap().is_local(), local, "{image}");
        }
    }
}
