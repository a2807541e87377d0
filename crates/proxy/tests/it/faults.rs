//! Many at once, and apps that come and go.

use std::time::{Duration, Instant};

use proxy::Limits;
use proxy::route::{Table, Target};
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::task::JoinSet;

use crate::app::{App, PATIENCE};
use crate::deck::{Browser, Deck};
use crate::sockets::{HANDSHAKE, SWITCH};

/// Lets this process open as many files as it may; answers how many sockets fit, of which each has four ends here.
fn room() -> usize {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).expect("up to the maximum anybody may");
    let files = limit.maximum.and_then(|files| usize::try_from(files).ok());
    files.map_or(10_000, |files| (files.saturating_sub(500) / 4).min(10_000))
}

fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").expect("Linux").count()
}

async fn open(deck: &Deck) -> Browser {
    let mut browser = deck.connect().await;
    browser.send(HANDSHAKE).await;
    let head = browser.wire.head().await.expect("an answer");
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    browser
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fault_23_thousands_of_idle_sockets_leave_room_for_others_and_nothing_behind() {
    let sockets = room();
    let app = App::start(|mut wire, _, _| async move {
        wire.head().await;
        wire.write(format!("{SWITCH}\r\n")).await;
        let (mut read, mut write) = wire.stream.split();
        // However it ends, it ends.
        let _ = tokio::io::copy(&mut read, &mut write).await;
    })
    .await;
    let limits = Limits {
        sockets,
        ..Limits::default()
    };
    let deck = Deck::start(limits, None).await;
    deck.point_at(app.port, 1);
    let before = open_files();
    let mut idle = Vec::new();
    while idle.len() < sockets {
        let some = (idle.len()..sockets.min(idle.len() + 64)).map(|_| open(&deck));
        idle.extend(futures_util::future::join_all(some).await);
    }
    let mut late = deck.connect().await;
    late.send(HANDSHAKE).await;
    let head = late.wire.head().await.expect("an answer");
    assert!(
        head.starts_with("HTTP/1.1 503") && head.contains("retry-after"),
        "{head}"
    );

    // Those that speak are heard among all that do not.
    let mut speaking = JoinSet::new();
    for mut browser in idle.drain(..100) {
        speaking.spawn(async move {
            let mut times = Vec::new();
            for word in 0..10_u8 {
                let sent = Instant::now();
                browser.wire.write([word; 100]).await;
                assert_eq!(browser.wire.exactly(100).await, [word; 100]);
                times.push(sent.elapsed());
            }
            (browser, times)
        });
    }
    let mut times = Vec::new();
    while let Some(spoken) = speaking.join_next().await {
        let (browser, spoken) = spoken.expect("no panic");
        idle.push(browser);
        times.extend(spoken);
    }
    times.sort_unstable();
    // A loaded machine is slow; one whose tunnels wait for one another would take as long as there are sockets.
    let half = times[times.len() / 2];
    assert!(half < Duration::from_secs(1), "{half:?} for a word there and back");

    drop((idle, late));
    let begun = Instant::now();
    // A connection or two may wait in the pool.
    while open_files() > before + 8 {
        assert!(
            begun.elapsed() < PATIENCE * 3,
            "{} files, {before} before",
            open_files()
        );
        tokio::task::yield_now().await;
    }
    open(&deck).await;
}

#[tokio::test]
async fn fault_25_an_app_that_comes_and_goes_is_told_of_and_is_never_another() {
    const NAMES: [&str; 2] = [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nnotes",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother",
    ];
    let other = App::answering(NAMES[1]).await;
    let deck = Deck::start(Limits::default(), None).await;
    let mut generation = 0;
    for _ in 0..10 {
        let app = App::answering(NAMES[0]).await;
        generation += 1;
        deck.point_at(app.port, generation);
        for _ in 0..3 {
            assert_eq!(deck.get("/").await.1, "notes");
        }
        drop(app);
        // Its table still says that it is there: what was open is closed, and nobody listens.
        let (head, _) = deck.get("/").await;
        assert!(
            head.starts_with("HTTP/1.1 502") && head.contains("refresh: 3\r\n"),
            "{head}"
        );
        deck.routes.replace(Table::new([deck.route(Target::Starting)]));
        assert!(deck.get("/").await.0.starts_with("HTTP/1.1 503"));
    }
    assert_eq!(other.dials(), 0);
}
