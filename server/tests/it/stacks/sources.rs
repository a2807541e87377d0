//! The ways in that are not a text in a window: a form, several files, an address, a repository.

use std::net::TcpListener;
use std::path::Path;

use api::source::{Origin, PulledStack, StackChanges};
use api::stack::{StackDetail, StackJob, StackState};
use serde_json::{Value, json};
use testkit::{Deck, DeckOptions, Machine};

use super::{clean, create, deploy, detail, over, podman_ps, shown};
use crate::{BINARY, deck, set_up};

#[tokio::test]
async fn a_form_becomes_a_stack_that_runs_by_the_same_policy() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let mut bob = ada.with_user("bob", "member").await;
    let form = json!({
        "name": "quick", "image": "localhost/tiny", "ports": ["8080:8080"], "volumes": ["data:/data"],
        "variables": {"PRICE": "5$", "PORT": "8080"},
    });
    let mut greedy = form.clone();
    greedy["volumes"] = json!(["/etc:/host"]);
    let refused = bob.post("/api/containers", greedy).await;
    assert!(matches!(refused.status, 403 | 422), "{refused:?}");
    assert_eq!(bob.get("/api/stacks/quick").await.status, 404, "nothing was written");

    let reply = bob.post("/api/containers", form.clone()).await;
    let job = over(&mut bob, &reply).await;
    assert!(reply.json::<StackJob>().job.error.is_none(), "{job:#?}");
    shown(&mut ada, "quick", StackState::Running).await;
    let said = machine.cli(&["exec", "quick-quick-1", "sh", "-c", "echo $PRICE"]).await;
    assert_eq!(said, "5$");
    assert_eq!(machine.cli(&["volume", "ls", "-q"]).await, "quick_data");
    assert_eq!(bob.post("/api/containers", form).await.status, 409, "the name is taken");
    clean(&machine, &mut ada, "quick").await;
}

#[tokio::test]
async fn a_stack_of_several_files_is_whole() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let compose = "services:\n  web:\n    image: localhost/tiny\n    env_file: conf/web.env\n    volumes: [\"./conf/page:/page:ro\"]\n";
    let mut body = json!({"name": "many", "compose": compose,
        "files": {"conf/web.env": "COLOR=blue\n", "conf/page": "hello\n"}});
    let reply = ada.post("/api/stacks", body.clone()).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    deploy(&mut ada, "many").await;
    let said = machine
        .cli(&["exec", "many-web-1", "sh", "-c", "echo $COLOR; cat /page"])
        .await;
    assert_eq!(said, "blue\nhello");
    body["name"] = json!("more");
    for path in ["../evil", "/etc/evil", ".env", "a/../../evil", ".stardeck/secrets/x"] {
        body["files"] = json!({path: "x"});
        let reply = ada.post("/api/stacks", body.clone()).await;
        assert_eq!(reply.status, 422, "{path}: {reply:?}");
    }
    let version = detail(&mut ada, "many").await.files.version;
    let write = json!({"version": version, "files": {"conf/web.env": "COLOR=red\n"}});
    assert_eq!(ada.send("PUT", "/api/stacks/many", Some(write)).await.status, 200);
    deploy(&mut ada, "many").await;
    assert_eq!(
        machine.cli(&["exec", "many-web-1", "sh", "-c", "echo $COLOR"]).await,
        "red"
    );
    // A generation has the files that it was made of, whatever the disk says by now.
    let back = super::done(&mut ada, "many", "deploy", json!({"generation": 1})).await;
    assert_eq!(back.job.state, api::job::JobState::Done, "{back:#?}");
    assert_eq!(
        machine.cli(&["exec", "many-web-1", "sh", "-c", "echo $COLOR"]).await,
        "blue"
    );
    let stack = shown(&mut ada, "many", StackState::Running).await;
    assert!(stack.changed_on_disk, "conf/web.env is another");
    let changes: StackChanges = ada.get("/api/stacks/many/changes").await.json();
    let names: Vec<&str> = changes.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(names, ["conf/web.env"]);
    clean(&machine, &mut ada, "many").await;
}

