//! The server, and at times Podman's service in its place, is killed at random times while stacks are made, edited,
//! deployed and removed, and a model says what may be there afterwards.
//!
//! The ordinary run has a few kills. `STARDECK_CHAOS=200` asks for so many, and `STARDECK_SEED` repeats a run; both are
//! printed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use api::job::{Job, JobKind, JobState};
use api::page::Listed;
use api::stack::StackDetail;
use serde_json::{Value, json};
use testkit::{Deck, Machine, wait_until};

use super::{clean, follow};
use crate::browser::Browser;
use crate::deck;

/// How many kills an ordinary run has.
const KILLS: u64 = 8;
/// The longest that the server lives after it was asked for something, in milliseconds.
const LIFE: u64 = 1500;
/// The most that it is asked for between two kills.
const DEEDS: usize = 3;
/// Of how many kills one is Podman's.
const PODMANS: u64 = 4;
/// How long it may take until what was interrupted is over.
const PATIENCE: Duration = Duration::from_secs(60);
/// The same in a run that somebody asked for, which shares the machine with other work for a quarter of an hour.
const LONG_PATIENCE: Duration = Duration::from_secs(300);
const NAMES: [&str; 2] = ["one", "two"];

/// Two services, the second after the first; a `bad` one fails to come up.
fn file(value: &str) -> String {
    format!(
        r#"
services:
  first:
    image: localhost/tiny
    environment: {{VALUE: "{value}"}}
    volumes: ["data:/data"]
    networks: [net]
  second:
    image: localhost/tiny
    environment: {{VALUE: "{value}"}}
    command: ["sh", "-c", "case $$VALUE in *bad) exit 1;; esac; exec sleep 1000"]
    init: true
    stop_grace_period: 1s
    networks: [net]
    depends_on: [first]
volumes:
  data:
networks:
  net:
"#
    )
}

/// Numbers that a seed repeats.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// What may be there of a stack.
#[derive(Clone, Debug, Default)]
struct Model {
    /// The texts that may be on the disk; `None` where the stack may not be there.
    texts: BTreeSet<Option<String>>,
    /// What may be wanted of it, by the value that its containers then have.
    values: BTreeSet<Wanted>,
    /// Whether it has ever been deployed, so that its volume is there for good.
    had_volume: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Wanted {
    /// No containers; what a start would bring back.
    Nothing(Option<String>),
    /// Containers that run.
    Running(String),
    /// Containers that do not run.
    Stopped(String),
}

/// What is asked for.
#[derive(Debug)]
enum Deed {
    Create(String),
    Write(String),
    Deploy,
    Stop,
    Start,
    Down,
    Remove,
}

impl Model {
    fn new() -> Self {
        Self {
            texts: BTreeSet::from([None]),
            values: BTreeSet::from([Wanted::Nothing(None)]),
            had_volume: false,
        }
    }

    /// What may be there once `deed` was done, from one state that may be there now.
    fn after(text: &Option<String>, wanted: &Wanted, deed: &Deed) -> (Option<String>, Wanted) {
        use Wanted::{Nothing, Running, Stopped};
        let kept = || (text.clone(), wanted.clone());
        let last = match wanted {
            Nothing(last) => last.clone(),
            Running(value) | Stopped(value) => Some(value.clone()),
        };
        match (deed, text, last) {
            (Deed::Create(value), None, _) => (Some(value.clone()), Nothing(None)),
            (Deed::Write(value), Some(_), _) => (Some(value.clone()), wanted.clone()),
            (Deed::Remove, Some(_), _) => (None, Nothing(None)),
            // It fails, and what was there comes back.
            (Deed::Deploy, Some(value), _) if value.ends_with("bad") => kept(),
            (Deed::Deploy, Some(value), _) => (text.clone(), Running(value.clone())),
            (Deed::Down, Some(_), last) => (text.clone(), Nothing(last)),
            (Deed::Start, Some(_), Some(last)) => (text.clone(), Running(last)),
            (Deed::Stop, Some(_), Some(last)) if !matches!(wanted, Nothing(_)) => (text.clone(), Stopped(last)),
            _ => kept(),
        }
    }

