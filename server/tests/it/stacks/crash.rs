//! The server dies in the middle of its work, at every step there is; what comes after is the old or the new, whole.

use std::path::{Path, PathBuf};
use std::time::Duration;

use api::job::{Job, JobKind, JobState};
use api::page::Listed;
use api::stack::{StackJob, StackState};
use serde_json::{Value, json};
use testkit::{Deck, DeckOptions, Machine, Registry, TINY, wait_until};

use super::{clean, create, deploy, follow, over, podman_ps, write};
use crate::browser::{Browser, Reply};
use crate::{BINARY, set_up};

/// Two services, the second after the first; `@` is what differs.
const PAIR: &str = r#"
services:
  one:
    image: localhost/tiny
    environment: {VALUE: "@"}
    volumes: ["data:/data"]
    healthcheck: {test: [CMD, "true"], interval: 500ms}
    networks: [net]
  two:
    image: localhost/tiny
    environment: {VALUE: "@"}
    command: ["sh", "-c", "test $$VALUE != bad && exec sleep 1000"]
    stop_grace_period: 1s
    networks: [net]
    depends_on: {one: {condition: service_healthy}}
volumes:
  data:
networks:
  net:
"#;

/// A deck that takes its failpoints from a file once, and forgets them.
pub(super) async fn crashing(machine: &Machine) -> (Deck<'_>, Browser, PathBuf) {
    let folder = machine.dir().join("failpoints");
    machine.user().make_dir(&folder);
    let once = r#"if [ -e "$0" ]; then export FAILPOINTS="$(cat "$0")"; rm "$0"; fi; exec "$@""#;
    let file = folder.join("once");
    let wrapper = [
        "sh".to_owned(),
        "-c".to_owned(),
        once.to_owned(),
        file.display().to_string(),
    ];
    let options = DeckOptions {
        wrapper: wrapper.into(),
        ..DeckOptions::default()
    };
    let deck = Deck::start(machine, BINARY, options).await;
    let ada = set_up(&deck).await;
    (deck, ada, file)
}

/// Starts the deck again with a crash ahead, deploys, waits for the crash, and starts it once more.
async fn crash_at(point: &str, file: &Path, machine: &Machine, deck: &mut Deck<'_>, ada: &mut Browser) {
    let deploy = ("/api/stacks/pair/deploy", json!({}));
    crash_after(point, deploy, file, machine, deck, ada).await;
}

/// The same, with another request than a deploy.
async fn crash_after(
    point: &str,
    (path, body): (&str, Value),
    file: &Path,
    machine: &Machine,
    deck: &mut Deck<'_>,
    ada: &mut Browser,
) {
    let ask = async |ada: &mut Browser| ada.send_if_it_lives("POST", path, Some(body)).await;
    crash_in(point, ask, file, machine, deck, ada).await;
}

pub(super) async fn crash_in(
    point: &str,
    ask: impl AsyncFnOnce(&mut Browser) -> Option<Reply>,
    file: &Path,
    machine: &Machine,
    deck: &mut Deck<'_>,
    ada: &mut Browser,
) {
    deck.stop().await;
    machine.user().write(file, &format!("{point}=return"));
    deck.start_again().await;
    follow(ada, deck);
    // The crash may come before the answer.
    if let Some(reply) = ask(ada).await {
        assert_eq!(reply.status, 202, "{point}: {reply:?}");
    }
    wait_until(&format!("the crash at {point}"), Duration::from_secs(30), async || {
        (!deck.is_running()).then_some(())
    })
    .await;
    deck.start_again().await;
    follow(ada, deck);
}

/// Waits until no job is left, and answers how the last deploy ended.
pub(super) async fn settled(ada: &mut Browser) -> Job {
    wait_until("all jobs to be over", Duration::from_secs(30), async || {
        let jobs: Listed<Job> = ada.get("/api/jobs").await.json();
        let over = jobs.items.iter().all(|job| job.state.is_over());
        let mut deploys = jobs.items.into_iter().filter(|job| job.kind == JobKind::Deploy);
        over.then(|| deploys.next()).flatten()
    })
    .await
}

/// What each container was made with.
async fn values(machine: &Machine) -> Vec<String> {
    let mut values = Vec::new();
    for name in ["pair-one-1", "pair-two-1"] {
        values.push(machine.cli(&["exec", name, "sh", "-c", "echo $VALUE"]).await);
    }
    values
}

/// Deploys `value` with a crash at `point`, and looks whether what came after it is that, whole.
async fn survives(point: &str, value: &str, file: &Path, machine: &Machine, deck: &mut Deck<'_>, ada: &mut Browser) {
    write(ada, "pair", &PAIR.replace('@', value)).await;
    crash_at(point, file, machine, deck, ada).await;
    let job = settled(ada).await;
    assert_eq!(job.state, JobState::Done, "{point}: {job:#?}");
    assert_eq!(values(machine).await, [value, value], "{point}");
    let containers = podman_ps(machine, "pair").await;
    assert_eq!(containers.len(), 2, "after {point}: {containers:?}");
    super::shown(ada, "pair", StackState::Running).await;
    assert_eq!(machine.cli(&["volume", "ls", "-q"]).await, "pair_data", "{point}");
}

