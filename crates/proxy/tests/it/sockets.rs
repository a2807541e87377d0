//! WebSockets: the handshake, and every byte after it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::app::App;
use crate::deck::Deck;

/// The example of RFC 6455: the key and what answers it.
pub(crate) const HANDSHAKE: &str = "GET /ws HTTP/1.1\r\nHost: HOST\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: a, b\r\n\
    Sec-WebSocket-Extensions: permessage-deflate\r\nOrigin: http://HOST\r\n\r\n";
pub(crate) const SWITCH: &str = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: WebSocket\r\n\
    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";

/// An app that answers the handshake with `answer` and then sends back what it gets.
async fn echo(answer: &'static str) -> App {
    App::start(move |mut wire, _, heads| async move {
        let Some(head) = wire.head().await else { return };
        heads.add(head);
        wire.write(answer).await;
        loop {
            let bytes = std::mem::take(&mut wire.buffer);
            if !wire.write(&bytes).await || !wire.more().await {
                return;
            }
        }
    })
    .await
}

fn glued(answer: &str) -> &'static str {
    Box::leak(format!("{answer}\r\n").into_boxed_str())
}

#[tokio::test]
async fn sec_43_44_no_byte_is_lost_or_changed_however_it_arrives() {
    let app = echo(glued(&format!(
        "{SWITCH}Sec-WebSocket-Protocol: b\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\nfirst"
    )))
    .await;
    let deck = Deck::before(app.port).await;
    for step in [1, 7, 100_000] {
        let mut browser = deck.connect().await;
        // Looks like a request that would be refused, and ends as a head does.
        let frame = "GET * HTTP/1.1\nHost\0: b\r\n\r\n\u{81}rest";
        let sent = format!("{HANDSHAKE}{frame}").replace("HOST", &deck.host());
        for piece in sent.as_bytes().chunks(step) {
            browser.wire.write(piece).await;
        }
        let head = browser.wire.head().await.expect("an answer");
        assert!(head.starts_with("HTTP/1.1 101"), "{head}");
        for there in [
            "sec-websocket-protocol: b",
            "permessage-deflate",
            "upgrade: websocket",
            "connection: Upgrade",
        ] {
            assert!(head.contains(there), "{there} in {head}");
        }
        let expected = format!("first\r\n{frame}");
        assert_eq!(
            browser.wire.exactly(expected.len()).await,
            expected.as_bytes(),
            "in steps of {step}"
        );
        let large: Vec<u8> = (0..3_000_000_u32).map(|index| index.to_le_bytes()[1]).collect();
        let (mut read, mut write) = browser.wire.stream.split();
        let copy = async {
            let mut found = vec![0; large.len()];
            tokio::io::AsyncReadExt::read_exact(&mut read, &mut found)
                .await
                .expect("all comes back");
            found
        };
        let (found, sent) = tokio::join!(copy, tokio::io::AsyncWriteExt::write_all(&mut write, &large));
        sent.expect("all is taken");
        assert!(found == large, "in steps of {step}");
    }
    let head = app.heads().remove(0);
    assert!(
        head.contains("sec-websocket-extensions: permessage-deflate\r\n"),
        "{head}"
    );
}

