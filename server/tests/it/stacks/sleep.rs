//! A stack that nobody uses sleeps, and wakes when its app is opened.

use api::app::AppState;
use api::stack::StackState;
use serde_json::Value;
use testkit::Machine;

use super::{clean, create, deploy, detail, shown};
use crate::apps::{app, enter, open, stage, text, window};
use crate::browser::Browser;

const SHOP: &str = r#"
services:
  web:
    image: localhost/tiny
    ports: ["8080"]
    labels:
      stardeck.webui.port: "8080"
      stardeck.sleep: 2s
  worker:
    image: localhost/tiny
"#;

/// What a person's browser sends that opens a page.
fn person(window: &Browser) -> Browser {
    let mut person = window.clone();
    person.extra.push(("accept".into(), "text/html,*/*".into()));
    person
}

async fn audited(ada: &mut Browser, action: &str) -> usize {
    let audit: Value = ada.get(&format!("/api/audit?q={action}")).await.json();
    audit["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_stack_sleeps_when_nobody_uses_it_and_its_first_request_is_held_until_it_is_awake() {
    let machine = Machine::start().await;
    let (mut deck, mut ada, _) = stage(&machine).await;
    create(&mut ada, "shop", SHOP).await;
    deploy(&mut ada, "shop").await;
    let asleep = shown(&mut ada, "shop", StackState::Stopped).await;
    assert!(!asleep.wanted && asleep.services.iter().all(|service| service.drift.is_none()));
    assert_eq!(machine.cli(&["ps", "-q"]).await, "", "all of it is stopped");
    let web = app(&mut ada, "web", AppState::Stopped).await;
    assert!(web.wakes);

    // Its icon.
    let opened = open(&mut ada, &web.id).await;
    let (window_of_it, reply) = enter(&ada, &opened).await;
    assert_eq!(reply.status, 303, "{reply:?}");
    let page = person(&window_of_it).get("/").await;
    assert_eq!((page.status, text(&page).contains("tiny ok")), (200, true), "{page:?}");
    assert!(detail(&mut ada, "shop").await.stack.wanted);

    // Its address, by which a page that is open still asks for something beside.
    shown(&mut ada, "shop", StackState::Stopped).await;
    app(&mut ada, "web", AppState::Stopped).await;
    let woken = audited(&mut ada, "stack.wake").await;
    let mut polled = window_of_it.clone();
    assert_eq!(polled.get("/").await.status, 503);
    assert_eq!(audited(&mut ada, "stack.wake").await, woken);
    let page = person(&window_of_it).get("/").await;
    assert_eq!((page.status, text(&page).contains("tiny ok")), (200, true), "{page:?}");
    assert!(audited(&mut ada, "stack.wake").await > woken);

    // A server that is killed leaves what sleeps asleep, and what is awake is put to sleep by the next.
    deck.kill().await;
    deck.start_again().await;
    ada.server = deck.address().strip_prefix("http://").unwrap().parse().unwrap();
    ada.host = format!("stardeck.localhost:{}", ada.server.port());
    shown(&mut ada, "shop", StackState::Stopped).await;
    deck.kill().await;
    deck.start_again().await;
    ada.server = deck.address().strip_prefix("http://").unwrap().parse().unwrap();
    ada.host = format!("stardeck.localhost:{}", ada.server.port());
    let web = app(&mut ada, "web", AppState::Stopped).await;
    let still = shown(&mut ada, "shop", StackState::Stopped).await;
    assert!(!still.wanted);
    let again = window(&mut ada, &web.id).await;
    assert_eq!(person(&again).get("/").await.status, 200);
    clean(&machine, &mut ada, "shop").await;
}
