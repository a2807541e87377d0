//! TLS towards browsers and towards apps.

use std::sync::Arc;

use proxy::route::Trust;
use proxy::{Limits, Tls};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::client::TlsStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::app::App;
use crate::deck::Deck;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

pub(crate) fn certificate(name: &str) -> (String, String) {
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).expect("a certificate");
    (made.cert.pem(), made.signing_key.serialize_pem())
}

/// A connection of a browser that trusts `chain` alone and would speak `protocols`; nothing if the proxy shows another.
pub(crate) async fn connect(deck: &Deck, chain: &str, protocols: &[&str]) -> Option<TlsStream<TcpStream>> {
    let mut roots = rustls::RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(chain.as_bytes()).expect("a certificate"))
        .expect("a root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    let stream = TcpStream::connect(("127.0.0.1", deck.port)).await.expect("it listens");
    let name = ServerName::try_from("notes.localhost").expect("a name");
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.ok()
}

/// Asks over TLS.
async fn ask(deck: &Deck, chain: &str) -> Option<String> {
    let mut stream = connect(deck, chain, &[]).await?;
    let request = format!("GET / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", deck.host());
    stream.write_all(request.as_bytes()).await.expect("it is taken");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    Some(answer)
}

#[tokio::test]
async fn a_certificate_is_exchanged_while_the_proxy_runs_and_a_bad_one_is_not_taken() {
    let app = App::answering(OK).await;
    let directory = tempfile::tempdir().expect("a directory");
    let (chain_path, key_path) = (directory.path().join("chain.pem"), directory.path().join("key.pem"));
    let write = |(chain, key): &(String, String)| {
        std::fs::write(&chain_path, chain).expect("it is written");
        std::fs::write(&key_path, key).expect("it is written");
    };
    let (old, new) = (certificate("notes.localhost"), certificate("notes.localhost"));
    write(&old);
    let tls = Tls::from_files(&chain_path, &key_path).await.expect("a certificate");
    let deck = Deck::start(Limits::default(), Some(tls.clone())).await;
    deck.point_at(app.port, 1);
    assert!(ask(&deck, &old.0).await.expect("an answer").ends_with("ok"));
    write(&(old.0.clone(), new.1.clone()));
    assert!(
        tls.reload(&chain_path, &key_path).await.is_err(),
        "the key is another's"
    );
    assert!(ask(&deck, &old.0).await.is_some(), "the old one stays");
    write(&new);
    tls.reload(&chain_path, &key_path).await.expect("a certificate");
    assert!(ask(&deck, &old.0).await.is_none());
    assert!(ask(&deck, &new.0).await.expect("an answer").ends_with("ok"));
}

#[tokio::test]
async fn a_self_signed_app_is_reached_only_where_its_setting_says_so() {
    let (chain, key) = certificate("localhost");
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(chain.as_bytes()).expect("a certificate")],
            PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("a key"),
        )
        .expect("a configuration");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let app = tokio::spawn(async move {
        let acceptor = TlsAcceptor::from(Arc::new(config));
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.expect("a head"));
            }
            stream.write_all(OK.as_bytes()).await.expect("it is taken");
            stream.shutdown().await.expect("it ends");
        }
    });
    let deck = Deck::start(Limits::default(), None).await;
    deck.point_at_tls(port, Trust::Roots);
    assert!(deck.get("/").await.0.starts_with("HTTP/1.1 502"));
    deck.point_at_tls(port, Trust::Any);
    assert_eq!(deck.get("/").await.1, "ok");
    app.abort();
}
