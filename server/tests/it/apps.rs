//! Apps: found, opened, seen through the gate, and out of reach of whoever has no right to them.

use std::time::Duration;

use api::app::{App, AppState, OpenedApp};
use api::event::{Change, Frame};
use serde_json::{Value, json};
use testkit::{Deck, DeckOptions, Machine, wait_until};

use crate::browser::{Browser, Reply};
use crate::{BINARY, set_up};

pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A deck, its administrator on its page at `stardeck.localhost`, and its identity.
pub(crate) async fn stage(machine: &Machine) -> (Deck<'_>, Browser, String) {
    stage_with(machine, &[]).await
}

/// The same with more arguments of `stardeck serve`.
async fn stage_with<'a>(machine: &'a Machine, args: &[&str]) -> (Deck<'a>, Browser, String) {
    let options = DeckOptions {
        args: args.iter().map(|&arg| arg.to_owned()).collect(),
        ..DeckOptions::default()
    };
    let deck = Deck::start(machine, BINARY, options).await;
    let mut ada = set_up(&deck).await;
    ada.host = format!("stardeck.localhost:{}", ada.server.port());
    let system: Value = ada.get("/api/system").await.json();
    let id = system["deck"].as_str().unwrap().to_owned();
    (deck, ada, id)
}

/// The arguments by which a container is one of the deck, of stack `shop`.
pub(crate) fn ours(deck: &str, service: &str) -> Vec<String> {
    let labels = [
        format!("io.stardeck.deck={deck}"),
        "io.stardeck.stack=shop".to_owned(),
        format!("io.stardeck.service={service}"),
    ];
    let labels = labels.into_iter().flat_map(|label| ["--label".to_owned(), label]);
    labels
        .chain(["--publish".to_owned(), "127.0.0.1::8080".to_owned()])
        .collect()
}

/// Runs the hostile app as a service of the deck.
pub(crate) async fn run(machine: &Machine, deck: &str, service: &str, more: &[&str]) -> String {
    let ours = ours(deck, service);
    let mut args: Vec<&str> = ours.iter().map(String::as_str).collect();
    args.extend(["--label", "stardeck.webui.port=8080"]);
    args.extend(more);
    machine.run_app(service, &args).await
}

pub(crate) async fn removed(machine: &Machine) {
    machine.cli(&["rm", "--force", "--time", "1", "--all"]).await;
}

/// The app of that service, once it is in that state.
pub(crate) async fn app(ada: &mut Browser, service: &str, state: AppState) -> App {
    wait_until(&format!("{service} to be {state:?}"), PATIENCE, async || {
        let list: Value = ada.get("/api/apps").await.json();
        let apps: Vec<App> = serde_json::from_value(list["items"].clone()).unwrap();
        apps.into_iter()
            .find(|app| app.service == service && app.state == state)
    })
    .await
}

