//! Certificates by an authority that is asked over ACME: a real one, on loopback.

use std::time::Duration;

use testkit::{AcmeServer, Deck, Machine, wait_until};

use crate::BINARY;
use crate::tls::{ask, ask_at, everywhere};

/// The authority, and what vouches for itself and for what it signs.
async fn authority(machine: &Machine) -> (AcmeServer<'_>, String, Vec<u8>) {
    let own = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let (certificate, key) = (own.cert.pem(), own.signing_key.serialize_pem());
    let server = AcmeServer::start(machine, &certificate, &key).await;
    let told = ask_at(&server.management(), certificate.as_bytes(), "127.0.0.1", "/roots/0").await;
    let told = told.expect("it tells its root");
    let root = told.as_bytes()[told.find("-----BEGIN").expect("a certificate")..].to_vec();
    (server, certificate, root)
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[tokio::test]
async fn over_acme_a_certificate_is_obtained_shown_for_its_name_and_kept() {
    let machine = Machine::start().await;
    let (server, certificate, root) = authority(&machine).await;
    let roots = machine.dir().join("roots.pem");
    machine.user().write(&roots, &certificate);
    let args = words(&[
        "--host",
        "deck.example.net",
        "--acme",
        &server.directory(),
        "--acme-http",
        &server.http(),
        "--acme-roots",
        roots.to_str().unwrap(),
    ]);
    let mut deck = Deck::start(&machine, BINARY, everywhere(&args)).await;
    wait_until("the certificate", Duration::from_secs(60), async || {
        ask(&deck, &root, "deck.example.net", "/healthz").await
    })
    .await;
    let own = std::fs::read(deck.data_dir().join("tls/authority.pem")).unwrap();
    assert!(ask(&deck, &own, "stardeck.localhost", "/healthz").await.is_some());
    assert_eq!(
        ask(&deck, &own, "deck.example.net", "/healthz").await,
        None,
        "our own authority signs for what the other does not"
    );
    assert!(
        tokio::net::TcpStream::connect(server.http()).await.is_err(),
        "nothing listens there when nothing is to be shown"
    );

    server.stop().await;
    deck.stop().await;
    deck.start_again().await;
    let again = ask(&deck, &root, "deck.example.net", "/healthz").await;
    assert!(again.is_some(), "what was obtained is kept");
}

#[tokio::test]
async fn over_acme_a_record_in_dns_brings_a_certificate_for_all_apps_and_a_failure_stops_nothing() {
    let machine = Machine::start().await;
    let (server, certificate, root) = authority(&machine).await;
    let roots = machine.dir().join("roots.pem");
    machine.user().write(&roots, &certificate);
    // The owner's program fails at the first try.
    let flag = machine.dir().join("tried");
    let program = machine.dir().join("fails-once");
    let script = format!(
        "#!/bin/sh\n[ -e {flag} ] || {{ : >{flag}; echo 'no such zone' >&2; exit 1; }}\nexec {program} \"$@\"\n",
        flag = flag.display(),
        program = server.dns_program().display()
    );
    machine.user().write(&program, &script);
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&program, mode).unwrap();
    let args = words(&[
        "--domain",
        "deck.example.net",
        "--acme",
        &server.directory(),
        "--acme-dns",
        program.to_str().unwrap(),
        "--acme-roots",
        roots.to_str().unwrap(),
    ]);
    let mut deck = Deck::start(&machine, BINARY, everywhere(&args)).await;
    wait_until("the failure to be said", Duration::from_secs(60), async || {
        let log = deck.log();
        (log.contains("no certificate was obtained") && log.contains("no such zone")).then_some(())
    })
    .await;
    let own = std::fs::read(deck.data_dir().join("tls/authority.pem")).unwrap();
    let meanwhile = ask(&deck, &own, "web.deck.example.net", "/healthz").await;
    assert!(meanwhile.is_some(), "our own authority vouches until there is another");

    // A start tries again at once.
    deck.stop().await;
    deck.start_again().await;
    wait_until("the certificate", Duration::from_secs(60), async || {
        ask(&deck, &root, "deck.example.net", "/healthz").await
    })
    .await;
    let app = ask(&deck, &root, "web-0a1b2c.deck.example.net", "/").await;
    assert!(
        app.expect("it is for apps too").starts_with("HTTP/1.1 421"),
        "there is no such app"
    );
}