#[tokio::test]
async fn fault_01_a_crash_at_any_step_of_a_first_deploy_ends_in_the_new_whole() {
    let machine = Machine::start().await;
    let (mut deck, mut ada, file) = crashing(&machine).await;
    for point in [
        "stack-intended",
        "stack-network",
        "stack-volume",
        "stack-created",
        "stack-started",
        "stack-waited",
    ] {
        create(&mut ada, "pair", &PAIR.replace('@', "0")).await;
        survives(point, "1", &file, &machine, &mut deck, &mut ada).await;
        clean(&machine, &mut ada, "pair").await;
    }
}

#[tokio::test]
async fn fault_01_a_crash_at_any_step_of_replacing_ends_in_the_new_whole() {
    let machine = Machine::start().await;
    let (mut deck, mut ada, file) = crashing(&machine).await;
    create(&mut ada, "pair", &PAIR.replace('@', "old")).await;
    deploy(&mut ada, "pair").await;
    for (round, point) in [
        "stack-intended",
        "stack-aside",
        "stack-created",
        "stack-stopped",
        "stack-started",
        "stack-up",
        "stack-removed",
        "stack-before-commit",
    ]
    .into_iter()
    .enumerate()
    {
        survives(point, &round.to_string(), &file, &machine, &mut deck, &mut ada).await;
    }
    clean(&machine, &mut ada, "pair").await;
}

#[tokio::test]
async fn fault_03_a_crash_while_a_failed_deploy_is_put_back_ends_in_the_old_whole() {
    let machine = Machine::start().await;
    let (mut deck, mut ada, file) = crashing(&machine).await;
    create(&mut ada, "pair", &PAIR.replace('@', "good")).await;
    deploy(&mut ada, "pair").await;
    let before = podman_ps(&machine, "pair").await;
    write(&mut ada, "pair", &PAIR.replace('@', "bad")).await;
    for point in ["stack-given-up", "stack-removed"] {
        crash_at(point, &file, &machine, &mut deck, &mut ada).await;
        let job = settled(&mut ada).await;
        assert_eq!(job.state, JobState::RolledBack, "{point}: {job:#?}");
        assert!(job.error.unwrap().message.contains("exit code 1"), "{point}");
        assert_eq!(
            podman_ps(&machine, "pair").await,
            before,
            "{point}: the very same containers"
        );
        assert_eq!(values(&machine).await, ["good", "good"], "{point}");
    }
    clean(&machine, &mut ada, "pair").await;
}

#[tokio::test]
async fn fault_06_podman_killed_in_the_middle_of_a_deploy_makes_no_duplicate() {
    let machine = Machine::start().await;
    let (_deck, mut ada, _file) = crashing(&machine).await;
    create(&mut ada, "pair", &PAIR.replace('@', "1")).await;
    // Podman makes the network that all containers of a user share with the first of them, and cannot survive being
    // killed just there.
    machine.cli(&["network", "create", "other"]).await;
    machine
        .cli(&[
            "run",
            "-d",
            "--name",
            "bystander",
            "--network",
            "other",
            "localhost/tiny",
        ])
        .await;
    let reply = ada.post("/api/stacks/pair/deploy", json!({})).await;
    killed_at_work(&machine, &mut ada, &reply).await;
    assert_eq!(podman_ps(&machine, "pair").await.len(), 2);
    machine.cli(&["exec", "bystander", "true"]).await;
    clean(&machine, &mut ada, "pair").await;
}

#[tokio::test]
async fn fault_06_podman_killed_while_a_stack_stops_or_goes_holds_neither_up() {
    let machine = Machine::start().await;
    let (_deck, mut ada, _file) = crashing(&machine).await;
    create(&mut ada, "pair", &PAIR.replace('@', "1")).await;
    deploy(&mut ada, "pair").await;
    let reply = ada.post("/api/stacks/pair/stop", json!({})).await;
    killed_at_work(&machine, &mut ada, &reply).await;
    assert_eq!(machine.cli(&["ps", "-q"]).await, "");
    deploy(&mut ada, "pair").await;
    let reply = ada.send("DELETE", "/api/stacks/pair?volumes=pair_data", None).await;
    killed_at_work(&machine, &mut ada, &reply).await;
    assert_eq!(ada.get("/api/stacks/pair").await.status, 404);
    assert_eq!(machine.cli(&["ps", "-aq"]).await, "");
    assert_eq!(machine.cli(&["volume", "ls", "-q"]).await, "");
    let networks = machine.cli(&["network", "ls", "-q"]).await;
    assert!(!networks.contains("pair"), "{networks}");
}

