//! Deploys: in order, careful, and put back when they fail.

use std::time::Duration;

use api::audit::{Entry, Outcome};
use api::event::{Change, Frame};
use api::job::JobState;
use api::page::Page;
use api::stack::{Plan, PlanVerb, StackJob, StackState};
use serde_json::json;
use testkit::{Machine, wait_until};

use super::{clean, create, deploy, detail, done, over, podman_ps, shown, write};
use crate::browser::Browser;
use crate::deck;

/// A database with a health check, a migration that runs once, and a web server that waits for both.
const SHOP: &str = r#"
services:
  db:
    image: localhost/tiny
    networks: [back]
    volumes: ["data:/data"]
    healthcheck:
      test: ["CMD", "test", "-f", "/data/ready"]
      interval: 500ms
      retries: 20
    command: ["sh", "-c", "rm -f /data/ready; sleep 1; echo of-the-first-day >> /data/kept; touch /data/ready; exec sleep 1000"]
    stop_grace_period: 1s
  migrate:
    image: localhost/tiny
    networks: [back]
    volumes: ["data:/data"]
    command: ["sh", "-c", "test -f /data/ready && echo migrated"]
    depends_on:
      db: {condition: service_healthy}
  web:
    image: localhost/tiny
    networks: [back, front]
    environment: {COLOR: blue}
    ports: ["8080:8080"]
    depends_on:
      migrate: {condition: service_completed_successfully}
volumes:
  data:
networks:
  back: {internal: true}
  front:
"#;

/// What waits for a health that only a third one brings, whose turn would be last.
const KNOT: &str = r#"
services:
  first:
    image: localhost/tiny
    volumes: ["data:/data"]
    healthcheck: {test: [CMD, test, -f, /data/ready], interval: 500ms, retries: 40}
  second:
    image: localhost/tiny
    depends_on: {first: {condition: service_healthy}}
  third:
    image: localhost/tiny
    volumes: ["data:/data"]
    command: ["sh", "-c", "touch /data/ready; exec sleep 1000"]
    stop_grace_period: 1s
volumes:
  data:
"#;

#[tokio::test]
async fn what_waits_for_nothing_starts_beside_what_waits() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    create(&mut ada, "knot", KNOT).await;
    deploy(&mut ada, "knot").await;
    shown(&mut ada, "knot", StackState::Running).await;
    clean(&machine, &mut ada, "knot").await;
}

#[tokio::test]
async fn a_network_or_volume_that_was_made_of_something_else_is_refused_before_anything_is_touched() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let text = "services:\n  web: {image: localhost/tiny, networks: [net], volumes: [\"data:/data\"]}\n\
                networks: {net: {internal: @}}\nvolumes: {data: {labels: {a: b}}}\n";
    create(&mut ada, "firm", &text.replace('@', "false")).await;
    deploy(&mut ada, "firm").await;
    let before = podman_ps(&machine, "firm").await;
    write(&mut ada, "firm", &text.replace('@', "true")).await;
    let plan: Plan = ada.post("/api/stacks/firm/diff", json!({})).await.json();
    assert!(
        plan.diagnostics.iter().any(|said| said.path == "networks.firm_net"),
        "{plan:#?}"
    );
    let job = done(&mut ada, "firm", "deploy", json!({})).await;
    assert_eq!(job.job.state, JobState::RolledBack);
    let why = job.job.error.unwrap().message;
    assert!(why.contains("firm_net") && why.contains("down"), "{why}");
    assert_eq!(podman_ps(&machine, "firm").await, before);
    done(&mut ada, "firm", "down", json!({})).await;
    deploy(&mut ada, "firm").await;
    write(&mut ada, "firm", &text.replace('@', "true").replace("a: b", "a: c")).await;
    let job = done(&mut ada, "firm", "deploy", json!({})).await;
    assert!(job.job.error.unwrap().message.contains("firm_data"), "its data stays");
    clean(&machine, &mut ada, "firm").await;
}

