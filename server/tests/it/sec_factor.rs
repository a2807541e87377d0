//! Adversarial tests F, the second factor, numbered as in the security contract. Each test needs two codes that are good
//! at once, which the steps to both sides of now allow without waiting for the next.

use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::{Value, json};
use testkit::{Deck, Machine};

use crate::browser::{Browser, Reply};
use crate::{PASSWORD, deck};

/// An authenticator app that has taken in a secret, and what it shows at the step of its making and at the next.
pub(crate) struct App {
    totp: totp_rs::Totp,
    bytes: Vec<u8>,
    text: String,
    made: u64,
}

impl App {
    fn take_in(factor: &Value) -> Self {
        let text = factor["secret"].as_str().unwrap().to_owned();
        assert!(factor["address"].as_str().unwrap().contains(&format!("secret={text}&")));
        let bytes = data_encoding::BASE32_NOPAD.decode(text.as_bytes()).unwrap();
        let secret = totp_rs::Secret::new_stack(bytes.clone().try_into().unwrap());
        let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        Self {
            totp,
            bytes,
            text,
            made: now.as_secs(),
        }
    }

    fn code(&self) -> String {
        self.totp.generate(self.made).to_string()
    }

    /// The code that it shows `later` seconds after its making.
    pub(crate) fn code_after(&self, later: u64) -> String {
        self.totp.generate(self.made + later).to_string()
    }

    fn next_code(&self) -> String {
        self.code_after(30)
    }

    /// A code that no step near now has.
    fn wrong_code(&self) -> String {
        let near: Vec<String> = (0..10_u64)
            .map(|step| self.totp.generate(self.made + 30 * step - 150).to_string())
            .collect();
        let mut codes = (0..).map(|n| format!("{n:06}"));
        codes.find(|code| !near.contains(code)).unwrap()
    }
}

/// Begins a factor for whoever uses `browser`, and puts it in force with the app's first code.
pub(crate) async fn enrol(browser: &mut Browser) -> App {
    let reply = browser.send("POST", "/api/session/factor", None).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let app = App::take_in(&reply.json());
    let reply = browser
        .post("/api/session/factor/confirm", json!({"code": app.code()}))
        .await;
    assert_eq!(reply.status, 204, "{reply:?}");
    app
}

fn refused(reply: &Reply) -> (u16, String) {
    (reply.status, reply.code())
}