/// Kills Podman once the job that was begun is at work, brings it back, and sees the job succeed.
async fn killed_at_work(machine: &Machine, ada: &mut Browser, begun: &Reply) {
    let id = begun.json::<StackJob>().job.id;
    wait_until("the job to be at work", Duration::from_secs(20), async || {
        let job: Job = ada.get(&format!("/api/jobs/{id}")).await.json();
        (!job.steps.is_empty()).then_some(())
    })
    .await;
    machine.kill_podman().await;
    machine.start_podman().await;
    let job = over(ada, begun).await;
    assert_eq!(job.job.state, JobState::Done, "{job:#?}");
}

#[tokio::test]
async fn fault_06_what_podman_was_killed_in_starting_is_made_anew() {
    let machine = Machine::start().await;
    let (_deck, mut ada, _file) = crashing(&machine).await;
    create(&mut ada, "pair", &PAIR.replace('@', "1")).await;
    deploy(&mut ada, "pair").await;
    let reply = ada.post("/api/stacks/pair/stop", json!({})).await;
    over(&mut ada, &reply).await;
    let stopped = machine.cli(&["ps", "-a", "-q", "--no-trunc"]).await;
    assert_eq!(stopped.lines().count(), 2);
    for id in stopped.lines() {
        // What either runtime keeps of a container that it has made and nobody has started.
        for runtime in ["runc", "crun"] {
            let known = machine.dir().join("run").join(runtime).join(id);
            let mut mkdir = machine.command_as_user(Path::new("mkdir"));
            assert!(mkdir.arg("-p").arg(known).status().unwrap().success());
        }
    }
    let reply = ada.post("/api/stacks/pair/start", json!({})).await;
    let job = over(&mut ada, &reply).await;
    assert_eq!(job.job.state, JobState::Done, "{job:#?}");
    let said: Vec<&str> = job.log.iter().map(|line| line.text.as_str()).collect();
    let anew = said.iter().filter(|line| line.ends_with("it is made anew."));
    assert_eq!(anew.count(), 2, "{said:#?}");
    assert_eq!(podman_ps(&machine, "pair").await.len(), 2);
    clean(&machine, &mut ada, "pair").await;
}

#[tokio::test]
async fn fault_01_a_crash_after_a_build_finds_what_was_built() {
    let machine = Machine::start().await;
    let (mut deck, mut ada, file) = crashing(&machine).await;
    let text = "services:\n  web:\n    build:\n      dockerfile_inline: |\n        FROM localhost/tiny\n        RUN echo @ > \
                /built\n    stop_grace_period: 1s\n";
    create(&mut ada, "pair", &text.replace('@', "old")).await;
    deploy(&mut ada, "pair").await;
    write(&mut ada, "pair", &text.replace('@', "new")).await;
    crash_at("stack-built", &file, &machine, &mut deck, &mut ada).await;
    let job = settled(&mut ada).await;
    assert_eq!(job.state, JobState::Done, "{job:#?}");
    assert!(
        job.steps.iter().all(|step| !step.title.starts_with("Build")),
        "what was built is not built again: {job:#?}"
    );
    assert_eq!(machine.cli(&["exec", "pair-web-1", "cat", "/built"]).await, "new");
    assert_eq!(podman_ps(&machine, "pair").await.len(), 1);
    clean(&machine, &mut ada, "pair").await;
}

#[tokio::test]
async fn fault_01_a_crash_after_a_pull_or_while_a_stack_goes_is_gone_on_with() {
    let machine = Machine::start().await;
    let registry = Registry::start(&machine, false).await;
    registry.push(TINY, "team/app:1").await;
    let (mut deck, mut ada, file) = crashing(&machine).await;
    let image = format!("{}/team/app:1", registry.host());
    let text =
        format!("services:\n  web: {{image: \"{image}\", volumes: [\"data:/data\"]}}\nvolumes: {{data: {{}}}}\n");
    create(&mut ada, "pair", &text).await;
    crash_at("stack-pulled", &file, &machine, &mut deck, &mut ada).await;
    let job = settled(&mut ada).await;
    assert_eq!(job.state, JobState::Done, "{job:#?}");
    super::shown(&mut ada, "pair", StackState::Running).await;
    assert_eq!(podman_ps(&machine, "pair").await.len(), 1);

    let down = ("/api/stacks/pair/down", json!({}));
    crash_after("stack-down-removed", down, &file, &machine, &mut deck, &mut ada).await;
    settled(&mut ada).await;
    super::shown(&mut ada, "pair", StackState::Down).await;
    assert!(podman_ps(&machine, "pair").await.is_empty());
    assert_eq!(
        machine.cli(&["volume", "ls", "-q"]).await,
        "pair_data",
        "nobody named it"
    );

    let path = "/api/stacks/pair?volumes=pair_data";
    let remove = async |ada: &mut Browser| ada.send_if_it_lives("DELETE", path, None).await;
    crash_in("stack-volume-removed", remove, &file, &machine, &mut deck, &mut ada).await;
    wait_until("the stack to be gone", Duration::from_secs(30), async || {
        (ada.get("/api/stacks/pair").await.status == 404).then_some(())
    })
    .await;
    assert_eq!(machine.cli(&["volume", "ls", "-q"]).await, "");
    registry.stop().await;
}
