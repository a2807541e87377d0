//! What the session lane is for.

use std::time::Duration;

use futures_util::StreamExt;
use podman::container::State;
use testkit::{Lane, Machine, wait_until};

#[tokio::test]
async fn a_session_has_statistics_pause_and_health_timers() {
    let machine = Machine::start_in(Lane::Session).await;
    let podman = machine.podman();
    let can = podman.capabilities().await.expect("it answers");
    assert!(can.stats() && can.pause && can.health_timers, "{can:?}");

    let check = [
        "run",
        "--detach",
        "--name",
        "web",
        "--health-cmd",
        "true",
        "--health-interval",
        "1s",
    ];
    machine.cli(&[&check[..], &[testkit::TINY]].concat()).await;
    let containers = podman.containers();
    wait_until("the first health check", Duration::from_secs(10), async || {
        let healthy = Some(podman::container::Health::Healthy);
        containers
            .list()
            .await
            .expect("it answers")
            .iter()
            .any(|one| one.health == healthy)
            .then_some(())
    })
    .await;

    containers.pause("web").await.expect("it can be frozen");
    assert_eq!(
        containers.inspect("web").await.expect("it is there").state,
        State::Paused
    );
    assert_eq!(containers.list().await.expect("it answers")[0].state, State::Paused);
    containers.unpause("web").await.expect("it can go on");

    let mut stats = containers.stats(&["web"], 1).await.expect("there are some");
    let moment = stats.next().await.expect("one at least").expect("well");
    assert!(moment[0].cpu_nanos > 0, "{moment:?}");
}

#[tokio::test]
async fn a_plain_machine_says_what_it_lacks() {
    let machine = Machine::start_in(Lane::Plain).await;
    let can = machine.podman().capabilities().await.expect("it answers");
    assert!(!can.health_timers);
    machine.run_tiny("web").await;
    assert_eq!(machine.podman().containers().pause("web").await.is_ok(), can.pause);
}
