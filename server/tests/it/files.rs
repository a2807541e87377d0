//! The machine's folders over the wire: who sees which, and that no spelling of a path leads elsewhere.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use api::filesystem::{Filesystem, Folder, RootKind};
use api::settings::Settings;
use serde_json::{Value, json};
use testkit::{Deck, Machine};

use crate::browser::{Browser, Reply};
use crate::deck;

const STACK: &str = "services:\n  web:\n    image: localhost/tiny\n";

async fn roots(browser: &mut Browser) -> Vec<(RootKind, String)> {
    let all: Filesystem = browser.get("/api/filesystem/info").await.json();
    all.roots.into_iter().map(|root| (root.kind, root.path)).collect()
}

/// Browses a path that is spelled as it is to stand in the query.
async fn browse(browser: &mut Browser, path: &str) -> Reply {
    browser.get(&format!("/api/filesystem/browse?path={path}")).await
}

async fn names(browser: &mut Browser, path: &str) -> Vec<String> {
    let reply = browse(browser, path).await;
    assert_eq!(reply.status, 200, "{path}: {reply:?}");
    let folder: Folder = reply.json();
    folder.items.into_iter().map(|entry| entry.name).collect()
}

async fn make(browser: &mut Browser, path: &str) -> (u16, String) {
    let reply = browser.post("/api/filesystem/mkdir", json!({ "path": path })).await;
    let code = if reply.status == 201 {
        String::new()
    } else {
        reply.code()
    };
    (reply.status, code)
}

/// Makes a folder of the deck's user.
fn lay(machine: &Machine, path: &Path) {
    machine.user().make_dir(path);
}

fn home(machine: &Machine) -> String {
    machine.dir().join("home").to_str().unwrap().to_owned()
}

fn stacks(deck: &Deck<'_>) -> String {
    deck.data_dir().join("stacks").to_str().unwrap().to_owned()
}

#[tokio::test]
async fn members_see_the_folders_of_stacks_and_administrators_the_home_too() {
    let machine = Machine::start().await;
    let (deck, mut ada) = deck(&machine).await;
    let (home, stacks) = (home(&machine), stacks(&deck));
    ada.post("/api/stacks", json!({"name": "blog", "compose": STACK})).await;
    lay(&machine, &machine.dir().join("home/music"));
    let mut bob = ada.with_user("bob", "member").await;
    let mut eve = ada.with_user("eve", "viewer").await;

    assert_eq!(
        roots(&mut ada).await,
        [(RootKind::Stacks, stacks.clone()), (RootKind::Home, home.clone())]
    );
    assert_eq!(roots(&mut bob).await, [(RootKind::Stacks, stacks.clone())]);
    assert_eq!(eve.get("/api/filesystem/info").await.code(), "forbidden");

    assert_eq!(
        names(&mut ada, &home).await,
        ["music"],
        "neither keys nor anything else that is hidden"
    );
    assert_eq!(browse(&mut bob, &home).await.status, 404, "as if it were not there");
    assert_eq!(make(&mut bob, &format!("{home}/new")).await.0, 404);
    assert_eq!(names(&mut bob, &stacks).await, ["blog"]);
    assert_eq!(names(&mut bob, &format!("{stacks}/blog")).await, ["compose.yaml"]);

    assert_eq!(make(&mut bob, &format!("{stacks}/blog/data")).await.0, 201);
    assert_eq!(
        names(&mut bob, &format!("{stacks}/blog")).await,
        ["data", "compose.yaml"]
    );
    assert_eq!(
        make(&mut bob, &format!("{stacks}/blog/data")).await,
        (409, "folder_exists".into())
    );
    let audit: Value = ada.get("/api/audit?q=folder.make").await.json();
    assert_eq!(audit["items"][0]["actor"], "bob");
}

