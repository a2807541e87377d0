//! Podman goes away, falls silent, or talks nonsense. The numbers are those of the fault tests.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use podman::{
    Error, Podman,
    container::{Logs, State},
    event,
    watch::{Config, Signal, Watch},
};
use testkit::{Fault, Machine, wait_until};
use tokio::time::timeout;

use crate::{
    run, script, tiny,
    watch::{hint, listed, next},
};

/// Waits for the loss, and tells why.
async fn lost(watch: &mut Watch) -> Error {
    loop {
        if let Signal::Lost(error) = next(watch).await {
            return error;
        }
    }
}

#[tokio::test]
async fn fault_06_a_killed_service_ends_calls_and_streams_and_comes_back_whole() {
    let machine = Machine::start().await;
    let podman = machine.podman();
    let containers = podman.containers();
    let id = run(
        &machine,
        &script("drip", "trap 'exit 0' TERM; while :; do sleep 0.1; echo more; done"),
    )
    .await;
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
    log.next().await.expect("lines come").expect("it goes on well");
    let mut watch = Watch::new(podman.clone(), Config::default());
    listed(&mut watch).await;
    let waiting = {
        let (containers, id) = (containers.clone(), id.clone());
        async move { containers.wait(&id).await }
    };
    let waiting = tokio::spawn(waiting);

    machine.kill_podman().await;
    let killed = Instant::now();
    let end = async { while let Some(Ok(_)) = log.next().await {} };
    timeout(Duration::from_secs(5), end)
        .await
        .expect("the log ends, well or not");
    let interrupted = timeout(Duration::from_secs(10), waiting)
        .await
        .expect("the call ends")
        .expect("it ran");
    assert!(interrupted.expect_err("it was cut").is_outage());
    assert!(matches!(
        lost(&mut watch).await,
        Error::Interrupted { .. } | Error::Unreachable { .. }
    ));
    assert!(killed.elapsed() < Duration::from_secs(5), "{:?}", killed.elapsed());

    machine.start_podman().await;
    let back = Instant::now();
    let list = listed(&mut watch).await;
    assert!(back.elapsed() < Duration::from_secs(2), "{:?}", back.elapsed());
    assert_eq!(
        (list.len(), list[0].state),
        (1, State::Running),
        "containers go on without the service"
    );
}

#[tokio::test]
async fn fault_06_a_create_that_was_cut_can_be_repeated_without_a_duplicate() {
    let machine = Machine::start().await;
    let socket = machine.fault_socket().await;
    let podman = Podman::new(socket.path());
    socket.set(Fault::CutAfter(0));
    assert!(
        podman
            .containers()
            .create(&tiny("web"))
            .await
            .expect_err("the answer was cut")
            .is_outage()
    );
    socket.set(Fault::Pass);
    // The name decides: either the first try made it, or a later one does. Podman holds the name before there is a
    // container, and lets go of it where it saw the cut: until then nothing is listed and a create is refused.
    wait_until("the container", Duration::from_secs(10), async || {
        let again = podman.containers().create(&tiny("web")).await;
        assert!(again.as_ref().err().is_none_or(Error::is_conflict), "{again:?}");
        let there = podman.containers().list().await.expect("they can be listed");
        assert!(there.len() < 2, "{there:?}");
        (!there.is_empty()).then_some(())
    })
    .await;
    let once_more = podman.containers().create(&tiny("web")).await;
    assert!(once_more.expect_err("the name is taken").is_conflict());
    assert_eq!(podman.containers().list().await.expect("they can be listed").len(), 1);
}

#[tokio::test]
async fn fault_07_a_socket_that_never_answers_is_noticed_within_ten_seconds() {
    let machine = Machine::start().await;
    let id = run(&machine, &tiny("web")).await;
    let socket = machine.fault_socket().await;
    let podman = Podman::new(socket.path());
    let mut watch = Watch::new(podman.clone(), Config::default());
    listed(&mut watch).await;

    socket.set(Fault::Hang);
    let hung = Instant::now();
    let (containers, images) = (podman.containers(), podman.images());
    let started = std::sync::Mutex::new(Vec::new());
    let note = |call: &'static str, error: Error| started.lock().expect("no panic").push((call, error, hung.elapsed()));
    tokio::join!(
        async { note("list", containers.list().await.expect_err("silence")) },
        async { note("stop", containers.stop(&id, None).await.expect_err("silence")) },
        async { note("wait", containers.wait(&id).await.expect_err("silence")) },
        async {
            note(
                "logs",
                containers
                    .logs(&id, &Logs::default())
                    .await
                    .map(drop)
                    .expect_err("silence"),
            );
        },
        async {
            note(
                "stats",
                containers.stats(&[&id], 1).await.map(drop).expect_err("silence"),
            );
        },
        async { note("images", images.list().await.map(drop).expect_err("silence")) },
        async { note("watch", lost(&mut watch).await) },
    );
    for (call, error, after) in started.into_inner().expect("no panic") {
        assert!(matches!(error, Error::Deadline { .. }), "{call}: {error:?}");
        assert!(after < Duration::from_millis(10_500), "{call} took {after:?}");
    }

    socket.set(Fault::Pass);
    let answers = Instant::now();
    assert_eq!(listed(&mut watch).await.len(), 1);
    assert!(answers.elapsed() < Duration::from_secs(6), "{:?}", answers.elapsed());
}

