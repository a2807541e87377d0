//! What a registry has that is newer, and taking it.

use api::job::JobState;
use api::stack::StackState;
use api::update::{ImageCheck, ImageState, StackUpdates};
use serde_json::json;
use testkit::{ACCOUNT, Machine, Registry, TINY};

use super::audit;
use crate::browser::Browser;
use crate::deck;
use crate::stacks::{clean, create, deploy, detail, done, shown};

async fn check(browser: &mut Browser) -> Vec<ImageCheck> {
    let reply = browser.post("/api/stacks/shop/check-updates", json!({})).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json::<StackUpdates>().images
}

fn of<'a>(images: &'a [ImageCheck], service: &str) -> &'a ImageCheck {
    let has = |image: &&ImageCheck| image.services.iter().any(|name| name == service);
    images.iter().find(has).unwrap()
}

/// The id of the image that the web service runs.
async fn runs(machine: &Machine) -> String {
    machine.cli(&["inspect", "--format", "{{.Image}}", "shop-web-1"]).await
}

#[tokio::test]
async fn a_newer_image_is_told_taken_and_put_back_when_it_does_not_come_up() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let registry = Registry::start(&machine, true).await;
    let host = registry.host().to_owned();
    let digest = registry.push(TINY, "team/app:1").await;
    for tag in ["2", "10", "latest", "2-slim"] {
        registry.push(TINY, &format!("team/app:{tag}")).await;
    }
    let account = json!({"host": &host, "username": ACCOUNT.0, "password": ACCOUNT.1});
    assert_eq!(ada.post("/api/registries", account).await.status, 200);
    let file = format!(
        "services:\n  web:\n    image: {host}/team/app:1\n  pinned:\n    image: {host}/team/app@{digest}\n  \
         own:\n    image: localhost/tiny\n"
    );
    create(&mut ada, "shop", &file).await;
    let refused = ada.post("/api/stacks/shop/check-updates", json!({})).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "never_deployed"));
    deploy(&mut ada, "shop").await;

    let images = check(&mut ada).await;
    let web = of(&images, "web");
    assert_eq!(
        (web.state, web.digest.as_ref()),
        (ImageState::Current, Some(&digest)),
        "{web:?}"
    );
    assert_eq!(web.newer_tags, ["10", "2"]);
    assert_eq!(of(&images, "pinned").state, ImageState::Pinned);
    assert_eq!(of(&images, "own").state, ImageState::Local);
    let told = detail(&mut ada, "shop").await.stack.updates;
    assert_eq!(
        (told.len(), told[0].services.as_slice()),
        (1, ["web".to_owned()].as_slice())
    );
    let refused = ada.post("/api/stacks/shop/update", json!({})).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "nothing_newer"));

    machine.make_image("localhost/fresh:1", 1 << 10, "").await;
    let fresh = registry.push("localhost/fresh:1", "team/app:1").await;
    let before = runs(&machine).await;
    let images = check(&mut ada).await;
    assert_eq!(
        (of(&images, "web").state, of(&images, "web").digest.as_ref()),
        (ImageState::Newer, Some(&fresh))
    );
    assert_eq!(runs(&machine).await, before, "asking changes nothing");
    let job = done(&mut ada, "shop", "update", json!({})).await;
    assert_eq!(job.job.state, JobState::Done, "{job:#?}");
    let after = runs(&machine).await;
    assert_ne!(after, before);
    assert_eq!(detail(&mut ada, "shop").await.stack.generation, Some(2));
    assert_eq!(of(&check(&mut ada).await, "web").state, ImageState::Current);

    machine
        .make_image("localhost/bad:1", 1 << 10, "CMD [\"/bin/false\"]")
        .await;
    registry.push("localhost/bad:1", "team/app:1").await;
    let job = done(&mut ada, "shop", "update", json!({})).await;
    assert_eq!(job.job.state, JobState::RolledBack, "{job:#?}");
    assert_eq!(runs(&machine).await, after, "what ran before is back");
    shown(&mut ada, "shop", StackState::Running).await;
    let done = audit(&mut ada).await;
    assert!(
        done.iter().any(|entry| entry.starts_with("stack.update shop ")),
        "{done:?}"
    );

    registry.stop().await;
    let images = check(&mut ada).await;
    let trouble = of(&images, "web").trouble.as_ref().unwrap();
    assert_eq!(of(&images, "web").state, ImageState::Unknown);
    assert!(trouble.contains("cannot be reached"), "{trouble}");
    clean(&machine, &mut ada, "shop").await;
}
