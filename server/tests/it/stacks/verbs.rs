//! What can be done to a stack, what is shown of it, and what comes back with the machine.

use std::time::Duration;

use api::job::{JobDetail, JobState};
use api::stack::StackState;
use serde_json::{Value, json};
use testkit::{Machine, wait_until};

use super::{clean, create, deploy, detail, done, follow, over, podman_ps, shown};
use crate::deck;

const PAIR: &str = r#"
services:
  one:
    image: localhost/tiny
    volumes: ["data:/data"]
  two:
    image: localhost/tiny
    depends_on: [one]
volumes:
  data:
"#;

#[tokio::test]
async fn a_stack_is_stopped_started_taken_down_and_removed_and_its_volume_stays() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    create(&mut ada, "pair", PAIR).await;
    let refused = ada.post("/api/stacks/pair/start", json!({})).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "never_deployed"));
    deploy(&mut ada, "pair").await;
    let before = podman_ps(&machine, "pair").await;

    done(&mut ada, "pair", "stop", json!({})).await;
    shown(&mut ada, "pair", StackState::Stopped).await;
    assert_eq!(machine.cli(&["ps", "-q"]).await, "");
    done(&mut ada, "pair", "start", json!({})).await;
    shown(&mut ada, "pair", StackState::Running).await;
    let job = done(&mut ada, "pair", "restart", json!({})).await;
    assert_eq!(job.job.state, JobState::Done);
    assert_eq!(podman_ps(&machine, "pair").await, before);

    machine.cli(&["exec", "pair-one-1", "touch", "/data/dear"]).await;
    done(&mut ada, "pair", "down", json!({})).await;
    shown(&mut ada, "pair", StackState::Down).await;
    assert!(podman_ps(&machine, "pair").await.is_empty());
    let networks = machine.cli(&["network", "ls", "-q"]).await;
    assert!(!networks.contains("pair"), "{networks}");
    let job = done(&mut ada, "pair", "stop", json!({})).await;
    assert_eq!(job.job.state, JobState::Done);
    assert_eq!(
        detail(&mut ada, "pair").await.stack.state,
        StackState::Down,
        "it is no more than stopped"
    );
    deploy(&mut ada, "pair").await;
    machine.cli(&["exec", "pair-one-1", "test", "-f", "/data/dear"]).await;

    let refused = ada.send("DELETE", "/api/stacks/pair?volumes=other", None).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    let reply = ada.send("DELETE", "/api/stacks/pair", None).await;
    over(&mut ada, &reply).await;
    assert_eq!(ada.get("/api/stacks/pair").await.status, 404);
    assert_eq!(machine.cli(&["volume", "ls", "-q"]).await, "pair_data");
    machine.cli(&["volume", "rm", "pair_data"]).await;
}

#[tokio::test]
async fn two_who_write_at_once_hear_of_each_other_and_an_edit_keeps_every_other_byte() {
    let machine = Machine::start().await;
    let (deck, mut ada) = deck(&machine).await;
    let compose = "# ours\nservices:\n  web:\n    image: localhost/tiny   # small\n";
    let version = create(&mut ada, "web", compose).await.files.version;
    let edit = json!({"version": version, "edits":
        [{"op": "set", "path": ["services", "web", "hostname"], "value": "here"}]});
    let edited = ada.send("PATCH", "/api/stacks/web", Some(edit.clone())).await;
    assert_eq!(edited.status, 200, "{edited:?}");
    let text = detail(&mut ada, "web").await.files.compose;
    assert_eq!(text, format!("{compose}    hostname: here\n"));
    let refused = ada.send("PATCH", "/api/stacks/web", Some(edit)).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "stack_changed"));
    let body = json!({"version": version, "compose": "mine"});
    let refused = ada.send("PUT", "/api/stacks/web", Some(body)).await;
    let details = &refused.json::<Value>()["error"]["details"];
    assert_eq!(details["disk"]["compose"], text);
    assert_eq!(details["sent"]["compose"], "mine");

    let path = deck.data_dir().join("stacks/web/compose.yaml");
    std::fs::write(&path, "services: {}\n# by hand\n").unwrap();
    assert_eq!(detail(&mut ada, "web").await.files.compose, "services: {}\n# by hand\n");
    clean(&machine, &mut ada, "web").await;
}

