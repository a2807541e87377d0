//! What a browser sends, and what of it reaches the app.

use proxy::Limits;

use crate::app::App;
use crate::deck::Deck;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// Sends one raw request; answers the status line's number and whether the connection was closed after it.
async fn refused(deck: &Deck, request: &str) -> String {
    let mut browser = deck.connect().await;
    browser.send(request).await;
    let head = browser.wire.head().await.expect("an answer");
    browser.wire.closed().await;
    head[9..12].to_owned()
}

#[tokio::test]
async fn sec_30_31_32_a_request_with_two_meanings_is_refused_and_the_app_sees_nothing() {
    let app = App::answering(OK).await;
    let deck = Deck::before(app.port).await;
    for (request, status) in [
        (
            "POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "400",
        ),
        (
            "POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
            "400",
        ),
        (
            "POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
            "400",
        ),
        (
            "POST / HTTP/1.0\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "400",
        ),
        (
            "POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
            "400",
        ),
        (
            "POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: +5\r\n\r\nhello",
            "400",
        ),
        ("GET / HTTP/1.1\r\nHost: HOST\r\nHost: HOST\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\n\r\n", "400"),
        ("GET * HTTP/1.1\r\nHost: HOST\r\n\r\n", "400"),
        ("GET http://169.254.169.254/ HTTP/1.1\r\nHost: HOST\r\n\r\n", "400"),
        ("GET / HTTP/1.1\nHost: HOST\n\n", "400"),
        ("GET / HTTP/1.1\r\nHost: HOST\r\nX: a\r\n b\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nHost : HOST\r\n\r\n", "400"),
        (
            "GET / HTTP/1.1\r\nHost: HOST\r\nTransfer_Encoding: chunked\r\n\r\n",
            "400",
        ),
        ("CONNECT HOST HTTP/1.1\r\nHost: HOST\r\n\r\n", "405"),
    ] {
        assert_eq!(refused(&deck, request).await, status, "{request:?}");
    }
    let huge = format!("GET / HTTP/1.1\r\nHost: HOST\r\nX: {}\r\n\r\n", "a".repeat(1024 * 1024));
    assert_eq!(refused(&deck, &huge).await, "431");
    assert_eq!(app.dials(), 0);
}

#[tokio::test]
async fn sec_08_a_host_that_points_here_by_somebody_elses_will_is_answered_by_nobody() {
    let app = App::answering(OK).await;
    let deck = Deck::before(app.port).await;
    assert_eq!(
        refused(&deck, "GET / HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n").await,
        "421"
    );
    assert_eq!(refused(&deck, "GET / HTTP/1.0\r\n\r\n").await, "421");
    assert_eq!(app.dials(), 0);
}

#[tokio::test]
async fn a_refused_request_does_not_overtake_the_one_before_it() {
    let app = App::answering(OK).await;
    let deck = Deck::before(app.port).await;
    let mut browser = deck.connect().await;
    browser
        .send("GET /1 HTTP/1.1\r\nHost: HOST\r\n\r\nGET /2 HTTP/1.1\r\nHost: HOST\r\nHost: b\r\n\r\n")
        .await;
    assert!(
        browser
            .wire
            .head()
            .await
            .expect("an answer")
            .starts_with("HTTP/1.1 200")
    );
    assert_eq!(browser.wire.exactly(2).await, b"ok");
    assert!(
        browser
            .wire
            .head()
            .await
            .expect("an answer")
            .starts_with("HTTP/1.1 400")
    );
    browser.wire.closed().await;
    assert_eq!(app.heads().len(), 1);
}

#[tokio::test]
async fn sec_33_a_broken_chunk_is_refused_and_no_whole_request_reaches_the_app() {
    let app = App::start(|mut wire, _, heads| async move {
        heads.add(wire.rest().await);
    })
    .await;
    let deck = Deck::before(app.port).await;
    for body in [
        "FFFFFFFFFFFFFFFFF\r\nx",
        "5\nhello\r\n0\r\n\r\n",
        "5 \r\nhello\r\n0\r\n\r\n",
        "5\r\nhello0\r\n\r\n",
        "5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n",
        "5\r\nhello\r\n0\r\nHost: b\r\n\r\n",
    ] {
        let request = format!("POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n{body}");
        assert_eq!(refused(&deck, &request).await, "400", "{body:?}");
    }
    for seen in app.heads() {
        assert!(!seen.contains("\r\n0\r\n\r\n"), "{seen}");
    }
}

