//! The life of a container, from its image to its removal.

use std::time::{Duration, Instant};

use podman::container::{Remove, Spec, State};
use testkit::{Machine, TINY};

#[tokio::test]
async fn a_container_lives_and_each_step_is_seen() {
    let t = Instant::now();
    let machine = Machine::start().await;
    println!("machine {:?}", t.elapsed());
    let containers = machine.podman().containers();
    let spec = Spec {
        name: "web".to_owned(),
        image: TINY.to_owned(),
        ..Spec::default()
    };
    let id = containers.create(&spec).await.expect("created").id;
    assert_eq!(
        containers.inspect("web").await.expect("it is there").state,
        State::Created
    );

    containers.start(&id).await.expect("started");
    containers.start(&id).await.expect("starting twice is fine");
    let detail = containers.inspect(&id).await.expect("it is there");
    assert_eq!(detail.state, State::Running);

    containers
        .stop(&id, Some(Duration::from_secs(5)))
        .await
        .expect("stopped");
    containers.stop(&id, None).await.expect("stopping twice is fine");
    containers.remove(&id, Remove::default()).await.expect("removed");
    assert!(containers.inspect(&id).await.expect_err("it is gone").is_not_found());
    let t = Instant::now();
    drop(machine);
    println!("drop {:?}", t.elapsed());
}
