//! What an app answers, and what of it reaches the browser.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::app::App;
use crate::deck::Deck;

#[tokio::test]
async fn sec_36_37_an_unruly_answer_is_a_502_and_the_next_request_is_right() {
    for (answer, status) in [
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "502",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
            "502",
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "502"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "502"),
        (
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
            "502",
        ),
        ("SSH-2.0-OpenSSH_9\r\n", "502"),
        ("HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n", "502"),
    ] {
        let app = App::start(move |mut wire, number, _| async move {
            wire.head().await;
            let answer = if number == 0 {
                answer
            } else {
                "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"
            };
            wire.write(answer).await;
            wire.closed().await;
        })
        .await;
        let deck = Deck::before(app.port).await;
        let (head, _) = deck.get("/").await;
        assert_eq!(&head[9..12], status, "{answer:?}: {head}");
        let (head, body) = deck.get("/").await;
        assert_eq!((&head[9..12], body.as_str()), ("200", "fine"), "after {answer:?}");
        assert_eq!(app.dials(), 2, "the first connection is not used again");
    }
}

#[tokio::test]
async fn sec_37_a_flood_is_cut_short() {
    for flood in ["interim", "one header", "headers"] {
        let app = App::start(move |mut wire, _, _| async move {
            wire.head().await;
            let (start, piece) = match flood {
                "interim" => ("", "HTTP/1.1 102 Processing\r\n\r\n".repeat(20)),
                "headers" => ("HTTP/1.1 200 OK\r\n", "X: y\r\n".repeat(200)),
                _ => ("HTTP/1.1 200 OK\r\nX: ", "a".repeat(1000)),
            };
            wire.write(start).await;
            while wire.write(&piece).await {}
        })
        .await;
        let deck = Deck::before(app.port).await;
        let (head, _) = deck.get("/").await;
        assert_eq!(&head[9..12], "502", "{flood}");
    }
}

#[tokio::test]
async fn sec_37_an_answer_that_breaks_off_is_seen_to_break_off() {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    ] {
        let app = App::start(move |mut wire, _, _| async move {
            wire.head().await;
            wire.write(answer).await;
        })
        .await;
        let deck = Deck::before(app.port).await;
        let (head, body) = deck.get("/").await;
        assert_eq!(&head[9..12], "200");
        assert!(body.contains("hello") && !body.ends_with("0\r\n\r\n"), "{body:?}");
        assert!(deck.door.record().await.failed.is_some());
    }
}

#[tokio::test]
async fn sec_38_a_second_answer_is_nobodys() {
    for stray in ["", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstray"] {
        let app = App::start(move |mut wire, number, _| async move {
            while wire.head().await.is_some() {
                let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{number}");
                wire.write(format!("{answer}{stray}")).await;
            }
        })
        .await;
        let deck = Deck::before(app.port).await;
        let mut bodies = Vec::new();
        for _ in 0..5 {
            bodies.push(deck.get("/").await.1);
        }
        let expected = if stray.is_empty() {
            ["0", "0", "0", "0", "0"]
        } else {
            ["0", "1", "2", "3", "4"]
        };
        assert_eq!(bodies, expected, "{stray:?}");
    }
}

#[tokio::test]
async fn sec_38_what_an_app_says_between_two_questions_is_nobodys() {
    let (speak, spoken) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let turns = (Arc::clone(&speak), Arc::clone(&spoken));
    let app = App::start(move |mut wire, number, _| {
        let (speak, spoken) = turns.clone();
        async move {
            wire.head().await;
            wire.write(format!("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{number}"))
                .await;
            if number == 0 {
                speak.notified().await;
                wire.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstray").await;
                spoken.notify_one();
            }
            wire.closed().await;
        }
    })
    .await;
    let deck = Deck::before(app.port).await;
    assert_eq!(deck.get("/").await.1, "0");
    speak.notify_one();
    spoken.notified().await;
    assert_eq!(deck.get("/").await.1, "1");
    assert_eq!(app.dials(), 2);
}

#[tokio::test]
async fn sec_09_a_port_that_another_container_took_over_gets_a_connection_of_its_own() {
    let app = App::answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
    let deck = Deck::before(app.port).await;
    deck.get("/").await;
    deck.get("/").await;
    assert_eq!(app.dials(), 1);
    deck.point_at(app.port, 2);
    deck.get("/").await;
    assert_eq!(app.dials(), 2);
}

#[tokio::test]
async fn a_connection_that_the_app_has_closed_is_not_used_even_for_what_cannot_be_repeated() {
    let app = App::start(|mut wire, _, heads| async move {
        let head = wire.head().await.expect("a head");
        wire.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
        heads.add(head);
    })
    .await;
    let deck = Deck::before(app.port).await;
    for _ in 0..20 {
        let mut browser = deck.connect().await;
        browser
            .send("POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 0\r\n\r\n")
            .await;
        let head = browser.wire.head().await.expect("an answer");
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        browser.wire.exactly(2).await;
    }
    assert_eq!(app.heads().len(), 20);
}

#[tokio::test]
async fn sec_41_events_arrive_as_they_are_sent_and_a_browser_that_goes_is_noticed() {
    let (gone, noticed) = tokio::sync::oneshot::channel();
    let gone = std::sync::Mutex::new(Some(gone));
    let app = App::start(move |mut wire, _, _| {
        let gone = gone.lock().expect("no panic").take();
        async move {
            wire.head().await;
            wire.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
                .await;
            wire.write("8\r\ndata: 1\n\r\n").await;
            wire.closed().await;
            gone.map(|gone| gone.send(Instant::now()));
        }
    })
    .await;
    let deck = Deck::before(app.port).await;
    let mut browser = deck.connect().await;
    browser.send("GET /events HTTP/1.1\r\nHost: HOST\r\n\r\n").await;
    browser
        .wire
        .until("data: 1\n")
        .await
        .expect("the first event, though the answer goes on");
    let left = Instant::now();
    drop(browser);
    let noticed = noticed.await.expect("the app notices");
    assert!(noticed - left < Duration::from_secs(1));
}

