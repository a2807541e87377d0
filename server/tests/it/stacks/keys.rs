//! What a file says, as its containers see it.

use serde_json::{Value, json};
use testkit::Machine;

use super::{clean, create, deploy, done};
use crate::deck;

const KEYS: &str = r#"
services:
  web:
    image: localhost/tiny
    hostname: desk
    domainname: example.net
    command: ["sh", "-c", "trap 'exit 7' USR1; while :; do sleep 1; done"]
    stop_signal: SIGUSR1
    extra_hosts: ["far.example.net:192.0.2.7"]
    ulimits: {sigpending: {soft: 123, hard: 456}}
    shm_size: 3m
    tmpfs: ["/scratch:size=2m"]
    volumes: ["./made/here:/made", "kept:/kept:ro"]
    configs: [{source: conf, target: /etc/desk.conf, mode: 0440}]
    secrets: [key]
    logging: {driver: json-file, options: {max-size: 1m}}
    annotations: {org.example.note: hello}
    networks: {fixed: {ipv4_address: 10.213.77.9, aliases: [other-name]}}
  side:
    image: localhost/tiny
    network_mode: "service:web"
    depends_on: [web]
configs: {conf: {content: "answer=42"}}
secrets: {key: {file: ./key.txt}}
volumes: {kept: {}}
networks: {fixed: {ipam: {config: [{subnet: 10.213.77.0/24}]}}}
"#;

#[tokio::test]
async fn what_a_file_says_is_what_its_containers_see() {
    let machine = Machine::start().await;
    let (deck, mut ada) = deck(&machine).await;
    create(&mut ada, "keys", KEYS).await;
    let home = deck.data_dir().join("stacks/keys");
    std::fs::write(home.join("key.txt"), "hush").unwrap();
    deploy(&mut ada, "keys").await;
    assert!(home.join("made/here").is_dir(), "a folder that is not there is made");

    let see = async |container: &str, script: &str| {
        let seen = machine.cli(&["exec", container, "sh", "-c", script]).await;
        seen.trim().to_owned()
    };
    assert_eq!(see("keys-web-1", "cat /etc/hostname").await, "desk.example.net");
    assert!(see("keys-web-1", "cat /etc/hosts").await.contains("192.0.2.7"));
    let limits = see("keys-web-1", "cat /proc/1/limits").await;
    let pending = limits
        .lines()
        .find(|line| line.starts_with("Max pending signals"))
        .unwrap();
    let pending: Vec<&str> = pending.split_whitespace().skip(3).take(2).collect();
    assert_eq!(pending, ["123", "456"]);
    assert_eq!(see("keys-web-1", "cat /etc/desk.conf").await, "answer=42");
    assert_eq!(see("keys-web-1", "cat /run/secrets/key").await, "hush");
    let mounts = see("keys-web-1", "cat /proc/self/mounts").await;
    let mount = |target: &str| {
        mounts
            .lines()
            .find(|line| line.contains(&format!(" {target} ")))
            .unwrap()
            .to_owned()
    };
    assert!(mount("/scratch").contains("size=2048k"), "{mounts}");
    assert!(mount("/dev/shm").contains("size=3072k"), "{mounts}");
    assert!(mount("/kept").contains(" ro,"), "{mounts}");
    assert!(mount("/run/secrets/key").contains(" ro,"), "{mounts}");

    let inspected: Value = serde_json::from_str(&machine.cli(&["inspect", "keys-web-1", "keys-side-1"]).await).unwrap();
    let (web, side) = (&inspected[0], &inspected[1]);
    let network = &web["NetworkSettings"]["Networks"]["keys_fixed"];
    assert_eq!(network["IPAddress"], "10.213.77.9");
    assert!(network["Aliases"].as_array().unwrap().contains(&json!("other-name")));
    assert_eq!(web["HostConfig"]["LogConfig"]["Type"], "k8s-file");
    assert_eq!(web["Config"]["Annotations"]["org.example.note"], "hello");
    assert_eq!(
        side["HostConfig"]["NetworkMode"],
        format!("container:{}", web["Id"].as_str().unwrap())
    );

    done(&mut ada, "keys", "stop", json!({})).await;
    let ended = machine
        .cli(&["inspect", "--format", "{{.State.ExitCode}}", "keys-web-1"])
        .await;
    assert_eq!(ended.trim(), "7", "it was stopped by its own signal");
    clean(&machine, &mut ada, "keys").await;
}
