//! Programs that are run in a container beside its own.

use std::time::Duration;

use futures_util::StreamExt;
use podman::{
    Stream,
    container::{Chunk, Exec, Output},
};
use testkit::{Machine, wait_until};
use tokio::time::timeout;

use crate::{run, tiny};

fn shell(script: &str) -> Exec {
    Exec {
        command: ["sh", "-c", script].map(str::to_owned).to_vec(),
        ..Exec::default()
    }
}

async fn read(mut stream: Stream<Chunk>) -> Vec<(Output, String)> {
    let mut read: Vec<(Output, String)> = Vec::new();
    while let Some(chunk) = timeout(Duration::from_secs(20), stream.next())
        .await
        .expect("it goes on or ends")
    {
        let chunk = chunk.expect("it goes on well");
        let text = String::from_utf8_lossy(&chunk.bytes).into_owned();
        match read.last_mut() {
            Some((output, so_far)) if *output == chunk.output => so_far.push_str(&text),
            _ => read.push((chunk.output, text)),
        }
    }
    read
}

#[tokio::test]
async fn a_program_prints_and_ends() {
    let machine = Machine::start().await;
    let containers = machine.podman().containers();
    let id = run(&machine, &tiny("web")).await;
    let mut program = shell("echo $WORD in $PWD; sleep 0.2; echo wrong >&2; exit 3");
    program.environment.insert("WORD".to_owned(), "hello".to_owned());
    program.working_dir = "/www".to_owned();
    let running = containers.exec(&id, &program).await.expect("it can be run");
    let printed = read(running.output).await;
    assert_eq!(
        printed,
        [
            (Output::Stdout, "hello in /www\n".to_owned()),
            (Output::Stderr, "wrong\n".to_owned())
        ]
    );
    let state = wait_until("the exit code", Duration::from_secs(5), async || {
        containers
            .exec_inspect(&running.id)
            .await
            .ok()
            .filter(|state| !state.running)
    })
    .await;
    assert_eq!(state.exit_code, 3);
}

#[tokio::test]
async fn a_program_reads_its_input_to_the_end() {
    let machine = Machine::start().await;
    let containers = machine.podman().containers();
    let id = run(&machine, &tiny("web")).await;
    let program = Exec {
        input: true,
        ..shell("wc -c")
    };
    let mut running = containers.exec(&id, &program).await.expect("it can be run");
    // More than any buffer on the way.
    for _ in 0..64 {
        running.input.write(&[b'x'; 16 << 10]).await.expect("it reads");
    }
    running.input.close().await.expect("it can be ended");
    assert_eq!(
        read(running.output).await,
        [(Output::Stdout, format!("{}\n", 64 << 14))]
    );
}

#[tokio::test]
async fn a_terminal_has_a_size_and_takes_keys() {
    let machine = Machine::start().await;
    let containers = machine.podman().containers();
    let id = run(&machine, &tiny("web")).await;
    let program = Exec {
        input: true,
        terminal: true,
        ..shell("read line; stty size; echo \"got $line\"")
    };
    let mut running = containers.exec(&id, &program).await.expect("it can be run");
    wait_until("the program to run", Duration::from_secs(10), async || {
        containers.exec_resize(&running.id, 101, 37).await.ok()
    })
    .await;
    running.input.write(b"keys\n").await.expect("it reads");
    let printed = read(running.output).await;
    assert!(
        printed[0].1.contains("37 101\r\n") && printed[0].1.contains("got keys\r\n"),
        "{printed:?}"
    );
}

#[tokio::test]
async fn a_program_that_is_not_there_is_refused() {
    let machine = Machine::start().await;
    let containers = machine.podman().containers();
    let id = run(&machine, &tiny("web")).await;
    let program = Exec {
        command: vec!["/no/such/program".to_owned()],
        ..Exec::default()
    };
    // Podman says so before it takes the connection over, or after, as its version will have it.
    match containers.exec(&id, &program).await {
        Err(refusal) => assert!(!refusal.is_outage(), "{refusal}"),
        Ok(running) => {
            let state = wait_until("the end of the program", Duration::from_secs(5), async || {
                containers
                    .exec_inspect(&running.id)
                    .await
                    .ok()
                    .filter(|state| !state.running)
            })
            .await;
            assert_ne!(state.exit_code, 0);
        }
    }
}
