//! A watch tells what happens, whoever does it.

use std::time::Duration;

use futures_util::StreamExt;
use podman::{
    Podman,
    container::{Exec, Logs, Summary},
    event::{Event, Kind},
    watch::{Config, Signal, Watch},
};
use testkit::{Machine, wait_until};
use tokio::time::timeout;

use crate::{run, tiny};

/// The next signal, within a time in which a signal has to come.
pub(crate) async fn next(watch: &mut Watch) -> Signal {
    timeout(Duration::from_secs(15), watch.next())
        .await
        .expect("a signal comes")
        .expect("a watch never ends")
}

/// The next list, whatever comes before it.
pub(crate) async fn listed(watch: &mut Watch) -> Vec<Summary> {
    loop {
        if let Signal::Listed(list) = next(watch).await {
            return list;
        }
    }
}

/// Waits for the hint that `action` happened to the container `name`.
pub(crate) async fn hint(watch: &mut Watch, name: &str, action: &str) -> Event {
    loop {
        match next(watch).await {
            Signal::Hint(event) if event.name == name && event.action == action => return event,
            Signal::Lost(error) => panic!("lost while waiting for {action}: {error:?}"),
            _ => {}
        }
    }
}

#[tokio::test]
async fn what_is_done_in_a_terminal_is_seen() {
    let machine = Machine::start().await;
    let id = run(&machine, &tiny("web")).await;
    let mut watch = Watch::new(machine.podman(), Config::default());
    let Signal::Connected(version) = next(&mut watch).await else {
        panic!("first it connects")
    };
    assert!(version.is_supported());
    let Signal::Listed(list) = next(&mut watch).await else {
        panic!("then it lists")
    };
    assert_eq!(list.iter().map(|one| &one.id).collect::<Vec<_>>(), [&id]);

    machine.cli(&["stop", "web"]).await;
    let died = hint(&mut watch, "web", "died").await;
    assert_eq!((died.kind, &died.id, died.exit_code), (Kind::Container, &id, Some(0)));
    assert!(died.time.is_some());
    machine.cli(&["rename", "web", "shop"]).await;
    hint(&mut watch, "shop", "rename").await;
    machine.cli(&["rm", "shop"]).await;
    assert_eq!(hint(&mut watch, "shop", "remove").await.id, id);
}

/// What happens between the list and the first event must not fall between the two.
#[tokio::test]
async fn nothing_is_missed_while_a_watch_begins() {
    let machine = Machine::start().await;
    let containers = machine.podman().containers();
    for round in 0..10 {
        let name = format!("c{round}");
        let mut watch = Watch::new(machine.podman(), Config::default());
        containers.create(&tiny(&name)).await.expect("it can be made");
        let known = async {
            loop {
                match next(&mut watch).await {
                    Signal::Listed(list) if list.iter().any(|one| one.name == name) => return,
                    Signal::Hint(event) if event.name == name => return,
                    Signal::Lost(error) => panic!("{error:?}"),
                    _ => {}
                }
            }
        };
        timeout(Duration::from_secs(5), known).await.expect("it becomes known");
    }
}

#[tokio::test]
async fn what_is_dropped_closes_its_connection() {
    let machine = Machine::start().await;
    let id = run(&machine, &tiny("web")).await;
    let socket = machine.fault_socket().await;
    let podman = Podman::new(socket.path());
    let containers = podman.containers();
    let mut watch = Watch::new(podman.clone(), Config::default());
    listed(&mut watch).await;
    let mut log = containers
        .logs(
            &id,
            &Logs {
                follow: true,
                ..Logs::default()
            },
        )
        .await
        .expect("there is a log");
    log.next().await.expect("it has a line").expect("it goes on well");
    let sleep = Exec {
        command: ["sleep", "600"].map(str::to_owned).to_vec(),
        ..Exec::default()
    };
    let running = containers.exec(&id, &sleep).await.expect("it can be run");
    wait_until("three connections", Duration::from_secs(5), async || {
        (socket.open() == 3).then_some(())
    })
    .await;
    drop((watch, log, running));
    wait_until("no connection", Duration::from_secs(5), async || {
        (socket.open() == 0).then_some(())
    })
    .await;
}
