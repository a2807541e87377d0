//! Fetches what somebody else named: an address in a request never leads to this machine or its network.
//!
//! Invariants: a name is looked up once, every address of it is looked at, and the connection goes to one of these; each
//! redirect is looked at anew; nothing is sent before all of that; what comes is bounded in bytes and in time. It knows
//! nothing of who asks or what for.
//!
//! - [`target`]: an address as text → where it leads
//! - [`reach`]: which addresses are public
//! - [`network`]: looking names up and connecting, a value that a test replaces
//! - [`fetch`](Fetcher::fetch): one thing, over as many redirects as it takes

mod network;
mod reach;
mod target;

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Empty};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};

pub use network::{Network, System};
pub use reach::is_public;
pub use target::Target;

/// How many redirects are followed.
const REDIRECTS: usize = 5;

/// Why nothing was fetched.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The text is not an address that is fetched.
    #[error("{0}")]
    Address(&'static str),
    /// The name leads to an address that is not public.
    #[error("{host} is on this machine or its network, from which nothing is fetched")]
    NotPublic {
        /// The name.
        host: String,
    },
    /// The name is not known, or nobody answers.
    #[error("{host} cannot be reached")]
    Unreachable {
        /// The name.
        host: String,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// What came is not HTTP.
    #[error("{host} does not answer as it should")]
    Http {
        /// The name.
        host: String,
        /// What is wrong with it.
        #[source]
        source: hyper::Error,
    },
    /// The other side said no.
    #[error("{host} answered {status}")]
    Status {
        /// The name.
        host: String,
        /// What it said.
        status: u16,
    },
    /// It leads on and on.
    #[error("it leads to another address more than {REDIRECTS} times")]
    Redirects,
    /// There is more of it than is taken.
    #[error("there is more of it than {limit} bytes")]
    TooLarge {
        /// How much is taken.
        limit: usize,
    },
    /// It took too long.
    #[error("it did not arrive within {} seconds", .0.as_secs())]
    TooSlow(Duration),
}

/// What was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Where it was in the end.
    pub from: String,
    /// What it is.
    pub bytes: Bytes,
}

/// Fetches things.
#[derive(Clone)]
pub struct Fetcher {
    network: Arc<dyn Network>,
    tls: Arc<OnceLock<Arc<rustls::ClientConfig>>>,
}

impl Fetcher {
    /// One that trusts the authorities of this machine, which are read when they are needed first.
    #[must_use]
    pub fn new(network: Arc<dyn Network>) -> Self {
        Self {
            network,
            tls: Arc::default(),
        }
    }

    fn tls(&self) -> Arc<rustls::ClientConfig> {
        let made = self.tls.get_or_init(|| {
            let mut roots = rustls::RootCertStore::empty();
            // Where there are none, every connection is refused for it.
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let tls = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
            let tls = tls.expect("ring has the suites of both versions");
            Arc::new(tls.with_root_certificates(roots).with_no_client_auth())
        });
        Arc::clone(made)
    }

    /// Fetches what is at `address`: at most `limit` bytes, within `patience`.
    pub async fn fetch(&self, address: &str, limit: usize, patience: Duration) -> Result<Fetched, Error> {
        let work = async {
            let mut target = Target::parse(address)?;
            for _ in 0..=REDIRECTS {
                match self.once(&target, limit).await? {
                    Answer::Is(bytes) => {
                        let from = target.to_string();
                        return Ok(Fetched { from, bytes });
                    }
                    Answer::Leads(location) => target = target.follow(&location)?,
                }
            }
            Err(Error::Redirects)
        };
        let done = tokio::time::timeout(patience, work).await;
        done.unwrap_or(Err(Error::TooSlow(patience)))
    }

    /// The addresses of a target, if all of them are public.
    pub async fn addresses(&self, target: &Target) -> Result<Vec<SocketAddr>, Error> {
        let host = || target.host().to_owned();
        let found = self.network.look_up(target.host(), target.port()).await;
        let found = found.map_err(|source| Error::Unreachable { host: host(), source })?;
        if found.is_empty() || !found.iter().all(|address| is_public(address.ip())) {
            return Err(Error::NotPublic { host: host() });
        }
        Ok(found)
    }

    async fn once(&self, target: &Target, limit: usize) -> Result<Answer, Error> {
        let addresses = self.addresses(target).await?;
        let host = || target.host().to_owned();
        let unreachable = |source| Error::Unreachable { host: host(), source };
        let mut last = std::io::Error::from(std::io::ErrorKind::AddrNotAvailable);
        for address in addresses {
            match self.network.connect(address).await {
                Err(error) => last = error,
                Ok(stream) if target.is_secure() => {
                    let name = ServerName::try_from(target.host().to_owned())
                        .map_err(|_| Error::Address("The host of the address has no certificate's name."))?;
                    let connector = tokio_rustls::TlsConnector::from(self.tls());
                    let stream = connector.connect(name, stream).await.map_err(unreachable)?;
                    return ask(target, stream, limit).await;
                }
                Ok(stream) => return ask(target, stream, limit).await,
            }
        }
        Err(unreachable(last))
    }
}

enum Answer {
    Is(Bytes),
    Leads(String),
}

async fn ask(
    target: &Target,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    limit: usize,
) -> Result<Answer, Error> {
    let host = || target.host().to_owned();
    let failed = |source| Error::Http { host: host(), source };
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(failed)?;
    let request = Request::get(target.path())
        .header(header::HOST, target.authority())
        .header(header::USER_AGENT, "stardeck")
        .header(header::ACCEPT, "*/*")
        .header(header::ACCEPT_ENCODING, "identity")
        .header(header::CONNECTION, "close")
        .body(Empty::<Bytes>::new())
        .map_err(|_| Error::Address("The address has characters that cannot be sent."))?;
    let talk = async {
        let (parts, mut body) = sender.send_request(request).await.map_err(failed)?.into_parts();
        if parts.status.is_redirection() {
            let location = parts.headers.get(header::LOCATION);
            if let Some(location) = location.and_then(|value| value.to_str().ok()) {
                return Ok(Answer::Leads(location.to_owned()));
            }
        }
        if parts.status != StatusCode::OK {
            let status = parts.status.as_u16();
            return Err(Error::Status { host: host(), status });
        }
        let mut bytes = Vec::new();
        while let Some(frame) = body.frame().await {
            if let Ok(data) = frame.map_err(failed)?.into_data() {
                if bytes.len() + data.len() > limit {
                    return Err(Error::TooLarge { limit });
                }
                bytes.extend_from_slice(&data);
            }
        }
        Ok(Answer::Is(bytes.into()))
    };
    // The connection ends with what is said over it: dropped, it is closed.
    tokio::pin!(talk, connection);
    tokio::select! {
        biased;
        answer = &mut talk => answer,
        ended = &mut connection => {
            ended.map_err(failed)?;
            talk.await
        }
    }
}