#[tokio::test]
async fn sec_12_a_stream_ends_with_the_right_to_it() {
    let app = App::start(|mut wire, _, _| async move {
        wire.head().await;
        wire.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n")
            .await;
        wire.closed().await;
    })
    .await;
    let deck = Deck::before(app.port).await;
    let mut browser = deck.connect().await;
    browser.send("GET / HTTP/1.1\r\nHost: HOST\r\n\r\n").await;
    browser.wire.until("x\r\n").await.expect("the first byte");
    let ended = Instant::now();
    deck.door.lease.end();
    browser.wire.closed().await;
    assert!(ended.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn sec_22_23_what_reaches_too_far_stays_here() {
    let app = App::answering(
        "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nClear-Site-Data: \"*\"\r\nStrict-Transport-Security: max-age=9\r\n\
         X-Frame-Options: DENY\r\nContent-Security-Policy: frame-ancestors 'none'; script-src 'self'\r\n\
         Set-Cookie: sd=evil\r\nSet-Cookie: a=1; Domain=localhost\r\nSet-Cookie: b=2\r\nLocation: /next\r\n\r\n",
    )
    .await;
    let deck = Deck::before(app.port).await;
    let (head, _) = deck.get("/").await;
    for there in [
        "HTTP/1.1 302 Found\r\n",
        "content-security-policy: script-src 'self'\r\n",
        "content-security-policy: frame-ancestors 'self' http://stardeck.localhost:7070\r\n",
        "set-cookie: a=1\r\n",
        "set-cookie: b=2\r\n",
        "location: /next\r\n",
    ] {
        assert_eq!(head.matches(there).count(), 1, "{there} in {head}");
    }
    for gone in ["clear-site", "strict-transport", "x-frame", "'none'", "evil", "omain"] {
        assert!(!head.contains(gone), "{gone} in {head}");
    }
}

#[tokio::test]
async fn answers_without_a_body_keep_their_length_and_their_connection() {
    let app = App::start(|mut wire, _, _| async move {
        while let Some(head) = wire.head().await {
            let answer = if head.starts_with("HEAD") {
                "HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n"
            } else {
                "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n"
            };
            wire.write(answer).await;
        }
    })
    .await;
    let deck = Deck::before(app.port).await;
    let mut browser = deck.connect().await;
    browser.send("HEAD / HTTP/1.1\r\nHost: HOST\r\n\r\n").await;
    assert!(
        browser
            .wire
            .head()
            .await
            .expect("an answer")
            .contains("content-length: 1234\r\n")
    );
    browser.send("GET / HTTP/1.1\r\nHost: HOST\r\n\r\n").await;
    assert!(
        browser
            .wire
            .head()
            .await
            .expect("an answer")
            .starts_with("HTTP/1.1 304")
    );
    assert_eq!(app.dials(), 1);
}

#[tokio::test]
async fn hints_of_what_to_load_come_before_the_answer_and_nothing_else_does() {
    let app = App::start(|mut wire, _, _| async move {
        while wire.head().await.is_some() {
            wire.write(
                "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nSet-Cookie: sd=evil\r\n\r\n\
                 HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </b.css>\r\n\r\n\
                 HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            )
            .await;
        }
    })
    .await;
    let deck = Deck::before(app.port).await;
    let mut browser = deck.connect().await;
    // The second request waits in the same segment: hints of its answer come after the first answer's last byte.
    browser
        .send("GET /1 HTTP/1.1\r\nHost: HOST\r\n\r\nGET /2 HTTP/1.1\r\nHost: HOST\r\n\r\n")
        .await;
    for _ in 0..2 {
        let hints = browser.wire.until("</b.css>\r\n\r\n").await.expect("hints");
        assert_eq!(
            hints,
            "HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </b.css>\r\n\r\n"
        );
        let head = browser.wire.head().await.expect("an answer");
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert_eq!(browser.wire.exactly(2).await, b"ok");
    }
    let mut old = deck.connect().await;
    old.send("GET / HTTP/1.0\r\nHost: HOST\r\n\r\n").await;
    assert!(
        old.wire.head().await.expect("an answer").contains(" 200 "),
        "it knows no hints"
    );
}

#[tokio::test]
async fn sec_37_an_answer_means_the_same_wherever_it_is_cut() {
    const ANSWER: &str = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
    let app = App::start(|mut wire, _, _| async move {
        wire.stream.set_nodelay(true).expect("a socket");
        while let Some(head) = wire.head().await {
            let cut: usize = head
                .split(['/', ' '])
                .nth(2)
                .and_then(|cut| cut.parse().ok())
                .expect("a number");
            for part in [&ANSWER[..cut], &ANSWER[cut..]] {
                wire.write(part).await;
                tokio::task::yield_now().await;
            }
        }
    })
    .await;
    let deck = Deck::before(app.port).await;
    for cut in 0..ANSWER.len() {
        let (head, body) = deck.get(&format!("/{cut}")).await;
        assert!(
            head.starts_with("HTTP/1.1 200 OK\r\n") && head.contains("x: y\r\n"),
            "cut at {cut}: {head}"
        );
        let body: String = body.split("\r\n").filter(|line| line.parse::<u8>().is_err()).collect();
        assert_eq!(body, "ok", "cut at {cut}");
    }
    assert_eq!(app.dials(), 1, "each leaves its connection clean");
}
