//! TLS: the machine's own authority, and certificate files that are exchanged while the server runs.

use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use testkit::{Deck, DeckOptions, Machine, wait_until};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::BINARY;

/// What `path` of the desktop answers at `name` over TLS, if `authority` vouches for the certificate.
pub(crate) async fn ask(deck: &Deck<'_>, authority: &[u8], name: &str, path: &str) -> Option<String> {
    ask_at(deck.address().strip_prefix("https://").unwrap(), authority, name, path).await
}

/// The same at any address.
pub(crate) async fn ask_at(address: &str, authority: &[u8], name: &str, path: &str) -> Option<String> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let port = address.rsplit_once(':').unwrap().1;
    let stream = TcpStream::connect(address).await.unwrap();
    let server = ServerName::try_from(name.to_owned()).unwrap();
    let mut stream = TlsConnector::from(Arc::new(config))
        .connect(server, stream)
        .await
        .ok()?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {name}:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok()?;
    Some(String::from_utf8_lossy(&answer).into_owned())
}

pub(crate) fn everywhere(more: &[String]) -> DeckOptions {
    let args = ["--tls".to_owned(), "everywhere".to_owned()];
    DeckOptions {
        args: args.into_iter().chain(more.iter().cloned()).collect(),
        ..DeckOptions::default()
    }
}

#[tokio::test]
async fn the_machines_own_authority_vouches_for_the_desktop_and_for_apps_across_restarts() {
    let machine = Machine::start().await;
    let mut deck = Deck::start(
        &machine,
        BINARY,
        everywhere(&["--domain".into(), "deck.example.net".into()]),
    )
    .await;
    let authority = std::fs::read(deck.data_dir().join("tls/authority.pem")).unwrap();
    for name in ["stardeck.localhost", "127.0.0.1", "deck.example.net"] {
        let answer = ask(&deck, &authority, name, "/healthz").await.expect(name);
        assert!(answer.starts_with("HTTP/1.1 200"), "{name}: {answer}");
    }
    for name in ["web.stardeck.localhost", "web-0a1b2c.deck.example.net"] {
        let answer = ask(&deck, &authority, name, "/").await.expect(name);
        assert!(answer.starts_with("HTTP/1.1 421"), "no such app: {answer}");
    }
    assert_eq!(ask(&deck, &authority, "evil.test", "/").await, None);
    let shown = ask(&deck, &authority, "stardeck.localhost", "/authority.crt")
        .await
        .unwrap();
    assert!(shown.ends_with(std::str::from_utf8(&authority).unwrap()), "{shown}");
    let page = ask(&deck, &authority, "stardeck.localhost", "/authority")
        .await
        .unwrap();
    assert!(page.contains("href=\"/authority.crt\""), "{page}");
    deck.stop().await;
    deck.start_again().await;
    assert!(ask(&deck, &authority, "stardeck.localhost", "/healthz").await.is_some());
}

#[tokio::test]
async fn certificate_files_are_shown_and_exchanged_when_they_change() {
    let machine = Machine::start().await;
    let (chain, key) = (machine.dir().join("chain.pem"), machine.dir().join("key.pem"));
    let put = || {
        let made = rcgen::generate_simple_self_signed(["stardeck.localhost".to_owned()]).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        std::fs::write(&chain, made.cert.pem()).unwrap();
        made.cert.pem().into_bytes()
    };
    let first = put();
    let files = [("--tls-certificate", &chain), ("--tls-key", &key)];
    let files: Vec<String> = files
        .iter()
        .flat_map(|(flag, path)| [(*flag).to_owned(), path.display().to_string()])
        .collect();
    let deck = Deck::start(&machine, BINARY, everywhere(&files)).await;
    assert!(ask(&deck, &first, "stardeck.localhost", "/healthz").await.is_some());
    let second = put();
    wait_until("the new certificate", Duration::from_secs(30), async || {
        ask(&deck, &second, "stardeck.localhost", "/healthz").await
    })
    .await;
    assert_eq!(ask(&deck, &first, "stardeck.localhost", "/healthz").await, None);
}
