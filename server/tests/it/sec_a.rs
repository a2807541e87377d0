//! Adversarial tests A: routing and authorisation, numbered as in the security contract.

use std::net::Ipv4Addr;

use serde_json::{Value, json};
use testkit::Machine;

use crate::routes::{OPEN, all, body};
use crate::{deck, empty_deck, set_up};

#[tokio::test]
async fn sec_01_no_route_answers_without_a_session() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let routes = all(&mut ada).await;
    let mut nobody = ada.fresh();
    for route in routes.iter().filter(|route| !OPEN.contains(&route.as_str())) {
        let (method, path) = route.split_once(' ').unwrap();
        let reply = nobody
            .send(method, &format!("/api{}", path.replace("{id}", "x")), body(route))
            .await;
        assert_eq!((reply.status, reply.code().as_str()), (401, "not_logged_in"), "{route}");
    }
    assert_eq!(nobody.send("POST", "/api/session/bootstrap", None).await.status, 401);
    assert_eq!(nobody.get("/api/setup").await.status, 404, "setup is gone");
}

#[tokio::test]
async fn sec_01_before_setup_only_setup_answers() {
    let machine = Machine::start().await;
    let deck = empty_deck(&machine).await;
    let mut nobody = crate::browser::Browser::new(deck.address());
    let open = ["GET /setup", "POST /setup", "GET /healthz", "GET /health/podman"];
    for route in all(&mut nobody)
        .await
        .iter()
        .filter(|route| !open.contains(&route.as_str()))
    {
        let (method, path) = route.split_once(' ').unwrap();
        let body = match route.as_str() {
            "POST /login" => Some(json!({"name": "ada", "password": "x"})),
            route => body(route),
        };
        let reply = nobody
            .send(method, &format!("/api{}", path.replace("{id}", "x")), body)
            .await;
        assert_eq!((reply.status, reply.code().as_str()), (503, "setup_needed"), "{route}");
    }
}

#[tokio::test]
async fn sec_02_the_event_stream_opens_only_with_a_ticket_of_the_session_and_from_our_page() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let origin = format!("http://{}", ada.host);
    let nobody = ada.fresh();
    assert_eq!(nobody.socket("/api/events", Some(&origin)).await.err(), Some(401));
    // The browser attaches the cookie by itself: it is not enough.
    let cookie_only = crate::browser::Browser {
        token: None,
        ..ada.clone()
    };
    assert_eq!(cookie_only.socket("/api/events", Some(&origin)).await.err(), Some(403));

    let ticket = ada.ticket().await;
    let path = format!("/api/events?ticket={ticket}");
    assert_eq!(
        ada.socket(&path, Some("http://evil.test")).await.err(),
        Some(403),
        "from a foreign page"
    );
    assert_eq!(ada.socket(&path, None).await.err(), Some(403), "from no page");
    assert_eq!(
        nobody.socket(&path, Some(&origin)).await.err(),
        Some(403),
        "without the session's cookie"
    );
    assert_eq!(
        ada.socket(&path, Some(&origin)).await.err(),
        Some(403),
        "the wrong use has spent it"
    );

    let ticket = ada.ticket().await;
    let path = format!("/api/events?ticket={ticket}");
    let mut bob = ada.with_user("bob", "administrator").await;
    assert_eq!(
        bob.socket(&path, Some(&origin)).await.err(),
        Some(403),
        "of another's session"
    );
    let ticket = bob.ticket().await;
    let path = format!("/api/events?ticket={ticket}");
    assert!(bob.socket(&path, Some(&origin)).await.is_ok());
    assert_eq!(bob.socket(&path, Some(&origin)).await.err(), Some(403), "a second time");
}

#[tokio::test]
async fn sec_03_what_is_anothers_does_not_exist() {
    let machine = Machine::start().await;
    machine.run_tiny("foreign").await;
    let (_deck, mut ada) = deck(&machine).await;
    let token: Value = ada
        .post("/api/tokens", json!({"label": "mine", "scope": "read"}))
        .await
        .json();
    let session: Value = ada.get("/api/session").await.json();
    let container = machine.cli(&["ps", "-q", "--no-trunc"]).await;
    let mut bob = ada.with_user("bob", "member").await;
    let nothing = "00000000-0000-4000-8000-000000000000";
    let targets = [
        (
            "DELETE",
            "/api/tokens/",
            token["token"]["id"].as_str().unwrap().to_owned(),
        ),
        (
            "DELETE",
            "/api/sessions/",
            session["session"]["id"].as_str().unwrap().to_owned(),
        ),
        ("GET", "/api/containers/", container),
    ];
    for (method, path, id) in targets {
        let theirs = bob.send(method, &format!("{path}{id}"), None).await;
        let absent = bob.send(method, &format!("{path}{nothing}"), None).await;
        assert_eq!((theirs.status, absent.status), (404, 404), "{path}");
        let blind = |reply: &crate::browser::Reply, id: &str| String::from_utf8_lossy(&reply.body).replace(id, "ID");
        assert_eq!(blind(&theirs, &id), blind(&absent, nothing), "{path}");
    }
    assert_eq!(ada.get("/api/session").await.status, 200, "the session is untouched");
    machine.cli(&["rm", "-f", "-t", "1", "foreign"]).await;
}