#[tokio::test]
async fn what_a_generation_keeps_of_secrets_is_sealed_and_shown_to_who_may() {
    let machine = Machine::start().await;
    let (mut deck, mut ada) = deck(&machine).await;
    let compose =
        "services:\n  web:\n    image: localhost/tiny\n    env_file: more.env\n    environment: {A: \"$SECRET\"}\n";
    let body = json!({"name": "safe", "compose": compose, "env": "SECRET=hunter-of-the-env\n",
        "files": {"more.env": "B=hunter-of-the-file\n"}});
    assert_eq!(ada.post("/api/stacks", body).await.status, 201);
    deploy(&mut ada, "safe").await;
    let mut viewer = ada.with_user("eve", "viewer").await;
    let seen = |reply: &crate::browser::Reply| String::from_utf8_lossy(&reply.body).contains("hunter-of-the-env");
    assert!(seen(&ada.get("/api/stacks/safe/generations").await));
    for path in ["generations", "changes"] {
        assert!(!seen(&viewer.get(&format!("/api/stacks/safe/{path}")).await), "{path}");
    }
    deck.stop().await;
    for entry in std::fs::read_dir(deck.data_dir()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let found = bytes.windows(9).any(|window| window == b"hunter-of");
            assert!(!found, "{}", path.display());
        }
    }
    deck.start_again().await;
    super::follow(&mut ada, &deck);
    deploy(&mut ada, "safe").await;
    clean(&machine, &mut ada, "safe").await;
}

#[tokio::test]
async fn sec_54_an_address_inside_is_refused_and_sent_no_byte() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let listener = TcpListener::bind("0.0.0.0:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let hosts = [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "[::]",
    ];
    let mut origins: Vec<Value> = Vec::new();
    for host in hosts {
        origins.push(json!({"kind": "url", "url": format!("http://{host}:{port}/compose.yaml")}));
        origins.push(json!({"kind": "url", "url": format!("https://{host}:{port}/compose.yaml")}));
        origins.push(json!({"kind": "git", "url": format!("https://{host}:{port}/repository.git")}));
    }
    for url in [
        "file:///etc/passwd",
        "http://u:p@127.0.0.1/",
        "http://169.254.169.254/latest",
        "http://10.0.0.1/",
    ] {
        origins.push(json!({"kind": "url", "url": url}));
    }
    for url in [
        "file:///etc",
        "ext::sh -c id",
        "git://127.0.0.1/x",
        "ssh://127.0.0.1/x",
        "-uevil",
        "/etc",
        "http://1.1.1.1/x",
    ] {
        origins.push(json!({"kind": "git", "url": url}));
    }
    origins.push(json!({"kind": "git", "url": "https://1.1.1.1/x", "reference": "--upload-pack=id"}));
    origins.push(json!({"kind": "git", "url": "https://1.1.1.1/x", "path": "../../etc"}));
    for origin in origins {
        let refused = ada
            .post("/api/stacks", json!({"name": "inside", "origin": origin}))
            .await;
        assert_eq!(refused.status, 422, "{origin}: {refused:?}");
    }
    let nobody = listener.accept().unwrap_err();
    assert_eq!(
        nobody.kind(),
        std::io::ErrorKind::WouldBlock,
        "something was connected to"
    );
    assert_eq!(ada.get("/api/stacks/inside").await.status, 404);
}

