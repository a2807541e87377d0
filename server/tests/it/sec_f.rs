//! Adversarial tests F: authentication and secrets, numbered as in the security contract.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use api::event::Frame;
use serde_json::{Value, json};
use testkit::{Deck, Machine};

use crate::browser::Browser;
use crate::{PASSWORD, deck, empty_deck, set_up, setup_token};

/// The memory that the server's process has, in KiB.
fn resident(deck: &Deck<'_>) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", deck.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[tokio::test]
async fn sec_61_a_flood_of_wrong_passwords_is_slowed_and_does_not_lock_the_owner_out() {
    let machine = Machine::start().await;
    let (deck, ada) = deck(&machine).await;
    let before = resident(&deck);
    let statuses = async |from: Vec<Ipv4Addr>| {
        let mut counts = std::collections::BTreeMap::<u16, usize>::new();
        for chunk in from.chunks(50) {
            let attempts = chunk.iter().map(|from| {
                let mut attacker = Browser {
                    from: (*from).into(),
                    ..ada.fresh()
                };
                async move { attacker.login("ada", "a wrong one").await.status }
            });
            for status in futures_util::future::join_all(attempts).await {
                *counts.entry(status).or_default() += 1;
            }
        }
        counts
    };
    let one = statuses(vec![Ipv4Addr::LOCALHOST; 1000]).await;
    assert!(one[&429] >= 990 && !one.contains_key(&200), "from one address: {one:?}");
    let many = (0..1000_u16)
        .map(|n| Ipv4Addr::new(127, 1 + (n >> 8) as u8, (n & 255) as u8, 1))
        .collect();
    let many = statuses(many).await;
    assert!(
        many[&429] >= 950 && !many.contains_key(&200),
        "from a thousand: {many:?}"
    );
    let grown = resident(&deck).saturating_sub(before);
    assert!(grown < 200 * 1024, "the flood cost {grown} KiB");

    let mut stranger = ada.fresh();
    assert_eq!(
        stranger.login("ada", PASSWORD).await.status,
        429,
        "a browser that nobody knows waits"
    );
    let mut owner = ada.fresh();
    owner.cookies = ada.cookies.clone();
    owner.cookies.remove("sd");
    assert_eq!(
        owner.login("ada", PASSWORD).await.status,
        200,
        "the owner's own browser does not"
    );
}

#[tokio::test]
async fn sec_62_a_name_that_does_not_exist_is_answered_like_a_wrong_password() {
    let machine = Machine::start().await;
    let (_deck, ada) = deck(&machine).await;
    let mut times: [Vec<Duration>; 2] = Default::default();
    let mut replies: [Vec<(u16, String)>; 2] = Default::default();
    for n in 0..500_u16 {
        // Each from a network of its own, and few for one account, so that no throttle speaks.
        for (which, name) in [format!("user{}", n / 10), format!("nobody{}", n / 10)]
            .iter()
            .enumerate()
        {
            if which == 0 && n % 10 == 0 {
                let mut admin = ada.logged_in("ada").await;
                let body = json!({"name": name, "password": PASSWORD, "role": "viewer"});
                assert_eq!(admin.post("/api/users", body).await.status, 201);
            }
            let from = Ipv4Addr::new(127, 10 + which as u8, (n >> 8) as u8, 0);
            let from = Ipv4Addr::from(u32::from(from) + (u32::from(n) << 8 & 0xff00) + 1);
            let mut browser = Browser {
                from: from.into(),
                ..ada.fresh()
            };
            let start = Instant::now();
            let reply = browser.login(name, "a wrong one").await;
            times[which].push(start.elapsed());
            replies[which].push((reply.status, String::from_utf8_lossy(&reply.body).into_owned()));
        }
    }
    assert!(
        replies[0].iter().all(|(status, _)| *status == 401),
        "{:?}",
        replies[0].iter().find(|r| r.0 != 401)
    );
    assert_eq!(replies[0], replies[1]);
    let [known, unknown] = times.map(|mut times| {
        times.sort();
        times[times.len() / 2].as_secs_f64()
    });
    let ratio = known / unknown;
    assert!((0.85..1.18).contains(&ratio), "medians {known:.4} s and {unknown:.4} s");
}

#[tokio::test]
async fn sec_64_of_fifty_who_claim_at_once_one_becomes_administrator() {
    let machine = Machine::start().await;
    let deck = empty_deck(&machine).await;
    let token = setup_token(&deck);
    let claims = (0..50_u8).map(|n| {
        let mut browser = Browser::new(deck.address());
        browser.from = Ipv4Addr::new(127, 0, n, 1).into();
        let token = token.clone();
        async move { (browser.setup(&token, &format!("user{n}")).await.status, browser) }
    });
    let results = futures_util::future::join_all(claims).await;
    let mut winners: Vec<Browser> = results
        .iter()
        .filter(|(status, _)| *status == 200)
        .map(|(_, b)| b.clone())
        .collect();
    assert_eq!(winners.len(), 1);
    let losers = results.iter().filter(|(status, _)| [404, 403].contains(status)).count();
    assert_eq!(
        losers,
        49,
        "{:?}",
        results.iter().map(|(status, _)| status).collect::<Vec<_>>()
    );
    let users: Value = winners[0].get("/api/users").await.json();
    assert_eq!(users["items"].as_array().unwrap().len(), 1);
    assert_eq!(Browser::new(deck.address()).setup(&token, "late").await.status, 404);
    assert!(!deck.data_dir().join("setup-token").exists(), "the used token is gone");
}

#[tokio::test]
async fn sec_64_a_wrong_setup_token_is_slowed() {
    let machine = Machine::start().await;
    let deck = empty_deck(&machine).await;
    let mut browser = Browser::new(deck.address());
    let mut statuses = Vec::new();
    for _ in 0..10 {
        statuses.push(browser.setup("AAAAAAAAAAAAAAAAAAAAAA", "eve").await.status);
    }
    assert_eq!((statuses[0], statuses[9]), (403, 429), "{statuses:?}");
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(deck.data_dir().join("setup-token"))
            .unwrap()
            .permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
    let mut owner = Browser::new(deck.address());
    owner.from = Ipv4Addr::new(127, 3, 3, 3).into();
    assert_eq!(owner.setup(&setup_token(&deck), "ada").await.status, 200);
}

#[tokio::test]
async fn sec_65_a_session_is_new_at_login_and_a_new_password_ends_the_others() {
    let machine = Machine::start().await;
    let (_deck, ada) = deck(&machine).await;
    // A cookie that was planted before the login is not the session afterwards.
    let mut victim = ada.fresh();
    victim.cookies.insert("sd".into(), "planted".into());
    assert_eq!(victim.login("ada", PASSWORD).await.status, 200);
    assert_ne!(victim.cookies["sd"], "planted");
    let mut planted = ada.fresh();
    planted.cookies.insert("sd".into(), "planted".into());
    assert_eq!(planted.send("POST", "/api/session/bootstrap", None).await.status, 401);
    // Nor is a session of another, kept in the same browser.
    let before = victim.cookies["sd"].clone();
    assert_eq!(victim.login("ada", PASSWORD).await.status, 200);
    assert_ne!(victim.cookies["sd"], before);

    let mut other = ada.logged_in("ada").await;
    let mut events = other.events("").await;
    assert!(matches!(events.next().await, Some(Frame::Hello { .. })));
    let old_cookie = victim.cookies["sd"].clone();
    let changed = json!({"current": PASSWORD, "new": "violet-anchor-snow"});
    assert_eq!(victim.post("/api/session/password", changed).await.status, 204);
    assert_ne!(
        victim.cookies["sd"], old_cookie,
        "the rise in rights rotates the cookie"
    );
    assert_eq!(victim.get("/api/session").await.status, 200);
    assert_eq!(other.get("/api/session").await.status, 401);
    let end = Instant::now();
    events
        .until("the stream to say that it is over", |frame| {
            (frame == Frame::SessionEnded).then_some(())
        })
        .await;
    assert!(end.elapsed() < Duration::from_secs(1));
    assert_eq!(ada.fresh().login("ada", PASSWORD).await.status, 401);
    assert_eq!(ada.fresh().login("ada", "violet-anchor-snow").await.status, 200);
}

#[tokio::test]
async fn a_cookie_alone_does_nothing_and_halves_of_two_sessions_are_none() {
    let machine = Machine::start().await;
    let deck = empty_deck(&machine).await;
    let mut ada = set_up(&deck).await;
    let bob = ada.with_user("bob", "administrator").await;
    let mut cookie_only = Browser {
        token: None,
        ..ada.clone()
    };
    let reply = cookie_only.get("/api/users").await;
    assert_eq!((reply.status, reply.code().as_str()), (403, "session_header_missing"));
    let mut mixed = Browser {
        token: bob.token.clone(),
        ..ada.clone()
    };
    let reply = mixed.get("/api/users").await;
    assert_eq!((reply.status, reply.code().as_str()), (401, "session_changed"));
    // Another page of the same host can set a cookie of the same name: the right half decides.
    let mut tossed = ada.clone();
    let own = tossed.cookies.remove("sd").unwrap();
    tossed.extra = vec![("cookie".into(), format!("sd={}; sd={own}", bob.cookies["sd"]))];
    tossed.cookies.clear();
    let who: Value = tossed.get("/api/session").await.json();
    assert_eq!(who["user"]["name"], "ada");
    // A foreign page cannot ask at all.
    let mut foreign = ada.clone();
    foreign.extra = vec![("origin".into(), "http://127.0.0.1:1".into())];
    assert_eq!(foreign.get("/api/users").await.status, 403);
}

#[tokio::test]
async fn a_token_and_a_cookie_are_never_taken_together_and_a_revoked_token_is_dead() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let mut program = ada.with_token("read").await;
    assert_eq!(program.get("/api/session").await.status, 200);
    let mut events = program.socket("/api/events", None).await.unwrap();
    assert!(
        matches!(events.next().await, Some(Frame::Hello { .. })),
        "no ticket, and no page, is needed"
    );
    let mut both = Browser {
        extra: program.extra.clone(),
        ..ada.clone()
    };
    assert_eq!(both.get("/api/session").await.status, 422);
    let tokens: Value = ada.get("/api/tokens").await.json();
    let id = tokens["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(ada.send("DELETE", &format!("/api/tokens/{id}"), None).await.status, 204);
    events
        .until("the stream to say that it is over", |frame| {
            (frame == Frame::SessionEnded).then_some(())
        })
        .await;
    assert_eq!(program.get("/api/session").await.status, 401);
}

#[tokio::test]
async fn what_ends_a_session_ends_what_is_open_under_it() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    for how in ["logout", "revoked", "disabled", "removed"] {
        let mut bob = ada.with_user(&format!("bob-{how}"), "member").await;
        let mut events = bob.events("").await;
        assert!(matches!(events.next().await, Some(Frame::Hello { .. })));
        let who: Value = bob.get("/api/session").await.json();
        let user = who["user"]["id"].as_str().unwrap().to_owned();
        let reply = match how {
            "logout" => bob.send("POST", "/api/logout", None).await,
            "revoked" => {
                let session = who["session"]["id"].as_str().unwrap().to_owned();
                bob.logged_in(&format!("bob-{how}"))
                    .await
                    .send("DELETE", &format!("/api/sessions/{session}"), None)
                    .await
            }
            "disabled" => {
                ada.send("PATCH", &format!("/api/users/{user}"), Some(json!({"disabled": true})))
                    .await
            }
            _ => ada.send("DELETE", &format!("/api/users/{user}"), None).await,
        };
        assert!([200, 204].contains(&reply.status), "{how}: {reply:?}");
        let end = Instant::now();
        events
            .until(how, |frame| (frame == Frame::SessionEnded).then_some(()))
            .await;
        assert!(end.elapsed() < Duration::from_secs(1), "{how}");
        assert_eq!(bob.get("/api/session").await.status, 401, "{how}");
    }
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let who: Value = ada.get("/api/session").await.json();
    let path = format!("/api/users/{}", who["user"]["id"].as_str().unwrap());
    for (method, body) in [
        ("DELETE", None),
        ("PATCH", Some(json!({"role": "viewer"}))),
        ("PATCH", Some(json!({"disabled": true}))),
    ] {
        let reply = ada.send(method, &path, body).await;
        assert_eq!((reply.status, reply.code().as_str()), (409, "last_administrator"));
    }
}