    /// Takes in that `deed` was asked for: what was acknowledged happens, all else may.
    fn take(&mut self, deed: &Deed, acknowledged: bool) {
        let before = self.clone();
        let mut texts = BTreeSet::new();
        let mut values = BTreeSet::new();
        for text in &before.texts {
            for wanted in &before.values {
                let (text, wanted) = Self::after(text, wanted, deed);
                texts.insert(text);
                values.insert(wanted);
            }
        }
        if !acknowledged {
            texts.extend(before.texts);
            values.extend(before.values);
        }
        (self.texts, self.values) = (texts, values);
    }
}

fn deed(dice: &mut Dice, there: bool, round: u64) -> Deed {
    let value = format!("{round}{}", if dice.below(5) == 0 { "bad" } else { "" });
    if !there {
        return Deed::Create(value);
    }
    match dice.below(12) {
        0..=2 => Deed::Write(value),
        3..=7 => Deed::Deploy,
        8 => Deed::Stop,
        9 => Deed::Start,
        10 => Deed::Down,
        _ => Deed::Remove,
    }
}

/// Asks for it; whether it was acknowledged, and `None` where it was refused or never answered.
async fn ask(ada: &mut Browser, name: &str, deed: &Deed, version: &str) -> Option<bool> {
    let (method, path, body): (_, String, Option<Value>) = match deed {
        Deed::Create(value) => {
            let body = json!({"name": name, "compose": file(value)});
            ("POST", "/api/stacks".to_owned(), Some(body))
        }
        Deed::Write(value) => {
            let body = json!({"version": version, "compose": file(value)});
            ("PUT", format!("/api/stacks/{name}"), Some(body))
        }
        Deed::Deploy => ("POST", format!("/api/stacks/{name}/deploy"), Some(json!({}))),
        Deed::Stop => ("POST", format!("/api/stacks/{name}/stop"), None),
        Deed::Start => ("POST", format!("/api/stacks/{name}/start"), None),
        Deed::Down => ("POST", format!("/api/stacks/{name}/down"), None),
        Deed::Remove => ("DELETE", format!("/api/stacks/{name}"), None),
    };
    let reply = ada.send_if_it_lives(method, &path, body).await?;
    Some(reply.status < 300)
}

/// Waits until no job is left, and answers them all, the newest first; each has an end that it may have.
async fn settled(ada: &mut Browser, patience: Duration) -> Vec<Job> {
    let mut jobs: Vec<Job> = Vec::new();
    let over = async {
        wait_until("all jobs to be over", patience * 2, async || {
            jobs = ada.get("/api/jobs").await.json::<Listed<Job>>().items;
            jobs.iter().all(|job| job.state.is_over()).then_some(())
        })
        .await;
    };
    let over = tokio::time::timeout(patience, over).await;
    jobs.retain(|job| over.is_ok() || !job.state.is_over());
    assert!(over.is_ok(), "after {patience:?} these jobs were not over: {jobs:#?}");
    for job in &jobs {
        let reason = job.state == JobState::Done || job.error.is_some();
        assert!(reason, "a job that failed without a reason: {job:#?}");
    }
    jobs
}

/// What Podman says is there of a stack: each container's service, value and state.
async fn there(machine: &Machine, name: &str) -> Vec<(String, String, String)> {
    let filter = format!("label=io.stardeck.stack={name}");
    let listed = machine.cli(&["ps", "-a", "-q", "--filter", &filter]).await;
    let mut found = Vec::new();
    for id in listed.lines() {
        let format =
            "{{index .Config.Labels \"io.stardeck.service\"}} {{.State.Status}} {{range .Config.Env}}{{.}};{{end}}";
        let said = machine.cli(&["inspect", "-f", format, id]).await;
        let (service, rest) = said.split_once(' ').unwrap();
        let (state, environment) = rest.split_once(' ').unwrap();
        let value = environment.split(';').find_map(|pair| pair.strip_prefix("VALUE="));
        found.push((
            service.to_owned(),
            value.unwrap_or_default().to_owned(),
            state.to_owned(),
        ));
    }
    found.sort();
    found
}

/// Looks whether what is there is one of what may be, and remembers which.
async fn check(machine: &Machine, ada: &mut Browser, name: &str, model: &mut Model, at: &str) {
    let reply = ada.get(&format!("/api/stacks/{name}")).await;
    let text = (reply.status == 200).then(|| reply.json::<StackDetail>().files.compose);
    let fits = |may: &&Option<String>| may.as_deref().map(file) == text;
    let known = model.texts.iter().find(fits).cloned();
    let known = known.unwrap_or_else(|| panic!("{at}: {name} has the text {text:?}, and may have {model:#?}"));

    let found = there(machine, name).await;
    let is = |wanted: &Wanted| match wanted {
        Wanted::Nothing(_) => found.is_empty(),
        Wanted::Running(value) | Wanted::Stopped(value) => {
            let runs = if matches!(wanted, Wanted::Running(_)) {
                "running"
            } else {
                "exited"
            };
            let services: Vec<&str> = found.iter().map(|(service, ..)| service.as_str()).collect();
            let one = |(_, has, state): &(String, String, String)| has == value && state == runs;
            services == ["first", "second"] && found.iter().all(one)
        }
    };
    let values: BTreeSet<Wanted> = model.values.iter().filter(|wanted| is(wanted)).cloned().collect();
    assert!(
        !values.is_empty(),
        "{at}: {name} has {found:?}, and may have {model:#?}"
    );
    assert!(
        found.is_empty() || known.is_some(),
        "{at}: {name} is gone, and has {found:?}"
    );

    let networks = machine
        .cli(&[
            "network",
            "ls",
            "-q",
            "--filter",
            &format!("label=io.stardeck.stack={name}"),
        ])
        .await;
    assert_eq!(
        networks.lines().count(),
        usize::from(!found.is_empty()),
        "{at}: {networks}"
    );
    let volumes = machine.cli(&["volume", "ls", "-q"]).await;
    let has = volumes.lines().any(|volume| volume == format!("{name}_data"));
    assert!(has || !model.had_volume, "{at}: the volume of {name} is gone");
    model.had_volume |= has;
    (model.texts, model.values) = (BTreeSet::from([known]), values);
}

#[tokio::test]
async fn fault_02_kills_at_random_times_leave_what_was_or_what_was_asked_for() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let kills = number("STARDECK_CHAOS").unwrap_or(KILLS);
    let patience = if kills > KILLS { LONG_PATIENCE } else { PATIENCE };
    let clock = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos();
    let seed = number("STARDECK_SEED").unwrap_or((clock as u64) | 1);
    println!("fault_02: {kills} kills (STARDECK_CHAOS=200 for the whole run), STARDECK_SEED={seed}");
    let mut dice = Dice(seed);
    let machine = Machine::start().await;
    let (mut deck, mut ada) = deck(&machine).await;
    let mut models: BTreeMap<&str, Model> = NAMES.iter().map(|name| (*name, Model::new())).collect();
    let mut past = BTreeSet::new();
    for round in 0..kills {
        let at = format!("seed {seed}, round {round}");
        let mut asked = Vec::new();
        let mut living = true;
        // The same, where deploys may have failed.
        let mut doubtful = models.clone();
        // A few deeds, the last of them cut off.
        let deadline = tokio::time::Instant::now() + Duration::from_millis(dice.below(LIFE));
        while living && asked.len() < DEEDS && tokio::time::Instant::now() < deadline {
            let name = NAMES[dice.below(2) as usize];
            let model = models.get_mut(name).unwrap();
            let Some(text) = model.texts.iter().next().filter(|_| model.texts.len() == 1) else {
                break;
            };
            let deed = deed(&mut dice, text.is_some(), round);
            let version = match text {
                Some(_) => detail_version(&mut ada, name).await,
                None => String::new(),
            };
            let work = ask(&mut ada, name, &deed, &version);
            let answered = tokio::time::timeout_at(deadline, work).await.ok().flatten();
            asked.push(format!("{name}: {deed:?} {answered:?}"));
            living = answered.is_some();
            // What was refused did not happen.
            if answered != Some(false) {
                model.take(&deed, answered == Some(true));
                let sure = answered == Some(true) && !matches!(deed, Deed::Deploy);
                doubtful.get_mut(name).unwrap().take(&deed, sure);
            }
        }
        tokio::time::sleep_until(deadline).await;
        let of_podman = dice.below(PODMANS) == 0;
        if of_podman {
            asked.push("Podman is killed".to_owned());
            machine.kill_podman().await;
            machine.start_podman().await;
        } else {
            kill(&mut deck, &mut ada).await;
        }
        let jobs = settled(&mut ada, patience).await;
        // Of old ones the server forgets some.
        let new: Vec<&Job> = jobs.iter().filter(|job| past.insert(job.id.clone())).collect();
        let ends: Vec<_> = new
            .iter()
            .map(|job| {
                (
                    &job.object,
                    job.kind,
                    job.state,
                    job.error.as_ref().map(|error| &error.message),
                )
            })
            .collect();
        let at = format!("{at}, after {asked:?}, which ended as {ends:?}");
        for name in NAMES {
            // Podman may leave what it was at such that a deploy fails, says why, and is put back.
            let put_back =
                |job: &Job| job.kind == JobKind::Deploy && job.object == name && job.state == JobState::RolledBack;
            if of_podman && new.iter().copied().any(put_back) {
                models.insert(name, doubtful.remove(name).unwrap());
            }
            check(&machine, &mut ada, name, models.get_mut(name).unwrap(), &at).await;
        }
    }
    for (name, model) in models {
        if model.texts.iter().any(Option::is_some) {
            clean(&machine, &mut ada, name).await;
        }
        // What outlived a stack was named by nobody.
        machine.try_cli(&["volume", "rm", &format!("{name}_data")]).await;
    }
}

async fn detail_version(ada: &mut Browser, name: &str) -> String {
    super::detail(ada, name).await.files.version
}

async fn kill(deck: &mut Deck<'_>, ada: &mut Browser) {
    deck.kill().await;
    deck.start_again().await;
    follow(ada, deck);
}
