//! What containers print, as it reaches a listener.

use std::time::Duration;

use api::container::ContainerState;
use api::log::{LogFrame, LogLine, LogSource};
use testkit::{Deck, Machine, wait_until};
use tokio::time::timeout;

use crate::browser::{Browser, Events};
use crate::deck;

const PATIENCE: Duration = Duration::from_secs(20);

/// Starts a container that runs `script`, and waits until the deck knows of it.
async fn run(machine: &Machine, browser: &mut Browser, name: &str, more: &[&str], script: &str) -> String {
    let mut args = vec!["run", "--detach", "--name", name];
    args.extend(more);
    args.extend(["localhost/tiny:latest", "sh", "-c", script]);
    let id = machine.cli(&args).await.trim().to_owned();
    let path = format!("/api/containers/{id}");
    wait_until("the container to be listed", PATIENCE, async || {
        (browser.get(&path).await.status == 200).then_some(())
    })
    .await;
    id
}

async fn follow(browser: &mut Browser, path: &str, query: &str) -> Events {
    let ticket = browser.ticket_for(path).await;
    let origin = format!("http://{}", browser.host);
    browser
        .socket(&format!("{path}?ticket={ticket}{query}"), Some(&origin))
        .await
        .unwrap()
}

async fn next(log: &mut Events) -> LogFrame {
    timeout(PATIENCE, log.next_of()).await.unwrap().expect("the log ended")
}

/// The lines up to the first that says `last`.
async fn lines_until(log: &mut Events, last: &str) -> Vec<LogLine> {
    let mut all = Vec::new();
    while all.last().is_none_or(|line: &LogLine| line.text != last) {
        if let LogFrame::Lines { lines } = next(log).await {
            all.extend(lines);
        }
    }
    all
}

/// Just so many lines; Podman may or may not say that the container ended before them.
async fn lines_of(log: &mut Events, count: usize) -> Vec<LogLine> {
    let mut all = Vec::new();
    while all.len() < count {
        match next(log).await {
            LogFrame::Lines { lines } => all.extend(lines),
            LogFrame::Ended { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(all.len(), count, "{all:?}");
    all
}

#[tokio::test]
async fn fault_11_a_log_is_read_on_when_its_container_starts_again() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let script = "echo one; echo two >&2; echo; echo last; exec sleep 1000";
    let id = run(&machine, &mut ada, "talk", &[], script).await;
    let mut log = follow(&mut ada, &format!("/api/containers/{id}/logs"), "").await;
    let lines = lines_of(&mut log, 4).await;
    let mut said: Vec<_> = lines.iter().map(|line| (line.source, line.text.as_str())).collect();
    // The two sources have no order between them.
    said.sort_by_key(|(source, _)| *source == LogSource::Stderr);
    let wanted = [
        (LogSource::Stdout, "one"),
        (LogSource::Stdout, ""),
        (LogSource::Stdout, "last"),
        (LogSource::Stderr, "two"),
    ];
    assert_eq!(said, wanted);
    assert!(lines.iter().all(|line| line.container == id && line.at.is_some()));

    machine.cli(&["restart", "--time", "1", "talk"]).await;
    let again = lines_of(&mut log, 4).await;
    assert!(
        again.iter().all(|line| line.at > lines[3].at),
        "each line once: {again:?}"
    );

    machine.cli(&["rm", "-f", "-t", "1", "talk"]).await;
    let over = async { while log.next_of::<LogFrame>().await.is_some() {} };
    timeout(PATIENCE, over)
        .await
        .expect("the stream ends with the container");
}

fn resident(deck: &Deck<'_>) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", deck.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn fault_12_a_listener_that_stops_reading_costs_no_memory_and_each_line_is_accounted_for() {
    let machine = Machine::start().await;
    let (deck, mut ada) = deck(&machine).await;
    // Some 20 MB, more than all buffers on the way hold.
    let flood = "yes \"$(printf '%0100d' 7)\" | head -n 200000; echo over";
    let id = run(
        &machine,
        &mut ada,
        "flood",
        &[],
        &format!("echo ready; sleep 1; {flood}"),
    )
    .await;
    let path = format!("/api/containers/{id}/logs");
    let mut log = follow(&mut ada, &path, "").await;
    lines_until(&mut log, "ready").await;
    let before = resident(&deck);
    let container = format!("/api/containers/{id}");
    wait_until(
        "the container to get rid of all its lines",
        Duration::from_secs(60),
        async || {
            let now: api::container::ContainerDetail = ada.get(&container).await.json();
            (now.container.state == ContainerState::Exited).then_some(())
        },
    )
    .await;
    let grown = resident(&deck).saturating_sub(before);
    assert!(grown < 32 * 1024, "the server has grown by {grown} KiB");
    let mut counted = 0;
    loop {
        match next(&mut log).await {
            LogFrame::Dropped { lines } => counted += lines,
            LogFrame::Lines { lines } => {
                counted += lines.len() as u64;
                if lines.last().is_some_and(|line| line.text == "over") {
                    break;
                }
            }
            other => panic!("{other:?} after {counted} lines"),
        }
    }
    assert_eq!(counted, 200_001, "each line was shown, or said to be left out");
    machine.cli(&["rm", "-f", "flood"]).await;
}

#[tokio::test]
async fn a_stack_is_followed_as_a_whole_and_by_those_only_who_may() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let system: serde_json::Value = ada.get("/api/system").await.json();
    let deck_label = format!("io.stardeck.deck={}", system["deck"].as_str().unwrap());
    let labels = ["--label", &deck_label, "--label", "com.docker.compose.project=shop"];
    let web = run(&machine, &mut ada, "web", &labels, "echo from web; exec sleep 1000").await;
    let mut bob = ada.with_user("bob", "viewer").await;
    let mut log = follow(&mut bob, "/api/stacks/shop/logs", "").await;
    assert_eq!(lines_until(&mut log, "from web").await[0].container, web);
    let worker = run(
        &machine,
        &mut ada,
        "worker",
        &labels,
        "echo from worker; exec sleep 1000",
    )
    .await;
    assert_eq!(lines_until(&mut log, "from worker").await[0].container, worker);

    let foreign = run(&machine, &mut ada, "foreign", &[], "echo secret; exec sleep 1000").await;
    for path in [
        format!("/api/containers/{foreign}/logs"),
        "/api/stacks/none/logs".into(),
    ] {
        let ticket = bob.ticket_for(&path).await;
        let origin = format!("http://{}", bob.host);
        let refused = bob.socket(&format!("{path}?ticket={ticket}"), Some(&origin)).await;
        assert_eq!(refused.err(), Some(404), "{path}");
    }
    let ticket = bob.ticket_for("/api/stacks/shop/logs").await;
    let elsewhere = format!("/api/containers/{web}/logs?ticket={ticket}");
    let refused = bob.socket(&elsewhere, Some(&format!("http://{}", bob.host))).await;
    assert_eq!(refused.err(), Some(403), "a ticket is for one path");
    bob.post("/api/logout", serde_json::json!({})).await;
    let said = async {
        while let Some(frame) = log.next_of::<LogFrame>().await {
            if frame == LogFrame::SessionEnded {
                return true;
            }
        }
        false
    };
    assert!(
        timeout(Duration::from_secs(2), said).await.unwrap(),
        "the session's end is said"
    );
    machine.cli(&["rm", "-f", "-t", "1", "web", "worker", "foreign"]).await;
}
