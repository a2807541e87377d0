//! Images that are built of the folder of a stack.

use api::job::{JobDetail, JobState, StepState};
use api::stack::{Plan, PlanItem, PlanVerb};
use serde_json::json;
use testkit::{Deck, Machine};

use super::{clean, create, deploy, done, podman_ps};
use crate::browser::Browser;
use crate::deck;

const FILE: &str = r#"
services:
  web:
    build:
      context: app
      args: {WORD: hello}
      target: last
      secrets: [key]
  inline:
    image: localhost/of-the-file:1
    build:
      labels: {made.of: words}
      dockerfile_inline: |
        FROM localhost/tiny
        COPY . /all
        RUN test ! -e /all/left-out && test ! -e /all/.stardeck-dockerfile
  same:
    image: localhost/of-the-file:1
  plain:
    image: localhost/tiny
secrets:
  key: {file: ./key}
"#;

/// Puts a file into the folder of the stack, as an editor would.
fn put(deck: &Deck<'_>, path: &str, text: &str) {
    let path = deck.data_dir().join("stacks/shop").join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn dockerfile(run: &str) -> String {
    format!(
        "FROM localhost/tiny AS first\nARG WORD\n\
         RUN --mount=type=secret,id=key echo \"$WORD $(cat /run/secrets/key)\" > /www/word && {run}\n\
         COPY note /www/note\nFROM first AS last\nFROM first AS never\nRUN exit 1\n"
    )
}

async fn says(machine: &Machine, container: &str, file: &str) -> String {
    machine.cli(&["exec", container, "cat", file]).await
}

fn holds(job: &JobDetail, text: &str) -> bool {
    job.log.iter().any(|line| line.text.contains(text))
}

/// What a deploy would do with the images and the containers of the built services.
async fn plan(ada: &mut Browser, body: serde_json::Value) -> Vec<(PlanVerb, String)> {
    let plan: Plan = ada.post("/api/stacks/shop/diff", body).await.json();
    assert!(plan.risks.is_empty(), "{plan:#?}");
    let told = |item: PlanItem| (item.verb, item.name);
    plan.items
        .into_iter()
        .filter(|item| item.kind != "network")
        .map(told)
        .collect()
}

#[tokio::test]
async fn an_image_is_built_of_the_folder_and_again_only_when_that_changes() {
    let machine = Machine::start().await;
    let (deck, mut ada) = deck(&machine).await;
    create(&mut ada, "shop", FILE).await;
    put(&deck, "app/Dockerfile", &dockerfile("echo printed by the build"));
    put(&deck, "app/note", "first");
    put(&deck, "key", "secret");
    put(&deck, ".dockerignore", "left-out\ncompose.yaml\napp");
    put(&deck, "left-out", "x");
    let own = |verb, name: &str| (verb, name.to_owned());
    let (web, inline) = ("localhost/shop-web:latest", "localhost/of-the-file:1");
    let planned = plan(&mut ada, json!({})).await;
    assert_eq!(
        planned[..2],
        [own(PlanVerb::Build, inline), own(PlanVerb::Build, web)],
        "{planned:?}"
    );

    let job = deploy(&mut ada, "shop").await;
    assert!(holds(&job, "printed by the build") && holds(&job, "STEP "), "{job:#?}");
    let step = job.job.steps.iter().find(|step| step.title == format!("Build {web}"));
    assert!(
        step.is_some_and(|step| step.state == StepState::Done && step.progress.is_some()),
        "{job:#?}"
    );
    assert_eq!(says(&machine, "shop-web-1", "/www/word").await, "hello secret");
    assert_eq!(says(&machine, "shop-inline-1", "/all/key").await, "secret");
    assert_eq!(says(&machine, "shop-same-1", "/all/key").await, "secret");
    let label = ["image", "inspect", "-f", "{{index .Labels \"made.of\"}}", inline];
    assert_eq!(machine.cli(&label).await, "words");

    let before = podman_ps(&machine, "shop").await;
    put(&deck, "left-out", "y");
    let job = deploy(&mut ada, "shop").await;
    assert!(!holds(&job, "STEP "), "nothing changed: {job:#?}");
    let job = done(&mut ada, "shop", "deploy", json!({"build": true})).await;
    assert!(holds(&job, "STEP "), "it was asked for: {job:#?}");
    assert_eq!(podman_ps(&machine, "shop").await, before, "the same came out: {job:#?}");

    put(&deck, "app/note", "second");
    let planned = plan(&mut ada, json!({})).await;
    assert_eq!(planned[0], own(PlanVerb::Build, web), "{planned:?}");
    let replaced = planned.iter().filter(|(verb, _)| *verb == PlanVerb::Replace);
    assert_eq!(replaced.collect::<Vec<_>>(), [&own(PlanVerb::Replace, "shop-web-1")]);
    deploy(&mut ada, "shop").await;
    assert_eq!(says(&machine, "shop-web-1", "/www/note").await, "second");
    let after = podman_ps(&machine, "shop").await;
    assert_eq!(
        after.iter().filter(|line| !before.contains(line)).count(),
        1,
        "{after:?}"
    );

    let job = done(&mut ada, "shop", "deploy", json!({"generation": 1})).await;
    assert_eq!(job.job.state, JobState::Done, "{job:#?}");
    assert_eq!(
        says(&machine, "shop-web-1", "/www/note").await,
        "first",
        "the bytes of then"
    );
    assert!(!holds(&job, "STEP "), "what is pinned is not built");
    clean(&machine, &mut ada, "shop").await;
}

#[tokio::test]
async fn a_build_that_fails_says_so_and_leaves_what_ran() {
    let machine = Machine::start().await;
    let (deck, mut ada) = deck(&machine).await;
    let file = "services: {web: {build: app}}\n";
    create(&mut ada, "shop", file).await;
    let diff: Plan = ada.post("/api/stacks/shop/diff", json!({})).await.json();
    let said = &diff.diagnostics[0];
    assert_eq!(
        (said.code.as_str(), said.path.as_str()),
        ("cannot-build", "services.web.build")
    );
    let job = done(&mut ada, "shop", "deploy", json!({})).await;
    assert_eq!(job.job.state, JobState::Failed);
    let why = job.job.error.unwrap().message;
    assert!(why.contains("the folder app of the stack cannot be opened"), "{why}");

    put(&deck, "app/Dockerfile", "FROM localhost/tiny\nRUN true\n");
    deploy(&mut ada, "shop").await;
    let before = podman_ps(&machine, "shop").await;
    put(
        &deck,
        "app/Dockerfile",
        "FROM localhost/tiny\nRUN echo last words && exit 7\n",
    );
    let job = done(&mut ada, "shop", "deploy", json!({})).await;
    assert_eq!(job.job.state, JobState::RolledBack, "{job:#?}");
    let error = job.job.error.unwrap();
    assert!(
        error.message.starts_with("The image of web could not be built: "),
        "{error:?}"
    );
    assert!(error.details["log"].to_string().contains("last words"), "{error:?}");
    assert_eq!(podman_ps(&machine, "shop").await, before);

    put(
        &deck,
        "app/Dockerfile",
        "FROM localhost/tiny\nADD http://127.0.0.1:9/ /x\n",
    );
    let job = done(&mut ada, "shop", "deploy", json!({})).await;
    assert!(job.job.error.unwrap().message.contains("network of this machine"));
    assert_eq!(podman_ps(&machine, "shop").await, before);
    clean(&machine, &mut ada, "shop").await;
}

#[tokio::test]
async fn nothing_from_outside_of_the_folder_is_sent_to_a_build() {
    let machine = Machine::start().await;
    let (deck, mut ada) = deck(&machine).await;
    create(&mut ada, "shop", "services: {web: {build: app}}\n").await;
    std::os::unix::fs::symlink("/etc", deck.data_dir().join("stacks/shop/app")).unwrap();
    let reply = ada.post("/api/stacks/shop/deploy", json!({})).await;
    assert!(matches!(reply.status, 403 | 422), "{reply:?}");
    let words = String::from_utf8_lossy(&reply.body);
    assert!(words.contains("leads out of the folder"), "{words}");
    clean(&machine, &mut ada, "shop").await;
}