#[tokio::test]
async fn sec_34_35_what_reaches_the_app_is_by_the_contract() {
    let app = App::answering(OK).await;
    let deck = Deck::before(app.port).await;
    let mut browser = deck.connect().await;
    browser
        .send(
            "GET /a%2Fb?c HTTP/1.1\r\nHost: HOST\r\nConnection:\r\n\
             Connection: X-Forwarded-For, Cookie, X-Stardeck-Token, Upgrade, HTTP2-Settings\r\n\
             Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nX-Stardeck-Token: secret\r\n\
             Cookie: sd=secret; theme=dark\r\nX-Forwarded-For: 127.0.0.2\r\nX_Forwarded_For: 127.0.0.3\r\n\r\n",
        )
        .await;
    assert!(
        browser
            .wire
            .head()
            .await
            .expect("an answer")
            .starts_with("HTTP/1.1 200")
    );
    let head = app.heads().remove(0);
    assert!(head.starts_with("GET /a%2Fb?c HTTP/1.1\r\n"), "{head}");
    for there in [
        "x-forwarded-for: 127.0.0.1\r\n",
        "x-forwarded-proto: http\r\n",
        "x-forwarded-host: notes.localhost:",
    ] {
        assert_eq!(head.matches(there).count(), 1, "{there} in {head}");
    }
    for gone in ["secret", "upgrade", "http2", "127.0.0.2", "127.0.0.3", "connection"] {
        assert!(!head.contains(gone), "{gone} in {head}");
    }
}

#[tokio::test]
async fn sec_40_an_app_that_refuses_an_upload_is_heard_before_a_byte_is_sent() {
    let app = App::start(|mut wire, _, heads| async move {
        heads.add(wire.head().await.expect("a head"));
        wire.write("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")
            .await;
        heads.add(wire.rest().await);
    })
    .await;
    let deck = Deck::before(app.port).await;
    let mut browser = deck.connect().await;
    browser
        .send("PUT / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 5000000000\r\nExpect: 100-continue\r\n\r\n")
        .await;
    let head = browser.wire.head().await.expect("an answer");
    assert!(head.starts_with("HTTP/1.1 413"), "{head}");
    assert!(app.heads()[0].contains("expect: 100-continue"));
}

