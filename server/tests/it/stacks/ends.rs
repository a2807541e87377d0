//! How a server ends while it is at work, what comes after it, and what it leaves alone. Numbered as in the security
//! contract.

use std::time::{Duration, Instant};

use api::container::ContainerList;
use api::event::Frame;
use api::job::JobState;
use api::stack::StackState;
use serde_json::json;
use testkit::{Deck, DeckOptions, Machine, wait_until};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{clean, create, deploy, done, follow, over, podman_ps, shown};
use crate::browser::Browser;
use crate::{BINARY, deck, set_up};

const WEB: &str = "services:\n  web:\n    image: localhost/tiny\n";

/// A deploy of this waits for a file.
const GATE: &str = r#"
services:
  gate:
    image: localhost/tiny
    volumes: ["data:/data"]
    healthcheck: {test: [CMD, test, -f, /data/open], interval: 500ms, retries: 1000}
  behind:
    image: localhost/tiny
    depends_on: {gate: {condition: service_healthy}}
volumes:
  data:
"#;

async fn started(machine: &Machine, container: &str) -> String {
    machine
        .cli(&["inspect", "-f", "{{.State.StartedAt}} {{.State.Pid}}", container])
        .await
}

/// An upload of which the first half is under way.
struct Upload {
    stream: TcpStream,
    rest: String,
}

impl Upload {
    async fn begin(browser: &Browser, name: &str) -> Self {
        let body = json!({"name": name, "compose": WEB}).to_string();
        let (half, rest) = body.split_at(body.len() / 2);
        let cookies: Vec<String> = browser
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let head = format!(
            "POST /api/stacks HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\ncookie: {}\r\nx-stardeck-token: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nexpect: 100-continue\r\n\r\n",
            cookies.join("; "),
            browser.token.as_deref().unwrap(),
            body.len(),
            host = browser.host,
        );
        let mut stream = browser.connect().await;
        stream.write_all(head.as_bytes()).await.unwrap();
        // The server asks for the body once the request is under way; before that it may close the connection.
        let mut asks = [0; 25];
        stream.read_exact(&mut asks).await.unwrap();
        assert_eq!(&asks, b"HTTP/1.1 100 Continue\r\n\r\n");
        stream.write_all(half.as_bytes()).await.unwrap();
        Self {
            stream,
            rest: rest.to_owned(),
        }
    }

    /// Sends the rest; the first line of the answer.
    async fn finish(mut self) -> String {
        self.stream.write_all(self.rest.as_bytes()).await.unwrap();
        let mut answer = String::new();
        self.stream.read_to_string(&mut answer).await.unwrap();
        answer.lines().next().unwrap_or_default().to_owned()
    }
}

#[tokio::test]
async fn fault_04_a_server_that_is_asked_to_end_finishes_what_is_under_way_and_leaves_containers_alone() {
    let machine = Machine::start().await;
    let (mut deck, mut ada) = deck(&machine).await;
    create(&mut ada, "web", WEB).await;
    deploy(&mut ada, "web").await;
    create(&mut ada, "gate", GATE).await;
    let begun = ada.post("/api/stacks/gate/deploy", json!({})).await;
    wait_until("the gate to be waited for", Duration::from_secs(30), async || {
        (podman_ps(&machine, "gate").await.len() == 1).then_some(())
    })
    .await;
    let before = started(&machine, "web-web-1").await;
    let mut streams = Vec::new();
    for _ in 0..100 {
        streams.push(ada.events("").await);
    }
    let mut uploads = Vec::new();
    for number in 0..10 {
        uploads.push(Upload::begin(&ada, &format!("upload-{number}")).await);
    }

    let start = Instant::now();
    let (status, ()) = tokio::join!(deck.stop(), async {
        for stream in &mut streams {
            while let Some(frame) = stream.next().await {
                assert!(frame != Frame::SessionEnded, "nobody was logged out");
            }
        }
        for upload in uploads {
            assert_eq!(upload.finish().await, "HTTP/1.1 201 Created");
        }
    });
    assert!(status.success(), "{status}");
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert_eq!(started(&machine, "web-web-1").await, before);

    machine.cli(&["exec", "gate-gate-1", "touch", "/data/open"]).await;
    deck.start_again().await;
    follow(&mut ada, &deck);
    let job = over(&mut ada, &begun).await;
    assert_eq!(
        job.job.state,
        JobState::Done,
        "the deploy goes on where it was: {job:#?}"
    );
    shown(&mut ada, "upload-9", StackState::Down).await;
    assert_eq!(started(&machine, "web-web-1").await, before);
    for stack in ["web", "gate"] {
        clean(&machine, &mut ada, stack).await;
    }
}

#[tokio::test]
async fn fault_05_another_binary_takes_over_and_no_container_notices() {
    let machine = Machine::start().await;
    let (mut deck, mut ada) = deck(&machine).await;
    create(&mut ada, "web", WEB).await;
    deploy(&mut ada, "web").await;
    let before = started(&machine, "web-web-1").await;
    let jobs = ada.get("/api/jobs").await.body;

    let traffic = tokio::spawn({
        let mut ada = ada.clone();
        async move {
            while ada
                .send_if_it_lives("POST", "/api/tickets", Some(json!({"route": "/api/events"})))
                .await
                .is_some()
            {}
        }
    });
    assert!(deck.stop().await.success());
    traffic.await.unwrap();
    let (program, new) = (machine.dir().join("stardeck"), machine.dir().join("stardeck.new"));
    std::fs::copy(&program, &new).unwrap();
    std::fs::rename(&new, &program).unwrap();
    deck.start_again().await;
    follow(&mut ada, &deck);
    shown(&mut ada, "web", StackState::Running).await;
    assert_eq!(started(&machine, "web-web-1").await, before);
    let counted = |body: &[u8]| serde_json::from_slice::<serde_json::Value>(body).unwrap()["items"].clone();
    assert_eq!(
        counted(&ada.get("/api/jobs").await.body),
        counted(&jobs),
        "nothing was done again"
    );
    clean(&machine, &mut ada, "web").await;
}

#[tokio::test]
async fn fault_27_a_deck_of_another_identity_takes_nothing_of_this_one_away() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    create(&mut ada, "web", WEB).await;
    deploy(&mut ada, "web").await;
    let before = (podman_ps(&machine, "web").await, started(&machine, "web-web-1").await);

    let other = Deck::start(&machine, BINARY, DeckOptions::default()).await;
    let mut eve = set_up(&other).await;
    let listed = wait_until("the other deck to see it", Duration::from_secs(10), async || {
        let list: ContainerList = eve.get("/api/containers").await.json();
        list.items.first().cloned()
    })
    .await;
    assert!(listed.foreign, "{listed:?}");
    create(&mut eve, "web", WEB).await;
    let job = done(&mut eve, "web", "deploy", json!({})).await;
    assert_eq!(job.job.state, JobState::Failed, "the name is taken: {job:#?}");
    let removed = eve.send("DELETE", "/api/stacks/web", None).await;
    over(&mut eve, &removed).await;
    assert_eq!(
        (podman_ps(&machine, "web").await, started(&machine, "web-web-1").await),
        before
    );
    shown(&mut ada, "web", StackState::Running).await;
    clean(&machine, &mut ada, "web").await;
}
