//! What goes wrong has a kind, and Podman's own words.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use podman::{
    Error, Podman,
    container::{Exec, Remove},
};
use testkit::{Fault, Machine, TINY};

use crate::{run, tiny};

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let machine = Machine::start().await;
    let podman = machine.podman();
    let containers = podman.containers();
    let errors = [
        containers.inspect("nobody").await.map(drop).expect_err("inspect"),
        containers.start("nobody").await.expect_err("start"),
        containers.stop("nobody", None).await.expect_err("stop"),
        containers
            .logs("nobody", &podman::container::Logs::default())
            .await
            .map(drop)
            .expect_err("logs"),
        containers
            .remove("nobody", Remove::default())
            .await
            .expect_err("remove"),
        podman.images().inspect("nobody").await.map(drop).expect_err("image"),
        podman.volumes().remove("nobody").await.expect_err("volume"),
        podman.networks().remove("nobody").await.expect_err("network"),
    ];
    for error in errors {
        assert!(
            error.is_not_found() && !error.is_outage() && error.to_string().contains("nobody"),
            "{error:?}"
        );
    }
    let spec = podman::container::Spec {
        image: "localhost/nothing:1".to_owned(),
        ..tiny("a")
    };
    assert!(
        containers
            .create(&spec)
            .await
            .expect_err("no such image")
            .is_not_found()
    );
}

#[tokio::test]
async fn what_does_not_fit_is_a_conflict() {
    let machine = Machine::start().await;
    let containers = machine.podman().containers();
    let id = run(&machine, &tiny("web")).await;
    assert!(
        containers
            .create(&tiny("web"))
            .await
            .expect_err("the name is taken")
            .is_conflict()
    );
    assert!(
        containers
            .remove(&id, Remove::default())
            .await
            .expect_err("it runs")
            .is_conflict()
    );
    containers.stop(&id, None).await.expect("it can be stopped");
    assert!(
        containers
            .kill(&id, "SIGTERM")
            .await
            .expect_err("it does not run")
            .is_conflict()
    );
    let program = Exec {
        command: vec!["true".to_owned()],
        ..Exec::default()
    };
    assert!(
        containers
            .exec(&id, &program)
            .await
            .err()
            .expect("it does not run")
            .is_conflict()
    );
    let refusal = machine
        .podman()
        .images()
        .remove(TINY, false)
        .await
        .expect_err("it is in use");
    assert!(
        refusal.is_conflict() && refusal.to_string().contains("in use"),
        "{refusal:?}"
    );
}

/// A name that is a path would reach another call: `DELETE /containers/../images/x`.
#[tokio::test]
async fn a_name_never_leaves_its_place_in_the_path() {
    let machine = Machine::start().await;
    let containers = machine.podman().containers();
    for name in [
        "",
        ".",
        "..",
        "a/../b",
        "a/json",
        "web?force=true",
        "web#x",
        "w\r\nHost: x",
        "%2e%2e",
        "ä b",
    ] {
        let error = containers.remove(name, Remove::default()).await.expect_err(name);
        assert!(error.is_not_found(), "{name:?}: {error:?}");
        assert!(machine.podman().images().inspect(name).await.is_err(), "{name:?}");
    }
    assert!(machine.podman().images().inspect(TINY).await.is_ok());
}

#[tokio::test]
async fn a_pull_that_fails_in_the_stream_is_an_error() {
    let machine = Machine::start().await;
    // Nobody listens at port 1.
    let mut pull = machine.podman().images().pull(&podman::image::Pull {
        reference: "localhost:1/nothing:1".to_owned(),
        ..podman::image::Pull::default()
    });
    let mut last = None;
    while let Some(next) = pull.next().await {
        last = Some(next);
    }
    let refusal = last.expect("it says something").expect_err("there is no such registry");
    assert!(
        matches!(&refusal, Error::Refused { message, .. } if message.contains("connection refused")),
        "{refusal:?}"
    );
}

#[tokio::test]
async fn a_failure_of_podman_comes_in_its_own_words() {
    let machine = Machine::start().await;
    let socket = machine.fault_socket().await;
    socket.set(Fault::Answer500);
    let refusal = Podman::new(socket.path())
        .containers()
        .list()
        .await
        .expect_err("a fault on request");
    assert!(matches!(&refusal, Error::Refused { status: 500, message } if message == "a fault on request"));
    assert_eq!((socket.connections(), socket.requests()), (1, 1));
}

#[tokio::test]
async fn a_socket_that_is_not_there_is_unreachable_at_once() {
    let start = Instant::now();
    let podman = Podman::new("/nowhere/podman.sock");
    let error = podman.ping().await.expect_err("there is no socket");
    assert!(matches!(error, Error::Unreachable { .. }) && error.is_outage());
    assert!(error.to_string().contains("/nowhere/podman.sock"));
    let stream_error = podman
        .events(&podman::event::Query::default())
        .next()
        .await
        .expect("it says something");
    assert!(matches!(stream_error, Err(Error::Unreachable { .. })));
    assert!(start.elapsed() < Duration::from_secs(1));
}
