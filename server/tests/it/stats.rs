//! What containers use, as it reaches whoever looks.

use std::time::Duration;

use api::stats::StatsFrame;
use serde_json::json;
use testkit::Machine;
use tokio::time::timeout;

use crate::browser::{Browser, Events};
use crate::deck;
use crate::guest::{self, Guest, say};

const PATIENCE: Duration = Duration::from_secs(60);

async fn look(browser: &mut Browser) -> Events {
    let ticket = browser.ticket_for("/api/stats").await;
    let origin = format!("http://{}", browser.host);
    let path = format!("/api/stats?ticket={ticket}");
    browser.socket(&path, Some(&origin)).await.unwrap()
}

async fn next(stats: &mut Events) -> Option<StatsFrame> {
    timeout(PATIENCE, stats.next_of()).await.unwrap()
}

#[tokio::test]
async fn what_containers_use_is_pushed_or_it_is_said_that_this_machine_does_not_count() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let id = machine.run_tiny("busy").await;
    let mut stats = look(&mut ada).await;
    if !machine.podman().capabilities().await.unwrap().stats() {
        assert!(matches!(next(&mut stats).await, Some(StatsFrame::Unavailable { .. })));
        assert_eq!(next(&mut stats).await, None, "nothing more comes");
        // Whoever looks next is told as well.
        let mut again = look(&mut ada).await;
        assert!(matches!(next(&mut again).await, Some(StatsFrame::Unavailable { .. })));
        return;
    }
    // Two who look see the same container, and one that stops looking takes nothing from the other.
    let mut other = look(&mut ada).await;
    for stats in [&mut stats, &mut other] {
        loop {
            let Some(StatsFrame::Used { containers }) = next(stats).await else {
                panic!("the statistics ended");
            };
            if containers.iter().any(|usage| usage.container == id) {
                break;
            }
        }
    }
    drop(other);
    assert!(matches!(next(&mut stats).await, Some(StatsFrame::Used { .. })));
}

const COUNTED: &str = "stats::in_a_guest_with_new_control_groups_what_a_container_uses_is_counted";
/// Podman, and a container that is busy, on the unified tree of control groups with all its controllers.
const BUSY: &str = r#"
mount -t tmpfs tmpfs /var/tmp
mkdir -p /dev/shm /dev/pts && mount -t tmpfs tmpfs /dev/shm && mount -t devpts devpts /dev/pts
mount -t sysfs sysfs /sys && mount -t cgroup2 cgroup2 /sys/fs/cgroup
podman="podman --root /mnt/podman --runroot /run/podman --network-config-dir /mnt/networks
  --storage-driver vfs --cgroup-manager cgroupfs --runtime crun"
$podman system service --time 0 unix:///run/podman.sock &
mkdir -p /mnt/busy/bin && cp "$(command -v busybox)" /mnt/busy/bin/busybox
tar -c -C /mnt/busy . | $podman import --quiet - localhost/busy
$podman run --quiet --detach --name busy --network none localhost/busy /bin/busybox sh -c 'while :; do :; done'
"#;

#[tokio::test]
async fn in_a_guest_with_new_control_groups_what_a_container_uses_is_counted() {
    if guest::role().is_some() {
        count().await;
    } else {
        let directory = tempfile::Builder::new().prefix("sd-stats-").tempdir().unwrap();
        guest::disk(directory.path(), 256);
        let mut guest = Guest::boot(directory.path(), COUNTED, "count", BUSY);
        let counted = guest.hear("COUNTED", "END", usize::MAX);
        guest.kill();
        assert_eq!(counted.len(), 1);
    }
}

/// Inside: looks until the container is seen to use all that can be told of it.
async fn count() {
    let mut ada = guest::new_server().await;
    let mut stats = look(&mut ada).await;
    loop {
        let frame = next(&mut stats).await;
        let Some(StatsFrame::Used { containers }) = frame else {
            panic!("the statistics ended: {frame:?}");
        };
        let busy = containers
            .iter()
            .find(|usage| usage.cpu > 10.0 && usage.memory.is_some() && usage.processes > 0);
        if let Some(busy) = busy {
            say("COUNTED", &json!(format!("{busy:?}")));
            say("END", &json!(""));
            return;
        }
    }
}