#[tokio::test]
async fn a_stack_comes_up_in_order_and_a_deploy_of_the_same_touches_nothing() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    create(&mut ada, "shop", SHOP).await;
    let mut events = ada.events("").await;
    let plan: Plan = ada.post("/api/stacks/shop/diff", json!({})).await.json();
    let made: Vec<&str> = plan.items.iter().map(|item| item.name.as_str()).collect();
    assert_eq!(
        made,
        [
            "shop_back",
            "shop_front",
            "shop_data",
            "shop-db-1",
            "shop-migrate-1",
            "shop-web-1"
        ]
    );
    assert!(plan.items.iter().all(|item| item.verb == PlanVerb::Create) && plan.risks.is_empty());

    deploy(&mut ada, "shop").await;
    events
        .until("the job to be told of as done", |frame| match frame {
            Frame::Event(event) => match event.change {
                Change::Job { job } => (job.state == JobState::Done).then_some(()),
                _ => None,
            },
            _ => None,
        })
        .await;
    let stack = shown(&mut ada, "shop", StackState::Running).await;
    assert_eq!(
        (stack.generation, stack.changed_on_disk, stack.trouble),
        (Some(1), false, None)
    );
    let order = machine
        .cli(&[
            "inspect",
            "-f",
            "{{.State.StartedAt.UnixMilli}}",
            "shop-db-1",
            "shop-migrate-1",
            "shop-web-1",
        ])
        .await;
    let times: Vec<u64> = order.lines().map(|line| line.parse().unwrap()).collect();
    assert!(times[0] + 1000 <= times[1] && times[1] < times[2], "{times:?}");
    let address = machine.cli(&["port", "shop-web-1"]).await;
    assert!(address.contains("127.0.0.1:"), "{address}");

    let before = podman_ps(&machine, "shop").await;
    let plan: Plan = ada.post("/api/stacks/shop/diff", json!({})).await.json();
    assert!(plan.items.iter().all(|item| item.verb == PlanVerb::Keep), "{plan:#?}");
    let job = deploy(&mut ada, "shop").await;
    assert!(job.job.steps.is_empty(), "{job:#?}");
    assert_eq!(podman_ps(&machine, "shop").await, before);
    clean(&machine, &mut ada, "shop").await;
}

#[tokio::test]
async fn only_what_changed_is_replaced_and_data_survives_replacing_and_going_back() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    create(&mut ada, "shop", SHOP).await;
    deploy(&mut ada, "shop").await;
    let before = podman_ps(&machine, "shop").await;
    write(&mut ada, "shop", &SHOP.replace("COLOR: blue", "COLOR: red")).await;
    assert!(detail(&mut ada, "shop").await.stack.changed_on_disk);
    deploy(&mut ada, "shop").await;
    let after = podman_ps(&machine, "shop").await;
    assert_eq!(before[..2], after[..2], "the others are what they were");
    assert_ne!(before[2], after[2]);
    assert_eq!(after.len(), 3);

    write(&mut ada, "shop", &SHOP.replace("sleep 1;", "sleep 0.5;")).await;
    deploy(&mut ada, "shop").await;
    let job = done(&mut ada, "shop", "deploy", json!({"generation": 1})).await;
    assert_eq!(job.job.state, JobState::Done, "{job:#?}");
    let kept = machine.cli(&["exec", "shop-db-1", "cat", "/data/kept"]).await;
    assert_eq!(kept.lines().count(), 3, "one line each time that it started: {kept}");
    let color = machine.cli(&["exec", "shop-web-1", "sh", "-c", "echo $COLOR"]).await;
    assert_eq!(color, "blue");
    clean(&machine, &mut ada, "shop").await;
}

#[tokio::test]
async fn a_deploy_that_fails_is_put_back_and_says_why() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    create(&mut ada, "shop", SHOP).await;
    deploy(&mut ada, "shop").await;
    let before = podman_ps(&machine, "shop").await;
    let broken = SHOP.replace(
        "environment: {COLOR: blue}",
        "command: [\"sh\", \"-c\", \"echo the lamp is broken; exit 3\"]",
    );
    write(&mut ada, "shop", &broken).await;
    let job = done(&mut ada, "shop", "deploy", json!({})).await;
    assert_eq!(job.job.state, JobState::RolledBack, "{job:#?}");
    let error = job.job.error.unwrap();
    assert!(error.message.contains("exit code 3"), "{error:?}");
    assert_eq!(error.details["log"], json!(["the lamp is broken"]));
    assert_eq!(podman_ps(&machine, "shop").await, before, "the very same containers");
    let stack = shown(&mut ada, "shop", StackState::Running).await;
    assert_eq!(stack.generation, Some(1));
    assert!(stack.trouble.unwrap().contains("exit code 3") && stack.changed_on_disk);

    // The audit says what came of each.
    for status in [201, 409] {
        let reply = ada.post("/api/networks", json!({"name": "twice"})).await;
        assert_eq!(reply.status, status, "{reply:?}");
    }
    machine.cli(&["network", "rm", "twice"]).await;
    for (action, outcomes) in [
        ("stack.deploy", [Outcome::RolledBack, Outcome::Done]),
        ("network.create", [Outcome::Failed, Outcome::Done]),
    ] {
        let audit: Page<Entry> = ada.get(&format!("/api/audit?q={action}")).await.json();
        let said: Vec<Outcome> = audit.items.iter().map(|entry| entry.outcome).collect();
        assert_eq!(said, outcomes, "{audit:#?}");
    }
    clean(&machine, &mut ada, "shop").await;
}

