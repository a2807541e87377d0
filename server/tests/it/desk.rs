//! One person's desk in two browsers, and nobody else's business.

use api::desk::Desk;
use api::event::{Change, Frame};
use serde_json::{Value, json};
use testkit::Machine;

use crate::browser::{Browser, Events, Reply};
use crate::{PASSWORD, deck, empty_deck, set_up};

async fn change(browser: &mut Browser, entries: Value) -> Reply {
    browser
        .send("PATCH", "/api/desk", Some(json!({ "entries": entries })))
        .await
}

async fn desk(browser: &mut Browser) -> Value {
    let desk: Desk = browser.get("/api/desk").await.json();
    json!(desk.entries)
}

/// The changes of the desk that are heard, until the one with the key `last`.
async fn heard(events: &mut Events, last: &str) -> Vec<Value> {
    let mut heard = Vec::new();
    events
        .until(last, |frame| match frame {
            Frame::Event(event) => match event.change {
                Change::Desk { entries } => {
                    let over = entries.contains_key(last);
                    heard.push(json!(entries));
                    over.then_some(())
                }
                _ => None,
            },
            _ => None,
        })
        .await;
    heard
}

#[tokio::test]
async fn two_browsers_of_one_person_share_a_desk_and_others_see_nothing() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let mut elsewhere = ada.logged_in("ada").await;
    let mut bob = ada.with_user("bob", "viewer").await;
    assert_eq!(desk(&mut ada).await, json!({}));
    let (mut adas, mut bobs) = (elsewhere.events("").await, bob.events("").await);

    change(&mut ada, json!({"windows": {"x": 1}, "icons": ["a"]})).await;
    let reply = change(
        &mut elsewhere,
        json!({"windows": {"x": 2}, "icons": null, "theme": "dark"}),
    )
    .await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let merged = json!({"windows": {"x": 2}, "theme": "dark"});
    assert_eq!(reply.json::<Value>(), json!({"entries": merged}));
    assert_eq!(desk(&mut ada).await, merged);
    change(&mut ada, json!({"theme": "dark"})).await;
    change(&mut ada, json!({"last": 1})).await;
    assert_eq!(
        heard(&mut adas, "last").await,
        [
            json!({"windows": {"x": 1}, "icons": ["a"]}),
            json!({"windows": {"x": 2}, "icons": null, "theme": "dark"}),
            json!({"last": 1}),
        ]
    );

    assert_eq!(desk(&mut bob).await, json!({}));
    change(&mut bob, json!({"bobs": true})).await;
    assert_eq!(heard(&mut bobs, "bobs").await, [json!({"bobs": true})]);
    assert_eq!(desk(&mut ada).await["bobs"], Value::Null, "an administrator neither");
}

#[tokio::test]
async fn a_desk_survives_a_restart_and_a_refused_change_changes_nothing() {
    let machine = Machine::start().await;
    let mut deck = empty_deck(&machine).await;
    let mut ada = set_up(&deck).await;
    change(&mut ada, json!({"windows": {"x": 1}})).await;
    for refused in [json!({"windows": {"x": 2}, "": 1}), json!({"big": "v".repeat(8192)})] {
        let reply = change(&mut ada, refused).await;
        assert_eq!((reply.status, reply.code().as_str()), (422, "invalid"), "{reply:?}");
    }
    assert!(deck.stop().await.success());
    deck.start_again().await;
    let mut again = Browser::new(deck.address());
    assert_eq!(again.login("ada", PASSWORD).await.status, 200);
    assert_eq!(desk(&mut again).await, json!({"windows": {"x": 1}}));
}
