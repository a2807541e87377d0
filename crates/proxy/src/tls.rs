//! TLS on both sides: our certificate towards browsers, and what an app that speaks TLS may show us.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, ServerConfig, SignatureScheme};

use crate::error::Error;

/// What a browser that speaks HTTP/2 chooses.
pub(crate) const HTTP2: &[u8] = b"h2";

/// Nobody's word: every app that speaks TLS has to be trusted by its own setting.
#[must_use]
pub fn no_roots() -> RootCertStore {
    RootCertStore::empty()
}

/// A certificate chain and its key, that can be exchanged while connections are open; and another for some names.
#[derive(Clone, Debug)]
pub struct Tls {
    current: Arc<Current>,
    config: Arc<ServerConfig>,
}

#[derive(Debug)]
struct Current(RwLock<Shown>);

#[derive(Debug)]
struct Shown {
    /// To whoever asks for no name, or for any other.
    usual: Arc<CertifiedKey>,
    /// Names, with an asterisk for one label, and what they are shown.
    special: Option<(Vec<String>, Arc<CertifiedKey>)>,
}

impl Shown {
    fn to(&self, name: Option<&str>) -> &Arc<CertifiedKey> {
        match (&self.special, name) {
            (Some((names, key)), Some(name)) if names.iter().any(|known| covers(known, name)) => key,
            _ => &self.usual,
        }
    }
}

/// Whether a certificate for `known` is one for `name`. Both are in lower case.
fn covers(known: &str, name: &str) -> bool {
    match known.strip_prefix("*.") {
        Some(parent) => name
            .split_once('.')
            .is_some_and(|(label, rest)| !label.is_empty() && rest == parent),
        None => known == name,
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name().map(str::to_ascii_lowercase);
        Some(Arc::clone(self.read().to(name.as_deref())))
    }
}

impl Current {
    fn read(&self) -> RwLockReadGuard<'_, Shown> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Shown> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tls {
    /// Takes a chain and its key in PEM.
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, Error> {
        let shown = Shown {
            usual: certified(chain, key)?,
            special: None,
        };
        let current = Arc::new(Current(RwLock::new(shown)));
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::Certificate(error.into()))?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&current) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![HTTP2.to_vec(), b"http/1.1".to_vec()];
        Ok(Self {
            current,
            config: Arc::new(config),
        })
    }

    /// Reads a chain and its key from two PEM files.
    pub async fn from_files(chain: &Path, key: &Path) -> Result<Self, Error> {
        let (chain, key) = read(chain, key).await?;
        Self::from_pem(&chain, &key)
    }

    /// Shows another chain from the next connection on. If it cannot be used the old one stays.
    pub fn replace(&self, chain: &[u8], key: &[u8]) -> Result<(), Error> {
        self.current.write().usual = certified(chain, key)?;
        Ok(())
    }

    /// Shows a chain of their own to whoever asks for one of `names`, from the next connection on; `*.` stands for one
    /// label. If it cannot be used what was shown stays.
    pub fn show_for(&self, names: &[String], chain: &[u8], key: &[u8]) -> Result<(), Error> {
        let names = names.iter().map(|name| name.to_ascii_lowercase()).collect();
        self.current.write().special = Some((names, certified(chain, key)?));
        Ok(())
    }

    /// The same from two PEM files.
    pub async fn reload(&self, chain: &Path, key: &Path) -> Result<(), Error> {
        let (chain, key) = read(chain, key).await?;
        self.replace(&chain, &key)
    }

    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }
}

async fn read(chain: &Path, key: &Path) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let chain = tokio::fs::read(chain)
        .await
        .map_err(|error| Error::Certificate(error.into()))?;
    let key = tokio::fs::read(key)
        .await
        .map_err(|error| Error::Certificate(error.into()))?;
    Ok((chain, key))
}

fn certified(chain: &[u8], key: &[u8]) -> Result<Arc<CertifiedKey>, Error> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain).collect();
    let chain = chain.map_err(|error| Error::Certificate(error.into()))?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| Error::Certificate(error.into()))?;
    if chain.is_empty() {
        return Err(Error::Certificate("the file holds no certificate".into()));
    }
    let certified = CertifiedKey::from_der(chain, key, &ring::default_provider());
    certified
        .map(Arc::new)
        .map_err(|error| Error::Certificate(error.into()))
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// How to speak TLS to apps.
#[derive(Clone, Debug)]
pub(crate) struct ToApps {
    /// With a certificate that the roots vouch for.
    pub roots: Arc<ClientConfig>,
    /// With any certificate.
    pub any: Arc<ClientConfig>,
}

impl ToApps {
    /// Prepares both ways.
    pub(crate) fn build(roots: RootCertStore) -> Result<Self, Error> {
        let strict: Arc<dyn ServerCertVerifier> = if roots.is_empty() {
            Arc::new(Nobody)
        } else {
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
                .build()
                .map_err(|error| Error::Certificate(error.into()))?
        };
        Ok(Self {
            roots: client(strict)?,
            any: client(Arc::new(Anybody(ring::default_provider())))?,
        })
    }
}

fn client(verifier: Arc<dyn ServerCertVerifier>) -> Result<Arc<ClientConfig>, Error> {
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Certificate(error.into()))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Without roots nobody is vouched for.
#[derive(Debug)]
struct Nobody;

impl ServerCertVerifier for Nobody {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Err(rustls::CertificateError::UnknownIssuer.into())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(rustls::CertificateError::UnknownIssuer.into())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(rustls::CertificateError::UnknownIssuer.into())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ring::default_provider()
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// Takes any certificate, of an app whose own setting says so; that its holder has the key is still checked.
#[derive(Debug)]
struct Anybody(CryptoProvider);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn a_wildcard_stands_for_one_label() {
        for (known, name, is_covered) in [
            ("deck.example.net", "deck.example.net", true),
            ("deck.example.net", "web.deck.example.net", false),
            ("*.deck.example.net", "web.deck.example.net", true),
            ("*.deck.example.net", "deck.example.net", false),
            ("*.deck.example.net", "a.web.deck.example.net", false),
            ("*.deck.example.net", ".deck.example.net", false),
            ("*.deck.example.net", "web.evil.example.net", false),
        ] {
            assert_eq!(covers(known, name), is_covered, "{known} for {name}");
        }
    }
}
