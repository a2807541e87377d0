//! The line between a browser and the server is bad. Numbered as in the security contract.

use std::collections::BTreeSet;
use std::time::Duration;

use api::container::ContainerList;
use api::event::{Change, Frame};
use api::page::Page;
use testkit::{Line, Machine, Weather, wait_until};

use crate::browser::Browser;
use crate::deck;

/// Where the stream stands, from its first message.
fn hello(frame: Frame) -> Option<(String, u64)> {
    match frame {
        Frame::Hello { stream, sequence, .. } => Some((stream, sequence)),
        _ => None,
    }
}

#[tokio::test]
async fn fault_26_over_a_line_that_loses_and_breaks_an_action_happens_once_and_nothing_is_missed() {
    let machine = Machine::start().await;
    let id = machine.run_tiny("one").await;
    machine.run_tiny("two").await;
    let (deck, mut ada) = deck(&machine).await;
    wait_until("both to be known", Duration::from_secs(10), async || {
        let list: ContainerList = ada.get("/api/containers").await.json();
        (list.items.len() == 2).then_some(())
    })
    .await;
    let started = async || machine.cli(&["inspect", "-f", "{{.State.StartedAt}}", "one"]).await;
    let restart = format!("/api/containers/{id}/restart");
    let line = Line::to(ada.server).await;
    line.set(Weather::Poor);
    let mut far = Browser {
        server: line.address(),
        ..ada.clone()
    };
    let mut events = far.events("").await;
    let (stream, seen) = events.until("where it stands", hello).await;

    // The answer is lost, then the line, and with it all that happens meanwhile.
    let first = started().await;
    far.extra.push(("idempotency-key".to_owned(), "press-1".to_owned()));
    line.set(Weather::Deaf);
    let pressed = tokio::spawn({
        let (mut far, restart) = (far.clone(), restart.clone());
        async move { far.send_if_it_lives("POST", &restart, None).await }
    });
    let second = wait_until("it to be restarted", Duration::from_secs(20), async || {
        let now = started().await;
        (now != first).then_some(now)
    })
    .await;
    line.set(Weather::Cut);
    assert!(
        pressed.await.unwrap().is_none(),
        "nobody knows whether it was carried out"
    );
    while events.next().await.is_some() {}
    machine.cli(&["rm", "-f", "-t", "1", "two"]).await;
    let three = machine.run_tiny("three").await;
    assert_eq!(ada.get("/api/healthz").await.status, 200, "{}", deck.log());

    // The same again, until it is over, and once more.
    line.set(Weather::Poor);
    wait_until("the answer of the first", Duration::from_secs(20), async || {
        let reply = far.send("POST", &restart, None).await;
        assert!([200, 409].contains(&reply.status), "{reply:?}");
        (reply.status == 200).then_some(())
    })
    .await;
    assert_eq!(far.send("POST", &restart, None).await.status, 200);
    assert_eq!(started().await, second, "it was restarted once");
    let audit: Page<api::audit::Entry> = ada.get("/api/audit").await.json();
    let rows = audit.items.iter().filter(|entry| entry.action == "container.restart");
    assert_eq!(rows.count(), 1, "{audit:#?}");

    far.extra.clear();
    let mut events = far.events(&format!("&stream={stream}&after={seen}")).await;
    assert_eq!(events.until("the same stream", hello).await.0, stream);
    let mut awaited = BTreeSet::from(["removed", "three", "one"]);
    events
        .until("what was missed", |frame| {
            match frame {
                Frame::Event(event) => match event.change {
                    Change::ContainerRemoved { .. } => drop(awaited.remove("removed")),
                    Change::Container { container } if container.id == three => drop(awaited.remove("three")),
                    Change::Container { container } if container.id == id => drop(awaited.remove("one")),
                    _ => {}
                },
                frame => panic!("{frame:?}"),
            }
            awaited.is_empty().then_some(())
        })
        .await;
    machine.cli(&["rm", "-f", "-t", "1", "one", "three"]).await;
}