/// A web server that is well once somebody says so.
const LAMP: &str = r#"
services:
  web:
    image: localhost/tiny
    environment: {COLOR: blue}
    ports: ["8080"]
    command: ["sleep", "1000"]
    stop_signal: SIGKILL
    healthcheck: {test: [CMD, test, -f, /well], interval: 300ms, retries: 1000}
"#;

#[tokio::test]
async fn what_people_reach_is_replaced_while_it_runs() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let up = async |name: &str| {
        let format = [
            "ps",
            "--filter",
            "label=io.stardeck.stack=lamp",
            "--format",
            "{{.Names}} {{.ID}}",
        ];
        let listed = machine.cli(&format).await;
        let line = listed.lines().find(|line| line.starts_with(&format!("{name} ")));
        line.map(|line| line.rsplit(' ').next().unwrap().to_owned())
    };
    let begun = async |ada: &mut Browser, color: &str, before: Option<&str>| {
        write(ada, "lamp", &LAMP.replace("blue", color)).await;
        let reply = ada.post("/api/stacks/lamp/deploy", json!({})).await;
        let new = wait_until("the new container to run", Duration::from_secs(30), async || {
            up("lamp-web-1").await.filter(|id| before != Some(id.as_str()))
        });
        (reply, new.await)
    };
    create(&mut ada, "lamp", LAMP).await;
    let (reply, blue) = begun(&mut ada, "blue", None).await;
    machine.cli(&["exec", &blue, "touch", "/well"]).await;
    assert_eq!(over(&mut ada, &reply).await.job.state, JobState::Done);

    let (reply, red) = begun(&mut ada, "red", Some(&blue)).await;
    let aside = up(&format!("lamp-web-1-old-{blue}")).await;
    assert_eq!(aside.as_ref(), Some(&blue), "its predecessor runs on");
    machine.cli(&["exec", &red, "touch", "/well"]).await;
    assert_eq!(over(&mut ada, &reply).await.job.state, JobState::Done);
    assert_eq!(podman_ps(&machine, "lamp").await, [format!("lamp-web-1 {red}")]);

    // One that never gets well leaves the other as it was.
    let since = ["inspect", "-f", "{{.State.StartedAt}}", red.as_str()];
    let started = machine.cli(&since).await;
    let (reply, _) = begun(&mut ada, "green", Some(&red)).await;
    let id = reply.json::<StackJob>().job.id;
    assert_eq!(ada.post(&format!("/api/jobs/{id}/cancel"), json!({})).await.status, 200);
    over(&mut ada, &reply).await;
    wait_until("the other to stand alone", Duration::from_secs(30), async || {
        (podman_ps(&machine, "lamp").await == [format!("lamp-web-1 {red}")]).then_some(())
    })
    .await;
    assert_eq!(machine.cli(&since).await, started);
    clean(&machine, &mut ada, "lamp").await;
}

#[tokio::test]
async fn what_a_service_says_reaches_its_container() {
    let machine = Machine::start().await;
    let (deck, mut ada) = deck(&machine).await;
    let compose = r#"
services:
  web:
    image: localhost/tiny
    container_name: lamp
    hostname: here
    environment: {A: "${COLOR:-none}", B: "two words"}
    extra_hosts: {far: 192.0.2.7}
    shm_size: 16m
    tmpfs: [/scratch]
    volumes: ["./conf:/conf:ro"]
    security_opt: ["no-new-privileges:true"]
    scale: 1
"#;
    let body = json!({"name": "said", "compose": compose, "env": "COLOR=green\n"});
    assert_eq!(ada.post("/api/stacks", body).await.status, 201);
    let folder = deck.data_dir().join("stacks/said/conf");
    machine.user().make_dir(&folder);
    machine.user().write(&folder.join("file"), "from the folder");
    deploy(&mut ada, "said").await;
    let script = "hostname; echo $A $B; grep far /etc/hosts; df -m /dev/shm | tail -1 | awk '{print $2}'; \
                  touch /scratch/x && cat /conf/file && ! touch /conf/x 2>/dev/null && echo && echo whole";
    let said = machine.cli(&["exec", "lamp", "sh", "-c", script]).await;
    let lines: Vec<&str> = said.lines().map(str::trim).collect();
    assert_eq!(lines[..2], ["here", "green two words"], "{said}");
    assert!(lines[2].starts_with("192.0.2.7"), "{said}");
    assert_eq!(lines[3..], ["16", "from the folder", "whole"], "{said}");
    clean(&machine, &mut ada, "said").await;
}
