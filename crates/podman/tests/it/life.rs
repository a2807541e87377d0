//! The life of a container, from its making to its removal.

use std::{collections::BTreeMap, time::Duration};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use podman::container::{Health, HealthCheck, PublishedPort, Remove, Spec, SpecMount, SpecVolume, State};
use testkit::{Machine, TINY, free_port, wait_until};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{run, script, tiny};

#[tokio::test]
async fn a_container_lives_and_each_step_is_seen() {
    let machine = Machine::start().await;
    let containers = machine.podman().containers();
    let id = containers.create(&tiny("web")).await.expect("it can be made").id;
    let made = containers.inspect("web").await.expect("it is there");
    assert_eq!((made.state, made.started, made.exit_code), (State::Created, None, None));

    containers.start(&id).await.expect("it can be started");
    containers.start(&id).await.expect("starting what runs is fine");
    let up = containers.inspect(&id).await.expect("it is there");
    assert_eq!((up.state, up.exited, up.exit_code), (State::Running, None, None));
    assert!(up.pid.is_some() && up.started.is_some());

    containers
        .restart(&id, Some(Duration::from_secs(5)))
        .await
        .expect("it can be restarted");
    assert!(containers.inspect(&id).await.expect("it is there").started > up.started);

    containers.rename("web", "shop").await.expect("it can be renamed");
    assert_eq!(containers.inspect(&id).await.expect("it is there").name, "shop");

    containers
        .stop(&id, Some(Duration::from_secs(5)))
        .await
        .expect("it can be stopped");
    containers
        .stop(&id, None)
        .await
        .expect("stopping what is stopped is fine");
    let down = containers.inspect(&id).await.expect("it is there");
    assert_eq!((down.state, down.exit_code, down.pid), (State::Exited, Some(0), None));
    assert_eq!(containers.wait(&id).await.expect("it ended"), 0);

    containers
        .remove(&id, Remove::default())
        .await
        .expect("it can be removed");
    assert!(containers.inspect(&id).await.expect_err("it is gone").is_not_found());
}

#[tokio::test]
async fn the_list_says_what_inspecting_says() {
    let machine = Machine::start().await;
    let containers = machine.podman().containers();
    let port = free_port();
    let spec = Spec {
        ports: vec![PublishedPort {
            host_address: "127.0.0.1".to_owned(),
            host_port: port,
            container_port: 8080,
            ..PublishedPort::default()
        }],
        labels: BTreeMap::from([("io.stardeck.deck".to_owned(), "d".to_owned())]),
        ..tiny("web")
    };
    let id = run(&machine, &spec).await;
    run(&machine, &script("ended", "exit 7")).await;
    containers.wait("ended").await.expect("it ends");

    let list = containers.list().await.expect("they can be listed");
    let web = list.iter().find(|one| one.name == "web").expect("it is listed");
    let detail = containers.inspect(&id).await.expect("it is there");
    assert_eq!(
        (&web.id, &web.image, &web.image_id),
        (&id, &TINY.to_owned(), &detail.image_id)
    );
    assert_eq!(
        (web.state, web.health, web.exited, web.exit_code),
        (State::Running, None, None, None)
    );
    assert_eq!(web.ports, detail.ports);
    assert_eq!(
        (web.ports[0].host_port, web.ports[0].container_port, web.ports[0].range),
        (port, 8080, 1)
    );
    assert_eq!(web.labels, detail.labels);
    assert_eq!(
        (web.labels["io.stardeck.deck"].as_str(), web.labels["made-by"].as_str()),
        ("d", "testkit")
    );
    assert_eq!(web.command, ["/start"]);
    assert_eq!(web.created, detail.created);
    let (listed, inspected) = (web.started.expect("it runs"), detail.started.expect("it runs"));
    assert_eq!(listed.as_second(), inspected.as_second());

    let ended = list.iter().find(|one| one.name == "ended").expect("it is listed");
    assert_eq!((ended.state, ended.exit_code), (State::Exited, Some(7)));
    assert!(ended.exited >= ended.started && ended.started.is_some());

    let answer = wait_until("the published port", Duration::from_secs(5), async || {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
        stream.write_all(b"GET / HTTP/1.0\r\n\r\n").await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        (!answer.is_empty()).then_some(answer)
    })
    .await;
    assert!(answer.contains("tiny ok"), "{answer}");
}

