//! A hundred containers.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use podman::container::State;
use testkit::Machine;

use crate::tiny;

#[tokio::test]
async fn a_hundred_containers_are_listed_whole_and_quickly() {
    let machine = Machine::start().await;
    let containers = machine.podman().containers();
    stream::iter(0..100)
        .for_each_concurrent(8, |number| {
            let containers = containers.clone();
            async move {
                drop(
                    containers
                        .create(&tiny(&format!("c{number}")))
                        .await
                        .expect("it can be made"),
                );
            }
        })
        .await;
    let start = Instant::now();
    let list = containers.list().await.expect("they can be listed");
    let took = start.elapsed();
    assert_eq!(list.len(), 100);
    assert!(
        list.iter()
            .all(|one| one.state == State::Created && one.started.is_none() && !one.id.is_empty())
    );
    // Podman itself takes 20 to 40 ms; the bound only tells a mistake from a busy machine.
    assert!(took < Duration::from_secs(2), "{took:?}");
}
