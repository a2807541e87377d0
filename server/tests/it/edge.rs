//! The edge itself: headers, bodies, the desktop's files, the frozen document.

use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use serde_json::json;
use testkit::{Deck, DeckOptions, Machine};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::browser::{Browser, Reply};
use crate::{BINARY, deck};

#[test]
fn the_document_is_the_frozen_one() {
    let printed = std::process::Command::new(BINARY)
        .arg("openapi")
        .output()
        .unwrap()
        .stdout;
    let printed = String::from_utf8(printed).unwrap();
    let frozen = expect_test::expect_file![concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json")];
    let kept = frozen.data();
    // A difference in one line is told at once; to compare the whole text line by line takes minutes.
    if std::env::var_os("UPDATE_EXPECT").is_none()
        && let Some((at, (new, old))) = printed
            .lines()
            .zip(kept.lines())
            .enumerate()
            .find(|(_, (new, old))| new != old)
    {
        panic!(
            "docs/openapi.json is not what the server prints, from line {}:\n  kept    {old}\n  printed {new}\n`stardeck openapi > docs/openapi.json` writes it anew",
            at + 1
        );
    }
    frozen.assert_eq(&printed);
}

#[tokio::test]
async fn every_reply_carries_the_headers() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    for path in ["/", "/api/session", "/api/nothing", "/assets/nothing.js"] {
        let reply = ada.get(path).await;
        let csp = reply.headers["content-security-policy"].to_str().unwrap();
        for part in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "script-src 'self' 'wasm-unsafe-eval'",
        ] {
            assert!(csp.contains(part), "{path}: {csp}");
        }
        assert!(!csp.contains("unsafe-inline"), "{csp}");
        assert_eq!(reply.headers["x-content-type-options"], "nosniff");
        assert_eq!(reply.headers["referrer-policy"], "no-referrer");
        assert!(reply.headers.contains_key("x-request-id"));
        let private = reply
            .headers
            .get("cache-control")
            .is_some_and(|value| value == "no-store");
        assert_eq!(private, path.starts_with("/api/"), "{path}");
    }
}

#[tokio::test]
async fn bodies_are_json_within_bounds_or_refused_with_the_reason() {
    let machine = Machine::start().await;
    let (_deck, ada) = deck(&machine).await;
    let send = async |kind: &str, body: String| -> Reply {
        let request = Request::post("/api/login")
            .header("host", &ada.host)
            .header("origin", format!("http://{}", ada.host))
            .header("content-type", kind);
        ada.exchange(request.body(Full::new(Bytes::from(body))).unwrap()).await
    };
    assert_eq!(
        send("text/plain", "{}".into()).await.status,
        415,
        "what a foreign form can send"
    );
    let broken = send("application/json", "{\"name\": ".into()).await;
    assert_eq!((broken.status, broken.code().as_str()), (400, "bad_request"));
    let unknown = send(
        "application/json",
        json!({"name": "a", "password": "b", "more": 1}).to_string(),
    )
    .await;
    assert!(
        String::from_utf8_lossy(&unknown.body).contains("more"),
        "it names what it does not know"
    );
    assert_eq!(send("application/json", " ".repeat(1024 * 1024 + 1)).await.status, 413);
}

#[tokio::test]
async fn a_head_that_can_be_read_in_two_ways_is_refused() {
    let machine = Machine::start().await;
    let (_deck, ada) = deck(&machine).await;
    let host = &ada.host;
    let heads = [
        "GET / HTTP/1.1\r\n\r\n".to_owned(),
        format!("GET / HTTP/1.1\r\nHost: {host}\r\nHost: evil.test\r\n\r\n"),
        format!("GET * HTTP/1.1\r\nHost: {host}\r\n\r\n"),
        format!("GET http://169.254.169.254/ HTTP/1.1\r\nHost: {host}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost : {host}\r\n\r\n"),
    ];
    for head in heads {
        let mut stream = ada.connect().await;
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        assert!(
            answer.starts_with(b"HTTP/1.1 400"),
            "{head:?} → {}",
            String::from_utf8_lossy(&answer)
        );
    }
}

#[tokio::test]
async fn cookies_that_are_meant_to_lock_out_are_cleared_away() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    for n in 0..200 {
        ada.cookies.insert(format!("junk{n}"), "x".repeat(4000));
    }
    let reply = ada.get("/api/session").await;
    assert_eq!(reply.status, 200, "800 KB of cookies and still at home");
    assert_eq!(ada.cookies.keys().filter(|name| name.starts_with("junk")).count(), 0);
    assert!(ada.cookies.contains_key("sd"));
}

/// A small bundle with one file of each sort.
fn bundle(machine: &Machine) -> std::path::PathBuf {
    let folder = machine.dir().join("web");
    machine.user().make_dir(&folder);
    machine.user().make_dir(&folder.join("assets"));
    let files = [
        ("index.html", "<!doctype html>desk"),
        ("assets/a-12345678.js", "plain"),
        ("assets/a-12345678.js.br", "brotli"),
        ("assets/a-12345678.js.gz", "gzip"),
    ];
    for (name, text) in files {
        machine.user().write(&folder.join(name), text);
    }
    folder
}

#[tokio::test]
async fn the_desktops_files_are_served_compressed_and_cached() {
    let machine = Machine::start().await;
    let args = vec!["--web".into(), bundle(&machine).to_str().unwrap().to_owned()];
    let deck = Deck::start(
        &machine,
        BINARY,
        DeckOptions {
            args,
            ..DeckOptions::default()
        },
    )
    .await;
    let mut browser = Browser::new(deck.address());
    let mut encoded = async |accept: &str| {
        browser.extra = vec![("accept-encoding".into(), accept.into())];
        let reply = browser.get("/assets/a-12345678.js").await;
        assert_eq!(reply.headers["cache-control"], "public, max-age=31536000, immutable");
        assert_eq!(reply.headers["content-type"], "text/javascript; charset=utf-8");
        String::from_utf8(reply.body.to_vec()).unwrap()
    };
    assert_eq!(encoded("gzip, deflate, br, zstd").await, "brotli");
    assert_eq!(encoded("gzip;q=1.0, br;q=0").await, "gzip");
    assert_eq!(encoded("identity").await, "plain");

    browser.extra.clear();
    for place in ["/", "/anything/at/all"] {
        let reply = browser.get(place).await;
        assert_eq!(
            (reply.status, reply.body.as_ref()),
            (200, b"<!doctype html>desk".as_slice()),
            "{place}"
        );
        assert_eq!(reply.headers["cache-control"], "no-cache");
    }
    assert_eq!(browser.get("/assets/gone.js").await.status, 404);
    let etag = browser.get("/").await.headers["etag"].to_str().unwrap().to_owned();
    browser.extra = vec![("if-none-match".into(), etag)];
    let unchanged = browser.get("/").await;
    assert_eq!((unchanged.status, unchanged.body.len()), (304, 0));
}
