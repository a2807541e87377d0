//! Fault tests, numbered as in the security contract: what stands between fails, and the server does not.

use std::path::Path;
use std::time::{Duration, Instant};

use api::container::ContainerList;
use api::event::{Change, Frame};
use api::system::PodmanState;
use serde_json::json;
use testkit::{Deck, DeckOptions, Fault, Machine, wait_until};

use crate::browser::Browser;
use crate::{BINARY, PASSWORD, deck, set_up};

async fn list(browser: &mut Browser) -> ContainerList {
    browser.get("/api/containers").await.json()
}

async fn until_podman(browser: &mut Browser, state: PodmanState, within: Duration) -> ContainerList {
    wait_until(&format!("Podman to be {state:?}"), within, async || {
        let list = list(browser).await;
        (list.podman == state).then_some(list)
    })
    .await
}

fn through(socket: &testkit::FaultSocket) -> DeckOptions {
    DeckOptions {
        podman_socket: Some(socket.path().to_owned()),
        ..DeckOptions::default()
    }
}

#[tokio::test]
async fn fault_06_a_service_that_is_killed_comes_back_without_a_restart_of_the_server() {
    let machine = Machine::start().await;
    machine.run_tiny("one").await;
    let (_deck, mut ada) = deck(&machine).await;
    until_podman(&mut ada, PodmanState::Connected, Duration::from_secs(10)).await;
    machine.kill_podman().await;
    let known = until_podman(&mut ada, PodmanState::Unreachable, Duration::from_secs(10)).await;
    assert_eq!(known.items.len(), 1, "what was known last stays in sight");
    let id = &known.items[0].id;
    let refused = ada.send("POST", &format!("/api/containers/{id}/stop"), None).await;
    assert_eq!((refused.status, refused.code().as_str()), (503, "podman_unreachable"));
    machine.start_podman().await;
    until_podman(&mut ada, PodmanState::Connected, Duration::from_secs(5)).await;
    assert_eq!(
        ada.send("POST", &format!("/api/containers/{id}/stop"), None)
            .await
            .status,
        200
    );
    machine.cli(&["rm", "-f", "one"]).await;
}

