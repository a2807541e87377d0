//! What people set for apps: it holds over labels and over what was found, outlives containers, and shuts out those whom
//! it is to shut out.

use api::app::{AppDetail, AppState};
use api::event::{Change, Frame};
use serde_json::{Value, json};
use testkit::{Machine, TINY, wait_until};

use crate::apps::{PATIENCE, app, ours, removed, run, stage, text, window};
use crate::browser::Browser;

async fn set(browser: &mut Browser, id: &str, settings: Value) -> AppDetail {
    let reply = browser.send("PUT", &format!("/api/apps/{id}"), Some(settings)).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

async fn listed(browser: &mut Browser, query: &str) -> usize {
    let list: Value = browser.get(&format!("/api/apps{query}")).await.json();
    list["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn who_may_not_see_an_app_any_more_is_shut_out_at_once_and_what_is_set_outlives_the_container() {
    let machine = Machine::start().await;
    let (_deck, mut ada, id) = stage(&machine).await;
    run(&machine, &id, "web", &["--label", "stardeck.webui.name=The Lab"]).await;
    let web = app(&mut ada, "web", AppState::Ready).await;
    let host = ada.host.clone();
    let mut vera = ada.with_user("vera", "viewer").await;
    vera.host.clone_from(&host);
    let mut mo = ada.with_user("mo", "member").await;
    mo.host.clone_from(&host);
    let mut veras = window(&mut vera, &web.id).await;
    let mut mos = window(&mut mo, &web.id).await;
    assert_eq!(veras.get("/").await.status, 200);
    let mut told = vera.events("").await;

    let detail = set(
        &mut mo,
        &web.id,
        json!({"name": "Shop", "path": "/echo", "seen_by": "member"}),
    )
    .await;
    assert_eq!((detail.app.name.as_str(), detail.app.path.as_str()), ("Shop", "/echo"));
    assert_eq!(detail.labels.name.as_deref(), Some("The Lab"));
    told.until("the app to be gone", |frame| match frame {
        Frame::Event(event) => matches!(event.change, Change::AppRemoved { id } if id == web.id).then_some(()),
        _ => None,
    })
    .await;
    let refused = veras.get("/").await;
    assert_eq!(
        (refused.status, text(&refused).starts_with("Not for you.")),
        (403, true),
        "{refused:?}"
    );
    assert_eq!(mos.get("/").await.status, 200, "who may see it gets in again by itself");
    assert_eq!((listed(&mut vera, "").await, listed(&mut mo, "").await), (0, 1));
    for path in [format!("/api/apps/{}", web.id), format!("/api/apps/{}/icon", web.id)] {
        let reply = vera.get(&path).await;
        assert_eq!((reply.status, reply.code().as_str()), (404, "app_not_found"), "{path}");
    }
    assert_eq!(
        vera.post(&format!("/api/apps/{}/open", web.id), json!({})).await.status,
        404
    );

    for settings in [
        json!({"seen_by": "administrator"}),
        json!({"path": "//evil.test"}),
        json!({"icon": "http://evil.test/x.png"}),
        json!({"sleep": 4_000_000_000_u32}),
    ] {
        let reply = mo
            .send("PUT", &format!("/api/apps/{}", web.id), Some(settings.clone()))
            .await;
        assert_eq!((reply.status, reply.code().as_str()), (422, "invalid"), "{settings}");
    }

    machine.cli(&["rm", "--force", "--time", "1", "web"]).await;
    run(&machine, &id, "web", &[]).await;
    let again = app(&mut ada, "web", AppState::Ready).await;
    assert_eq!((again.id, again.name.as_str()), (web.id.clone(), "Shop"));
    assert_eq!(listed(&mut vera, "").await, 0);

    set(&mut ada, &web.id, json!({"hidden": true})).await;
    assert_eq!(
        (listed(&mut ada, "").await, listed(&mut ada, "?hidden=true").await),
        (0, 1)
    );
    assert_eq!(vera.get("/api/apps?hidden=true").await.status, 403);
    assert_eq!(
        ada.post(&format!("/api/apps/{}/open", web.id), json!({})).await.status,
        404
    );
    assert_eq!(mos.get("/").await.status, 410);
    let shown = set(&mut ada, &web.id, json!({})).await;
    assert_eq!((shown.app.name.as_str(), shown.app.hidden), ("web", false));
    wait_until("the app to be back", PATIENCE, async || {
        (mos.get("/").await.status == 200).then_some(())
    })
    .await;
    let audit: Value = ada.get("/api/audit?q=app.settings").await.json();
    assert_eq!(audit["items"].as_array().unwrap().len(), 3, "{audit}");
    removed(&machine).await;
}

#[tokio::test]
async fn what_was_found_is_set_as_what_was_named() {
    let machine = Machine::start().await;
    let (_deck, mut ada, id) = stage(&machine).await;
    let found = ours(&id, "found");
    let mut args = vec!["run", "--detach", "--name", "found"];
    args.extend(found.iter().map(String::as_str));
    args.push(TINY);
    machine.cli(&args).await;
    let ready = app(&mut ada, "found", AppState::Ready).await;
    let detail = set(&mut ada, &ready.id, json!({"name": "Found", "port": 9})).await;
    assert!(detail.detected && detail.settings.port == Some(9));
    assert_eq!((detail.labels.port, detail.app.state), (Some(8080), AppState::Starting));
    let detail = set(&mut ada, &ready.id, json!({"name": "Found"})).await;
    assert_eq!((detail.app.state, detail.app.name.as_str()), (AppState::Ready, "Found"));
    removed(&machine).await;
}
