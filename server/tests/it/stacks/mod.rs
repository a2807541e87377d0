//! Stacks, end to end on real Podman.

mod adopt;
mod builds;
mod chaos;
#[cfg(feature = "failpoints")]
mod crash;
mod deploy;
mod ends;
mod heal;
mod keys;
mod platform;
mod policy;
mod room;
mod sleep;
mod sources;
mod verbs;
mod walls;
mod whole;

use std::time::Duration;

use api::job::{JobDetail, JobState};
use api::stack::{Stack, StackDetail, StackJob, StackState};
use serde_json::{Value, json};
use testkit::{Machine, wait_until};

use crate::browser::{Browser, Reply};

/// Makes the stack `name`.
pub(crate) async fn create(browser: &mut Browser, name: &str, compose: &str) -> StackDetail {
    let reply = browser
        .post("/api/stacks", json!({"name": name, "compose": compose}))
        .await;
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.json()
}

/// Writes another compose file.
pub(crate) async fn write(browser: &mut Browser, name: &str, compose: &str) {
    let version = detail(browser, name).await.files.version;
    let body = json!({"version": version, "compose": compose});
    let reply = browser.send("PUT", &format!("/api/stacks/{name}"), Some(body)).await;
    assert_eq!(reply.status, 200, "{reply:?}");
}

pub(crate) async fn detail(browser: &mut Browser, name: &str) -> StackDetail {
    browser.get(&format!("/api/stacks/{name}")).await.json()
}

/// Asks for a job by `verb`, and waits for its end.
pub(crate) async fn done(browser: &mut Browser, name: &str, verb: &str, body: Value) -> JobDetail {
    let reply = browser.post(&format!("/api/stacks/{name}/{verb}"), body).await;
    over(browser, &reply).await
}

/// Waits for the end of the job that a reply speaks of.
pub(crate) async fn over(browser: &mut Browser, reply: &Reply) -> JobDetail {
    assert_eq!(reply.status, 202, "{reply:?}");
    let id = reply.json::<StackJob>().job.id;
    wait_until("the job to be over", Duration::from_secs(60), async || {
        let job: JobDetail = browser.get(&format!("/api/jobs/{id}")).await.json();
        job.job.state.is_over().then_some(job)
    })
    .await
}

/// Deploys, and fails where that does.
pub(crate) async fn deploy(browser: &mut Browser, name: &str) -> JobDetail {
    let job = done(browser, name, "deploy", json!({})).await;
    assert_eq!(job.job.state, JobState::Done, "{job:#?}");
    job
}

/// Waits until the stack is shown in that state.
pub(crate) async fn shown(browser: &mut Browser, name: &str, state: StackState) -> Stack {
    wait_until(
        &format!("{name} to be {state:?}"),
        Duration::from_secs(15),
        async || {
            let stack = detail(browser, name).await.stack;
            (stack.state == state).then_some(stack)
        },
    )
    .await
}

/// The names of the containers of a stack with their ids, as Podman's command line says.
async fn podman_ps(machine: &Machine, stack: &str) -> Vec<String> {
    let filter = format!("label=io.stardeck.stack={stack}");
    let format = "{{.Names}} {{.ID}}";
    let listed = machine
        .cli(&["ps", "-a", "--filter", &filter, "--format", format])
        .await;
    let mut lines: Vec<String> = listed.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

/// Lets a browser follow a deck that was started again.
pub(crate) fn follow(browser: &mut Browser, deck: &testkit::Deck<'_>) {
    browser.server = deck.address().strip_prefix("http://").unwrap().parse().unwrap();
    browser.host = browser.server.to_string();
}

/// Takes down what the test made, with its volumes.
pub(crate) async fn clean(machine: &Machine, browser: &mut Browser, name: &str) {
    let label = format!("label=io.stardeck.stack={name}");
    let volumes = machine.cli(&["volume", "ls", "-q", "--filter", &label]).await;
    let volumes: Vec<&str> = volumes.lines().collect();
    let path = format!("/api/stacks/{name}?volumes={}", volumes.join(","));
    let reply = browser.send("DELETE", &path, None).await;
    let job = over(browser, &reply).await;
    assert_eq!(job.job.state, JobState::Done, "{job:#?}");
}