#[tokio::test]
async fn sec_05_no_other_spelling_of_a_path_gives_more_rights() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let mut bob = ada.with_user("bob", "viewer").await;
    let id = ada.get("/api/session").await.json::<Value>()["user"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let spellings = [
        "/api/users",
        "/api/users/",
        "/api//users",
        "//api/users",
        "/api/%75sers",
        "/api/./users",
        "/api/x/../users",
        "/api/x/%2e%2e/users",
        "/api%2fusers",
        "/api/users%2f",
        "/api/users;x",
        "/api/users%00",
        "/API/users",
        "/api/users?x=/api/session",
        "/api\\users",
    ];
    for path in spellings {
        for method in ["GET", "HEAD", "POST"] {
            let body =
                (method == "POST").then(|| json!({"name": "eve", "password": crate::PASSWORD, "role": "viewer"}));
            let reply = bob.send(method, path, body).await;
            let text = String::from_utf8_lossy(&reply.body).into_owned();
            assert!(!text.contains("\"ada\""), "{method} {path} told who there is: {text}");
            let is_desktop = !path.starts_with("/api/");
            assert!(
                reply.status >= 400 || is_desktop,
                "{method} {path} was answered {}",
                reply.status
            );
        }
    }
    bob.extra = vec![("x-http-method-override".into(), "DELETE".into())];
    assert_eq!(bob.send("GET", &format!("/api/users/{id}"), None).await.status, 405);
    let users: Value = ada.get("/api/users").await.json();
    assert_eq!(users["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn sec_07_forwarded_headers_say_nothing() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let mut liar = ada.fresh();
    liar.from = Ipv4Addr::new(127, 9, 9, 9).into();
    let claims = [
        ("x-forwarded-for", "127.0.0.1"),
        ("x-real-ip", "127.0.0.1"),
        ("forwarded", "for=127.0.0.1"),
    ];
    liar.extra = claims.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    assert_eq!(
        liar.get("/api/session").await.status,
        401,
        "nobody is trusted for an address"
    );
    // Another claim with each attempt: the throttle counts the real peer.
    let mut last = 0;
    for n in 0..8 {
        liar.extra[0].1 = format!("10.0.0.{n}");
        last = liar.login("ada", "wrong").await.status;
    }
    assert_eq!(last, 429);
    let mut real = ada.fresh();
    real.from = liar.from;
    real.extra = liar.extra.clone();
    real.cookies = ada.cookies.clone();
    assert_eq!(real.login("ada", crate::PASSWORD).await.status, 200, "a known browser");
    let audit: Value = ada.get("/api/audit?q=session.open").await.json();
    assert_eq!(audit["items"][0]["peer"], "127.9.9.9", "the audit names the real peer");
}

#[tokio::test]
async fn sec_08_a_name_that_is_not_ours_is_not_answered() {
    let machine = Machine::start().await;
    let deck = empty_deck(&machine).await;
    let ada = set_up(&deck).await;
    let port = ada.server.port();
    for host in [
        "evil.test",
        "stardeck.localhost.evil.test",
        "grafana.stardeck.localhost",
        "127.0.0.2",
        "a@localhost",
        "",
    ] {
        let mut rebound = ada.clone();
        rebound.host = format!("{host}:{port}");
        for (method, path) in [("GET", "/"), ("GET", "/api/session"), ("POST", "/api/login")] {
            let body = (method == "POST").then(|| json!({"name": "ada", "password": crate::PASSWORD}));
            let reply = rebound.send(method, path, body).await;
            assert!([421, 400].contains(&reply.status), "{host} {path}: {}", reply.status);
            assert!(!reply.headers.contains_key("set-cookie"), "{host} {path}");
        }
    }
    for host in ["stardeck.localhost", "localhost", "LOCALHOST", "127.0.0.1"] {
        let mut own = ada.clone();
        own.host = format!("{host}:{port}");
        assert_eq!(own.get("/api/session").await.status, 200, "{host}");
    }
}
