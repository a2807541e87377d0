//! Images that come from a real registry on loopback.

use std::process::Stdio;
use std::time::Duration;

use api::event::{Change, Event, Frame};
use api::job::{Job, JobDetail, JobState, JobStep, StepState};
use api::registry::Registry as Known;
use serde_json::{Value, json};
use testkit::{ACCOUNT, Deck, Machine, Narrow, Registry, TINY, wait_until};

use super::audit;
use crate::browser::{Browser, Reply};
use crate::deck;
use crate::stacks::{clean, create, done, follow};

/// Asks for an image, and waits for the end of the job.
async fn pull(browser: &mut Browser, body: Value) -> JobDetail {
    let reply = browser.post("/api/images/pull", body).await;
    over(browser, &reply).await
}

async fn over(browser: &mut Browser, reply: &Reply) -> JobDetail {
    assert_eq!(reply.status, 202, "{reply:?}");
    let id = reply.json::<Job>().id;
    wait_until("the job to be over", Duration::from_secs(60), async || {
        let job: JobDetail = browser.get(&format!("/api/jobs/{id}")).await.json();
        job.job.state.is_over().then_some(job)
    })
    .await
}

/// Asks for an image, and waits until some of its bytes are told.
async fn under_way(browser: &mut Browser, name: &str) -> (Reply, JobStep) {
    let mut events = browser.events("").await;
    let reply = browser.post("/api/images/pull", json!({"reference": name})).await;
    let id = reply.json::<Job>().id;
    let step = events.until("its bytes", |frame| match frame {
        Frame::Event(Event {
            change: Change::Job { job },
            ..
        }) if job.id == id => {
            assert!(!job.state.is_over(), "it ended before it told its bytes: {job:#?}");
            let step = job.steps.into_iter().next()?;
            step.progress.is_some_and(|progress| progress.done > 0).then_some(step)
        }
        _ => None,
    });
    let step = step.await;
    (reply, step)
}

#[tokio::test]
async fn an_image_is_fetched_by_a_job_and_its_failure_is_said() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let registry = Registry::start(&machine, false).await;
    let name = format!("{}/team/app:1", registry.host());
    registry.push(TINY, "team/app:1").await;

    let job = pull(&mut ada, json!({"reference": &name})).await;
    assert_eq!(job.job.state, JobState::Done, "{job:#?}");
    assert_eq!(
        (job.job.object.as_str(), job.job.steps[0].state),
        (name.as_str(), StepState::Done)
    );
    assert!(
        machine
            .cli(&["images", "--format", "{{.Repository}}:{{.Tag}}"])
            .await
            .contains(&name)
    );
    assert!(audit(&mut ada).await.contains(&format!("image.pull {name}")));

    let job = pull(&mut ada, json!({"reference": format!("{}/team/none", registry.host())})).await;
    let error = job.job.error.unwrap();
    assert_eq!((job.job.state, error.code.as_str()), (JobState::Failed, "pull_failed"));
    assert!(
        error.message.contains("team/none:latest could not be fetched"),
        "{error:?}"
    );
    for body in [
        json!({"reference": "$(id)"}),
        json!({"reference": "a", "platform": "linux&x"}),
    ] {
        assert_eq!(ada.post("/api/images/pull", body).await.status, 422);
    }
    registry.stop().await;
}

#[tokio::test]
async fn a_fetch_tells_its_bytes_and_survives_a_crash_and_leaves_nothing_when_it_is_called_off() {
    let machine = Machine::start().await;
    let registry = Registry::start(&machine, false).await;
    machine.make_image("localhost/bulk:1", 6 << 20, "").await;
    registry.push("localhost/bulk:1", "team/bulk:1").await;
    machine.cli(&["rmi", "localhost/bulk:1"]).await;
    let narrow = Narrow::before(registry.host(), 1 << 20).await;
    machine.mirror("registry.test", narrow.host()).await;
    let (mut deck, mut ada) = deck(&machine).await;
    let name = "registry.test/team/bulk:1";

    let (reply, step) = under_way(&mut ada, name).await;
    assert!(step.progress.unwrap().total > Some(6 << 20), "{step:?}");
    assert!(step.parts.iter().any(|part| part.progress.is_some()), "{step:?}");
    let id = reply.json::<Job>().id;
    assert_eq!(ada.post(&format!("/api/jobs/{id}/cancel"), json!({})).await.status, 200);
    let job = over(&mut ada, &reply).await;
    assert_eq!(job.job.state, JobState::Cancelled, "{job:#?}");
    assert!(!machine.cli(&["images"]).await.contains("bulk"));

    let (reply, _) = under_way(&mut ada, name).await;
    deck.kill().await;
    narrow.open();
    deck.start_again().await;
    follow(&mut ada, &deck);
    let job = over(&mut ada, &reply).await;
    assert_eq!(job.job.state, JobState::Done, "it is taken up again: {job:#?}");
    assert!(
        job.job.steps[0].parts.is_empty(),
        "what is over is not kept by its parts"
    );
    assert!(machine.cli(&["images"]).await.contains("registry.test/team/bulk"));
    registry.stop().await;
}

