//! Adversarial tests of apps: who gets in, by which address, and until when; numbered as in the security contract.

use std::time::{Duration, Instant};

use api::app::{AppState, OpenedApp};
use serde_json::{Value, json};
use testkit::{Machine, wait_until};

use crate::apps::{PATIENCE, app, enter, open, removed, run, seen, stage, stranger, window};

#[tokio::test]
async fn sec_04_nothing_in_an_address_names_another_place() {
    let machine = Machine::start().await;
    let (_deck, mut ada, id) = stage(&machine).await;
    let container = run(&machine, &id, "web", &[]).await;
    let elsewhere = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = elsewhere.local_addr().unwrap().port();
    let web = app(&mut ada, "web", AppState::Ready).await;
    let window = window(&mut ada, &web.id).await;
    let mut program = ada.with_token("administer").await;
    program.host.clone_from(&ada.host);
    for asker in [&mut ada.clone(), &mut program] {
        for path in [
            format!("/api/containers/x@127.0.0.1:{port}/proxy/"),
            format!("/api/containers/127.0.0.1:{port}/proxy/"),
            format!("/api/containers/{container}@127.0.0.1:{port}/proxy/"),
            format!("/api/containers/%2e%2e%2f{container}/proxy/"),
            format!("/api/containers/{container}:{port}/proxy/"),
            format!("http://127.0.0.1:{port}/"),
        ] {
            let reply = asker.send("GET", &path, None).await;
            assert!([400, 404].contains(&reply.status), "{path}: {}", reply.status);
        }
    }
    let reply = window.get_as("GET", &format!("http://127.0.0.1:{port}/")).await;
    assert_eq!(reply.status, 400, "an absolute target");
    let reply = ada
        .get(&format!("/api/containers/{container}/proxy//127.0.0.1:{port}/"))
        .await;
    assert_eq!((reply.status, reply.headers.contains_key("location")), (422, false));
    let dialled = tokio::time::timeout(Duration::from_millis(1), elsewhere.accept()).await;
    assert!(dialled.is_err(), "nobody came there");
    assert_eq!(seen(&machine, "web").await, 0);
    removed(&machine).await;
}

#[tokio::test]
async fn sec_06_a_ticket_opens_one_app_once_for_as_long_as_the_session_lives() {
    let machine = Machine::start().await;
    let (_deck, mut ada, id) = stage(&machine).await;
    for service in ["a", "b"] {
        run(&machine, &id, service, &[]).await;
    }
    let (a, b) = (
        app(&mut ada, "a", AppState::Ready).await,
        app(&mut ada, "b", AppState::Ready).await,
    );
    let opened_b = open(&mut ada, &b.id).await;

    let opened = open(&mut ada, &a.id).await;
    let elsewhere = OpenedApp {
        url: opened.url.replace(&opened.origin, &opened_b.origin),
        origin: opened_b.origin.clone(),
    };
    let (_, reply) = enter(&ada, &elsewhere).await;
    assert_eq!(
        (reply.status, reply.headers.contains_key("set-cookie")),
        (403, false),
        "at another app"
    );
    assert_eq!(enter(&ada, &opened).await.1.status, 403, "the wrong use has spent it");

    let opened = open(&mut ada, &a.id).await;
    assert_eq!(enter(&ada, &opened).await.1.status, 303);
    assert_eq!(enter(&ada, &opened).await.1.status, 403, "a second time");

    // A cookie of one app opens no other, under neither name.
    let mut window = window(&mut ada, &a.id).await;
    let value = window.cookies.values().next().unwrap().clone();
    let mut thief = stranger(&ada, &opened_b.origin);
    thief.cookies = window.cookies.clone();
    assert_eq!(thief.get("/").await.status, 401);
    thief.cookies.insert(format!("sd_app_{}", b.id), value);
    assert_eq!(thief.get("/").await.status, 401);
    assert_eq!(seen(&machine, "b").await, 0, "it heard nothing of all that");

    let mut other = ada.logged_in("ada").await;
    other.host = ada.host.clone();
    let late = open(&mut other, &a.id).await;
    assert_eq!(other.post("/api/logout", json!({})).await.status, 204);
    assert_eq!(enter(&ada, &late).await.1.status, 403, "after the logout");
    assert_eq!(window.get("/").await.status, 200, "another session's window stays");
    assert_eq!(ada.post("/api/logout", json!({})).await.status, 204);
    assert_eq!(window.get("/").await.status, 401);
    removed(&machine).await;
}