/// Runs git as the machine's user, in the repository.
fn git(machine: &Machine, words: &[&str]) {
    let mut command = machine.command_as_user(Path::new("git"));
    command.args([
        "-c",
        "user.name=ada",
        "-c",
        "user.email=ada@example.org",
        "-c",
        "init.defaultBranch=main",
    ]);
    let output = command
        .arg("-C")
        .arg(machine.dir().join("home/repository"))
        .args(words)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{words:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::test]
async fn a_repository_is_taken_and_pulled_again_on_request() {
    let machine = Machine::start().await;
    let repository = machine.dir().join("home/repository");
    machine.user().make_dir(&repository);
    machine.user().make_dir(&repository.join("apps"));
    machine.user().make_dir(&repository.join("apps/web"));
    let file = |path: &str, text: &str| machine.user().write(&repository.join("apps/web").join(path), text);
    let compose = "services:\n  web:\n    image: localhost/tiny\n    env_file: web.env\n";
    file("docker-compose.yml", compose);
    file("web.env", "COLOR=blue\n");
    git(&machine, &["init", "-q"]);
    git(&machine, &["add", "."]);
    git(&machine, &["commit", "-qm", "first"]);
    git(&machine, &["tag", "v1"]);
    let options = DeckOptions {
        env: vec![("STARDECK_GIT_PROTOCOLS".to_owned(), "https,file".to_owned())],
        ..DeckOptions::default()
    };
    let deck = Deck::start(&machine, BINARY, options).await;
    let mut ada = set_up(&deck).await;
    let url = format!("file://{}", repository.display());
    let origin = json!({"kind": "git", "url": url, "reference": "main", "path": "apps/web"});
    let reply = ada.post("/api/stacks", json!({"name": "web", "origin": origin})).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    let made: StackDetail = reply.json();
    assert_eq!(made.files.compose, compose);
    assert!(matches!(made.origin, Some(Origin::Git { .. })));
    deploy(&mut ada, "web").await;
    assert_eq!(
        machine.cli(&["exec", "web-web-1", "sh", "-c", "echo $COLOR"]).await,
        "blue"
    );

    let same: PulledStack = ada.post("/api/stacks/web/pull", json!({})).await.json();
    assert!(same.files.is_empty() && !same.taken, "{same:#?}");
    file("web.env", "COLOR=red\n");
    git(&machine, &["commit", "-qam", "second"]);
    let found: PulledStack = ada.post("/api/stacks/web/pull", json!({})).await.json();
    assert_eq!(found.files.len(), 1, "{found:#?}");
    assert_eq!(found.files[0].before.as_deref(), Some("COLOR=blue\n"));
    assert_eq!(found.files[0].after.as_deref(), Some("COLOR=red\n"));
    file("web.env", "COLOR=green\n");
    git(&machine, &["commit", "-qam", "third"]);
    let moved = ada.post("/api/stacks/web/pull", json!({"take": found.id})).await;
    assert_eq!((moved.status, moved.code().as_str()), (409, "source_moved"));
    let found: PulledStack = ada.post("/api/stacks/web/pull", json!({})).await.json();
    let taken: PulledStack = ada.post("/api/stacks/web/pull", json!({"take": found.id})).await.json();
    assert!(taken.taken && taken.commit.is_some());
    deploy(&mut ada, "web").await;
    assert_eq!(
        machine.cli(&["exec", "web-web-1", "sh", "-c", "echo $COLOR"]).await,
        "green"
    );

    let tag = json!({"kind": "git", "url": url, "reference": "v1", "path": "apps/web/docker-compose.yml"});
    let reply = ada.post("/api/stacks", json!({"name": "tagged", "origin": tag})).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    let none = json!({"kind": "git", "url": url, "path": "nowhere"});
    assert_eq!(
        ada.post("/api/stacks", json!({"name": "none", "origin": none}))
            .await
            .status,
        422
    );
    let scratch = deck.data_dir().join("scratch");
    assert_eq!(
        std::fs::read_dir(scratch).unwrap().count(),
        0,
        "nothing is left of what was fetched"
    );
    clean(&machine, &mut ada, "web").await;
    clean(&machine, &mut ada, "tagged").await;
}

#[tokio::test]
async fn an_edit_from_outside_is_shown_with_its_difference_and_deploys_nothing() {
    let machine = Machine::start().await;
    let (deck, mut ada) = deck(&machine).await;
    let text = "services:\n  web: {image: localhost/tiny}\n";
    create(&mut ada, "web", text).await;
    deploy(&mut ada, "web").await;
    let before = podman_ps(&machine, "web").await;
    let home = deck.data_dir().join("stacks/web");
    let changed = "services:\n  web: {image: localhost/tiny, hostname: other}\n";
    let back = [(changed, true), (text, false)];
    for (text, differs) in back {
        let mut events = ada.events("").await;
        // As editors do: a new file in the place of the old one.
        std::fs::write(home.join(".compose.yaml.swp"), text).unwrap();
        std::fs::rename(home.join(".compose.yaml.swp"), home.join("compose.yaml")).unwrap();
        events
            .until("the stack to be told of", |frame| match frame {
                api::event::Frame::Event(event) => match event.change {
                    api::event::Change::Stack { stack } => (stack.changed_on_disk == differs).then_some(()),
                    _ => None,
                },
                _ => None,
            })
            .await;
        let changes: StackChanges = ada.get("/api/stacks/web/changes").await.json();
        assert_eq!(
            (changes.generation, changes.files.len()),
            (Some(1), usize::from(differs)),
            "{changes:#?}"
        );
    }
    assert_eq!(podman_ps(&machine, "web").await, before, "nothing was deployed");
    clean(&machine, &mut ada, "web").await;
}