#[tokio::test]
async fn sec_56_no_spelling_of_a_path_leads_to_what_is_not_shown() {
    let machine = Machine::start().await;
    let (deck, mut ada) = deck(&machine).await;
    let home = home(&machine);
    lay(&machine, &machine.dir().join("home/music"));
    let locked = machine.dir().join("home/locked");
    lay(&machine, &locked);
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    let data = deck.data_dir().to_str().unwrap().to_owned();
    for path in [
        "",
        "/",
        "../",
        "%2e%2e%2f",
        "/etc",
        "/proc/self/root",
        "/proc/1/cwd",
        "/run",
        "music",
        "%00",
        "%ff%fe",
        &format!("{home}/../data"),
        &format!("{home}/%2e%2e"),
        &format!("{home}/%2e%2e%2f%2e%2e%2fetc"),
        &format!("{home}/%252e%252e"),
        &format!("{home}/..%5c.."),
        &format!("{home}/.ssh"),
        &format!("{home}/.config"),
        &format!("{home}/.local/share/containers"),
        &format!("{home}/{}", "x".repeat(300)),
        &data,
        &format!("{data}/logs"),
        &format!("{home}/locked"),
    ] {
        let reply = browse(&mut ada, path).await;
        assert!(matches!(reply.status, 400 | 403 | 404), "{path:?}: {reply:?}");
        assert!(!reply.body.windows(4).any(|bytes| bytes == b"root:"), "{path:?}");
    }
    assert_eq!(browse(&mut ada, &format!("{home}/locked")).await.status, 403);
    assert_eq!(make(&mut ada, &format!("{home}/locked/new")).await.0, 403);
    assert_eq!(make(&mut ada, &format!("{home}/music/../../new")).await.0, 404);
    assert_eq!(make(&mut ada, "/etc/new").await.0, 404);
    assert!(!machine.dir().join("new").exists());
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o700)).unwrap();
}

#[tokio::test]
async fn folders_are_added_by_an_administrator_with_a_fresh_password() {
    let machine = Machine::start().await;
    let (deck, mut ada) = deck(&machine).await;
    let added = machine.dir().join("disk");
    lay(&machine, &added);
    lay(&machine, &added.join("films"));
    let path = added.to_str().unwrap().to_owned();
    let change = async |browser: &mut Browser, folders: Value| {
        browser
            .send("PATCH", "/api/settings", Some(json!({ "folders": folders })))
            .await
    };
    assert_eq!(browse(&mut ada, &path).await.status, 404);
    let mut robot = ada.with_token("administer").await;
    assert_eq!(change(&mut robot, json!([path])).await.code(), "password_needed");
    let mut bob = ada.with_user("bob", "member").await;
    assert_eq!(change(&mut bob, json!([path])).await.code(), "forbidden");
    let data = deck.data_dir();
    for refused in [
        "disk",
        "/etc",
        "/proc",
        "/none/such",
        data.to_str().unwrap(),
        &format!("{}/home/.config", machine.dir().display()),
    ] {
        let reply = change(&mut ada, json!([path, refused])).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (422, "invalid"),
            "{refused}: {reply:?}"
        );
    }
    let reply = change(&mut ada, json!([format!("{path}/../disk/")])).await;
    assert_eq!(
        reply.json::<Settings>().folders,
        std::slice::from_ref(&path),
        "as the place that it is"
    );
    assert_eq!(names(&mut ada, &path).await, ["films"]);
    assert!(roots(&mut ada).await.contains(&(RootKind::Added, path.clone())));
    assert_eq!(browse(&mut bob, &path).await.status, 404);

    fs::rename(&added, machine.dir().join("unplugged")).unwrap();
    let reply = change(&mut ada, json!([path])).await;
    assert_eq!(reply.status, 200, "a disk that is away may stay: {reply:?}");
    assert_eq!(browse(&mut ada, &path).await.status, 404);
    assert_eq!(change(&mut ada, json!([])).await.json::<Settings>().folders, [""; 0]);
    assert_eq!(ada.get("/api/settings").await.json::<Settings>(), Settings::default());
}
