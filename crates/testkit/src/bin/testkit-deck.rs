//! A temporary deck for tests that are not written in Rust: started with this program, driven over its standard input.
//!
//! `testkit-deck BINARY WEB ARGS…` starts a machine and the server BINARY with the desktop's files in WEB. It prints a line of
//! JSON when both are up, and then one for each line that it is given: an array of words, such as
//! `["podman", "stop", "web"]`, `["app", "evil", "--publish", …]`, `["deck", "kill"]`, `["deck", "start"]`,
//! `["service", "stop"]`, `["create", "idle-", "200"]`, `["registry", "start", "open"]` (or `"locked"`),
//! `["registry", "put", "team/app:1", "600000"]`, `["registry", "narrow", "200000"]`, `["registry", "name", "registry.test"]`,
//! `["registry", "widen"]`. At the end of its input it takes all of it down, and fails if anything was left behind.

use std::io::{BufRead, Write};
use std::path::PathBuf;

use serde_json::{Value, json};
use testkit::{Deck, DeckOptions, Machine, Narrow, Registry, TINY};

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(binary), Some(web)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: testkit-deck BINARY WEB ARGS…");
        std::process::exit(2);
    };
    let machine = Machine::start().await;
    let options = DeckOptions {
        args: [PathBuf::from("--web"), web]
            .into_iter()
            .chain(arguments)
            .map(|argument| argument.display().to_string())
            .collect(),
        ..DeckOptions::default()
    };
    let mut deck = Deck::start(&machine, binary, options).await;
    say(&where_it_is(&deck));
    let (mut registry, mut narrow) = (None, None);
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("standard input is text");
        let words: Vec<String> = serde_json::from_str(&line).expect("a line is an array of words");
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let reply = match words.as_slice() {
            ["app", name, more @ ..] => json!({"out": machine.run_app(name, more).await}),
            ["podman", rest @ ..] => podman(&machine, rest).await,
            ["deck", "stop"] => {
                deck.stop().await;
                json!({})
            }
            ["deck", "kill"] => {
                deck.kill().await;
                json!({})
            }
            ["deck", "start"] => {
                deck.start_again().await;
                where_it_is(&deck)
            }
            ["create", prefix, count] => create(&machine, prefix, count).await,
            ["registry", "start", doors] => {
                let started = Registry::start(&machine, *doors == "locked").await;
                let host = started.host().to_owned();
                registry = Some(started);
                json!({"out": host})
            }
            ["registry", "narrow", rate] => {
                let to = registry.as_ref().expect("a registry was started");
                let before = Narrow::before(to.host(), rate.parse().expect("bytes a second")).await;
                let host = before.host().to_owned();
                narrow = Some(before);
                json!({"out": host})
            }
            ["registry", "name", name] => {
                let to = narrow.as_ref().expect("a registry was made slow");
                machine.mirror(name, to.host()).await;
                json!({})
            }
            ["registry", "widen"] => {
                narrow.as_ref().expect("a registry was made slow").open();
                json!({})
            }
            ["registry", "put", name, bytes] => {
                let to = registry.as_ref().expect("a registry was started");
                let bytes = bytes.parse().expect("a number");
                machine.make_image("localhost/to-push:latest", bytes, "").await;
                let digest = to.push("localhost/to-push:latest", name).await;
                // It is to be fetched from there.
                machine.cli(&["rmi", "localhost/to-push:latest"]).await;
                json!({"out": digest})
            }
            ["deck", "log"] => json!({"out": deck.log()}),
            ["service", "stop"] => {
                machine.stop_podman().await;
                json!({})
            }
            ["service", "start"] => {
                machine.start_podman().await;
                json!({})
            }
            _ => json!({"error": format!("there is no such command: {line}")}),
        };
        say(&reply);
    }
    if deck.is_running() {
        deck.stop().await;
    }
    if let Some(registry) = registry {
        registry.stop().await;
    }
}

/// Makes so many containers that do not run; by the API, which is ten times quicker than a command for each.
async fn create(machine: &Machine, prefix: &str, count: &str) -> Value {
    let count: u32 = count.parse().expect("a number");
    let containers = machine.podman().containers();
    for number in 0..count {
        let spec = podman::container::Spec {
            name: format!("{prefix}{number:03}"),
            image: TINY.to_owned(),
            ..podman::container::Spec::default()
        };
        if let Err(error) = containers.create(&spec).await {
            return json!({"error": error.to_string()});
        }
    }
    json!({})
}

/// The address, and the token of the setup while there is one.
fn where_it_is(deck: &Deck<'_>) -> Value {
    let token = std::fs::read_to_string(deck.data_dir().join("setup-token")).unwrap_or_default();
    json!({"address": deck.address(), "token": token.trim()})
}

async fn podman(machine: &Machine, arguments: &[&str]) -> Value {
    let output = machine.try_cli(arguments).await;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() {
        json!({"out": text(&output.stdout)})
    } else {
        json!({"error": text(&output.stderr)})
    }
}

fn say(reply: &Value) {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{reply}").expect("somebody listens");
    stdout.flush().expect("somebody listens");
}
