//! What containers print and use.

use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use podman::{
    Error, Stream,
    container::{Chunk, Logs, Output, Spec},
};
use testkit::Machine;
use tokio::time::timeout;

use crate::{run, script, tiny};

/// All that a stream says, by source.
async fn read(stream: Stream<Chunk>) -> (String, String) {
    let chunks: Vec<Chunk> = timeout(Duration::from_secs(20), stream.try_collect())
        .await
        .expect("it ends")
        .expect("it ends well");
    let text = |output| {
        let bytes: Vec<_> = chunks
            .iter()
            .filter(|chunk| chunk.output == output)
            .map(|chunk| &chunk.bytes[..])
            .collect();
        String::from_utf8(bytes.concat()).expect("plain text")
    };
    (text(Output::Stdout), text(Output::Stderr))
}

#[tokio::test]
async fn logs_keep_output_and_errors_apart() {
    let machine = Machine::start().await;
    let containers = machine.podman().containers();
    let id = run(
        &machine,
        &script("log", "echo one; echo wrong >&2; echo two; echo three"),
    )
    .await;
    containers.wait(&id).await.expect("it ends");

    let all = containers.logs(&id, &Logs::default()).await.expect("there is a log");
    assert_eq!(read(all).await, ("one\ntwo\nthree\n".to_owned(), "wrong\n".to_owned()));
    let followed = containers
        .logs(
            &id,
            &Logs {
                follow: true,
                ..Logs::default()
            },
        )
        .await
        .expect("there is a log");
    assert_eq!(read(followed).await.0, "one\ntwo\nthree\n", "following what ended ends");
    let tail = containers
        .logs(
            &id,
            &Logs {
                tail: Some(1),
                ..Logs::default()
            },
        )
        .await
        .expect("there is a log");
    // Which of the two sources was written last is chance.
    let (out, err) = read(tail).await;
    assert!(["three\n", "wrong\n"].contains(&(out + &err).as_str()));
    let timed = containers
        .logs(
            &id,
            &Logs {
                timestamps: true,
                ..Logs::default()
            },
        )
        .await
        .expect("there is a log");
    let (timed, _) = read(timed).await;
    let (time, text) = timed.split_once(' ').expect("a time and a line");
    assert!(
        time.parse::<jiff::Timestamp>().is_ok() && text.starts_with("one\n"),
        "{timed}"
    );
    let later = Some(jiff::Timestamp::now() + Duration::from_secs(60));
    let none = containers
        .logs(
            &id,
            &Logs {
                since: later,
                ..Logs::default()
            },
        )
        .await
        .expect("there is a log");
    assert_eq!(read(none).await.0, "");
}

#[tokio::test]
async fn a_followed_log_brings_each_line_as_it_is_printed() {
    let machine = Machine::start().await;
    let containers = machine.podman().containers();
    let id = run(
        &machine,
        &script(
            "drip",
            "trap 'exit 0' TERM; echo first; while :; do sleep 0.1; echo more; done",
        ),
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
    let mut text = String::new();
    while text.matches("more\n").count() < 3 {
        let chunk = timeout(Duration::from_secs(10), log.next())
            .await
            .expect("lines come")
            .expect("it goes on");
        text.push_str(&String::from_utf8_lossy(&chunk.expect("it goes on well").bytes));
    }
    assert!(text.starts_with("first\nmore\n"), "{text}");
}

#[tokio::test]
async fn the_log_of_a_terminal_is_one_stream() {
    let machine = Machine::start().await;
    let containers = machine.podman().containers();
    let spec = Spec {
        terminal: true,
        ..script("tty", "echo one; echo wrong >&2")
    };
    let id = run(&machine, &spec).await;
    containers.wait(&id).await.expect("it ends");
    let log = containers.logs(&id, &Logs::default()).await.expect("there is a log");
    assert_eq!(read(log).await, ("one\r\nwrong\r\n".to_owned(), String::new()));
}

#[tokio::test]
async fn statistics_come_or_are_said_to_be_missing() {
    let machine = Machine::start().await;
    let podman = machine.podman();
    let id = run(&machine, &tiny("web")).await;
    let stats = podman.containers().stats(&[&id], 1).await;
    if podman.capabilities().await.expect("they can be asked").stats() {
        let mut stats = stats.expect("this machine has statistics");
        let moments = [stats.next().await, stats.next().await].map(|moment| moment.expect("it goes on").expect("well"));
        let [first, second] = moments.map(|moment| moment.into_iter().next().expect("one container"));
        assert_eq!((first.id.as_str(), first.name.as_str()), (id.as_str(), "web"));
        assert!(second.cpu_nanos >= first.cpu_nanos && first.cpu_nanos > 0);
    } else {
        let refusal = stats.err().expect("this machine has no statistics");
        assert!(
            matches!(&refusal, Error::Conflict { message } if message.contains("cgroup v2")),
            "{refusal}"
        );
    }
}
