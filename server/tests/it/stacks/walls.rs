//! What a container can reach, and what a compose file can learn. Numbered as in the security contract.

use serde_json::json;
use testkit::{Machine, TINY};

use super::{clean, create, deploy, detail};
use crate::deck;

/// A stack that looks around, and may make any request that it likes.
const SPY: &str = "services:\n  spy:\n    image: localhost/tiny\n    ports: [\"8080\"]\n";

#[tokio::test]
async fn sec_55_a_container_reaches_neither_this_machine_nor_another_stack() {
    let machine = Machine::start().await;
    let (deck, mut ada) = deck(&machine).await;
    for name in ["spy", "prey"] {
        create(&mut ada, name, &SPY.replace("spy:", &format!("{name}:"))).await;
        deploy(&mut ada, name).await;
    }
    let port = deck.address().rsplit(':').next().unwrap().to_owned();
    let address = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{.Gateway}}{{end}}";
    let prey = machine.cli(&["inspect", "-f", address, "prey-prey-1"]).await;
    let spy = machine.cli(&["inspect", "-f", address, "spy-spy-1"]).await;
    let (prey, _) = prey.split_once(' ').unwrap();
    let (own, gateway) = spy.split_once(' ').unwrap();
    let published = machine.cli(&["port", "prey-prey-1", "8080"]).await;
    let published = published.rsplit(':').next().unwrap();

    let reached = async |host: &str, port: &str, path: &str| {
        let url = format!("http://{host}:{port}{path}");
        let ask = [
            "timeout",
            "3",
            "wget",
            "-q",
            "-O",
            "-",
            "--header",
            "Host: stardeck.localhost",
            &url,
        ];
        let said = machine.try_cli(&[&["exec", "spy-spy-1"], &ask[..]].concat()).await;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if said.status.success() {
            Ok(text(&said.stdout))
        } else {
            Err(text(&said.stderr))
        }
    };
    assert_eq!(reached(own, "8080", "/").await.as_deref(), Ok("<h1>tiny ok</h1>\n"));
    // The machine's loopback by its names inside, the gateway, and the machine's own addresses.
    let mut hosts = vec![
        "127.0.0.1".to_owned(),
        "10.0.2.2".to_owned(),
        "host.containers.internal".to_owned(),
    ];
    hosts.push(gateway.to_owned());
    for host in &hosts {
        for (port, path) in [(port.as_str(), "/api/system"), (port.as_str(), "/"), (published, "/")] {
            let got = reached(host, port, path).await;
            assert!(got.is_err(), "{host}:{port}{path}: {got:?}");
        }
    }
    let got = reached(prey, "8080", "/").await;
    assert!(got.is_err(), "the other stack, by its address: {got:?}");
    let got = reached("prey", "8080", "/").await;
    assert!(got.is_err(), "the other stack, by its name: {got:?}");
    for name in ["spy", "prey"] {
        clean(&machine, &mut ada, name).await;
    }
}

#[tokio::test]
async fn sec_53_nothing_of_the_servers_own_environment_gets_into_a_stack() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let asks = format!(
        "services:\n  web:\n    image: {TINY}\n    environment:\n      - HOME\n      - XDG_RUNTIME_DIR\n      - \
         A=<${{HOME}}>\n      - B=<${{STARDECK_KEY_FILE:-none}}>\n      - C=<${{PATH}}>\n"
    );
    create(&mut ada, "web", &asks).await;
    let said = detail(&mut ada, "web").await.diagnostics;
    assert!(said.iter().any(|one| one.code == "unset-variable"), "{said:?}");
    deploy(&mut ada, "web").await;
    let printed = machine
        .cli(&["exec", "web-web-1", "sh", "-c", "echo $A $B $C $XDG_RUNTIME_DIR"])
        .await;
    assert_eq!(printed, "<> <none> <>");
    // What is in the folder of another stack is not to be had by a path.
    create(
        &mut ada,
        "other",
        &format!("services:\n  web:\n    image: {TINY}\n    env_file: ../web/.env\n"),
    )
    .await;
    let refused = ada.post("/api/stacks/other/deploy", json!({})).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    for name in ["web", "other"] {
        clean(&machine, &mut ada, name).await;
    }
}
