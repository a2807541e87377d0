//! Who sees what, who uses what, and what goes.

use api::disk::{DiskUsage, Pruned};
use api::image::ImageDetail;
use serde_json::{Value, json};
use testkit::{Machine, TINY};

use super::{audit, item};
use crate::browser::Browser;
use crate::deck;
use crate::stacks::{clean, create, deploy, done};

const SHOP: &str = r#"
services:
  web:
    image: localhost/tiny
    volumes: ["data:/data"]
    networks: [back]
volumes:
  data:
networks:
  back:
"#;

/// The refusal's code and message.
async fn refused(browser: &mut Browser, path: &str) -> (String, String) {
    let reply = browser.send("DELETE", path, None).await;
    assert_eq!(reply.status, 409, "{reply:?}");
    let error = reply.json::<Value>()["error"].clone();
    let text = |key: &str| error[key].as_str().unwrap().to_owned();
    (text("code"), text("message"))
}

#[tokio::test]
async fn what_is_in_use_says_by_whom_and_stays() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let mut bob = ada.with_user("bob", "member").await;
    create(&mut bob, "shop", SHOP).await;
    deploy(&mut bob, "shop").await;
    done(&mut bob, "shop", "stop", json!({})).await;

    let image = item(&mut bob, "images", "tags", TINY).await.unwrap();
    assert_eq!((&image["in_use"], &image["stacks"]), (&json!(true), &json!(["shop"])));
    assert_eq!(image["used_by"][0]["name"], "shop-web-1");
    for (list, name) in [("volumes", "shop_data"), ("networks", "shop_back")] {
        let thing = item(&mut bob, list, "name", name).await.unwrap();
        assert_eq!(
            (&thing["owner"], &thing["stack"]),
            (&json!("ours"), &json!("shop")),
            "{thing}"
        );
        assert_eq!(
            thing["used_by"][0]["stack"], "shop",
            "a container that is stopped uses it too: {thing}"
        );
        let kind = list.trim_end_matches('s');
        let (code, message) = refused(&mut bob, &format!("/api/{list}/{name}")).await;
        assert_eq!(code, format!("{kind}_in_use"));
        assert_eq!(
            message,
            format!("The {kind} {name} is used by shop-web-1 (stack shop).")
        );
    }
    let id = image["id"].as_str().unwrap();
    let (code, message) = refused(&mut bob, &format!("/api/images/{id}")).await;
    assert_eq!(code, "image_in_use");
    assert!(message.contains("shop-web-1 (stack shop)"), "{message}");

    let detail: ImageDetail = bob.get(&format!("/api/images/{}/inspect", &id[..12])).await.json();
    assert_eq!(
        (detail.command, detail.ports),
        (vec!["/start".to_owned()], vec!["8080/tcp".to_owned()])
    );
    assert_eq!(
        (detail.environment, detail.os.as_str()),
        (vec!["PORT".to_owned(), "PATH".to_owned()], "linux")
    );

    done(&mut bob, "shop", "down", json!({})).await;
    let volume: Value = bob.get("/api/volumes/shop_data").await.json();
    assert_eq!((&volume["in_use"], &volume["stack"]), (&json!(false), &json!("shop")));
    assert_eq!(bob.send("DELETE", "/api/volumes/shop_data", None).await.status, 204);
    assert_eq!(machine.cli(&["volume", "ls", "-q"]).await, "");
    machine.cli(&["tag", TINY, "localhost/other:2"]).await;
    assert_eq!(bob.send("DELETE", &format!("/api/images/{id}"), None).await.status, 204);
    assert_eq!(machine.cli(&["images", "-q"]).await, "", "it goes with all its names");
    let done = audit(&mut ada).await;
    assert!(done.contains(&"volume.remove shop_data".to_owned()), "{done:?}");
    assert!(done.iter().any(|entry| entry.starts_with("image.remove ")), "{done:?}");
    clean(&machine, &mut bob, "shop").await;
}

#[tokio::test]
async fn a_volume_and_a_network_are_made_and_their_names_are_one_persons() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let made = ada.post("/api/volumes", json!({"name": "dear"})).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.json::<Value>()["owner"], "ours");
    let again = ada.post("/api/volumes", json!({"name": "dear"})).await;
    assert_eq!((again.status, again.code().as_str()), (409, "volume_exists"));
    let body = json!({"name": "quiet", "internal": true, "subnet": "10.213.7.0/24"});
    let made = ada.post("/api/networks", body.clone()).await;
    assert_eq!(made.status, 201, "{made:?}");
    let network: Value = made.json();
    assert_eq!(
        (&network["internal"], &network["subnets"][0]["subnet"]),
        (&json!(true), &json!("10.213.7.0/24"))
    );
    let again = ada.post("/api/networks", body).await;
    assert_eq!((again.status, again.code().as_str()), (409, "network_exists"));
    let taken = ada
        .post("/api/networks", json!({"name": "loud", "subnet": "10.213.7.0/24"}))
        .await;
    assert_eq!((taken.status, taken.code().as_str()), (422, "invalid"), "{taken:?}");
    for wrong in ["", ".", "../x", "a/b", "-f", "a b"] {
        for list in ["volumes", "networks"] {
            let reply = ada.post(&format!("/api/{list}"), json!({"name": wrong})).await;
            assert_eq!(reply.status, 422, "{list} {wrong:?}: {reply:?}");
        }
    }
    let bent = ada
        .post("/api/volumes", json!({"name": "x", "options": {"device": "/"}}))
        .await;
    assert_eq!(
        bent.status, 400,
        "what has options is a stack's, under its policy: {bent:?}"
    );
    assert_eq!(ada.send("DELETE", "/api/networks/quiet", None).await.status, 204);
    assert_eq!(ada.send("DELETE", "/api/volumes/dear", None).await.status, 204);
}

