//! Asks registries what their tags are, without fetching an image.
//!
//! Invariants: a registry is asked over TLS unless it is on this machine; a login goes to the registry that it is for, and
//! to the token service that this one names over TLS; no redirect is followed; what comes is bounded in bytes and in
//! time. It knows nothing of stacks, of Podman, and of who asks.
//!
//! - [`Client`]: the questions
//! - `challenge`: what a registry asks for first
//! - `wire`: one request and its reply

mod challenge;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, Method, StatusCode, header};

use challenge::Challenge;
use wire::{Ask, Origin, Reply};

/// How long a question may take, with all that it needs.
const PATIENCE: Duration = Duration::from_secs(30);
/// How many pages of tags are read.
const PAGES: usize = 10;
/// What a manifest may be: of one image, or of one for each platform.
const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.v2+json";

/// Why a registry did not tell.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be reached, or is not what its certificate says.
    #[error("{host} cannot be reached")]
    Unreachable {
        /// The registry, or its token service.
        host: String,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// What it says is not HTTP.
    #[error("{host} does not answer as a registry does")]
    Http {
        /// The registry, or its token service.
        host: String,
        /// What is wrong with it.
        #[source]
        source: hyper::Error,
    },
    /// It answers, and what it says makes no sense.
    #[error("{host} does not answer as a registry does: {what}")]
    Strange {
        /// The registry, or its token service.
        host: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// It wants a login, or another one.
    #[error("{host} asks for a login")]
    Locked {
        /// The registry.
        host: String,
    },
    /// It says no.
    #[error("{host} answered {status}")]
    Status {
        /// The registry, or its token service.
        host: String,
        /// The number that it said.
        status: u16,
    },
    /// It took too long.
    #[error("{host} did not answer within {} seconds", PATIENCE.as_secs())]
    TooSlow {
        /// The registry.
        host: String,
    },
}

/// A repository of a registry, and the way in.
#[derive(Clone)]
pub struct Repository {
    /// The registry as images name it, such as `docker.io` or `127.0.0.1:5000`.
    pub registry: String,
    /// The repository, such as `library/nginx`.
    pub name: String,
    /// The name and the password, where it needs them.
    pub login: Option<(String, String)>,
    /// Do without TLS: only for a registry on this machine.
    pub plain: bool,
}

/// Asks registries.
#[derive(Clone)]
pub struct Client {
    tls: Arc<rustls::ClientConfig>,
}

impl Client {
    /// One that trusts the authorities of this machine; `None` where TLS cannot be spoken at all.
    #[must_use]
    pub fn new() -> Option<Self> {
        let mut roots = rustls::RootCertStore::empty();
        // Where there are none, every connection is refused for it.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .ok()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Some(Self { tls: Arc::new(tls) })
    }

    /// The digest of what a tag leads to; `None` where there is no such tag.
    ///
    /// # Errors
    /// The registry cannot be asked, or does not tell.
    pub async fn digest(&self, repository: &Repository, tag: &str) -> Result<Option<String>, Error> {
        within(repository, async {
            let path = format!("/v2/{}/manifests/{tag}", repository.name);
            let mut way = Way::default();
            let reply = self.ask(repository, Method::HEAD, &path, &mut way).await?;
            if reply.status == StatusCode::NOT_FOUND {
                return Ok(None);
            }
            let reply = reply.success(&repository.registry)?;
            let digest = reply.headers.get("docker-content-digest");
            let digest = digest
                .and_then(|value| value.to_str().ok())
                .filter(|text| text.contains(':'));
            digest
                .map(|digest| Some(digest.to_owned()))
                .ok_or_else(|| Error::Strange {
                    host: repository.registry.clone(),
                    what: "it gives no digest",
                })
        })
        .await
    }

    /// The tags of a repository, at most some ten thousand.
    ///
    /// # Errors
    /// The registry cannot be asked, or does not tell.
    pub async fn tags(&self, repository: &Repository) -> Result<Vec<String>, Error> {
        #[derive(serde::Deserialize)]
        struct Page {
            tags: Option<Vec<String>>,
        }
        within(repository, async {
            let mut tags = Vec::new();
            let mut way = Way::default();
            let mut path = Some(format!("/v2/{}/tags/list?n=1000", repository.name));
            for _ in 0..PAGES {
                let Some(next) = path.take() else { break };
                let reply = self.ask(repository, Method::GET, &next, &mut way).await?;
                let reply = reply.success(&repository.registry)?;
                let page: Page = serde_json::from_slice(&reply.body).map_err(|_| Error::Strange {
                    host: repository.registry.clone(),
                    what: "its list of tags is none",
                })?;
                tags.extend(page.tags.unwrap_or_default());
                path = next_page(&reply.headers, &repository.name);
            }
            Ok(tags)
        })
        .await
    }

    /// Asks the registry, with what it asks for first.
    async fn ask(&self, repository: &Repository, method: Method, path: &str, way: &mut Way) -> Result<Reply, Error> {
        let origin = Origin::of_registry(&repository.registry, repository.plain);
        for _ in 0..2 {
            let ask = Ask {
                method: method.clone(),
                path,
                authorization: way.authorization.as_deref(),
                accept: MANIFESTS,
            };
            let reply = wire::send(&self.tls, &origin, ask).await?;
            if reply.status != StatusCode::UNAUTHORIZED || way.authorization.is_some() {
                return Ok(reply);
            }
            let challenge = reply.headers.get(header::WWW_AUTHENTICATE);
            let challenge = challenge
                .and_then(|value| value.to_str().ok())
                .and_then(Challenge::read);
            way.authorization = Some(self.authorization(repository, challenge).await?);
        }
        Err(locked(repository))
    }

    async fn authorization(&self, repository: &Repository, challenge: Option<Challenge>) -> Result<String, Error> {
        // Some say the one, some the other, some both.
        #[derive(serde::Deserialize)]
        struct Token {
            token: Option<String>,
            access_token: Option<String>,
        }
        let basic = repository
            .login
            .as_ref()
            .map(|(name, password)| format!("Basic {}", STANDARD.encode(format!("{name}:{password}"))));
        match challenge {
            Some(Challenge::Basic) => basic.ok_or_else(|| locked(repository)),
            Some(Challenge::Bearer { realm, service }) => {
                let strange = || Error::Strange {
                    host: repository.registry.clone(),
                    what: "it names no token service that is asked",
                };
                let (origin, path) = Origin::of_realm(&realm, repository.plain).ok_or_else(strange)?;
                let path = with_query(&path, &repository.name, service.as_deref());
                let ask = Ask {
                    method: Method::GET,
                    path: &path,
                    authorization: basic.as_deref(),
                    accept: "application/json",
                };
                let reply = wire::send(&self.tls, &origin, ask).await?;
                if reply.status == StatusCode::UNAUTHORIZED {
                    return Err(locked(repository));
                }
                let reply = reply.success(origin.host())?;
                let token: Option<Token> = serde_json::from_slice(&reply.body).ok();
                let token = token.and_then(|token| token.token.or(token.access_token));
                let token = token.ok_or_else(|| Error::Strange {
                    host: origin.host().to_owned(),
                    what: "its token is none",
                })?;
                Ok(format!("Bearer {token}"))
            }
            None => Err(locked(repository)),
        }
    }
}

/// The path to a token that lets a repository be read.
fn with_query(path: &str, repository: &str, service: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("scope", &format!("repository:{repository}:pull"));
    if let Some(service) = service {
        query.append_pair("service", service);
    }
    let mark = if path.contains('?') { '&' } else { '?' };
    format!("{path}{mark}{}", query.finish())
}

/// What a registry was shown so far.
#[derive(Default)]
struct Way {
    authorization: Option<String>,
}

impl Reply {
    fn success(self, host: &str) -> Result<Self, Error> {
        let host = host.to_owned();
        match self.status {
            status if status.is_success() => Ok(self),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(Error::Locked { host }),
            status => Err(Error::Status {
                host,
                status: status.as_u16(),
            }),
        }
    }
}

fn locked(repository: &Repository) -> Error {
    Error::Locked {
        host: repository.registry.clone(),
    }
}

async fn within<T>(repository: &Repository, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let done = tokio::time::timeout(PATIENCE, work).await;
    done.unwrap_or_else(|_| {
        Err(Error::TooSlow {
            host: repository.registry.clone(),
        })
    })
}

/// Where the next page of tags is, if there is one: a path of the same repository.
fn next_page(headers: &HeaderMap, name: &str) -> Option<String> {
    let link = headers.get(header::LINK)?.to_str().ok()?;
    let (target, rest) = link.strip_prefix('<')?.split_once('>')?;
    let next = rest.contains("rel=\"next\"") || rest.contains("rel=next");
    let own = target.starts_with(&format!("/v2/{name}/tags/list?"));
    (next && own && target.bytes().all(|byte| byte.is_ascii_graphic())).then(|| target.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_one_of_the_same_repository() {
        let next = |link: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::LINK, http::HeaderValue::from_static(link));
            next_page(&headers, "a/b")
        };
        let good = "</v2/a/b/tags/list?last=3&n=2>; rel=\"next\"";
        assert_eq!(next(good).as_deref(), Some("/v2/a/b/tags/list?last=3&n=2"));
        for wrong in [
            "",
            "</v2/a/b/tags/list?n=2>; rel=\"prev\"",
            "</v2/other/tags/list?n=2>; rel=\"next\"",
            "<https://elsewhere.test/v2/a/b/tags/list?n=2>; rel=\"next\"",
        ] {
            assert_eq!(next(wrong), None, "{wrong}");
        }
    }
}
