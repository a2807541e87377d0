//! The story that everything is built for: become administrator, see the containers, start and stop one, live.

use std::time::Duration;

use api::container::{Container, ContainerDetail, ContainerList, ContainerState};
use api::event::{Change, Frame};
use api::system::{PodmanState, System};
use testkit::{Machine, TINY, wait_until};

use crate::browser::{Browser, Events};
use crate::{deck, empty_deck, set_up};

async fn containers(browser: &mut Browser) -> ContainerList {
    browser.get("/api/containers").await.json()
}

/// Waits until the list is what Podman says.
async fn settled(browser: &mut Browser, count: usize) -> Vec<Container> {
    wait_until("the list to be Podman's", Duration::from_secs(10), async || {
        let list = containers(browser).await;
        (list.podman == PodmanState::Connected && list.items.len() == count).then_some(list.items)
    })
    .await
}

async fn state_of(events: &mut Events, name: &str, state: ContainerState) -> Container {
    events
        .until(&format!("{name} to be {state:?}"), |frame| match frame {
            Frame::Event(event) => match event.change {
                Change::Container { container } if container.name == name && container.state == state => {
                    Some(container)
                }
                _ => None,
            },
            _ => None,
        })
        .await
}

#[tokio::test]
async fn a_container_is_seen_stopped_started_and_removed_live() {
    let machine = Machine::start().await;
    machine
        .cli(&[
            "run",
            "-d",
            "--name",
            "web",
            "-p",
            "127.0.0.1::8080",
            "-e",
            "PASSWORD=x",
            TINY,
        ])
        .await;
    let (_deck, mut ada) = deck(&machine).await;
    let listed = settled(&mut ada, 1).await.remove(0);
    assert_eq!(
        (listed.name.as_str(), listed.state, listed.foreign),
        ("web", ContainerState::Running, true)
    );
    assert_eq!(listed.ports[0].container_port, 8080);

    let detail: ContainerDetail = ada.get(&format!("/api/containers/{}", listed.id)).await.json();
    assert_eq!(detail.container, listed, "inspecting says what the list says");
    assert!(
        detail.environment.contains(&"PASSWORD".to_owned()),
        "names of variables, without values"
    );

    let mut events = ada.events("").await;
    let path = format!("/api/containers/{}", listed.id);
    let stopped: Container = ada.send("POST", &format!("{path}/stop"), None).await.json();
    assert_eq!(stopped.state, ContainerState::Exited);
    state_of(&mut events, "web", ContainerState::Exited).await;
    assert_eq!(
        machine.cli(&["inspect", "-f", "{{.State.Running}}", "web"]).await,
        "false"
    );

    let started: Container = ada.send("POST", &format!("{path}/start"), None).await.json();
    assert_eq!(started.state, ContainerState::Running);
    state_of(&mut events, "web", ContainerState::Running).await;
    let restarted: Container = ada.send("POST", &format!("{path}/restart"), None).await.json();
    assert!(restarted.started >= started.started && restarted.state == ContainerState::Running);

    let refused = ada.send("DELETE", &path, None).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "container_running"));
    assert_eq!(ada.send("DELETE", &format!("{path}?stop=true"), None).await.status, 204);
    events
        .until("the container to be gone", |frame| match frame {
            Frame::Event(event) if event.change == (Change::ContainerRemoved { id: listed.id.clone() }) => Some(()),
            _ => None,
        })
        .await;
    assert_eq!(machine.cli(&["ps", "-aq"]).await, "");
}

#[tokio::test]
async fn a_stream_on_which_nothing_happens_says_that_it_lives() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let mut events = ada.events("").await;
    let pulse = async { while events.next_of::<Frame>().await.expect("the stream to go on") != Frame::Pulse {} };
    tokio::time::timeout(Duration::from_secs(30), pulse).await.unwrap();
}