#[tokio::test]
async fn fault_07_a_frozen_service_is_noticed_and_recovers() {
    let machine = Machine::start().await;
    let config = Config {
        pulse: Duration::from_millis(200),
        patience: Duration::from_millis(500),
        ..Config::default()
    };
    let mut watch = Watch::new(machine.podman(), config);
    listed(&mut watch).await;
    machine.freeze_podman();
    assert!(matches!(lost(&mut watch).await, Error::Deadline { .. }));
    machine.thaw_podman();
    listed(&mut watch).await;
}

#[tokio::test]
async fn fault_07_a_build_ends_when_a_frozen_service_gives_no_sign_of_life() {
    let machine = Machine::start().await;
    machine.freeze_podman();
    let podman = Podman::with(podman::Config {
        deadline: Duration::from_millis(500),
        ..podman::Config::new(machine.socket())
    });
    let endless = futures_util::stream::pending().boxed();
    let mut build = podman.images().build(&podman::image::Build::default(), endless);
    let told = timeout(Duration::from_secs(20), build.next()).await;
    assert!(matches!(told, Ok(Some(Err(Error::Deadline { .. })))), "{told:?}");
    assert!(build.next().await.is_none());
    machine.thaw_podman();
}

#[tokio::test]
async fn fault_08_a_socket_that_appears_later_is_found_within_two_seconds() {
    let machine = Machine::start().await;
    let socket = machine.fault_socket().await;
    socket.set(Fault::Gone);
    wait_until("the socket to be gone", Duration::from_secs(5), async || {
        (!socket.path().exists()).then_some(())
    })
    .await;
    let mut watch = Watch::new(Podman::new(socket.path()), Config::default());
    assert!(matches!(lost(&mut watch).await, Error::Unreachable { .. }));
    // Long enough that the pauses between attempts are at their longest; and it says nothing meanwhile.
    assert!(
        timeout(Duration::from_secs(3), watch.next()).await.is_err(),
        "lost is said once"
    );
    socket.set(Fault::Pass);
    let there = Instant::now();
    listed(&mut watch).await;
    assert!(there.elapsed() < Duration::from_secs(2), "{:?}", there.elapsed());
}

#[tokio::test]
async fn fault_09_a_list_that_is_cut_or_garbled_is_an_error_and_never_half_a_list() {
    let machine = Machine::start().await;
    for number in 0..5 {
        machine
            .podman()
            .containers()
            .create(&tiny(&format!("c{number}")))
            .await
            .expect("it can be made");
    }
    let socket = machine.fault_socket().await;
    let podman = Podman::new(socket.path());
    for bytes in [0, 1, 17, 200, 1000, 2000] {
        socket.set(Fault::CutAfter(bytes));
        let error = podman.containers().list().await.expect_err("half a list");
        assert!(
            matches!(error, Error::Interrupted { .. } | Error::Garbled { .. }),
            "after {bytes}: {error:?}"
        );
    }
    for every in [1, 2, 7, 50] {
        for body_only in [true, false] {
            socket.set(Fault::Garble { every, body_only });
            let error = podman.containers().list().await.expect_err("garbage");
            assert!(
                error.is_outage() || matches!(error, Error::Refused { .. }),
                "every {every}: {error:?}"
            );
        }
    }
    socket.set(Fault::Pass);
    assert_eq!(podman.containers().list().await.expect("all is well again").len(), 5);
}

#[tokio::test]
async fn fault_09_events_that_are_cut_or_garbled_lead_to_a_new_list_within_five_seconds() {
    let machine = Machine::start().await;
    let socket = machine.fault_socket().await;
    let mut watch = Watch::new(Podman::new(socket.path()), Config::default());
    assert_eq!(listed(&mut watch).await.len(), 0);
    for (number, fault) in [
        Fault::Cut,
        Fault::CutAfter(100),
        Fault::Garble {
            every: 1,
            body_only: false,
        },
        Fault::Garble {
            every: 97,
            body_only: false,
        },
    ]
    .into_iter()
    .enumerate()
    {
        socket.set(fault);
        let name = format!("c{number}");
        machine
            .podman()
            .containers()
            .create(&tiny(&name))
            .await
            .expect("it can be made");
        let error = lost(&mut watch).await;
        assert!(error.is_outage(), "{fault:?}: {error:?}");
        socket.set(Fault::Pass);
        let healed = Instant::now();
        let list = listed(&mut watch).await;
        assert_eq!(list.len(), number + 1, "{fault:?}");
        assert!(
            healed.elapsed() < Duration::from_secs(5),
            "{fault:?}: {:?}",
            healed.elapsed()
        );
    }
    machine.cli(&["rm", "c0"]).await;
    hint(&mut watch, "c0", "remove").await;
}

#[tokio::test]
async fn fault_09_a_slow_stream_of_events_brings_them_all() {
    let machine = Machine::start().await;
    let socket = machine.fault_socket().await;
    socket.set(Fault::Delay(Duration::from_millis(50)));
    let since = jiff::Timestamp::now() - Duration::from_secs(1);
    for number in 0..5 {
        machine
            .podman()
            .containers()
            .create(&tiny(&format!("c{number}")))
            .await
            .expect("it can be made");
    }
    let query = event::Query {
        since: Some(since),
        kinds: vec![event::Kind::Container],
    };
    let mut events = Podman::new(socket.path()).events(&query);
    for number in 0..5 {
        let event = timeout(Duration::from_secs(5), events.next())
            .await
            .expect("in time")
            .expect("it goes on");
        let event = event.expect("it goes on well");
        assert_eq!((event.name, event.action), (format!("c{number}"), "create".to_owned()));
    }
}
