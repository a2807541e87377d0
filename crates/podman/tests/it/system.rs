//! What Podman says about itself.

use podman::system::Version;
use testkit::{Lane, Machine};

use crate::{run, tiny};

#[tokio::test]
async fn podman_says_what_it_is_and_can_do() {
    let machine = Machine::start().await;
    let podman = machine.podman();
    let version = podman.version().await.expect("it answers");
    let command_line = machine.cli(&["version", "--format", "{{.Client.Version}}"]).await;
    assert_eq!(version, command_line.parse::<Version>().expect("a version"));
    assert!(version.is_supported());
    let capabilities = podman.capabilities().await.expect("it answers");
    assert!(capabilities.rootless);
    assert_eq!(capabilities.version, version);
    assert_eq!(capabilities.storage_driver, "overlay");
    assert_eq!(capabilities.network_backend, "netavark");
    assert_eq!(capabilities.health_timers, machine.lane() == Lane::Session);
    let pong = podman.ping().await.expect("it answers");
    let skew = jiff::Timestamp::now().duration_since(pong.time.expect("it tells the time"));
    assert!(skew.as_secs().abs() <= 2, "{skew}");
}

#[tokio::test]
async fn disk_usage_counts_what_there_is() {
    let machine = Machine::start().await;
    run(&machine, &tiny("web")).await;
    let usage = machine.podman().disk_usage().await.expect("it answers");
    assert_eq!(
        (usage.images.count, usage.containers.count, usage.volumes.count),
        (1, 1, 0)
    );
    assert!(usage.images.bytes > 500_000, "{usage:?}");
}

#[test]
fn versions_are_read_and_ordered() {
    for (text, wanted) in [
        ("4.3.1", "4.3.1"),
        ("5.8", "5.8.0"),
        ("5.8.0-rc1", "5.8.0"),
        ("5.4.2+ds1-2", "5.4.2"),
    ] {
        assert_eq!(text.parse::<Version>().expect(text).to_string(), wanted);
    }
    for text in ["", "4", "a.b.c", "4.3.x", "99999999.1.1"] {
        assert!(text.parse::<Version>().is_err(), "{text}");
    }
    let version = |text: &str| text.parse::<Version>().expect("a version");
    assert!(version("4.2.9") < Version::OLDEST && version("4.10.0") > version("4.9.9"));
}
