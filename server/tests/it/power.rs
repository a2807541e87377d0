//! Loss of power: the server runs in a machine of its own, and that machine is killed. What its kernel had not written is
//! lost, as when a plug is pulled.

use serde_json::{Value, json};

use crate::guest::{self, Guest, say};

const THIS_TEST: &str = "power::fault_16_what_was_acknowledged_survives_a_loss_of_power";

#[tokio::test]
async fn fault_16_what_was_acknowledged_survives_a_loss_of_power() {
    match guest::role().as_deref() {
        Some("write") => write().await,
        Some(_) => read().await,
        None => pull_the_plug(),
    }
}

/// Inside: changes things, and says of each when it was acknowledged, until there is no more power.
async fn write() {
    let mut ada = guest::new_server().await;
    for n in 0..1000 {
        let reply = ada
            .post("/api/tokens", json!({"label": format!("token {n}"), "scope": "read"}))
            .await;
        assert_eq!(reply.status, 201, "{reply:?}");
        say("ACKNOWLEDGED", &reply.json::<Value>()["token"]["id"]);
    }
    say("END", &Value::Null);
}

/// Inside, when the power is back: says what there is.
async fn read() {
    let ada = guest::server().await;
    let mut ada = ada.logged_in("ada").await;
    let tokens: Value = ada.get("/api/tokens").await.json();
    for token in tokens["items"].as_array().unwrap() {
        say("THERE", &token["id"]);
    }
    assert_eq!(
        ada.post("/api/tokens", json!({"label": "after", "scope": "read"}))
            .await
            .status,
        201
    );
    say("END", &Value::Null);
}

fn pull_the_plug() {
    let directory = tempfile::Builder::new().prefix("sd-power-").tempdir().unwrap();
    for round in 0..2_u64 {
        guest::disk(directory.path(), 64);
        // Not at a round number: what is under way then differs from run to run.
        let moment = 300 + (u64::from(std::process::id()) * 7 + round * 331) % 600;
        let mut guest = Guest::boot(directory.path(), THIS_TEST, "write", "");
        let acknowledged = guest.hear("ACKNOWLEDGED", "END", usize::try_from(moment).unwrap());
        guest.kill();
        assert_eq!(acknowledged.len() as u64, moment);

        let mut guest = Guest::boot(directory.path(), THIS_TEST, "read", "");
        let there = guest.hear("THERE", "END", usize::MAX);
        guest.kill();
        let lost: Vec<&String> = acknowledged.difference(&there).collect();
        assert!(
            lost.is_empty(),
            "after {moment} acknowledged changes these were lost: {lost:?}"
        );
    }
}
