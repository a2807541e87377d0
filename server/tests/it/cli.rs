//! The command line, and what systemd sees of the server.

use std::io::Write;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use testkit::{Deck, DeckOptions, Machine, wait_until};

use crate::browser::Browser;
use crate::{BINARY, PASSWORD, deck, empty_deck};

/// Runs `stardeck` as the machine's user, with `input` on standard input.
fn stardeck(machine: &Machine, args: &[&str], input: &str) -> Output {
    let mut command = machine.command_as_user(&machine.dir().join("stardeck"));
    command
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn says(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[test]
fn the_help_is_the_frozen_one() {
    let mut all = String::new();
    for command in [
        "",
        "serve",
        "doctor",
        "admin",
        "admin create-user",
        "admin restore",
        "service",
    ] {
        let mut program = std::process::Command::new(BINARY);
        let help = program
            .args(command.split_whitespace())
            .arg("--help")
            .env("COLUMNS", "100")
            .output()
            .unwrap();
        all += &format!("$ stardeck {command} --help\n{}\n", says(&help));
    }
    expect_test::expect_file!["cases/help.txt"].assert_eq(&all);
}

/// The tests' users have no systemd of their own; with one, this would install a unit for real.
#[tokio::test]
async fn a_service_is_refused_where_no_systemd_answers() {
    let machine = Machine::start().await;
    let deck = empty_deck(&machine).await;
    let unit = stardeck(&machine, &["service", "install", "--print"], "");
    assert!(unit.status.success(), "{}", says(&unit));
    let program = machine.dir().join("stardeck");
    assert!(says(&unit).contains(&format!("ExecStart=\"{}\" serve", program.display())));
    for what in ["install", "uninstall", "status"] {
        let refused = stardeck(&machine, &["service", what], "");
        assert_eq!(refused.status.code(), Some(1), "{}", says(&refused));
        assert!(says(&refused).contains("no systemd that answers"), "{}", says(&refused));
    }
    drop(deck);
}

#[tokio::test]
async fn accounts_are_made_and_mended_from_the_command_line() {
    let machine = Machine::start().await;
    let mut deck = empty_deck(&machine).await;
    let data = deck.data_dir();
    let data = data.to_str().unwrap();
    let held = stardeck(&machine, &["admin", "--data-dir", data, "create-user", "ada"], PASSWORD);
    assert!(says(&held).contains("another Stardeck"), "{}", says(&held));
    deck.stop().await;
    let create = [
        "admin",
        "--data-dir",
        data,
        "create-user",
        "ada",
        "--role",
        "administrator",
    ];
    let weak = stardeck(&machine, &create, "password\n");
    assert_eq!(weak.status.code(), Some(1), "{}", says(&weak));
    let made = stardeck(&machine, &create, &format!("{PASSWORD}\n"));
    assert!(made.status.success(), "{}", says(&made));
    deck.start_again().await;
    let browser = Browser::new(deck.address());
    let mut ada = browser.logged_in("ada").await;
    assert_eq!(browser.fresh().get("/api/setup").await.status, 404);
    deck.stop().await;
    let reset = stardeck(
        &machine,
        &["admin", "--data-dir", data, "reset-password", "ada"],
        "violet-anchor-snow\n",
    );
    assert!(reset.status.success(), "{}", says(&reset));
    deck.start_again().await;
    let fresh = Browser::new(deck.address());
    ada = Browser {
        server: fresh.server,
        host: fresh.host.clone(),
        ..ada
    };
    assert_eq!(ada.get("/api/session").await.status, 401, "its sessions have ended");
    assert_eq!(fresh.fresh().login("ada", "violet-anchor-snow").await.status, 200);
}

#[tokio::test]
async fn a_new_setup_token_voids_the_one_before() {
    let machine = Machine::start().await;
    let deck = empty_deck(&machine).await;
    let before = crate::setup_token(&deck);
    let printed = stardeck(
        &machine,
        &["admin", "--data-dir", deck.data_dir().to_str().unwrap(), "setup-token"],
        "",
    );
    let token = String::from_utf8(printed.stdout).unwrap();
    assert_eq!(Browser::new(deck.address()).setup(&before, "eve").await.status, 403);
    assert_eq!(
        Browser::new(deck.address()).setup(token.trim(), "ada").await.status,
        200
    );
}

#[tokio::test]
async fn a_backup_of_a_running_server_is_restored_and_what_was_there_is_kept() {
    let machine = Machine::start().await;
    let (mut deck, mut ada) = deck(&machine).await;
    let data = deck.data_dir();
    let backup = machine.dir().join("backup.db");
    let args = |what, file| ["admin", "--data-dir", data.to_str().unwrap(), what, file];
    let made = stardeck(&machine, &args("backup", backup.to_str().unwrap()), "");
    assert!(made.status.success(), "{}", says(&made));
    let again = stardeck(&machine, &args("backup", backup.to_str().unwrap()), "");
    assert!(says(&again).contains("already"), "a backup is never overwritten");
    ada.with_user("bob", "member").await;
    assert!(says(&stardeck(&machine, &args("restore", backup.to_str().unwrap()), "")).contains("another Stardeck"));
    deck.stop().await;
    let junk = machine.dir().join("junk.db");
    machine.user().write(&junk, "junk");
    assert!(says(&stardeck(&machine, &args("restore", junk.to_str().unwrap()), "")).contains("damaged"));
    let restored = stardeck(&machine, &args("restore", backup.to_str().unwrap()), "");
    assert!(
        restored.status.success() && says(&restored).contains("is kept as"),
        "{}",
        says(&restored)
    );
    deck.start_again().await;
    let mut ada = Browser::new(deck.address()).logged_in("ada").await;
    let users: Value = ada.get("/api/users").await.json();
    assert_eq!(users["items"].as_array().unwrap().len(), 1, "bob came after the backup");
    let kept = std::fs::read_dir(&data).unwrap().filter(|entry| {
        entry
            .as_ref()
            .unwrap()
            .file_name()
            .to_str()
            .unwrap()
            .contains("before-")
    });
    assert!(kept.count() >= 1);
}

#[tokio::test]
async fn the_doctor_says_what_there_is_and_what_is_not() {
    let machine = Machine::start().await;
    let deck = empty_deck(&machine).await;
    let data = deck.data_dir();
    let ask = |socket: &Path| {
        let socket = socket.to_str().unwrap();
        let args = [
            "doctor",
            "--json",
            "--podman-socket",
            socket,
            "--data-dir",
            data.to_str().unwrap(),
        ];
        let output = stardeck(&machine, &args, "");
        let findings: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), findings)
    };
    let verdict = |findings: &[Value], what: &str| {
        let finding = findings.iter().find(|finding| finding["what"] == what).unwrap();
        finding["verdict"].as_str().unwrap().to_owned()
    };
    let (status, findings) = ask(&machine.socket());
    assert_eq!(status, Some(0), "{findings:?}");
    assert_eq!(
        (
            verdict(&findings, "podman").as_str(),
            verdict(&findings, "data").as_str()
        ),
        ("fine", "fine")
    );
    let (status, findings) = ask(Path::new("/nowhere/podman.sock"));
    assert_eq!((status, verdict(&findings, "podman").as_str()), (Some(1), "missing"));
    assert!(findings[0]["advice"].as_str().unwrap().contains("podman.socket"));
}