#[tokio::test]
async fn sec_08_an_app_answers_to_its_own_name_alone() {
    let machine = Machine::start().await;
    let (_deck, mut ada, id) = stage(&machine).await;
    run(&machine, &id, "web", &[]).await;
    let web = app(&mut ada, "web", AppState::Ready).await;
    let window = window(&mut ada, &web.id).await;
    let port = ada.server.port();
    for host in [
        format!("evil.test:{port}"),
        format!("web.stardeck.localhost.evil.test:{port}"),
        format!("web.stardeck.localhost:{}", port ^ 1),
        format!("x.web.stardeck.localhost:{port}"),
        format!("web@stardeck.localhost:{port}"),
        "web.stardeck.localhost".to_owned(),
    ] {
        let mut rebound = window.clone();
        rebound.host.clone_from(&host);
        let reply = rebound.get("/").await;
        assert!([400, 421].contains(&reply.status), "{host}: {}", reply.status);
        assert!(!reply.headers.contains_key("set-cookie"), "{host}");
    }
    assert_eq!(seen(&machine, "web").await, 0);
    removed(&machine).await;
}

#[tokio::test]
async fn sec_09_a_port_that_a_process_took_over_gets_nothing() {
    let machine = Machine::start().await;
    let (_deck, mut ada, id) = stage(&machine).await;
    let container = run(&machine, &id, "web", &[]).await;
    let web = app(&mut ada, "web", AppState::Ready).await;
    let mut window = window(&mut ada, &web.id).await;
    assert_eq!(window.get("/").await.status, 200);
    let port = machine.cli(&["port", "web", "8080/tcp"]).await;
    let address: std::net::SocketAddr = port.parse().unwrap();
    // Podman's API is frozen: nobody tells the server that the container has gone.
    machine.freeze_podman();
    let pid = machine
        .cli(&["inspect", "--format", "{{.State.Pid}}", &container])
        .await;
    assert!(
        std::process::Command::new("kill")
            .args(["-9", &pid])
            .status()
            .unwrap()
            .success()
    );
    let thief = wait_until("the port to be free", PATIENCE, async || {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.bind(address).ok()?;
        socket.listen(16).ok()
    })
    .await;
    let taken = tokio::spawn(async move {
        let (mut stream, _) = thief.accept().await.unwrap();
        let mut bytes = Vec::new();
        tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut bytes)
            .await
            .unwrap_or(0)
    });
    for _ in 0..5 {
        let status = window.get("/secret").await.status;
        assert!([502, 503].contains(&status), "{status}");
    }
    if taken.is_finished() {
        assert_eq!(taken.await.unwrap(), 0, "bytes reached the thief");
    } else {
        taken.abort();
    }
    machine.thaw_podman();
    removed(&machine).await;
}

#[tokio::test]
async fn sec_10_a_foreign_container_is_no_app() {
    let machine = Machine::start().await;
    let (_deck, mut ada, id) = stage(&machine).await;
    let labels = ["--label", "stardeck.webui.port=8080", "--publish", "127.0.0.1::8080"];
    let foreign = machine.run_app("foreign", &labels).await;
    let other = [&labels[..], &["--label", "io.stardeck.deck=another"]].concat();
    machine.run_app("other", &other).await;
    run(&machine, &id, "web", &[]).await;
    app(&mut ada, "web", AppState::Ready).await;
    let list: Value = ada.get("/api/apps").await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
    let reply = ada.post(&format!("/api/containers/{foreign}/open"), json!({})).await;
    assert_eq!((reply.status, reply.code().as_str()), (404, "app_not_found"));
    for host in ["foreign", "other"] {
        let mut stranger = stranger(&ada, &format!("http://{host}.{}", ada.host));
        assert_eq!(stranger.get("/").await.status, 421);
    }
    for name in ["foreign", "other"] {
        assert_eq!(seen(&machine, name).await, 0, "{name}");
    }
    removed(&machine).await;
}