#[tokio::test]
async fn what_is_done_in_a_terminal_is_seen_at_once() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    settled(&mut ada, 0).await;
    let mut events = ada.events("").await;
    machine.run_tiny("one").await;
    state_of(&mut events, "one", ContainerState::Running).await;
    machine.cli(&["stop", "-t", "1", "one"]).await;
    let stopped = state_of(&mut events, "one", ContainerState::Exited).await;
    assert!(stopped.finished.is_some() && stopped.exit_code.is_some());
    machine.cli(&["rename", "one", "two"]).await;
    state_of(&mut events, "two", ContainerState::Exited).await;
    machine.cli(&["rm", "two"]).await;
    settled(&mut ada, 0).await;
}

#[tokio::test]
async fn who_comes_back_hears_what_it_missed() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    settled(&mut ada, 0).await;
    let mut events = ada.events("").await;
    let Some(Frame::Hello {
        stream,
        sequence,
        podman: PodmanState::Connected,
        ..
    }) = events.next().await
    else {
        panic!("the first message is the hello");
    };
    drop(events);
    machine.run_tiny("one").await;
    wait_until("the list to have it", Duration::from_secs(10), async || {
        let list = containers(&mut ada).await;
        list.items
            .iter()
            .any(|container| container.state == ContainerState::Running)
            .then_some(())
    })
    .await;
    let mut events = ada.events(&format!("&stream={stream}&after={sequence}")).await;
    state_of(&mut events, "one", ContainerState::Running).await;
    let mut events = ada.events("&stream=of-another-run&after=3").await;
    events
        .until("to be told to list again", |frame| {
            matches!(frame, Frame::Relist { .. }).then_some(())
        })
        .await;
    machine.cli(&["rm", "-f", "-t", "1", "one"]).await;
}

#[tokio::test]
async fn the_machine_says_what_it_is() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let system: System = wait_until("Podman to be known", Duration::from_secs(10), async || {
        let system: System = ada.get("/api/system").await.json();
        system.podman.version.is_some().then_some(system)
    })
    .await;
    assert_eq!(system.podman.rootless, Some(true));
    assert!(system.host.cpus > 0 && system.host.memory > system.host.memory_used && !system.host.os.is_empty());
}

#[tokio::test]
async fn a_restart_of_the_server_keeps_sessions_and_containers() {
    let machine = Machine::start().await;
    let id = machine.run_tiny("one").await;
    let mut deck = empty_deck(&machine).await;
    let mut ada = set_up(&deck).await;
    settled(&mut ada, 1).await;
    let started = machine.cli(&["inspect", "-f", "{{.State.StartedAt}}", &id]).await;
    assert!(deck.stop().await.success(), "it drains and ends cleanly");
    deck.start_again().await;
    let fresh = Browser::new(deck.address());
    ada = Browser {
        server: fresh.server,
        host: fresh.host,
        ..ada
    };
    settled(&mut ada, 1).await;
    assert_eq!(
        machine.cli(&["inspect", "-f", "{{.State.StartedAt}}", &id]).await,
        started
    );
    machine.cli(&["rm", "-f", "-t", "1", "one"]).await;
}

#[tokio::test]
async fn the_same_request_under_one_key_happens_once() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let body = serde_json::json!({"name": "bob", "password": crate::PASSWORD, "role": "member"});
    ada.extra = vec![("idempotency-key".into(), "8d1f".into())];
    let first = ada.post("/api/users", body.clone()).await;
    let again = ada.post("/api/users", body).await;
    assert_eq!((first.status, again.status), (201, 201), "{again:?}");
    assert_eq!(first.body, again.body);
    assert!(again.headers.contains_key("idempotency-replayed"));
    let other = serde_json::json!({"name": "eve", "password": crate::PASSWORD, "role": "member"});
    let reused = ada.post("/api/users", other).await;
    assert_eq!((reused.status, reused.code().as_str()), (409, "key_reused"));
}