#[tokio::test]
async fn fault_07_a_podman_that_never_answers_is_said_so_and_the_rest_works() {
    let machine = Machine::start().await;
    machine.run_tiny("one").await;
    let socket = machine.fault_socket().await;
    let deck = Deck::start(&machine, BINARY, through(&socket)).await;
    let mut ada = set_up(&deck).await;
    let known = until_podman(&mut ada, PodmanState::Connected, Duration::from_secs(10)).await;
    let mut events = ada.events("").await;
    socket.set(Fault::Hang);
    let start = Instant::now();
    events
        .until("to be told that Podman is silent", |frame| match frame {
            Frame::Event(event) => (event.change
                == Change::Podman {
                    state: PodmanState::NotResponding,
                })
            .then_some(()),
            _ => None,
        })
        .await;
    assert!(
        start.elapsed() <= Duration::from_secs(10),
        "noticed after {:?}",
        start.elapsed()
    );
    let start = Instant::now();
    assert_eq!(ada.get("/api/session").await.status, 200);
    assert_eq!(list(&mut ada).await.items, known.items);
    assert_eq!(ada.get("/api/healthz").await.status, 200);
    assert!(start.elapsed() < Duration::from_secs(1), "the rest answers as ever");
    let probe = ada.fresh().get("/api/health/podman").await;
    assert_eq!(
        (probe.status, probe.body.as_ref()),
        (503, br#"{"status":"not_responding"}"#.as_slice())
    );
    let start = Instant::now();
    let detail = ada.get(&format!("/api/containers/{}", known.items[0].id)).await;
    assert_eq!((detail.status, detail.code().as_str()), (504, "podman_not_responding"));
    assert!(start.elapsed() <= Duration::from_secs(11));
    socket.set(Fault::Pass);
    until_podman(&mut ada, PodmanState::Connected, Duration::from_secs(10)).await;
    machine.cli(&["rm", "-f", "-t", "1", "one"]).await;
}

#[tokio::test]
async fn fault_08_a_socket_that_is_not_there_at_start_is_found_when_it_comes() {
    let machine = Machine::start().await;
    machine.run_tiny("one").await;
    machine.stop_podman().await;
    let (_deck, mut ada) = deck(&machine).await;
    let list = until_podman(&mut ada, PodmanState::Unreachable, Duration::from_secs(5)).await;
    assert_eq!(list.items, []);
    let one = machine.cli(&["ps", "--quiet", "--no-trunc"]).await;
    let stop = format!("/api/containers/{one}/stop");
    let refused = ada.send("POST", &stop, None).await;
    let (status, code) = (refused.status, refused.code());
    assert_eq!(
        (status, code.as_str()),
        (503, "podman_unreachable"),
        "it may well be there"
    );
    machine.start_podman().await;
    let list = until_podman(&mut ada, PodmanState::Connected, Duration::from_secs(3)).await;
    assert_eq!(list.items.len(), 1);
    assert_eq!(ada.send("POST", &stop, None).await.status, 200);
    machine.cli(&["rm", "-f", "-t", "1", "one"]).await;
}

#[tokio::test]
async fn fault_09_events_that_are_lost_or_garbled_lead_back_to_the_truth() {
    let machine = Machine::start().await;
    let socket = machine.fault_socket().await;
    let deck = Deck::start(&machine, BINARY, through(&socket)).await;
    let mut ada = set_up(&deck).await;
    until_podman(&mut ada, PodmanState::Connected, Duration::from_secs(10)).await;
    let faults = [
        Fault::Cut,
        Fault::CutAfter(50),
        Fault::Garble {
            every: 40,
            body_only: true,
        },
        Fault::Garble {
            every: 40,
            body_only: false,
        },
        Fault::Answer500,
    ];
    for (n, fault) in faults.into_iter().enumerate() {
        socket.set(fault);
        let name = format!("during-{n}");
        machine.run_tiny(&name).await;
        if n > 0 {
            machine
                .cli(&["rm", "-f", "-t", "1", &format!("during-{}", n - 1)])
                .await;
        }
        socket.set(Fault::Pass);
        let start = Instant::now();
        wait_until(
            &format!("the truth after {fault:?}"),
            Duration::from_secs(5),
            async || {
                let list = list(&mut ada).await;
                let names: Vec<&str> = list.items.iter().map(|container| container.name.as_str()).collect();
                (list.podman == PodmanState::Connected && names == [name.as_str()]).then_some(())
            },
        )
        .await;
        assert!(start.elapsed() <= Duration::from_secs(5));
    }
    machine.cli(&["rm", "-f", "-t", "1", "during-4"]).await;
}

#[tokio::test]
async fn fault_10_what_is_done_behind_our_back_is_shown_and_nothing_is_made_anew() {
    let machine = Machine::start().await;
    for name in ["stopped", "renamed", "removed"] {
        machine.run_tiny(name).await;
    }
    let (_deck, mut ada) = deck(&machine).await;
    until_podman(&mut ada, PodmanState::Connected, Duration::from_secs(10)).await;
    machine.cli(&["stop", "-t", "1", "stopped"]).await;
    machine.cli(&["rename", "renamed", "other"]).await;
    machine.cli(&["rm", "-f", "-t", "1", "removed"]).await;
    wait_until("it to be seen", Duration::from_secs(5), async || {
        let list = list(&mut ada).await;
        let seen: Vec<(String, bool)> = list
            .items
            .iter()
            .map(|container| (container.name.clone(), container.state.is_up()))
            .collect();
        (seen == [("other".to_owned(), true), ("stopped".to_owned(), false)]).then_some(())
    })
    .await;
    machine.stop_podman().await;
    // Podman trips over what it cleans up itself behind a container that it ended here; a person would say it again.
    wait_until("Podman to be as new", Duration::from_secs(20), async || {
        let reset = machine.try_cli(&["system", "reset", "--force"]).await;
        reset.status.success().then_some(())
    })
    .await;
    machine.start_podman().await;
    wait_until("an empty machine to be seen", Duration::from_secs(15), async || {
        let list = list(&mut ada).await;
        (list.podman == PodmanState::Connected && list.items.is_empty()).then_some(())
    })
    .await;
    assert_eq!(machine.cli(&["ps", "-aq"]).await, "", "nothing was made anew");
}

/// Mounts a small file system over the directory that follows `--data-dir`, in a namespace that ends with the server,
/// fills it and empties it at the word of a pipe, and becomes the server.
const SMALL_DISK: &str = r#"
    pipe=$1; shift
    dir=; previous=
    for word; do [ "$previous" != --data-dir ] || dir=$word; previous=$word; done
    mkdir -p "$dir"
    mount -t tmpfs -o size=4m,mode=700 small "$dir"
    while read -r word < "$pipe"; do
        case $word in
            fill) dd if=/dev/zero of="$dir/ballast" bs=4k 2>/dev/null; echo full > "$pipe.done" ;;
            free) rm "$dir/ballast"; echo free > "$pipe.done" ;;
        esac
    done &
    exec "$@"