pub(crate) async fn open(ada: &mut Browser, id: &str) -> OpenedApp {
    let reply = ada.post(&format!("/api/apps/{id}/open"), json!({})).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

/// A browser without anything, at an app's origin.
pub(crate) fn stranger(ada: &Browser, origin: &str) -> Browser {
    let mut stranger = ada.fresh();
    origin.strip_prefix("http://").unwrap().clone_into(&mut stranger.host);
    let port = stranger.host.rsplit_once(':').unwrap().1.parse().unwrap();
    stranger.server.set_port(port);
    stranger
}

/// Loads the address that opens an app.
pub(crate) async fn enter(ada: &Browser, opened: &OpenedApp) -> (Browser, Reply) {
    let mut window = stranger(ada, &opened.origin);
    let reply = window.get(opened.url.strip_prefix(&opened.origin).unwrap()).await;
    (window, reply)
}

/// A window in which the app is open.
pub(crate) async fn window(ada: &mut Browser, id: &str) -> Browser {
    let opened = open(ada, id).await;
    let (window, reply) = enter(ada, &opened).await;
    assert_eq!(reply.status, 303, "{reply:?}");
    window
}

pub(crate) fn text(reply: &Reply) -> String {
    String::from_utf8_lossy(&reply.body).into_owned()
}

/// How many requests the app has had, beside ours for its icon.
pub(crate) async fn seen(machine: &Machine, service: &str) -> usize {
    let heads = machine
        .cli(&[
            "exec",
            service,
            "/bin/wget",
            "-q",
            "-O",
            "-",
            "http://127.0.0.1:8080/seen",
        ])
        .await;
    let is_ours = |head: &&str| head.to_lowercase().contains("user-agent: stardeck");
    let heads = heads.split("\r\n\r\n").filter(|head| head.contains("HTTP/1."));
    heads.filter(|head| !is_ours(head)).count()
}

#[tokio::test]
async fn an_app_opens_behind_the_gate_at_an_origin_of_its_own() {
    let machine = Machine::start().await;
    let (deck, mut ada, id) = stage(&machine).await;
    let mut events = ada.events("").await;
    run(
        &machine,
        &id,
        "web",
        &[
            "--label",
            "stardeck.webui.path=/lab",
            "--label",
            "stardeck.webui.name=The Lab",
        ],
    )
    .await;
    let told = events
        .until("the app", |frame| match frame {
            Frame::Event(event) => match event.change {
                Change::App { app } if app.state == AppState::Ready => Some(app),
                _ => None,
            },
            _ => None,
        })
        .await;
    let app = app(&mut ada, "web", AppState::Ready).await;
    assert_eq!(told, app);
    assert_eq!(
        (app.name.as_str(), app.stack.as_str(), app.port),
        ("The Lab", "shop", 8080)
    );

    let opened = open(&mut ada, &app.id).await;
    assert_eq!(opened.origin, format!("http://web.{}", ada.host));
    assert_eq!(stranger(&ada, &opened.origin).get("/lab").await.status, 401);
    let (mut window, reply) = enter(&ada, &opened).await;
    assert_eq!(
        (reply.status, &reply.headers["location"]),
        (303, &"/lab".parse().unwrap())
    );
    let cookie = reply.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with(&format!("sd_app_{}=", app.id)), "{cookie}");
    assert!(cookie.contains("; HttpOnly; SameSite=Strict; Path=/"), "{cookie}");
    let page = window.get("/lab").await;
    assert_eq!((page.status, text(&page).contains("<h1>An app</h1>")), (200, true));
    let framed = page.headers["content-security-policy"].to_str().unwrap();
    assert_eq!(framed, format!("frame-ancestors 'self' http://{}", ada.host));
    let echo = text(&window.get("/echo").await);
    assert!(
        !echo.contains("sd_app_") && echo.contains("x-forwarded-for: 127.0.0.1"),
        "{echo}"
    );

    // The desktop's page may frame it.
    let desk = ada.get("/").await;
    let policy = desk.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains(&format!("; frame-src http://*.{}", ada.host)),
        "{policy}"
    );

    // The same by the container's id.
    let reply = ada
        .post(
            &format!("/api/containers/{}/open", app.container.unwrap()),
            json!({"path": "/x?y=1"}),
        )
        .await;
    let opened: OpenedApp = reply.json();
    assert_eq!(enter(&ada, &opened).await.1.headers["location"], "/x?y=1");
    let reply = ada
        .post(&format!("/api/apps/{}/open", app.id), json!({"path": "//evil.test/"}))
        .await;
    assert_eq!(reply.status, 422);

    let log = deck.data_dir().join("logs/access.jsonl");
    wait_until("the access log", PATIENCE, async || {
        let log = std::fs::read_to_string(&log).unwrap();
        assert!(!log.contains("?t=") && !log.contains("y=1"), "{log}");
        let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        lines.into_iter().find(|line| {
            line["path"] == "/lab" && line["status"] == 200 && line["user"] == "ada" && line["app"] == *app.id
        })
    })
    .await;
    removed(&machine).await;
}

