//! Images for other kinds of machines, and devices by the names of the Container Device Interface.

use std::fs;
use std::path::PathBuf;

use api::job::JobState;
use api::stack::{Plan, PlanVerb};
use serde_json::json;
use testkit::{Machine, Registry, TINY};

use super::{clean, create, deploy, done, write};
use crate::deck;

const WEB: &str =
    "services:\n  web:\n    image: @\n    command: [\"sh\", \"-c\", \"exec sleep 1000\"]\n    stop_grace_period: 1s\n";

/// An image for machines of this architecture.
async fn import(machine: &Machine, architecture: &str) -> String {
    let tar = machine.dir().join("tiny.tar");
    let tar = tar.to_str().unwrap();
    let source = machine.unique("source");
    machine.cli(&["create", "--name", &source, TINY]).await;
    machine.cli(&["export", "--output", tar, &source]).await;
    machine.cli(&["rm", &source]).await;
    let image = format!("localhost/made-for:{architecture}");
    let change = format!("ENV MADE_FOR={architecture}");
    machine
        .cli(&["import", "--arch", architecture, "--change", &change, tar, &image])
        .await;
    image
}

/// Images for several architectures, in the registry under one name.
async fn push_for(machine: &Machine, registry: &Registry<'_>, architectures: &[&str]) -> String {
    let list = "localhost/both:list";
    machine.cli(&["manifest", "create", list]).await;
    for architecture in architectures {
        let one = import(machine, architecture).await;
        let from = format!("containers-storage:{one}");
        machine.cli(&["manifest", "add", list, &from]).await;
    }
    let image = format!("{}/team/both:1", registry.host());
    let target = format!("docker://{image}");
    machine
        .cli(&["manifest", "push", "--all", "--tls-verify=false", list, &target])
        .await;
    machine.cli(&["manifest", "rm", list]).await;
    image
}

#[tokio::test]
async fn an_image_is_fetched_for_the_platform_that_is_asked_for_and_one_that_cannot_run_here_is_said() {
    let machine = Machine::start().await;
    let registry = Registry::start(&machine, false).await;
    let both = push_for(&machine, &registry, &["amd64", "386", "arm64"]).await;
    let strange = format!("{}/team/strange:1", registry.host());
    let made = import(&machine, "s390x").await;
    registry.push(&made, "team/strange:1").await;
    let (_deck, mut ada) = deck(&machine).await;
    let own = machine.cli(&["info", "-f", "{{.Host.Arch}}"]).await;
    // What is older and runs here all the same.
    let older = if own == "amd64" { "386" } else { "arm64" };
    let plain = WEB.replace('@', &both);
    let asked = format!("{plain}    platform: linux/{older}\n");
    create(&mut ada, "web", &plain).await;
    deploy(&mut ada, "web").await;
    let made_for = ["exec", "web-web-1", "sh", "-c", "echo $MADE_FOR"];
    assert_eq!(machine.cli(&made_for).await, own);

    write(&mut ada, "web", &asked).await;
    if own != older {
        let plan: Plan = ada.post("/api/stacks/web/diff", json!({})).await.json();
        let pull = &plan.items[0];
        assert_eq!(pull.verb, PlanVerb::Pull, "{plan:#?}");
        assert!(pull.reason.contains(&format!("linux/{older}")), "{plan:#?}");
    }
    deploy(&mut ada, "web").await;
    assert_eq!(machine.cli(&made_for).await, older);
    let again: Plan = ada.post("/api/stacks/web/diff", json!({})).await.json();
    assert!(
        again.items.iter().all(|item| item.verb == PlanVerb::Keep),
        "it is found again: {again:#?}"
    );

    write(&mut ada, "web", &WEB.replace('@', &strange)).await;
    let job = done(&mut ada, "web", "deploy", json!({})).await;
    assert_eq!(job.job.state, JobState::RolledBack, "{job:#?}");
    let why = job.job.error.unwrap().message;
    assert!(
        why.contains("made for linux/s390x") && why.contains("no emulator"),
        "{why}"
    );
    assert_eq!(machine.cli(&made_for).await, older, "what ran goes on");
    let plan: Plan = ada.post("/api/stacks/web/diff", json!({})).await.json();
    assert!(
        plan.diagnostics.iter().any(|said| said.code == "other-platform"),
        "{plan:#?}"
    );
    clean(&machine, &mut ada, "web").await;
    registry.stop().await;
}

/// A description of a device for as long as this lives.
struct Described(PathBuf);

impl Drop for Described {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[tokio::test]
async fn a_device_is_had_by_its_described_name_with_consent_and_one_that_nobody_describes_is_refused() {
    let machine = Machine::start().await;
    let kind = format!("stardeck.test/lamp-{}", std::process::id());
    let folder = PathBuf::from("/run/cdi");
    fs::create_dir_all(&folder).expect("tests of devices take root's rights");
    let description = Described(folder.join(format!("stardeck-test-{}.json", std::process::id())));
    let text = json!({
        "cdiVersion": "0.3.0",
        "kind": kind,
        "devices": [{"name": "one", "containerEdits": {"env": ["LAMP=on"]}}],
    });
    fs::write(&description.0, text.to_string()).unwrap();
    let (_deck, mut ada) = deck(&machine).await;
    let asks = |id: &str| {
        format!(
            "{}    deploy: {{resources: {{reservations: {{devices: [{{driver: cdi, device_ids: [\"{kind}={id}\"], capabilities: \
             [lamp]}}]}}}}}}\n",
            WEB.replace('@', TINY)
        )
    };
    create(&mut ada, "lamp", &asks("two")).await;
    let refused = ada.post("/api/stacks/lamp/deploy", json!({})).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    assert!(String::from_utf8_lossy(&refused.body).contains("no CDI specification"));

    write(&mut ada, "lamp", &asks("one")).await;
    let plan: Plan = ada.post("/api/stacks/lamp/diff", json!({})).await.json();
    let consents: Vec<&String> = plan.risks.iter().map(|risk| &risk.id).collect();
    assert_eq!(consents.len(), 1, "{plan:#?}");
    let job = done(&mut ada, "lamp", "deploy", json!({"consents": consents})).await;
    assert_eq!(job.job.state, JobState::Done, "{job:#?}");
    let lamp = ["exec", "lamp-web-1", "grep", "-c", "LAMP=on", "/proc/1/environ"];
    assert_eq!(machine.cli(&lamp).await, "1");
    clean(&machine, &mut ada, "lamp").await;
}