#[tokio::test]
async fn sec_11_a_redirect_of_the_app_stays_at_its_origin() {
    let machine = Machine::start().await;
    let (_deck, mut ada, id) = stage(&machine).await;
    run(&machine, &id, "web", &[]).await;
    let web = app(&mut ada, "web", AppState::Ready).await;
    let mut window = window(&mut ada, &web.id).await;
    let upstream = machine.cli(&["port", "web", "8080/tcp"]).await;
    let own = format!("http://{}", window.host);
    for (said, seen) in [
        (format!("http://{upstream}/x"), format!("{own}/x")),
        (format!("//{upstream}/x"), format!("{own}/x")),
        ("http://other.test/".to_owned(), "http://other.test/".to_owned()),
    ] {
        let reply = window.get(&format!("/say?h=Location:%20{said}")).await;
        assert_eq!(reply.headers["location"], seen, "{said}");
    }
    removed(&machine).await;
}

#[tokio::test]
async fn sec_12_what_is_open_closes_within_a_second_of_the_logout() {
    let machine = Machine::start().await;
    let (_deck, mut ada, id) = stage(&machine).await;
    run(&machine, &id, "web", &[]).await;
    let web = app(&mut ada, "web", AppState::Ready).await;
    let ends = ["logout", "disabled", "another role"];
    for (n, end) in ends.into_iter().enumerate() {
        let name = format!("bob{n}");
        let mut bob = ada.with_user(&name, "member").await;
        bob.host.clone_from(&ada.host);
        let window = window(&mut bob, &web.id).await;
        let origin = format!("http://{}", window.host);
        let mut socket = window.socket("/ws", Some(&origin)).await.unwrap();
        let mut stream = {
            let window = window.clone();
            tokio::spawn(async move { window.until_closed("/sse").await })
        };
        wait_until("events to arrive", PATIENCE, async || {
            let seen = machine
                .cli(&[
                    "exec",
                    "web",
                    "/bin/wget",
                    "-q",
                    "-O",
                    "-",
                    "http://127.0.0.1:8080/seen",
                ])
                .await;
            (seen.matches("GET /sse").count() == n + 1).then_some(())
        })
        .await;
        let started = Instant::now();
        let reply = match end {
            "logout" => bob.post("/api/logout", json!({})).await,
            _ => {
                let me: Value = bob.get("/api/session").await.json();
                let path = format!("/api/users/{}", me["user"]["id"].as_str().unwrap());
                let change = if end == "disabled" {
                    json!({"disabled": true})
                } else {
                    json!({"role": "viewer"})
                };
                ada.send("PATCH", &path, Some(change)).await
            }
        };
        assert!(reply.status < 300, "{reply:?}");
        let both = async { (socket.next().await.is_none(), (&mut stream).await.unwrap()) };
        let (closed, ()) = tokio::time::timeout(Duration::from_secs(5), both).await.expect(end);
        assert!(closed, "{end}");
        assert!(
            started.elapsed() < Duration::from_secs(1),
            "{end}: {:?}",
            started.elapsed()
        );
    }
    removed(&machine).await;
}

#[tokio::test]
async fn sec_21_another_apps_page_changes_nothing() {
    let machine = Machine::start().await;
    let (_deck, mut ada, id) = stage(&machine).await;
    run(&machine, &id, "web", &[]).await;
    let web = app(&mut ada, "web", AppState::Ready).await;
    let window = window(&mut ada, &web.id).await;
    for origin in [
        format!("http://evil.{}", ada.host),
        format!("http://{}", ada.host),
        "null".to_owned(),
    ] {
        assert_eq!(window.socket("/ws", Some(&origin)).await.err(), Some(403), "{origin}");
        let mut posting = window.clone();
        posting.extra = vec![("origin".into(), origin.clone())];
        assert_eq!(posting.get_as("POST", "/echo").await.status, 403, "{origin}");
    }
    let own = format!("http://{}", window.host);
    assert!(window.socket("/ws", Some(&own)).await.is_ok());
    assert_eq!(seen(&machine, "web").await, 1, "that one alone");
    removed(&machine).await;
}
