//! What containers use, as it reaches whoever looks.

use std::time::Duration;

use api::stats::StatsFrame;
use testkit::Machine;
use tokio::time::timeout;

use crate::browser::{Browser, Events};
use crate::deck;

const PATIENCE: Duration = Duration::from_secs(60);

async fn look(browser: &mut Browser) -> Events {
    let ticket = browser.ticket_for("/api/stats").await;
    let origin = format!("http://{}", browser.host);
    let path = format!("/api/stats?ticket={ticket}");
    browser.socket(&path, Some(&origin)).await.unwrap()
}

async fn next(stats: &mut Events) -> Option<StatsFrame> {
    timeout(PATIENCE, stats.next_of()).await.unwrap()
}

#[tokio::test]
async fn what_containers_use_is_pushed_or_it_is_said_that_this_machine_does_not_count() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let id = machine.run_tiny("busy").await;
    let mut stats = look(&mut ada).await;
    if !machine.podman().capabilities().await.unwrap().stats() {
        assert!(matches!(next(&mut stats).await, Some(StatsFrame::Unavailable { .. })));
        assert_eq!(next(&mut stats).await, None, "nothing more comes");
        // Whoever looks next is told as well.
        let mut again = look(&mut ada).await;
        assert!(matches!(next(&mut again).await, Some(StatsFrame::Unavailable { .. })));
        return;
    }
    // Two who look see the same container, and one that stops looking takes nothing from the other.
    let mut other = look(&mut ada).await;
    for stats in [&mut stats, &mut other] {
        loop {
            let Some(StatsFrame::Used { containers }) = next(stats).await else {
                panic!("the statistics ended");
            };
            if containers.iter().any(|usage| usage.container == id) {
                break;
            }
        }
    }
    drop(other);
    assert!(matches!(next(&mut stats).await, Some(StatsFrame::Used { .. })));
}