fn told(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// The first step of a login with a factor.
async fn challenge(browser: &mut Browser, name: &str) -> String {
    let reply = browser.login(name, PASSWORD).await;
    assert_eq!(refused(&reply), told(401, "code_needed"));
    assert!(
        !reply.headers.contains_key("set-cookie"),
        "nothing is given yet: {reply:?}"
    );
    let body: Value = reply.json();
    body["error"]["details"]["challenge"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn sec_63_the_sixth_try_is_dead_and_no_code_works_twice() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let app = enrol(&mut ada).await;
    let mut guesser = ada.fresh();
    let first = challenge(&mut guesser, "ada").await;
    assert_eq!(
        refused(&guesser.login_code(&first, &app.code()).await),
        told(401, "wrong_code"),
        "the code that confirmed it is used"
    );
    for _ in 0..4 {
        assert_eq!(
            refused(&guesser.login_code(&first, &app.wrong_code()).await),
            told(401, "wrong_code")
        );
    }
    assert_eq!(
        refused(&guesser.login_code(&first, &app.next_code()).await),
        told(401, "login_over"),
        "the sixth, though it is right"
    );
    assert_eq!(guesser.get("/api/session").await.status, 401);

    let mut owner = ada.fresh();
    let second = challenge(&mut owner, "ada").await;
    assert_eq!(owner.login_code(&second, &app.next_code()).await.status, 200);
    let who: Value = owner.get("/api/session").await.json();
    assert_eq!((&who["user"]["name"], &who["factor"]), (&json!("ada"), &json!(true)));
    let mut watcher = ada.fresh();
    assert_eq!(
        refused(&watcher.login_code(&second, &app.next_code()).await),
        told(401, "login_over"),
        "a challenge is good for one login"
    );
    let third = challenge(&mut watcher, "ada").await;
    assert_eq!(
        refused(&watcher.login_code(&third, &app.next_code()).await),
        told(401, "wrong_code"),
        "a code that somebody has seen is used"
    );
}

#[tokio::test]
async fn sec_63_new_challenges_do_not_bring_endless_tries() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let app = enrol(&mut ada).await;
    let mut guesser = ada.fresh();
    let mut tries = 0;
    let slowed = loop {
        let challenge = challenge(&mut guesser, "ada").await;
        let reply = guesser.login_code(&challenge, &app.wrong_code()).await;
        if reply.status == 429 {
            break reply;
        }
        tries += 1;
        assert!(tries < 10, "{reply:?}");
    };
    assert_eq!((tries, slowed.code().as_str()), (6, "too_many_attempts"));
    // The owner's own browser is counted apart.
    let mut owner = ada.fresh();
    owner.cookies = ada.cookies.clone();
    owner.cookies.remove("sd");
    let challenge = challenge(&mut owner, "ada").await;
    assert_eq!(owner.login_code(&challenge, &app.next_code()).await.status, 200);
}

#[tokio::test]
async fn a_factor_is_in_force_once_it_is_confirmed_and_until_it_is_removed() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let nothing = ada.post("/api/session/factor/confirm", json!({"code": "000000"})).await;
    assert_eq!(refused(&nothing), told(409, "no_factor_begun"));
    let begun: Value = ada.send("POST", "/api/session/factor", None).await.json();
    let abandoned = App::take_in(&begun);
    let mut other = ada.logged_in("ada").await;
    let begun: Value = ada.send("POST", "/api/session/factor", None).await.json();
    let app = App::take_in(&begun);
    for code in [abandoned.code(), app.wrong_code(), String::new()] {
        let reply = ada.post("/api/session/factor/confirm", json!({"code": code})).await;
        assert_eq!(refused(&reply), told(401, "wrong_code"));
    }
    let who: Value = ada.get("/api/session").await.json();
    assert_eq!(who["factor"], false);
    assert_eq!(other.get("/api/session").await.status, 200);

    let reply = ada
        .post("/api/session/factor/confirm", json!({"code": app.code()}))
        .await;
    assert_eq!(reply.status, 204);
    assert_eq!(
        other.get("/api/session").await.status,
        401,
        "the other sessions have ended"
    );
    let again = ada.send("POST", "/api/session/factor", None).await;
    assert_eq!(refused(&again), told(409, "factor_in_force"));
    challenge(&mut ada.fresh(), "ada").await;
    assert_eq!(
        ada.fresh().login("ada", "a wrong one").await.code(),
        "wrong_credentials"
    );

    assert_eq!(ada.send("DELETE", "/api/session/factor", None).await.status, 204);
    assert_eq!(ada.send("DELETE", "/api/session/factor", None).await.status, 404);
    assert_eq!(ada.fresh().login("ada", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn administrators_neither_see_nor_remove_the_factor_of_another() {
    let machine = Machine::start().await;
    let (_deck, mut ada) = deck(&machine).await;
    let mut bob = ada.with_user("bob", "member").await;
    let app = enrol(&mut bob).await;
    let users: Value = ada.get("/api/users").await.json();
    let account = users["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|user| user["name"] == "bob");
    let account = account.unwrap();
    assert!(!account.to_string().contains("factor"), "{account}");
    let path = format!("/api/users/{}", account["id"].as_str().unwrap());
    let reply = ada.send("PATCH", &path, Some(json!({"factor": false}))).await;
    assert_eq!(refused(&reply), told(400, "bad_request"));

    let waiting = challenge(&mut bob.fresh(), "bob").await;
    let password = json!({"password": "violet-anchor-snow"});
    assert_eq!(ada.send("PATCH", &path, Some(password)).await.status, 200);
    assert_eq!(
        refused(&bob.fresh().login_code(&waiting, &app.next_code()).await),
        told(401, "login_over"),
        "a new password ends the logins that wait"
    );
    let reply = bob.fresh().login("bob", "violet-anchor-snow").await;
    assert_eq!(refused(&reply), told(401, "code_needed"));
}

#[tokio::test]
async fn the_secret_is_nowhere_in_plain_and_the_command_line_helps_who_lost_the_phone() {
    let machine = Machine::start().await;
    let (mut deck, mut ada) = deck(&machine).await;
    let app = enrol(&mut ada).await;
    assert_eq!(files_with(&deck.data_dir(), &app), <[PathBuf; 0]>::default());
    deck.stop().await;
    assert_eq!(files_with(&deck.data_dir(), &app), <[PathBuf; 0]>::default());
    assert!(!deck.log().contains(&app.text));

    admin(&machine, &deck, &["reset-password", "ada", "--without-factor"]);
    deck.start_again().await;
    let mut ada = Browser::new(deck.address());
    assert_eq!(ada.login("ada", PASSWORD).await.status, 200);
    let entries: Value = ada.get("/api/audit?q=factor").await.json();
    let entries: Vec<(&str, &str)> = entries["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["actor"].as_str().unwrap(), entry["action"].as_str().unwrap()))
        .collect();
    assert_eq!(
        entries,
        [
            ("command line", "factor.remove"),
            ("ada", "factor.confirm"),
            ("ada", "factor.begin")
        ]
    );
}

#[tokio::test]
async fn fault_19_a_rotation_that_is_killed_anywhere_leaves_everything_readable() {
    let machine = Machine::start().await;
    let (mut deck, mut ada) = deck(&machine).await;
    let app = enrol(&mut ada).await;
    deck.stop().await;
    let before = std::fs::read(deck.key_file()).unwrap();
    for point in ["key-added", "key-resealing", "key-resealed", "key-alone"] {
        let mut rotate = machine.command_as_user(Path::new("env"));
        rotate.arg(format!("FAILPOINTS={point}=return"));
        rotate.arg(machine.dir().join("stardeck"));
        rotate.args(["admin", "--data-dir"]).arg(deck.data_dir());
        rotate.arg("--key-file").arg(deck.key_file()).arg("rotate-key");
        let ended = rotate.output().unwrap();
        assert_eq!(ended.status.signal(), Some(6), "{point}: {ended:?}");
    }
    admin(&machine, &deck, &["rotate-key"]);
    let after = std::fs::read(deck.key_file()).unwrap();
    assert_ne!(before, after);
    assert_eq!(before.len(), after.len(), "one key, as before");
    deck.start_again().await;
    let mut ada = Browser::new(deck.address());
    let challenge = challenge(&mut ada, "ada").await;
    // It opens; how long all of it took, and with it which code is good, is not looked at.
    let reply = ada.login_code(&challenge, &app.next_code()).await;
    assert!(reply.status == 200 || reply.code() == "wrong_code", "{reply:?}");
}

/// Runs a command of `stardeck admin` on the data of `deck`, with the password on its input.
fn admin(machine: &Machine, deck: &Deck<'_>, what: &[&str]) {
    let input = machine.dir().join("input");
    std::fs::write(&input, format!("{PASSWORD}\n")).unwrap();
    let mut command = machine.command_as_user(&machine.dir().join("stardeck"));
    command.args(["admin", "--data-dir"]).arg(deck.data_dir());
    command.arg("--key-file").arg(deck.key_file()).args(what);
    let done = command.stdin(std::fs::File::open(&input).unwrap()).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// The files below `directory` that hold the secret of `app`, as bytes or as text.
fn files_with(directory: &Path, app: &App) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut seen = 0;
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if !path.is_file() {
            continue;
        }
        seen += 1;
        let content = std::fs::read(&path).unwrap();
        let holds = |canary: &[u8]| content.windows(canary.len()).any(|part| part == canary);
        if holds(&app.bytes) || holds(app.text.as_bytes()) {
            found.push(path);
        }
    }
    assert!(seen > 0, "there is nothing to look at");
    found
}