#[tokio::test]
async fn sec_67_no_secret_is_found_in_what_is_kept_or_said() {
    let machine = Machine::start().await;
    let mut deck = empty_deck(&machine).await;
    let token = setup_token(&deck);
    let mut ada = set_up(&deck).await;
    let mut program = ada.with_token("operate").await;
    assert_eq!(program.get("/api/session").await.status, 200);
    let changed = json!({"current": PASSWORD, "new": "violet-anchor-snow"});
    assert_eq!(ada.post("/api/session/password", changed).await.status, 204);
    // The password as the name, as people do by mistake.
    assert_eq!(ada.fresh().login("violet-anchor-snow", "ada").await.status, 401);
    assert_eq!(ada.get("/api/audit?q=login").await.status, 200);
    let bearer = program.extra[0].1.strip_prefix("Bearer ").unwrap().to_owned();
    let half = ada.token.clone().unwrap();
    let canaries = [
        token,
        PASSWORD.into(),
        "violet-anchor-snow".into(),
        bearer,
        half,
        ada.cookies["sd"].clone(),
    ];

    let process = |what: &str| std::fs::read(format!("/proc/{}/{what}", deck.pid())).unwrap();
    let (line, variables) = (process("cmdline"), process("environ"));
    let backup = machine.dir().join("home/backup.db");
    let mut command = machine.command_as_user(&machine.dir().join("stardeck"));
    command
        .args(["admin", "backup", "--data-dir"])
        .arg(deck.data_dir())
        .arg(&backup);
    assert!(command.status().unwrap().success());
    let mut kept = vec![(backup.clone(), std::fs::read(&backup).unwrap())];
    kept.extend(files_below(&deck.data_dir()));
    assert!(deck.stop().await.success());
    kept.extend(files_below(&deck.data_dir()));
    kept.extend([("the command line".into(), line), ("its environment".into(), variables)]);
    assert!(kept.len() > 5, "there is something to look at");
    for canary in &canaries {
        for (place, bytes) in &kept {
            let found = bytes.windows(canary.len()).any(|part| part == canary.as_bytes());
            assert!(!found, "{canary} is in {}", place.display());
        }
        let said = deck.log().lines().filter(|line| line.contains(canary.as_str())).count();
        let shown = usize::from(*canary == canaries[0]);
        assert_eq!(
            said, shown,
            "only the setup token is printed, once, while it is good: {canary}"
        );
    }
}

/// All files below a folder.
fn files_below(folder: &std::path::Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            files.push((path, bytes));
        }
    }
    files
}
