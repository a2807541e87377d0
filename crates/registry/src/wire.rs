//! One request on a connection of its own, and its reply.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Empty};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use crate::Error;

/// The most that is read of a reply.
const REPLY: usize = 4 << 20;

/// Where a request goes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    secure: bool,
    /// The host and, where it is not the usual one, the port.
    authority: String,
    host: String,
    port: u16,
}

/// What is asked.
pub(crate) struct Ask<'a> {
    pub(crate) method: Method,
    pub(crate) path: &'a str,
    pub(crate) authorization: Option<&'a str>,
    pub(crate) accept: &'static str,
}

/// What came.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Origin {
    /// Where a registry listens.
    pub(crate) fn of_registry(registry: &str, plain: bool) -> Self {
        // The name in images is not that of the machine that answers.
        let authority = if registry == "docker.io" {
            "registry-1.docker.io"
        } else {
            registry
        };
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok()),
            None => (authority, None),
        };
        Self {
            secure: !plain,
            authority: authority.to_owned(),
            host: host.to_owned(),
            port: port.unwrap_or(if plain { 80 } else { 443 }),
        }
    }

    /// Where a token service listens, and the path to it; without TLS only on this machine, and where `plain` allows it.
    pub(crate) fn of_realm(realm: &str, plain: bool) -> Option<(Self, String)> {
        let uri: Uri = realm.parse().ok()?;
        let secure = match uri.scheme_str()? {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let authority = uri.authority()?;
        let host = authority.host();
        let local = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        if authority.as_str().contains('@') || !(secure || (plain && local)) {
            return None;
        }
        let origin = Self {
            secure,
            authority: authority.as_str().to_owned(),
            host: host.to_owned(),
            port: authority.port_u16().unwrap_or(if secure { 443 } else { 80 }),
        };
        let path = uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        Some((origin, path.to_owned()))
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }
}

/// Sends a request and reads the whole reply.
pub(crate) async fn send(tls: &Arc<rustls::ClientConfig>, origin: &Origin, ask: Ask<'_>) -> Result<Reply, Error> {
    let unreachable = |source| Error::Unreachable {
        host: origin.host.clone(),
        source,
    };
    let stream = TcpStream::connect((origin.host.as_str(), origin.port))
        .await
        .map_err(unreachable)?;
    if !origin.secure {
        return talk(origin, stream, ask).await;
    }
    let name = ServerName::try_from(origin.host.clone()).map_err(|_| Error::Strange {
        host: origin.host.clone(),
        what: "its name is none that a certificate could have",
    })?;
    let stream = tokio_rustls::TlsConnector::from(Arc::clone(tls))
        .connect(name, stream)
        .await
        .map_err(unreachable)?;
    talk(origin, stream, ask).await
}

async fn talk(
    origin: &Origin,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    ask: Ask<'_>,
) -> Result<Reply, Error> {
    let failed = |source| Error::Http {
        host: origin.host.clone(),
        source,
    };
    let strange = |what| Error::Strange {
        host: origin.host.clone(),
        what,
    };
    let mut request = Request::builder()
        .method(ask.method)
        .uri(ask.path)
        .header(header::HOST, &origin.authority)
        .header(header::USER_AGENT, "stardeck")
        .header(header::ACCEPT, ask.accept)
        .header(header::CONNECTION, "close");
    if let Some(authorization) = ask.authorization {
        request = request.header(header::AUTHORIZATION, authorization);
    }
    let request = request
        .body(Empty::<Bytes>::new())
        .map_err(|_| strange("its token cannot be sent"))?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(failed)?;
    let exchange = async {
        let (parts, mut body) = sender.send_request(request).await.map_err(failed)?.into_parts();
        let mut bytes = BytesMut::new();
        while let Some(frame) = body.frame().await {
            if let Ok(data) = frame.map_err(failed)?.into_data() {
                if bytes.len() + data.len() > REPLY {
                    return Err(strange("its answer has no end"));
                }
                bytes.extend_from_slice(&data);
            }
        }
        Ok(Reply {
            status: parts.status,
            headers: parts.headers,
            body: bytes.freeze(),
        })
    };
    // The connection ends with what is said over it: dropped, it is closed.
    tokio::pin!(exchange, connection);
    tokio::select! {
        biased;
        reply = &mut exchange => reply,
        ended = &mut connection => {
            ended.map_err(failed)?;
            exchange.await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_is_asked_over_tls_where_it_listens() {
        let origin = Origin::of_registry("docker.io", false);
        assert_eq!(
            (origin.secure, origin.host(), origin.port),
            (true, "registry-1.docker.io", 443)
        );
        let origin = Origin::of_registry("127.0.0.1:5000", true);
        assert_eq!((origin.secure, origin.host(), origin.port), (false, "127.0.0.1", 5000));
        assert_eq!(origin.authority, "127.0.0.1:5000");
    }

    #[test]
    fn a_token_service_without_tls_is_not_asked_beyond_this_machine() {
        let (origin, path) = Origin::of_realm("https://auth.test:8443/token?a=b", false).unwrap();
        assert_eq!(
            (origin.host(), origin.port, path.as_str()),
            ("auth.test", 8443, "/token?a=b")
        );
        assert!(Origin::of_realm("http://127.0.0.1:5001/token", true).is_some());
        for (realm, plain) in [
            ("http://auth.test/token", true),
            ("http://127.0.0.1:5001/token", false),
            ("https://user@auth.test/", false),
            ("file:///etc/passwd", true),
            ("/token", true),
        ] {
            assert_eq!(Origin::of_realm(realm, plain), None, "{realm}");
        }
    }
}