#[tokio::test]
async fn an_id_and_a_port_of_ours_outlive_the_container_and_the_server() {
    let machine = Machine::start().await;
    let (mut deck, mut ada, id) = stage(&machine).await;
    ada.host = ada.server.to_string();
    run(&machine, &id, "web", &[]).await;
    let first = app(&mut ada, "web", AppState::Ready).await;
    let opened = open(&mut ada, &first.id).await;
    let (mut window, reply) = enter(&ada, &opened).await;
    assert_eq!(reply.status, 303);
    assert_eq!(window.get("/").await.status, 200);
    let port: u16 = opened.origin.rsplit_once(':').unwrap().1.parse().unwrap();
    assert!((7100..=7499).contains(&port), "{port}");
    let policy = ada.get("/").await.headers["content-security-policy"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(policy.contains(&format!("frame-src {}", opened.origin)), "{policy}");
    // What is no app's there is nobody's: the desktop does not answer on an app's port.
    for host in ["evil.test", "stardeck.localhost"] {
        let mut lost = window.clone();
        lost.host = format!("{host}:{port}");
        assert_eq!(lost.get("/").await.status, 421, "{host}");
    }

    machine.cli(&["stop", "--time", "1", "web"]).await;
    app(&mut ada, "web", AppState::Stopped).await;
    let page = window.get("/").await;
    assert_eq!(
        (page.status, text(&page).starts_with("Stopped.")),
        (503, true),
        "{page:?}"
    );
    machine.cli(&["rm", "web"]).await;
    wait_until("the app to be gone", PATIENCE, async || {
        (window.get("/").await.status == 410).then_some(())
    })
    .await;
    let list: Value = ada.get("/api/apps").await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 0);

    run(&machine, &id, "web", &[]).await;
    let again = app(&mut ada, "web", AppState::Ready).await;
    assert_eq!((&again.id, again.container != first.container), (&first.id, true));
    assert_eq!(window.get("/").await.status, 200);

    deck.stop().await;
    deck.start_again().await;
    wait_until("the app to be back at its port", PATIENCE, async || {
        let connected = tokio::net::TcpStream::connect(window.server).await;
        (connected.is_ok() && window.get("/").await.status == 200).then_some(())
    })
    .await;
    removed(&machine).await;
}

#[tokio::test]
async fn a_port_that_nobody_has_named_is_asked_and_what_it_is_is_kept() {
    let machine = Machine::start().await;
    let (_deck, mut ada, id) = stage(&machine).await;
    let found = ours(&id, "found");
    let mut args = vec!["run", "--detach", "--name", "found"];
    args.extend(found.iter().map(String::as_str));
    args.push(testkit::TINY);
    machine.cli(&args).await;
    let ready = app(&mut ada, "found", AppState::Ready).await;
    assert_eq!((ready.port, ready.path.as_str()), (8080, "/"));
    let mut window = window(&mut ada, &ready.id).await;
    assert!(text(&window.get("/").await).contains("tiny ok"));
    machine.cli(&["stop", "--time", "1", "found"]).await;
    assert_eq!(app(&mut ada, "found", AppState::Stopped).await.id, ready.id);
    machine.cli(&["start", "found"]).await;
    app(&mut ada, "found", AppState::Ready).await;
    assert_eq!(window.get("/").await.status, 200, "the page comes back by itself");
    removed(&machine).await;
}

#[tokio::test]
async fn an_app_by_a_path_is_for_programs_and_leads_browsers_away() {
    let machine = Machine::start().await;
    let (_deck, mut ada, id) = stage(&machine).await;
    let container = run(&machine, &id, "web", &[]).await;
    app(&mut ada, "web", AppState::Ready).await;
    let path = format!("/api/containers/{container}/proxy/echo?a=b");
    let own = format!("http://web.{}", ada.host);
    assert_eq!(ada.fresh().get(&path).await.status, 401);
    assert_eq!(
        ada.fresh()
            .get(&format!("/api/containers/{container}/proxy/"))
            .await
            .status,
        401
    );

    // A page of the desktop, whose word the browser gives, is let in; whoever it may be is led there and no further.
    let reply = ada.get(&path).await;
    let to = reply.headers["location"].to_str().unwrap();
    assert!(
        reply.status == 303 && to.starts_with(&format!("{own}/.stardeck/enter?t=")),
        "{to}"
    );
    let cookie_only = Browser {
        token: None,
        ..ada.clone()
    };
    let reply = cookie_only.get_as("GET", &path).await;
    assert_eq!(
        (reply.status, reply.headers["location"].to_str().unwrap()),
        (303, &*format!("{own}/echo?a=b"))
    );
    let mut foreign = cookie_only.clone();
    foreign.extra = vec![("sec-fetch-site".into(), "same-site".into())];
    assert_eq!(foreign.get_as("GET", &path).await.status, 403);

    let mut reader = ada.with_token("read").await;
    reader.host.clone_from(&ada.host);
    let reply = reader.get(&path).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let policies: Vec<_> = reply.headers.get_all("content-security-policy").iter().collect();
    assert!(policies.contains(&&"sandbox".parse().unwrap()), "{policies:?}");
    let head = text(&reply);
    assert!(
        head.starts_with("GET /echo?a=b HTTP/1.1\r\n") && !head.contains("Bearer"),
        "{head}"
    );
    let set = reader
        .get(&format!("/api/containers/{container}/proxy/say?h=Set-Cookie:%20a=b"))
        .await;
    assert!(!set.headers.contains_key("set-cookie"));
    assert_eq!(
        reader.send("POST", &path, None).await.status,
        403,
        "a token that may only read"
    );
    let mut operator = ada.with_token("operate").await;
    operator.host.clone_from(&ada.host);
    assert_eq!(operator.send("POST", &path, None).await.status, 200);
    let mut both = reader.clone();
    both.cookies.clone_from(&ada.cookies);
    assert_eq!(both.get(&path).await.status, 422, "a token and a cookie");
    removed(&machine).await;
}