#[tokio::test]
async fn sec_36_a_switch_that_answers_another_question_is_a_502() {
    for answer in [
        SWITCH.replace("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        SWITCH.replace("WebSocket\r\n", "h2c\r\n"),
        SWITCH.replace("Connection: upgrade\r\n", ""),
        format!("{SWITCH}Sec-WebSocket-Protocol: c\r\n"),
        format!("{SWITCH}Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: b\r\n"),
        "HTTP/1.1 101 Switching Protocols\r\n".to_owned(),
    ] {
        let app = echo(glued(&answer)).await;
        let deck = Deck::before(app.port).await;
        let mut browser = deck.connect().await;
        browser.send(HANDSHAKE).await;
        let head = browser.wire.head().await.expect("an answer");
        assert!(head.starts_with("HTTP/1.1 502"), "{answer}: {head}");
        browser.wire.closed().await;
    }
}

#[tokio::test]
async fn sec_36_raw_bytes_after_a_refusal_are_nobodys() {
    let app = echo("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok\u{81}\u{5}hello").await;
    let deck = Deck::before(app.port).await;
    let mut browser = deck.connect().await;
    browser.send(HANDSHAKE).await;
    assert!(
        browser
            .wire
            .head()
            .await
            .expect("an answer")
            .starts_with("HTTP/1.1 200")
    );
    assert_eq!(browser.wire.rest().await, "ok");
    deck.get("/").await;
    assert_eq!(app.dials(), 2);
}

#[tokio::test]
async fn sec_02_21_a_socket_of_another_page_or_without_a_right_is_refused_before_a_dial() {
    let app = echo(glued(SWITCH)).await;
    let deck = Deck::before(app.port).await;
    let mut browser = deck.connect().await;
    browser
        .send(&HANDSHAKE.replace("Origin: http://HOST", "Origin: http://localhost:7102"))
        .await;
    assert!(
        browser
            .wire
            .head()
            .await
            .expect("an answer")
            .starts_with("HTTP/1.1 403")
    );
    *deck.door.page.lock().expect("no panic") = Some(proxy::pages::Page::NotLoggedIn);
    let mut browser = deck.connect().await;
    browser.send(HANDSHAKE).await;
    assert!(
        browser
            .wire
            .head()
            .await
            .expect("an answer")
            .starts_with("HTTP/1.1 401")
    );
    browser.wire.closed().await;
    assert_eq!(app.dials(), 0);
}

#[tokio::test]
async fn sec_35_a_half_handshake_is_a_plain_request() {
    for (whole, half) in [
        ("dGhlIHNhbXBsZSBub25jZQ==", "short"),
        ("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8"),
        ("keep-alive, Upgrade", "keep-alive"),
        ("Upgrade: websocket\r\n", "Upgrade: h2c\r\n"),
        ("\r\n\r\n", "\r\nContent-Length: 2\r\n\r\nhi"),
    ] {
        let app = App::answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
        let deck = Deck::before(app.port).await;
        let mut browser = deck.connect().await;
        browser.send(&HANDSHAKE.replace(whole, half)).await;
        let head = browser.wire.head().await.expect("an answer");
        assert!(head.starts_with("HTTP/1.1 200"), "{half}: {head}");
        let seen = app.heads().remove(0);
        assert!(
            !seen.contains("upgrade") && !seen.contains("connection"),
            "{half}: {seen}"
        );
    }
}

#[tokio::test]
async fn sec_12_a_socket_closes_within_a_second_of_the_end_of_the_right_to_it() {
    let app = echo(glued(SWITCH)).await;
    let deck = Deck::before(app.port).await;
    let mut browser = deck.connect().await;
    browser.send(HANDSHAKE).await;
    browser.wire.head().await.expect("an answer");
    browser.wire.write("hello").await;
    assert_eq!(browser.wire.exactly(5).await, b"hello");
    let ended = Instant::now();
    deck.door.lease.end();
    browser.wire.closed().await;
    assert!(ended.elapsed() < Duration::from_secs(1));
    let record = deck.door.record().await;
    assert_eq!((record.status, record.received, record.sent), (101, 5, 5));
}

#[tokio::test]
async fn one_side_may_end_while_the_other_goes_on() {
    let app = App::start(|mut wire, _, _| async move {
        wire.head().await;
        wire.write(format!("{SWITCH}\r\n")).await;
        let heard = wire.rest().await;
        wire.write(format!("heard {heard}")).await;
    })
    .await;
    let deck = Deck::before(app.port).await;
    let mut browser = deck.connect().await;
    browser.send(HANDSHAKE).await;
    browser.wire.head().await.expect("an answer");
    browser.wire.write("bye").await;
    tokio::io::AsyncWriteExt::shutdown(&mut browser.wire.stream)
        .await
        .expect("it ends");
    assert_eq!(browser.wire.rest().await, "heard bye");
}

#[tokio::test]
async fn what_a_pass_holds_is_held_until_the_socket_is_closed() {
    let app = echo(glued(SWITCH)).await;
    let deck = Deck::before(app.port).await;
    let held = || Arc::strong_count(&deck.door.held) > 1;
    assert!(!held());
    let mut browser = deck.connect().await;
    browser.wire.write(HANDSHAKE.replace("HOST", &deck.host())).await;
    browser.wire.head().await.expect("a switch");
    browser.wire.write("hello").await;
    assert_eq!(browser.wire.exactly(5).await, b"hello");
    assert!(held());
    drop(browser);
    tokio::time::timeout(crate::app::PATIENCE, async {
        while held() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("it is let go");
}