#[tokio::test]
async fn fault_10_what_is_done_behind_our_back_is_shown_as_drift() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    create(&mut ada, "pair", PAIR).await;
    deploy(&mut ada, "pair").await;
    machine.cli(&["stop", "-t", "1", "pair-two-1"]).await;
    let stack = shown(&mut ada, "pair", StackState::Degraded).await;
    assert_eq!(stack.services[1].drift.as_deref(), Some("pair-two-1 does not run."));
    machine.cli(&["rm", "pair-two-1"]).await;
    wait_until("the loss to be shown", Duration::from_secs(10), async || {
        let stack = detail(&mut ada, "pair").await.stack;
        (stack.services[1].drift.as_deref() == Some("Its container is gone.")).then_some(())
    })
    .await;
    done(&mut ada, "pair", "start", json!({})).await;
    shown(&mut ada, "pair", StackState::Running).await;
    machine.cli(&["rename", "pair-two-1", "other"]).await;
    let stack = shown(&mut ada, "pair", StackState::Degraded).await;
    let renamed = "pair-two-1 was renamed: it is called other.";
    assert_eq!(stack.services[1].drift.as_deref(), Some(renamed));
    deploy(&mut ada, "pair").await;
    shown(&mut ada, "pair", StackState::Running).await;
    machine.cli(&["exec", "pair-two-1", "true"]).await;
    clean(&machine, &mut ada, "pair").await;
}

#[tokio::test]
async fn fault_21_what_was_wanted_comes_back_with_the_machine_and_the_rest_stays_down() {
    let machine = Machine::start().await;
    let (mut deck, mut ada) = deck(&machine).await;
    create(&mut ada, "pair", PAIR).await;
    deploy(&mut ada, "pair").await;
    create(
        &mut ada,
        "shy",
        &format!("x-stardeck: {{auto_start: false}}\n{}", PAIR.replace("data", "shy")),
    )
    .await;
    deploy(&mut ada, "shy").await;
    deck.stop().await;
    machine.cli(&["stop", "-a", "-t", "1"]).await;
    deck.start_again().await;
    follow(&mut ada, &deck);
    shown(&mut ada, "pair", StackState::Running).await;
    shown(&mut ada, "shy", StackState::Stopped).await;
    let order = machine
        .cli(&[
            "inspect",
            "-f",
            "{{.State.StartedAt.UnixMilli}}",
            "pair-one-1",
            "pair-two-1",
        ])
        .await;
    let times: Vec<u64> = order.lines().map(|line| line.parse().unwrap()).collect();
    assert!(times[0] <= times[1], "{times:?}");
    clean(&machine, &mut ada, "pair").await;
    clean(&machine, &mut ada, "shy").await;
}

#[tokio::test]
async fn a_deploy_that_is_called_off_leaves_what_was_there() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    create(&mut ada, "pair", PAIR).await;
    deploy(&mut ada, "pair").await;
    let before = podman_ps(&machine, "pair").await;
    let slow = PAIR.replace("image: localhost/tiny\n    volumes", "image: localhost/tiny\n    healthcheck: {test: [CMD, \"false\"], interval: 60s, start_period: 60s}\n    volumes");
    super::write(&mut ada, "pair", &slow).await;
    let reply = ada.post("/api/stacks/pair/deploy", json!({})).await;
    let id = reply.json::<api::stack::StackJob>().job.id;
    wait_until("the new container to be there", Duration::from_secs(20), async || {
        let started = |job: &JobDetail| job.job.steps.iter().any(|step| step.title.contains("pair-one-1"));
        let job: JobDetail = ada.get(&format!("/api/jobs/{id}")).await.json();
        started(&job).then_some(())
    })
    .await;
    assert_eq!(ada.post(&format!("/api/jobs/{id}/cancel"), json!({})).await.status, 200);
    let job = over(&mut ada, &reply).await;
    assert_eq!(job.job.state, JobState::Cancelled, "{job:#?}");
    assert_eq!(podman_ps(&machine, "pair").await, before);
    shown(&mut ada, "pair", StackState::Running).await;
    clean(&machine, &mut ada, "pair").await;
}
