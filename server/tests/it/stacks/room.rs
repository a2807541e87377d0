//! Podman's storage runs full. Numbered as in the security contract.

use std::fs;

use api::job::{Job, JobDetail, JobState};
use serde_json::json;
use testkit::{Machine, Registry, wait_until};

use super::{clean, create, deploy, done, podman_ps, write};
use crate::deck;

const ROOM: u64 = 64 << 20;
/// What is left of it; the image needs more.
const LEFT: u64 = 4 << 20;
const IMAGE: u64 = 10 << 20;

const WEB: &str =
    "services:\n  web:\n    image: @\n    volumes: [\"data:/data\"]\n    stop_grace_period: 1s\nvolumes:\n  data:\n";

fn free(machine: &Machine) -> u64 {
    let disk = rustix::fs::statvfs(machine.storage()).unwrap();
    disk.f_bavail * disk.f_frsize
}

#[tokio::test]
async fn fault_14_a_storage_that_runs_full_in_a_pull_leaves_what_runs_and_its_volume() {
    let machine = Machine::start_with_room(ROOM).await;
    let registry = Registry::start(&machine, false).await;
    machine.make_image("localhost/bulk:1", IMAGE, "").await;
    registry.push("localhost/bulk:1", "team/bulk:1").await;
    machine.cli(&["rmi", "localhost/bulk:1"]).await;
    let image = format!("{}/team/bulk:1", registry.host());
    let (_deck, mut ada) = deck(&machine).await;
    create(&mut ada, "web", &WEB.replace('@', "localhost/tiny")).await;
    deploy(&mut ada, "web").await;
    machine
        .cli(&["exec", "web-web-1", "sh", "-c", "echo kept > /data/kept"])
        .await;
    let before = podman_ps(&machine, "web").await;

    let ballast = machine.storage().join("ballast");
    let weight = free(&machine) - LEFT;
    fs::write(&ballast, vec![0; usize::try_from(weight).unwrap()]).unwrap();
    let left = free(&machine);
    write(&mut ada, "web", &WEB.replace('@', &image)).await;
    let job = done(&mut ada, "web", "deploy", json!({})).await;
    assert_eq!(job.job.state, JobState::RolledBack, "{job:#?}");
    let why = job.job.error.unwrap().message;
    assert!(why.contains("no room left for images and containers"), "{why}");
    assert_eq!(
        podman_ps(&machine, "web").await,
        before,
        "the very same container, which runs"
    );
    let kept = ["exec", "web-web-1", "cat", "/data/kept"];
    assert_eq!(machine.cli(&kept).await, "kept");

    let reply = ada.post("/api/images/pull", json!({"reference": image})).await;
    let id = reply.json::<Job>().id;
    let pull = wait_until("the pull to fail", std::time::Duration::from_secs(60), async || {
        let job: JobDetail = ada.get(&format!("/api/jobs/{id}")).await.json();
        job.job.state.is_over().then_some(job)
    })
    .await;
    assert_eq!(pull.job.state, JobState::Failed, "{pull:#?}");
    assert!(!machine.cli(&["images"]).await.contains("bulk"));
    assert!(
        free(&machine) + (1 << 20) > left,
        "what came of the image is gone again"
    );

    fs::remove_file(&ballast).unwrap();
    deploy(&mut ada, "web").await;
    assert_eq!(machine.cli(&kept).await, "kept", "room heals it, with the same volume");
    assert_ne!(podman_ps(&machine, "web").await, before);
    clean(&machine, &mut ada, "web").await;
    registry.stop().await;
}
