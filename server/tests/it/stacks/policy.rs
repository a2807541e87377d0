//! What a compose file may not have, by every way in.

use serde_json::{Value, json};
use testkit::Machine;

use super::{clean, create, deploy, done};
use crate::deck;

/// What a service says, and how its deploy is refused to a member.
const CASES: &[(&str, &str)] = &[
    ("privileged: true", "consent_needed"),
    ("cap_add: [SYS_ADMIN]", "consent_needed"),
    ("devices: [/dev/fuse]", "consent_needed"),
    ("security_opt: [\"label=disable\"]", "consent_needed"),
    ("security_opt: [\"seccomp=unconfined\"]", "consent_needed"),
    ("pid: host", "consent_needed"),
    ("ipc: host", "consent_needed"),
    ("userns_mode: host", "consent_needed"),
    ("network_mode: host", "consent_needed"),
    ("network_mode: \"container:other\"", ""),
    ("sysctls: {net.core.somaxconn: 1}", "consent_needed"),
    ("group_add: [keep-groups]", "consent_needed"),
    ("runtime: /tmp/evil", "consent_needed"),
    ("volumes: [\"/etc:/host\"]", ""),
    ("volumes: [\"../..:/host\"]", ""),
    ("volumes: [\"./link:/host\"]", ""),
    ("tmpfs: [\"/t:size=1T\"]", ""),
    ("volumes_from: [web]", ""),
    ("labels: {io.stardeck.stack: other}", ""),
    ("container_name: ../x", ""),
    ("env_file: /etc/passwd", ""),
    ("build: /etc", ""),
];

/// A stack whose one service says that.
fn stack(says: &str) -> String {
    format!("services:\n  web:\n    image: localhost/tiny\n    {says}\n")
}

#[tokio::test]
async fn sec_46_to_51_a_file_that_asks_for_the_machine_is_refused_by_every_way_in() {
    let machine = Machine::start().await;
    let (deck, mut ada) = deck(&machine).await;
    let mut member = ada.with_user("bob", "member").await;
    create(&mut member, "made", &stack("hostname: fine")).await;
    let home = deck.data_dir().join("stacks/made");
    std::os::unix::fs::symlink("/etc", home.join("link")).unwrap();
    for (number, (says, code)) in CASES.iter().enumerate() {
        let name = format!("case-{number}");
        create(&mut member, &name, &stack(says)).await;
        super::write(&mut member, "made", &stack(says)).await;
        for way in [name.as_str(), "made"] {
            if says.contains("./link") && way != "made" {
                continue;
            }
            let refused = member.post(&format!("/api/stacks/{way}/deploy"), json!({})).await;
            let said = refused.code();
            assert!(matches!(refused.status, 403 | 422), "{says} by {way}: {refused:?}");
            assert!(code.is_empty() || said == *code, "{says} by {way}: {refused:?}");
        }
        clean(&machine, &mut member, &name).await;
    }
    assert_eq!(machine.cli(&["ps", "-aq"]).await, "", "nothing of it was made");
    clean(&machine, &mut ada, "made").await;
}

#[tokio::test]
async fn a_consent_is_an_administrators_and_names_the_risk() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let mut member = ada.with_user("bob", "member").await;
    create(&mut ada, "keen", &stack("cap_add: [NET_RAW]")).await;
    let refused = ada.post("/api/stacks/keen/deploy", json!({})).await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "consent_needed"));
    let risks = refused.json::<Value>()["error"]["details"]["risks"].clone();
    let consent = json!({"consents": [risks[0]["id"]]});
    let refused = member.post("/api/stacks/keen/deploy", consent.clone()).await;
    assert_eq!((refused.status, refused.code().as_str()), (403, "forbidden"));
    let job = done(&mut ada, "keen", "deploy", consent).await;
    assert_eq!(job.job.state, api::job::JobState::Done, "{job:#?}");
    let again = member.post("/api/stacks/keen/deploy", json!({"generation": 1})).await;
    assert_eq!(again.code(), "consent_needed", "going back is a way in as well");
    clean(&machine, &mut ada, "keen").await;
}

#[tokio::test]
async fn sec_49_a_published_port_is_on_loopback_alone() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    create(
        &mut ada,
        "open",
        &stack("ports: [\"0.0.0.0:22:8080\", \"8081\", \"42000:9000\"]"),
    )
    .await;
    deploy(&mut ada, "open").await;
    let ports = machine.cli(&["port", "open-web-1"]).await;
    assert_eq!(ports.lines().count(), 3, "{ports}");
    for line in ports.lines() {
        let (_, address) = line.split_once(" -> ").unwrap();
        assert!(address.starts_with("127.0.0.1:"), "{ports}");
        assert!(!address.ends_with(":22") && !address.ends_with(":42000"), "{ports}");
    }
    clean(&machine, &mut ada, "open").await;
}
