//! The disk under the database fails, call by call. Numbered as in the security contract.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testkit::{Deck, DeckOptions, Machine};

use crate::{BINARY, set_up};

/// Becomes the server; while the file is there, under a tracer that makes some of its calls fail.
const FAILING: &str = r#"
    [ -e "$0" ] || exec "$@"
    exec strace -D -f -qq -o /dev/null $(cat "$0") "$@"
"#;

#[tokio::test]
async fn fault_15_what_the_disk_did_not_take_is_not_acknowledged_and_what_was_is_there() {
    let machine = Machine::start().await;
    let file = machine.dir().join("inject");
    let wrapper = ["sh", "-c", FAILING, file.to_str().unwrap()].map(str::to_owned);
    let options = DeckOptions {
        wrapper: wrapper.into(),
        ..DeckOptions::default()
    };
    let mut deck = Deck::start(&machine, BINARY, options).await;
    let mut ada = set_up(&deck).await;
    let mut acknowledged = BTreeSet::new();
    let mut refused = 0;
    for (calls, error, nth) in [
        ("pwrite64", "ENOSPC", 7),
        ("pwrite64", "EIO", 5),
        ("fsync,fdatasync", "EIO", 3),
        ("ftruncate,fallocate", "EIO", 1),
    ] {
        deck.stop().await;
        machine.user().write(
            &file,
            &format!("-e trace={calls} -e inject={calls}:error={error}:when=60+{nth}"),
        );
        deck.start_again().await;
        super::stacks::follow(&mut ada, &deck);
        for number in 0..40 {
            let body = json!({"label": format!("{calls} {error} {number}"), "scope": "read"});
            let Some(reply) = ada.send_if_it_lives("POST", "/api/tokens", Some(body)).await else {
                panic!("{calls} {error}: the server ended:\n{}", deck.log());
            };
            match reply.status {
                201 => {
                    let made: Value = reply.json();
                    acknowledged.insert(made["token"]["id"].as_str().unwrap().to_owned());
                }
                500 | 503 | 507 => refused += 1,
                status => panic!("{calls} {error}: {status} {reply:?}"),
            }
            assert!(ada.get("/api/healthz").await.status == 200, "it answers all the while");
        }
        std::fs::remove_file(&file).unwrap();
        deck.kill().await;
        deck.start_again().await;
        super::stacks::follow(&mut ada, &deck);
        let there: Value = ada.get("/api/tokens").await.json();
        let there = there["items"].as_array().unwrap().iter();
        let there: BTreeSet<String> = there.map(|token| token["id"].as_str().unwrap().to_owned()).collect();
        let lost: Vec<_> = acknowledged.difference(&there).collect();
        assert!(lost.is_empty(), "{calls} {error}: acknowledged, and gone: {lost:?}");
    }
    assert!(refused >= 10, "the faults were there: {refused}");
    assert!(
        acknowledged.len() >= 10,
        "and between them it worked: {}",
        acknowledged.len()
    );
    assert_eq!(deck.log().matches("panicked").count(), 0, "{}", deck.log());
}