#[tokio::test]
async fn what_others_made_is_an_administrators_and_goes_only_when_that_is_said() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let mut bob = ada.with_user("bob", "member").await;
    machine.cli(&["volume", "create", "stranger"]).await;
    machine
        .cli(&["volume", "create", "--label", "io.stardeck.deck=another", "theirs"])
        .await;
    machine
        .cli(&["network", "create", "--label", "io.stardeck.deck=another", "their-net"])
        .await;
    machine
        .cli(&[
            "run",
            "--detach",
            "--name",
            "foreign",
            "--volume",
            "stranger:/data",
            TINY,
        ])
        .await;

    assert_eq!(item(&mut bob, "volumes", "name", "stranger").await, None);
    assert_eq!(
        bob.send("DELETE", "/api/volumes/theirs?foreign=true", None)
            .await
            .status,
        404
    );
    let image = item(&mut bob, "images", "tags", TINY).await.unwrap();
    assert_eq!(
        (&image["in_use"], &image["used_by"]),
        (&json!(true), &json!([])),
        "a member does not hear by whom"
    );
    let (_, message) = refused(&mut bob, &format!("/api/images/{}", image["id"].as_str().unwrap())).await;
    assert!(message.ends_with("is used by 1 that you may not see."), "{message}");

    let owner = async |browser: &mut Browser, list: &str, name: &str| {
        item(browser, list, "name", name).await.unwrap()["owner"].clone()
    };
    assert_eq!(owner(&mut ada, "volumes", "stranger").await, "foreign");
    assert_eq!(owner(&mut ada, "volumes", "theirs").await, "other_deck");
    assert_eq!(owner(&mut ada, "networks", "podman").await, "foreign");
    assert_eq!(refused(&mut ada, "/api/volumes/stranger").await.0, "foreign");
    assert_eq!(refused(&mut ada, "/api/volumes/theirs").await.0, "other_deck");
    assert_eq!(refused(&mut ada, "/api/networks/their-net").await.0, "other_deck");
    assert_eq!(
        refused(&mut ada, "/api/volumes/stranger?foreign=true").await.0,
        "volume_in_use"
    );

    let named = json!({"volumes": ["stranger", "theirs", "nothing"], "networks": ["podman", "their-net"]});
    let pruned: Pruned = ada.post("/api/system/prune", named).await.json();
    assert!(pruned.items.iter().all(|item| item.kept.is_some()), "{pruned:?}");
    assert_eq!(machine.cli(&["volume", "ls", "-q"]).await, "stranger\ntheirs");
    assert_eq!(
        ada.send("DELETE", "/api/volumes/theirs?foreign=true", None)
            .await
            .status,
        204
    );
    assert_eq!(
        ada.send("DELETE", "/api/networks/their-net?foreign=true", None)
            .await
            .status,
        204
    );
    machine.cli(&["rm", "-f", "-t", "0", "foreign"]).await;
    machine.cli(&["volume", "rm", "stranger"]).await;
}

#[tokio::test]
async fn what_is_named_is_pruned_and_the_disk_is_looked_at() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    for name in ["old", "dear"] {
        assert_eq!(ada.post("/api/volumes", json!({"name": name})).await.status, 201);
    }
    let usage: DiskUsage = ada.get("/api/system/disk").await.json();
    assert_eq!((usage.images.count, usage.volumes.count), (1, 2));
    assert!(
        usage.images.bytes > 500_000 && usage.total > usage.free && usage.free > 0,
        "{usage:?}"
    );
    let volume = item(&mut ada, "volumes", "name", "old").await.unwrap();
    assert!(volume["size"].is_u64(), "the look is remembered: {volume}");
    let pruned: Pruned = ada
        .post("/api/system/prune", json!({"volumes": ["old"], "images": [TINY]}))
        .await
        .json();
    assert!(pruned.items.iter().all(|item| item.kept.is_none()), "{pruned:?}");
    assert_eq!(machine.cli(&["volume", "ls", "-q"]).await, "dear");
    assert_eq!(machine.cli(&["images", "-q"]).await, "");
    let pruned: Pruned = ada.post("/api/system/prune", json!({})).await.json();
    assert!(pruned.items.is_empty(), "nothing is named, nothing goes");
    assert_eq!(ada.send("DELETE", "/api/volumes/dear", None).await.status, 204);
}