#[tokio::test]
async fn a_password_opens_a_registry_and_is_seen_by_nobody() {
    let machine = Machine::start().await;
    let (mut deck, mut ada) = deck(&machine).await;
    let registry = Registry::start(&machine, true).await;
    registry.push(TINY, "team/app:1").await;
    let name = format!("{}/team/app:1", registry.host());
    let stack = format!("services:\n  web:\n    image: {name}\n    pull_policy: always\n");
    create(&mut ada, "shop", &stack).await;
    let job = done(&mut ada, "shop", "deploy", json!({})).await;
    let message = job.job.error.unwrap().message;
    assert!(
        message.contains("An administrator can give the password for 127.0.0.1"),
        "{message}"
    );

    let mut bob = ada.with_user("bob", "member").await;
    let account = json!({"host": registry.host(), "username": ACCOUNT.0, "password": ACCOUNT.1});
    assert_eq!(bob.post("/api/registries", account.clone()).await.status, 403);
    assert_eq!(bob.get("/api/registries").await.status, 403);
    let wrong = json!({"host": registry.host(), "username": ACCOUNT.0, "password": "wrong"});
    assert_eq!(ada.post("/api/registries", wrong).await.status, 200);
    let job = pull(&mut ada, json!({"reference": &name})).await;
    let message = job.job.error.unwrap().message;
    assert!(message.contains("may be wrong or too weak"), "{message}");

    let reply = ada.post("/api/registries", account).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let listed = ada.get("/api/registries").await;
    let known = listed.json::<Value>()["items"].clone();
    let known: Vec<Known> = serde_json::from_value(known).unwrap();
    assert_eq!(
        (known.len(), known[0].username.as_str(), known[0].by.as_str()),
        (1, ACCOUNT.0, "ada")
    );
    let job = done(&mut bob, "shop", "deploy", json!({})).await;
    assert_eq!(job.job.state, JobState::Done, "a member's stack has it too: {job:#?}");

    // It opens after the key was changed, and is nowhere in plain.
    deck.stop().await;
    rotate_key(&machine, &deck);
    deck.start_again().await;
    follow(&mut ada, &deck);
    let job = pull(&mut ada, json!({"reference": &name})).await;
    assert_eq!(job.job.state, JobState::Done, "{job:#?}");
    let replies = [
        format!("{reply:?}"),
        format!("{listed:?}"),
        format!("{job:?}"),
        deck.log(),
    ];
    let said = [replies.to_vec(), audit(&mut ada).await].concat().join("\n");
    assert!(!said.contains(ACCOUNT.1) && said.contains("registry.set"), "{said}");
    for entry in std::fs::read_dir(deck.data_dir()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = if path.is_file() {
            std::fs::read(&path).unwrap()
        } else {
            Vec::new()
        };
        let plain = bytes.windows(ACCOUNT.1.len()).any(|part| part == ACCOUNT.1.as_bytes());
        assert!(!plain, "the password is in {}", path.display());
    }

    let path = format!("/api/registries/{}", registry.host());
    assert_eq!(ada.send("DELETE", &path, None).await.status, 204);
    assert_eq!(ada.send("DELETE", &path, None).await.status, 404);
    let job = pull(&mut ada, json!({"reference": &name})).await;
    assert_eq!(job.job.state, JobState::Failed, "{job:#?}");
    clean(&machine, &mut ada, "shop").await;
    registry.stop().await;
}

fn rotate_key(machine: &Machine, deck: &Deck<'_>) {
    let mut command = machine.command_as_user(&machine.dir().join("stardeck"));
    command.args(["admin", "--data-dir"]).arg(deck.data_dir());
    command.arg("--key-file").arg(deck.key_file()).arg("rotate-key");
    let ended = command.stdin(Stdio::null()).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
}
