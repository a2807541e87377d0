//! What stays unhealthy is restarted where its service says so, and left alone when that does not help.

use std::time::Duration;

use api::job::{Job, JobKind};
use api::page::Listed;
use serde_json::Value;
use testkit::{Machine, wait_until};

use super::{clean, create, deploy, detail};
use crate::browser::Browser;
use crate::deck;

/// `ill` lives in memory, so that a restart heals; `cursed` lies in a volume, where it does not; `proud` asks for nothing.
const WARD: &str = r#"
services:
  ill: &service
    image: localhost/tiny
    labels: {stardeck.heal: 1s}
    tmpfs: [/memory]
    volumes: ["curse:/kept"]
    healthcheck: {test: "test ! -e /memory/ill -a ! -e /kept/$$HOSTNAME", interval: 500ms, timeout: 5s, retries: 2}
    stop_grace_period: 1s
    hostname: ill
  cursed:
    <<: *service
    hostname: cursed
  proud:
    <<: *service
    hostname: proud
    labels: {}
volumes:
  curse:
"#;

/// The jobs by which the container of `service` was restarted.
async fn healings(ada: &mut Browser, service: &str) -> usize {
    let jobs: Listed<Job> = ada.get("/api/jobs").await.json();
    let of = |job: &&Job| job.steps.iter().any(|step| step.service.as_deref() == Some(service));
    let heals = jobs.items.iter().filter(|job| job.kind == JobKind::Heal);
    heals.filter(of).count()
}

async fn drift(ada: &mut Browser, service: &str) -> Option<String> {
    let services = detail(ada, "ward").await.stack.services;
    services.into_iter().find(|one| one.name == service).unwrap().drift
}

#[tokio::test]
async fn what_stays_unhealthy_is_restarted_a_few_times_where_its_service_says_so() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    create(&mut ada, "ward", WARD).await;
    deploy(&mut ada, "ward").await;
    let started = async |service: &str| {
        let name = format!("ward-{service}-1");
        machine.cli(&["inspect", "-f", "{{.State.StartedAt}}", &name]).await
    };
    let proud = started("proud").await;
    machine.cli(&["exec", "ward-ill-1", "touch", "/memory/ill"]).await;
    machine
        .cli(&["exec", "ward-cursed-1", "touch", "/kept/cursed", "/kept/proud"])
        .await;

    wait_until("the ill one to be healed", Duration::from_secs(40), async || {
        let healed = healings(&mut ada, "ill").await == 1 && drift(&mut ada, "ill").await.is_none();
        healed.then_some(())
    })
    .await;
    wait_until(
        "the cursed one to be left alone",
        Duration::from_secs(120),
        async || {
            let drift = drift(&mut ada, "cursed").await.unwrap_or_default();
            drift
                .ends_with("It was restarted 4 times, and is left alone.")
                .then_some(())
        },
    )
    .await;
    assert_eq!(healings(&mut ada, "cursed").await, 4);
    assert_eq!(healings(&mut ada, "ill").await, 1, "once was enough");
    assert_eq!(started("proud").await, proud, "nobody asked for that");
    assert_eq!(
        drift(&mut ada, "proud").await.as_deref(),
        Some("ward-proud-1 is unhealthy.")
    );
    let audit: Value = ada.get("/api/audit?q=container.heal").await.json();
    let actions = audit["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["action"].as_str().unwrap());
    assert_eq!(
        actions
            .clone()
            .filter(|action| *action == "container.heal.give-up")
            .count(),
        1
    );
    assert_eq!(actions.filter(|action| *action == "container.heal").count(), 5);
    clean(&machine, &mut ada, "ward").await;
}
