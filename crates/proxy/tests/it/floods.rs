//! Long bodies and slow browsers: neither costs memory, nor anybody else's time.

use std::time::Duration;

use proxy::Limits;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::app::{App, PATIENCE, Wire};
use crate::deck::Deck;

/// The body of a stream: far more than everything else of this process, and not as much as would take long.
const LONG: usize = 192 * 1024 * 1024;
/// How much of it may be in memory, on its way through the browser, the proxy and the app, which are one process here.
const KEPT: usize = 32 * 1024 * 1024;

fn memory() -> usize {
    let words = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages = words.split(' ').nth(1).expect("resident pages");
    pages.parse::<usize>().expect("a number") * rustix::param::page_size()
}

/// Reads `count` bytes and forgets them; the most memory that was in use meanwhile.
async fn swallow(wire: &mut Wire, count: usize) -> usize {
    let (mut left, mut most) = (count, 0);
    while left > 0 {
        if wire.buffer.is_empty() {
            assert!(wire.more().await, "it ended {left} bytes too early");
        }
        left = left.saturating_sub(wire.buffer.len());
        wire.buffer.clear();
        most = most.max(memory());
    }
    most
}

/// Writes `count` bytes in pieces.
async fn pour(wire: &mut Wire, count: usize) {
    let piece = vec![b'x'; 256 * 1024];
    for _ in 0..count / piece.len() {
        wire.write(&piece).await;
    }
}

#[tokio::test]
async fn sec_40_a_long_body_passes_in_either_direction_without_being_kept() {
    let app = App::start(|mut wire, _, heads| async move {
        let head = wire.head().await.expect("a head");
        if head.starts_with("PUT") {
            let most = swallow(&mut wire, LONG).await;
            heads.add(most.to_string());
            wire.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
        } else {
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {LONG}\r\n\r\n");
            wire.write(head).await;
            pour(&mut wire, LONG).await;
        }
        wire.closed().await;
    })
    .await;
    let deck = Deck::before(app.port).await;
    let before = memory();
    let mut browser = deck.connect().await;
    browser.send("GET / HTTP/1.1\r\nHost: HOST\r\n\r\n").await;
    browser.wire.head().await.expect("an answer");
    let down = swallow(&mut browser.wire, LONG).await;
    assert!(down < before + KEPT, "{} more bytes in a download", down - before);

    deck.point_at(app.port, 2);
    let mut browser = deck.connect().await;
    let head = format!("PUT / HTTP/1.1\r\nHost: HOST\r\nContent-Length: {LONG}\r\n\r\n");
    browser.send(&head).await;
    pour(&mut browser.wire, LONG).await;
    let answer = browser.wire.head().await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let up: usize = app.heads()[0].parse().expect("a number");
    assert!(up < before + KEPT, "{} more bytes in an upload", up - before);
}

#[tokio::test]
async fn sec_39_heads_that_drip_in_are_given_up_and_others_are_served_meanwhile() {
    let app = App::answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
    let limits = Limits {
        head_time: Duration::from_millis(500),
        ..Limits::default()
    };
    let deck = Deck::start(limits, None).await;
    deck.point_at(app.port, 1);
    let mut slow = JoinSet::new();
    for _ in 0..200 {
        let mut browser = deck.connect().await;
        slow.spawn(async move {
            browser.send("GET / HTTP/1.1\r\nHost: HOST\r\nX: ").await;
            // A byte now and then: each is a sign of life, and none makes the head whole.
            let mut byte = [0; 1];
            let dripped = async {
                loop {
                    let heard = timeout(
                        Duration::from_millis(20),
                        tokio::io::AsyncReadExt::read(&mut browser.wire.stream, &mut byte),
                    );
                    if heard.await.is_ok() || !browser.wire.write("a").await {
                        break;
                    }
                }
            };
            timeout(PATIENCE, dripped).await.expect("it is given up");
        });
    }
    let mut served = 0;
    while !slow.is_empty() {
        let (head, _) = deck.get("/").await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        served += 1;
        while let Some(ended) = slow.try_join_next() {
            ended.expect("no panic");
        }
    }
    assert!(served > 1);
}