#[tokio::test]
async fn systemd_is_told_when_it_is_ready_and_when_it_stops() {
    let machine = Machine::start().await;
    let path = machine.dir().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o666)).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let env = vec![("NOTIFY_SOCKET".to_owned(), path.to_str().unwrap().to_owned())];
    let mut deck = Deck::start(
        &machine,
        BINARY,
        DeckOptions {
            env,
            ..DeckOptions::default()
        },
    )
    .await;
    let heard = || {
        let mut buffer = [0; 256];
        let length = socket.recv(&mut buffer).unwrap();
        String::from_utf8_lossy(&buffer[..length]).trim().to_owned()
    };
    assert_eq!(heard(), "READY=1");
    assert!(deck.stop().await.success());
    assert_eq!(heard(), "STOPPING=1");
}

#[tokio::test]
async fn a_socket_that_systemd_has_opened_is_taken_over() {
    let machine = Machine::start().await;
    let port = testkit::free_port();
    let address = format!("127.0.0.1:{port}");
    // It waits for the first connection before it starts the server: that connection is answered too.
    let wrapper = ["systemd-socket-activate", "-l", &address].map(str::to_owned).into();
    let knock = wait_until(
        "the first connection to be taken",
        Duration::from_secs(10),
        async || tokio::net::TcpStream::connect(&address).await.ok(),
    );
    let options = DeckOptions {
        wrapper,
        ..DeckOptions::default()
    };
    let (deck, knock) = tokio::join!(Deck::start(&machine, BINARY, options), knock);
    assert_eq!(
        deck.address(),
        format!("http://{address}"),
        "not the port that it would have bound itself"
    );
    drop(knock);
    assert_eq!(Browser::new(deck.address()).get("/api/healthz").await.status, 200);
}

