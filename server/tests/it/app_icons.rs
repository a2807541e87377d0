//! Icons of apps: their own, those of the set, and those that people send.

use api::app::{App, AppState, IconFrom};
use api::event::{Change, Frame};
use serde_json::{Value, json};
use testkit::{Machine, TINY, wait_until};

use crate::apps::{PATIENCE, app, ours, removed, stage};
use crate::browser::{Browser, Reply};

/// Two pictures of eight by eight, one red and one green.
const RED: &[u8] = b"\x89PNG\x0d\x0a\x1a\x0a\x00\x00\x00\x0dIHDR\x00\x00\x00\x08\x00\x00\x00\x08\x08\x02\x00\x00\x00Km)\xdc\x00\x00\x00\x11IDATx\xdac8!'\x87\x151\x0c-\x09\x00\x90\xbfA\x01\xcfp\xa1<\x00\x00\x00\x00IEND\xaeB`\x82";
const GREEN: &[u8] = b"\x89PNG\x0d\x0a\x1a\x0a\x00\x00\x00\x0dIHDR\x00\x00\x00\x08\x00\x00\x00\x08\x08\x02\x00\x00\x00Km)\xdc\x00\x00\x00\x11IDATx\xdac\x90;!\x87\x151\x0c-\x09\x00f?A\x01\x91c\x1f\xd7\x00\x00\x00\x00IEND\xaeB`\x82";

/// Runs a service whose page names a picture of its own.
async fn run(machine: &Machine, deck: &str, more: &[&str]) {
    let www = machine.dir().join("www");
    if !www.exists() {
        std::fs::create_dir(&www).unwrap();
        let page = "<!doctype html><link rel=icon href=a/logo.png><title>shop</title>";
        std::fs::write(www.join("index.html"), page).unwrap();
        std::fs::create_dir(www.join("a")).unwrap();
        std::fs::write(www.join("a/logo.png"), RED).unwrap();
    }
    let volume = format!("{}:/www:ro", www.display());
    let ours = ours(deck, "web");
    let mut args = vec!["run", "--detach", "--name", "web", "--volume", &volume];
    args.extend(ours.iter().map(String::as_str));
    args.extend(["--label", "stardeck.webui.port=8080"]);
    args.extend(more);
    args.push(TINY);
    machine.cli(&args).await;
}

/// The app, once its icon is from there.
async fn with_icon(ada: &mut Browser, from: IconFrom) -> App {
    wait_until(&format!("an icon from {from:?}"), PATIENCE, async || {
        let ready = app(ada, "web", AppState::Ready).await;
        let detail: Value = ada.get(&format!("/api/apps/{}", ready.id)).await.json();
        (detail["icon_from"] == json!(from)).then_some(ready)
    })
    .await
}

async fn icon(browser: &mut Browser, app: &App) -> Reply {
    browser.get(app.icon.as_ref().unwrap()).await
}

async fn send(browser: &Browser, app: &App, kind: &str, picture: &[u8]) -> Reply {
    let mut browser = browser.clone();
    browser.extra.push(("content-type".into(), kind.into()));
    browser
        .send_upload("PUT", &format!("/api/apps/{}/icon", app.id), picture.to_vec())
        .await
}

#[tokio::test]
async fn sec_28_an_app_shows_its_own_icon_and_what_somebody_sends_comes_before_it() {
    let machine = Machine::start().await;
    let (mut deck, mut ada, id) = stage(&machine).await;
    let mut events = ada.events("").await;
    run(&machine, &id, &[]).await;
    let told = events
        .until("the app with an icon", |frame| match frame {
            Frame::Event(event) => match event.change {
                Change::App { app } => app.icon,
                _ => None,
            },
            _ => None,
        })
        .await;
    let shown = with_icon(&mut ada, IconFrom::App).await;
    assert_eq!(shown.icon.as_ref(), Some(&told));
    let red = icon(&mut ada, &shown).await;
    assert_eq!(
        (red.status, &red.headers["content-type"]),
        (200, &"image/png".parse().unwrap())
    );
    assert!(red.body.starts_with(b"\x89PNG") && red.body != RED, "it is drawn anew");
    assert_eq!(ada.fresh().get(&told).await.status, 401);

    let own = send(&ada, &shown, "image/png", GREEN).await;
    assert_eq!(own.status, 200, "{own:?}");
    let own: App = own.json();
    assert!(own.icon.is_some() && own.icon != shown.icon, "{own:?}");
    let green = icon(&mut ada, &own).await;
    assert_ne!(green.body, red.body);
    for (kind, picture, status, code) in [
        ("application/json", GREEN, 415, "not_a_picture"),
        (
            "image/svg+xml",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>".as_slice(),
            422,
            "invalid",
        ),
        ("image/png", &RED[..40], 422, "invalid"),
        ("image/png", &[0; 600 * 1024], 413, "too_large"),
    ] {
        let refused = send(&ada, &shown, kind, picture).await;
        assert_eq!((refused.status, refused.code().as_str()), (status, code), "{kind}");
    }
    let mut viewer = ada.with_user("vera", "viewer").await;
    assert_eq!(send(&viewer, &shown, "image/png", RED).await.status, 403);
    assert_eq!(icon(&mut viewer, &own).await.body, green.body);

    // It outlives its container and the server.
    machine.cli(&["rm", "--force", "--time", "1", "web"]).await;
    deck.stop().await;
    deck.start_again().await;
    ada.server = deck.address().strip_prefix("http://").unwrap().parse().unwrap();
    ada.host = format!("stardeck.localhost:{}", ada.server.port());
    run(&machine, &id, &["--label", "stardeck.icon=film"]).await;
    let kept = with_icon(&mut ada, IconFrom::Own).await;
    assert_eq!(kept.icon, own.icon);
    let gone = ada.send("DELETE", &format!("/api/apps/{}/icon", kept.id), None).await;
    assert_eq!(
        gone.json::<App>().icon.as_deref(),
        Some(&*format!("/api/apps/{}/icon?v=film", kept.id))
    );
    let film = with_icon(&mut ada, IconFrom::Set).await;
    let drawn = icon(&mut ada, &film).await;
    assert_eq!(drawn.headers["content-type"], "image/svg+xml");
    let audit: Value = ada.get("/api/audit?q=app.icon").await.json();
    assert_eq!(audit["items"].as_array().unwrap().len(), 2, "{audit}");
    removed(&machine).await;
}