"#;

#[tokio::test]
async fn fault_13_a_full_disk_refuses_changes_and_heals() {
    let machine = Machine::start().await;
    machine.run_tiny("one").await;
    let pipe = machine.dir().join("disk");
    for path in [pipe.clone(), pipe.with_extension("done")] {
        assert!(
            machine
                .command_as_user(Path::new("mkfifo"))
                .arg(path)
                .status()
                .unwrap()
                .success()
        );
    }
    let wrapper = ["unshare", "-Urm", "sh", "-c", SMALL_DISK, "sh"].map(str::to_owned);
    let wrapper = wrapper.into_iter().chain([pipe.to_str().unwrap().to_owned()]).collect();
    let deck = Deck::start(
        &machine,
        BINARY,
        DeckOptions {
            wrapper,
            ..DeckOptions::default()
        },
    )
    .await;
    let disk = async |word: &str| {
        tokio::fs::write(&pipe, format!("{word}\n")).await.unwrap();
        tokio::fs::read_to_string(pipe.with_extension("done")).await.unwrap();
    };
    let printed = deck.log();
    let token = printed.split_once("#setup=").unwrap().1.lines().next().unwrap();
    let mut ada = Browser::new(deck.address());
    assert_eq!(ada.setup(token, "ada").await.status, 200);
    until_podman(&mut ada, PodmanState::Connected, Duration::from_secs(10)).await;

    disk("fill").await;
    let mut names = (0..).map(|n| format!("user{n}"));
    let full = wait_until("a change to be refused", Duration::from_secs(20), async || {
        let body = json!({"name": names.next(), "password": PASSWORD, "role": "viewer"});
        let reply = ada.post("/api/users", body).await;
        (reply.status != 201).then_some(reply)
    })
    .await;
    assert_eq!((full.status, full.code().as_str()), (507, "disk_full"));
    assert_eq!(ada.fresh().login("ada", PASSWORD).await.status, 507);
    assert_eq!(list(&mut ada).await.items.len(), 1, "reading goes on");
    assert_eq!(ada.get("/api/session").await.status, 200);
    assert_eq!(
        machine.cli(&["inspect", "-f", "{{.State.Running}}", "one"]).await,
        "true"
    );
    disk("free").await;
    assert_eq!(ada.fresh().login("ada", PASSWORD).await.status, 200, "space heals it");
    machine.cli(&["rm", "-f", "-t", "1", "one"]).await;
}

