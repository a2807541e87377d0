//! What is seen when no app answers, and how long anybody is waited for.

use std::time::Duration;

use proxy::Limits;
use proxy::pages::Page;
use proxy::route::{Table, Target};
use tokio::net::TcpListener;

use crate::app::App;
use crate::deck::Deck;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

#[tokio::test]
async fn every_state_has_its_page_and_nothing_is_dialled() {
    let app = App::answering(OK).await;
    let deck = Deck::before(app.port).await;
    for (target, status) in [
        (Target::Starting, "503"),
        (Target::Stopped, "503"),
        (Target::Gone, "410"),
    ] {
        deck.routes.replace(Table::new([deck.route(target)]));
        let (head, _) = deck.get("/").await;
        assert_eq!(&head[9..12], status, "{target:?}");
        assert!(head.contains("cache-control: no-store\r\n"), "{head}");
    }
    deck.point_at(app.port, 1);
    for (page, status) in [
        (Page::NoRight, "403"),
        (Page::NotLoggedIn, "401"),
        (Page::TooMany { retry_after: 3 }, "429"),
    ] {
        *deck.door.page.lock().expect("no panic") = Some(page);
        let (head, _) = deck.get("/").await;
        assert_eq!(&head[9..12], status, "{page:?}");
    }
    assert_eq!(app.dials(), 0);
}

#[tokio::test]
async fn an_app_that_does_not_listen_yet_has_a_page_that_tries_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let deck = Deck::before(port).await;
    let (head, _) = deck.get("/").await;
    assert!(
        head.starts_with("HTTP/1.1 502") && head.contains("refresh: 3\r\n"),
        "{head}"
    );
    // As Podman's forwarder does while nothing listens in the container.
    let app = App::start(|wire, _, _| async move { drop(wire) }).await;
    deck.point_at(app.port, 2);
    let (head, _) = deck.get("/").await;
    assert!(
        head.starts_with("HTTP/1.1 502") && head.contains("refresh: 3\r\n"),
        "{head}"
    );
}

#[tokio::test]
async fn an_app_that_is_silent_is_given_up() {
    let app = App::start(|mut wire, _, _| async move { wire.closed().await }).await;
    let limits = Limits {
        answer: Duration::from_millis(100),
        ..Limits::default()
    };
    let deck = Deck::start(limits, None).await;
    deck.point_at(app.port, 1);
    let (head, _) = deck.get("/").await;
    assert!(head.starts_with("HTTP/1.1 504"), "{head}");
}

#[tokio::test]
async fn sec_39_a_browser_that_stops_in_the_middle_is_given_up() {
    let app = App::start(|mut wire, _, _| async move { wire.closed().await }).await;
    let limits = Limits {
        head_time: Duration::from_millis(100),
        silence: Duration::from_millis(100),
        ..Limits::default()
    };
    let deck = Deck::start(limits, None).await;
    deck.point_at(app.port, 1);
    let mut browser = deck.connect().await;
    browser.send("GET / HTTP/1.1\r\nHost: HO").await;
    browser.wire.closed().await;
    assert_eq!(app.dials(), 0);
    let mut browser = deck.connect().await;
    browser
        .send("POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 10\r\n\r\nhello")
        .await;
    let head = browser.wire.head().await.expect("an answer");
    assert!(head.starts_with("HTTP/1.1 408"), "{head}");
    browser.wire.closed().await;
}

#[tokio::test]
async fn sec_39_a_browser_that_takes_nothing_is_given_up_and_little_is_kept_for_it() {
    let (told, taken) = tokio::sync::oneshot::channel();
    let told = std::sync::Mutex::new(Some(told));
    let app = App::start(move |mut wire, _, _| {
        let told = told.lock().expect("no panic").take();
        async move {
            wire.head().await;
            wire.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
                .await;
            let piece = vec![0; 1024 * 1024];
            let mut count = 0;
            while count < 1000 && wire.write(&piece).await {
                count += 1;
            }
            told.map(|told| told.send(count));
        }
    })
    .await;
    let limits = Limits {
        silence: Duration::from_millis(300),
        ..Limits::default()
    };
    let deck = Deck::start(limits, None).await;
    deck.point_at(app.port, 1);
    let mut browser = deck.connect().await;
    browser.send("GET / HTTP/1.1\r\nHost: HOST\r\n\r\n").await;
    let megabytes = taken.await.expect("the app is cut off");
    // Two kernels' buffers and ours.
    assert!(megabytes < 64, "{megabytes} MB were taken from the app");
}