#[test]
fn compose_files_are_read_checked_and_edited() {
    let folder = tempfile::tempdir().unwrap();
    let text = "# mine\nservices:\n  web: # the one\n    image: \"nginx:${TAG:-1.29}\"\n    ports: [\"8080:80\"]\n";
    std::fs::write(folder.path().join("compose.yaml"), text).unwrap();
    let compose = |args: &[&str], input: &str| {
        let mut command = std::process::Command::new(BINARY);
        command
            .arg("compose")
            .args(args)
            .current_dir(folder.path())
            .env("TAG", "2");
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    let config = compose(&["config", "-f", "compose.yaml", "-p", "case", "--format", "json"], "");
    let model: Value = serde_json::from_slice(&config.stdout).unwrap();
    assert_eq!(model["services"]["web"]["image"], "nginx:2");
    assert_eq!(model["services"]["web"]["ports"][0]["published"], "8080");

    let edits = r#"[{"op": "set", "path": ["services", "web", "image"], "value": "caddy:2"}]"#;
    let edited = compose(&["edit", "compose.yaml"], edits);
    assert_eq!(
        String::from_utf8(edited.stdout).unwrap(),
        text.replace("nginx:${TAG:-1.29}", "caddy:2")
    );

    std::fs::write(
        folder.path().join("wrong.yaml"),
        "services:\n  web:\n    imagee: nginx\n",
    )
    .unwrap();
    let checked = compose(&["check", "wrong.yaml", "--format", "json"], "");
    assert_eq!(checked.status.code(), Some(1), "{}", says(&checked));
    assert!(says(&checked).contains("imagee"), "{}", says(&checked));
}

#[tokio::test]
async fn the_compose_file_of_a_container_is_printed() {
    let machine = Machine::start().await;
    let _deck = empty_deck(&machine).await;
    let run = [
        "run",
        "--detach",
        "--name",
        "one",
        "--env",
        "API_TOKEN=x",
        "--volume",
        "letters:/data",
        testkit::TINY,
    ];
    machine.cli(&run).await;
    let socket = machine.socket();
    let derive = ["compose", "derive", "one", "--podman-socket", socket.to_str().unwrap()];
    let printed = stardeck(&machine, &derive, "");
    assert!(printed.status.success(), "{}", says(&printed));
    assert!(says(&printed).contains("API_TOKEN: ${API_TOKEN}"), "{}", says(&printed));
    let env = stardeck(&machine, &[&derive[..], &["--env"]].concat(), "");
    assert_eq!(String::from_utf8_lossy(&env.stdout), "API_TOKEN='x'\n");
    let absent = stardeck(&machine, &["compose", "derive", "two", derive[3], derive[4]], "");
    assert_eq!(absent.status.code(), Some(1), "{}", says(&absent));
    machine.cli(&["rm", "-f", "-t", "1", "one"]).await;
    machine.cli(&["volume", "rm", "letters"]).await;
}