#[tokio::test]
async fn fault_18_a_damaged_database_is_refused_and_left_as_it_is() {
    let machine = Machine::start().await;
    let (mut deck, _ada) = deck(&machine).await;
    deck.stop().await;
    let path = deck.data_dir().join("stardeck.db");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[4096..12_288].fill(0x5a);
    std::fs::write(&path, &bytes).unwrap();
    let refused = machine
        .command_as_user(&machine.dir().join("stardeck"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(deck.data_dir())
        .output()
        .unwrap();
    let says = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{says}");
    assert!(
        says.contains("damaged") && says.contains("stardeck admin restore"),
        "{says}"
    );
    assert_eq!(std::fs::read(&path).unwrap(), bytes, "not a byte is different");
}

#[tokio::test]
async fn fault_19_a_key_that_is_missing_wrong_or_open_to_others_is_refused_and_the_database_left_alone() {
    use std::os::unix::fs::PermissionsExt;
    let machine = Machine::start().await;
    let (mut deck, mut ada) = deck(&machine).await;
    deck.stop().await;
    let (database, key) = (deck.data_dir().join("stardeck.db"), deck.key_file());
    // The database and its log; that an empty log is there is no change.
    let bytes = || ["", "-wal"].map(|end| std::fs::read(format!("{}{end}", database.display())).unwrap_or_default());
    let (before, right) = (bytes(), std::fs::read_to_string(&key).unwrap());
    let (head, _) = right.trim_end().rsplit_once('\n').unwrap();
    let other = format!("{head}\n{}=\n", "A".repeat(43));
    let aside = key.with_extension("aside");
    for (case, says_also) in [
        ("missing", "is missing"),
        ("wrong", "not the one that this database"),
        ("open", "chmod 600"),
        ("cut", "does not hold a key"),
    ] {
        match case {
            "missing" => std::fs::rename(&key, &aside).unwrap(),
            "wrong" => std::fs::write(&key, &other).unwrap(),
            "open" => std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap(),
            _ => std::fs::write(&key, &right[..right.len() - 9]).unwrap(),
        }
        let refused = machine
            .command_as_user(&machine.dir().join("stardeck"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(deck.data_dir())
            .arg("--key-file")
            .arg(&key)
            .output()
            .unwrap();
        let says = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(1), "{case}: {says}");
        let lines: Vec<&str> = says.lines().collect();
        assert_eq!(lines.len(), 1, "{case}: one line: {says}");
        assert!(
            lines[0].contains(says_also) && lines[0].contains(key.to_str().unwrap()),
            "{case}: {says}"
        );
        assert!(bytes() == before, "{case}: not a byte is different");
        match case {
            "missing" => {
                assert!(!key.exists(), "no new key was made");
                std::fs::rename(&aside, &key).unwrap();
            }
            "open" => std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap(),
            _ => std::fs::write(&key, &right).unwrap(),
        }
    }
    deck.start_again().await;
    ada.server = deck.address().strip_prefix("http://").unwrap().parse().unwrap();
    ada.host = ada.server.to_string();
    assert_eq!(
        ada.get("/api/session").await.status,
        200,
        "with its key all is as it was"
    );
}

#[tokio::test]
async fn fault_24_no_descriptors_and_a_hundred_passwords_at_once_leave_it_answering() {
    let machine = Machine::start().await;
    let wrapper = vec!["prlimit".into(), "--nofile=256".into()];
    let deck = Deck::start(
        &machine,
        BINARY,
        DeckOptions {
            wrapper,
            ..DeckOptions::default()
        },
    )
    .await;
    let ada = set_up(&deck).await;
    let mut hogs = Vec::new();
    for _ in 0..400 {
        hogs.push(ada.connect().await);
    }
    drop(hogs);
    let well = async || {
        let start = Instant::now();
        let mut probe = ada.fresh();
        let reply = tokio::time::timeout(Duration::from_secs(5), probe.get("/api/healthz")).await;
        reply.ok().filter(|reply| reply.status == 200).map(|_| start.elapsed())
    };
    wait_until("the door to be open again", Duration::from_secs(10), async || {
        well().await
    })
    .await;

    let flood = (0..100_u8).map(|n| {
        let mut attacker = Browser {
            from: std::net::Ipv4Addr::new(127, 7, n, 1).into(),
            ..ada.fresh()
        };
        async move { attacker.login(&format!("nobody{n}"), "a wrong one").await.status }
    });
    let (statuses, slowest) = tokio::join!(futures_util::future::join_all(flood), async {
        let mut slowest = Duration::ZERO;
        for _ in 0..20 {
            slowest = slowest.max(well().await.expect("a probe is answered"));
        }
        slowest
    });
    assert!(slowest < Duration::from_secs(1), "a probe took {slowest:?}");
    assert!(
        statuses.iter().all(|status| [401, 429].contains(status)),
        "{statuses:?}"
    );
}

#[tokio::test]
async fn fault_27_a_second_server_on_the_same_data_is_refused() {
    let machine = Machine::start().await;
    let (deck, mut ada) = deck(&machine).await;
    let second = machine
        .command_as_user(&machine.dir().join("stardeck"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(deck.data_dir())
        .output()
        .unwrap();
    let says = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(second.status.code(), Some(1), "{says}");
    assert!(
        says.contains(&format!("process {}", deck.pid())),
        "it names who has it: {says}"
    );
    assert_eq!(ada.get("/api/session").await.status, 200, "the first goes on");
}
