//! Volumes and networks.

use std::{collections::BTreeMap, time::Duration};

use futures_util::StreamExt;
use podman::{
    container::{Exec, Namespace, Spec, SpecNetwork, SpecVolume},
    network, volume,
};
use testkit::{Machine, wait_until};

use crate::{run, tiny};

#[tokio::test]
async fn a_volume_outlives_its_container() {
    let machine = Machine::start().await;
    let podman = machine.podman();
    let labels = BTreeMap::from([("a".to_owned(), "b".to_owned())]);
    let create = volume::Create {
        name: "data".to_owned(),
        labels: labels.clone(),
        ..volume::Create::default()
    };
    let made = podman.volumes().create(&create).await.expect("it can be made");
    assert_eq!(
        (made.name.as_str(), made.driver.as_str(), &made.labels),
        ("data", "local", &labels)
    );
    let spec = Spec {
        volumes: vec![SpecVolume {
            name: "data".to_owned(),
            destination: "/data".to_owned(),
            options: Vec::new(),
        }],
        ..tiny("web")
    };
    let id = run(&machine, &spec).await;
    let refusal = podman.volumes().remove("data").await.expect_err("it is in use");
    assert!(refusal.is_conflict(), "{refusal:?}");
    let how = podman::container::Remove {
        force: true,
        volumes: true,
    };
    podman.containers().remove(&id, how).await.expect("it can be removed");
    assert_eq!(
        podman.volumes().inspect("data").await.expect("it is still there").name,
        "data"
    );
    assert_eq!(podman.volumes().list().await.expect("they can be listed").len(), 1);
    podman.volumes().remove("data").await.expect("it can be removed");
    assert!(
        podman
            .volumes()
            .inspect("data")
            .await
            .expect_err("it is gone")
            .is_not_found()
    );
}

#[tokio::test]
async fn containers_of_a_network_find_each_other_by_name() {
    let machine = Machine::start().await;
    let podman = machine.podman();
    let made = podman
        .networks()
        .create(&network::Create::bridge("net"))
        .await
        .expect("it can be made");
    assert!(made.names && !made.subnets.is_empty(), "{made:?}");
    assert!(
        podman
            .networks()
            .create(&network::Create::bridge("net"))
            .await
            .expect_err("taken")
            .is_conflict()
    );
    let on_net = |name: &str, alias: &str| Spec {
        networks: BTreeMap::from([(
            "net".to_owned(),
            SpecNetwork {
                aliases: vec![alias.to_owned()],
                addresses: Vec::new(),
                ..SpecNetwork::default()
            },
        )]),
        network_namespace: Some(Namespace {
            mode: "bridge".to_owned(),
            value: String::new(),
        }),
        ..tiny(name)
    };
    let web = run(&machine, &on_net("web", "shop")).await;
    let other = run(&machine, &on_net("other", "client")).await;
    let detail = podman.containers().inspect(&web).await.expect("it is there");
    assert!(!detail.networks["net"].address.is_empty(), "{detail:?}");
    assert_eq!(
        podman.containers().list().await.expect("they can be listed")[0].networks,
        ["net"]
    );

    let command = ["wget", "-q", "-O", "-", "http://shop:8080/"]
        .map(str::to_owned)
        .to_vec();
    let program = Exec {
        command,
        ..Exec::default()
    };
    let page = wait_until("the other container by name", Duration::from_secs(10), async || {
        let mut output = podman
            .containers()
            .exec(&other, &program)
            .await
            .expect("it can be run")
            .output;
        let first = output.next().await?.ok()?;
        Some(String::from_utf8_lossy(&first.bytes).into_owned()).filter(|text| text.contains("tiny"))
    })
    .await;
    assert!(page.contains("tiny ok"));
    for id in [web, other] {
        let how = podman::container::Remove {
            force: true,
            volumes: true,
        };
        podman.containers().remove(&id, how).await.expect("it can be removed");
    }
    podman.networks().remove("net").await.expect("it can be removed");
    assert!(
        podman
            .networks()
            .inspect("net")
            .await
            .expect_err("it is gone")
            .is_not_found()
    );
}