#[tokio::test]
async fn sec_40_an_app_that_wants_an_upload_gets_it() {
    let app = App::start(|mut wire, _, _| async move {
        wire.head().await.expect("a head");
        wire.write("HTTP/1.1 100 Continue\r\n\r\n").await;
        assert_eq!(wire.exactly(5).await, b"hello");
        wire.write(OK).await;
        wire.closed().await;
    })
    .await;
    let deck = Deck::before(app.port).await;
    let mut browser = deck.connect().await;
    browser
        .send("PUT / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
        .await;
    assert!(
        browser
            .wire
            .head()
            .await
            .expect("an answer")
            .starts_with("HTTP/1.1 100")
    );
    browser.send("hello").await;
    assert!(
        browser
            .wire
            .head()
            .await
            .expect("an answer")
            .starts_with("HTTP/1.1 200")
    );
}

#[tokio::test]
async fn sec_40_an_upload_streams_through_and_an_early_413_is_seen() {
    const SENT: usize = 3 * 1024 * 1024;
    let app = App::start(|mut wire, number, heads| async move {
        wire.head().await.expect("a head");
        if number == 0 {
            let body = wire.exactly(SENT).await;
            assert!(body.iter().all(|&byte| byte == b'x'));
            wire.write(OK).await;
        } else {
            wire.exactly(1).await;
            wire.write("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n").await;
        }
        wire.closed().await;
        heads.add("closed".to_owned());
    })
    .await;
    let deck = Deck::before(app.port).await;
    let upload = format!(
        "PUT / HTTP/1.1\r\nHost: HOST\r\nContent-Length: {SENT}\r\n\r\n{}",
        "x".repeat(SENT)
    );
    let mut browser = deck.connect().await;
    browser.send(&upload).await;
    assert!(
        browser
            .wire
            .head()
            .await
            .expect("an answer")
            .starts_with("HTTP/1.1 200")
    );
    deck.point_at(app.port, 2);
    let mut browser = deck.connect().await;
    browser
        .send("PUT / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 5000000000\r\n\r\nxxxx")
        .await;
    assert!(
        browser
            .wire
            .head()
            .await
            .expect("an answer")
            .starts_with("HTTP/1.1 413")
    );
    browser.wire.closed().await;
}

#[tokio::test]
async fn sec_40_an_app_may_answer_while_it_is_still_sent_to() {
    let app = App::start(|mut wire, number, _| async move {
        wire.head().await.expect("a head");
        if number > 0 {
            wire.write(OK).await;
        } else {
            wire.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n").await;
            for _ in 0..2 {
                let heard = wire.exactly(5).await;
                wire.write(heard).await;
            }
        }
        wire.closed().await;
    })
    .await;
    let deck = Deck::before(app.port).await;
    let mut browser = deck.connect().await;
    browser
        .send("PUT / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 10\r\n\r\n")
        .await;
    let head = browser.wire.head().await.expect("an answer");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    for word in ["hello", "world"] {
        browser.send(word).await;
        assert_eq!(browser.wire.exactly(5).await, word.as_bytes());
    }
    browser.send("GET / HTTP/1.1\r\nHost: HOST\r\n\r\n").await;
    let head = browser.wire.head().await.expect("the connection goes on");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
}

#[tokio::test]
async fn sec_33_trailers_pass_and_those_that_frame_do_not() {
    let app = App::start(|mut wire, _, heads| async move {
        heads.add(wire.head().await.expect("a head"));
        heads.add(wire.until("\r\n\r\n").await.expect("a body"));
        wire.write(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Down, Set-Cookie\r\n\r\n\
             2\r\nok\r\n0\r\nX-Down: 2\r\nSet-Cookie: sd=evil\r\n\r\n",
        )
        .await;
        wire.closed().await;
    })
    .await;
    let deck = Deck::before(app.port).await;
    let mut browser = deck.connect().await;
    browser
        .send(
            "POST / HTTP/1.1\r\nHost: HOST\r\nTE: trailers\r\nTrailer: X-Up\r\nTransfer-Encoding: chunked\r\n\r\n\
             2;x=y\r\nhi\r\n0\r\nX-Up: 1\r\nCookie: sd=evil\r\n\r\n",
        )
        .await;
    browser.wire.head().await.expect("an answer");
    assert_eq!(
        browser.wire.until("\r\n\r\n").await.as_deref(),
        Some("2\r\nok\r\n0\r\nx-down: 2\r\n\r\n")
    );
    assert_eq!(app.heads()[1], "2\r\nhi\r\n0\r\nx-up: 1\r\n\r\n");
}

#[tokio::test]
async fn sec_21_another_apps_page_changes_nothing() {
    let app = App::answering(OK).await;
    let deck = Deck::before(app.port).await;
    let form = "POST / HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\nOrigin: http://localhost:7199\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(refused(&deck, form).await, "403");
    let own = form.replace("localhost:7199", "HOST");
    assert_eq!(refused(&deck, &own).await, "200");
    assert_eq!(app.dials(), 1);
}

#[tokio::test]
async fn sec_39_large_heads_have_few_places_and_usual_ones_need_none() {
    let app = App::answering(OK).await;
    let limits = Limits {
        large_heads: 1,
        ..Limits::default()
    };
    let deck = Deck::start(limits, None).await;
    deck.point_at(app.port, 1);
    let large = format!(
        "GET / HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\nX: {}",
        "a".repeat(200_000)
    );
    let whole = format!("{large}\r\n\r\n");
    assert_eq!(refused(&deck, &whole).await, "200");
    let begun = async || {
        let mut slow = deck.connect().await;
        slow.send(&large).await;
        slow
    };
    let mut slow = begun().await;
    loop {
        tokio::select! {
            biased;
            // One of the others had the place just then, and this is the one that is refused: once more.
            _refused = slow.wire.head() => slow = begun().await,
            status = refused(&deck, &whole) => if status == "431" { break },
        }
    }
    assert_eq!(
        refused(&deck, "GET / HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n").await,
        "200"
    );
    slow.send("\r\n\r\n").await;
    assert!(slow.wire.head().await.expect("an answer").starts_with("HTTP/1.1 200"));
    assert_eq!(refused(&deck, &whole).await, "200");
}

#[tokio::test]
async fn sec_33_two_requests_mean_the_same_wherever_they_are_cut() {
    let app = App::start(|mut wire, _, heads| async move {
        while let Some(head) = wire.head().await {
            let body = if head.contains("chunked") {
                wire.until("0\r\n\r\n").await.expect("a body")
            } else {
                String::new()
            };
            heads.add(format!("{} {body:?}", head.lines().next().unwrap_or_default()));
            wire.write(OK).await;
        }
    })
    .await;
    let deck = Deck::before(app.port).await;
    let sent = "\r\nPOST /1 HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nhi\r\n0\r\n\r\n\
                GET /2 HTTP/1.1\r\nHost: HOST\r\n\r\n"
        .replace("HOST", &deck.host());
    let mut bodies = std::collections::HashSet::new();
    for cut in 0..sent.len() {
        let mut browser = deck.connect().await;
        for part in [&sent[..cut], &sent[cut..]] {
            browser.wire.stream.set_nodelay(true).expect("a socket");
            browser.wire.write(part).await;
            tokio::task::yield_now().await;
        }
        for _ in 0..2 {
            let head = browser.wire.head().await.expect("an answer");
            assert!(head.starts_with("HTTP/1.1 200"), "cut at {cut}: {head}");
            assert_eq!(browser.wire.exactly(2).await, b"ok");
        }
    }
    bodies.extend(app.heads());
    let mut bodies: Vec<String> = bodies.into_iter().collect();
    bodies.sort();
    // A chunk that is cut may go on as two.
    assert_eq!(
        bodies.pop().as_deref(),
        Some(r#"POST /1 HTTP/1.1 "2\r\nhi\r\n0\r\n\r\n""#)
    );
    assert!(bodies.contains(&r#"GET /2 HTTP/1.1 """#.to_owned()), "{bodies:?}");
    let cut = r#"POST /1 HTTP/1.1 "1\r\nh\r\n1\r\ni\r\n0\r\n\r\n""#;
    assert!(
        bodies.iter().all(|seen| seen.starts_with("GET") || seen == cut),
        "{bodies:?}"
    );
}