#[tokio::test]
async fn an_app_that_insists_on_its_own_address_is_told_of_no_other() {
    let machine = Machine::start().await;
    let (_deck, mut ada, id) = stage(&machine).await;
    run(
        &machine,
        &id,
        "web",
        &["--label", "stardeck.webui.host-header=upstream"],
    )
    .await;
    let web = app(&mut ada, "web", AppState::Ready).await;
    let mut window = window(&mut ada, &web.id).await;
    let head = text(&window.get("/echo").await);
    for line in [
        "host: 127.0.0.1:8080",
        "x-forwarded-host: 127.0.0.1:8080",
        "x-forwarded-port: 8080",
        "x-forwarded-proto: http",
        "x-forwarded-for: 127.0.0.1",
    ] {
        assert!(head.lines().any(|one| one == line), "{line} in {head}");
    }
    removed(&machine).await;
}

#[tokio::test]
async fn a_database_that_stands_still_holds_up_no_app() {
    let machine = Machine::start().await;
    let (deck, mut ada, id) = stage(&machine).await;
    run(&machine, &id, "web", &[]).await;
    let app = app(&mut ada, "web", AppState::Ready).await;
    let mut window = window(&mut ada, &app.id).await;
    let database = rusqlite::Connection::open(deck.data_dir().join("stardeck.db")).unwrap();
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut other = ada.clone();
    let body = json!({"label": "late", "scope": "read"});
    let written = tokio::spawn(async move { other.post("/api/tokens", body).await });
    for _ in 0..20 {
        let reply = window.get("/").await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }
    assert!(!written.is_finished(), "nothing is written meanwhile");
    database.execute_batch("ROLLBACK").unwrap();
    assert_eq!(written.await.unwrap().status, 201);
    removed(&machine).await;
}

#[tokio::test]
async fn a_flood_of_one_person_is_told_to_wait() {
    let machine = Machine::start().await;
    let (_deck, mut ada, id) = stage(&machine).await;
    run(&machine, &id, "web", &[]).await;
    let web = app(&mut ada, "web", AppState::Ready).await;
    let window = window(&mut ada, &web.id).await;
    machine.cli(&["stop", "--time", "1", "web"]).await;
    app(&mut ada, "web", AppState::Stopped).await;
    let refused = window.flood("/", 6000).await.expect("a refusal");
    assert_eq!(
        (refused.status, &refused.headers["retry-after"]),
        (429, &"1".parse().unwrap())
    );
    removed(&machine).await;
}

#[tokio::test]
async fn how_often_an_app_may_be_asked_is_the_owners_to_say() {
    let machine = Machine::start().await;
    let (_deck, mut ada, id) = stage_with(&machine, &["--app-requests", "1"]).await;
    run(&machine, &id, "web", &[]).await;
    let web = app(&mut ada, "web", AppState::Ready).await;
    let window = window(&mut ada, &web.id).await;
    let refused = window.flood("/", 60).await.expect("a refusal");
    assert_eq!(refused.status, 429);
    removed(&machine).await;
}