#[tokio::test]
async fn a_spec_becomes_what_it_says() {
    let machine = Machine::start().await;
    let containers = machine.podman().containers();
    let spec = Spec {
        entrypoint: Some(vec!["/start".to_owned()]),
        environment: BTreeMap::from([("PORT".to_owned(), "8081".to_owned())]),
        user: "65534:65534".to_owned(),
        working_dir: "/tmp".to_owned(),
        hostname: "tiny-host".to_owned(),
        mounts: vec![SpecMount {
            kind: "tmpfs".to_owned(),
            source: "tmpfs".to_owned(),
            destination: "/scratch".to_owned(),
            options: Vec::new(),
        }],
        volumes: vec![SpecVolume {
            name: "data".to_owned(),
            destination: "/data".to_owned(),
            options: vec!["ro".to_owned()],
        }],
        restart_policy: "unless-stopped".to_owned(),
        health_check: Some(HealthCheck {
            test: vec!["CMD-SHELL".to_owned(), "true".to_owned()],
            interval: Duration::from_secs(3600),
            ..HealthCheck::default()
        }),
        stop_timeout: Some(3),
        no_new_privileges: true,
        cap_drop: vec!["CHOWN".to_owned()],
        more: serde_json::Map::from_iter([("annotations".to_owned(), serde_json::json!({ "a": "b" }))]),
        ..tiny("spec")
    };
    let id = run(&machine, &spec).await;
    let detail = containers.inspect(&id).await.expect("it is there");
    assert!(
        detail.environment.contains(&"PORT=8081".to_owned()),
        "{:?}",
        detail.environment
    );
    assert_eq!(
        (detail.user.as_str(), detail.working_dir.as_str()),
        ("65534:65534", "/tmp")
    );
    assert_eq!(
        (detail.hostname.as_str(), detail.restart_policy.as_str()),
        ("tiny-host", "unless-stopped")
    );
    assert_eq!((detail.stop_timeout, detail.has_health_check), (3, true));
    assert!(
        detail
            .security_options
            .iter()
            .any(|option| option == "no-new-privileges"),
        "{detail:?}"
    );
    let data = detail
        .mounts
        .iter()
        .find(|mount| mount.destination == "/data")
        .expect("the volume is mounted");
    assert_eq!(
        (data.kind.as_str(), data.name.as_str(), data.writable),
        ("volume", "data", false)
    );

    let raw = containers.inspect_raw(&id).await.expect("it is there");
    assert_eq!(raw["Config"]["Annotations"]["a"], "b");
    assert!(
        !raw["EffectiveCaps"].to_string().contains("CAP_CHOWN"),
        "{}",
        raw["EffectiveCaps"]
    );

    assert_eq!(detail.health, Some(Health::Starting));
    assert_eq!(
        containers.check_health(&id).await.expect("it can be checked"),
        Some(Health::Healthy)
    );
    assert_eq!(
        containers.inspect(&id).await.expect("it is there").health,
        Some(Health::Healthy)
    );
    let listed = containers.list().await.expect("they can be listed");
    assert_eq!(listed[0].health, Some(Health::Healthy));
}

#[tokio::test]
async fn files_go_in_and_come_out() {
    let machine = Machine::start().await;
    let containers = machine.podman().containers();
    let id = run(&machine, &tiny("web")).await;
    let tar: Vec<Bytes> = containers
        .archive(&id, "/www/index.html")
        .await
        .expect("it is there")
        .try_collect()
        .await
        .expect("it is whole");
    assert!(tar.concat().windows(7).any(|bytes| bytes == b"tiny ok"));
    let back = stream::iter(tar.into_iter().map(Ok)).boxed();
    containers.unpack(&id, "/tmp", back).await.expect("it can be unpacked");
    let again: Vec<Bytes> = containers
        .archive(&id, "/tmp/index.html")
        .await
        .expect("it is there")
        .try_collect()
        .await
        .expect("it is whole");
    assert!(again.concat().windows(7).any(|bytes| bytes == b"tiny ok"));
    assert!(
        containers
            .archive(&id, "/nowhere")
            .await
            .err()
            .expect("it is not there")
            .is_not_found()
    );
}
