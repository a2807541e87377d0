//! What deploys of trivial services cost, beside podman-compose and docker compose in turn on one fresh machine: the
//! whole server, over its API, on real Podman.
//!
//! Prints `WHO WHAT SERVICES MILLISECONDS` a line. The peers are named by `STARDECK_PODMAN_COMPOSE` and
//! `STARDECK_DOCKER_COMPOSE`; the machine's user must be able to run them.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use api::container::ContainerList;
use api::job::{Job, JobState};
use api::stack::{StackDetail, StackJob};
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use testkit::{Deck, DeckOptions, Machine};

const STACK: &str = "bench";
/// How many services, and how often; the median counts.
const SIZES: [(usize, usize); 3] = [(1, 5), (10, 3), (50, 3)];
/// How often a job is looked at; more often, the looks themselves would be what is measured.
const LOOK: Duration = Duration::from_millis(10);

/// Someone who deploys.
enum Tool {
    Stardeck(Box<Client>),
    Peer { name: &'static str, program: PathBuf },
}

#[tokio::main]
async fn main() {
    let machine = Machine::start().await;
    let deck = Deck::start(&machine, env!("CARGO_BIN_EXE_stardeck"), DeckOptions::default()).await;
    let mut tools = vec![Tool::Stardeck(Box::new(Client::set_up(&deck).await))];
    for (name, variable) in [
        ("podman-compose", "STARDECK_PODMAN_COMPOSE"),
        ("docker-compose", "STARDECK_DOCKER_COMPOSE"),
    ] {
        if let Some(program) = std::env::var_os(variable).map(PathBuf::from) {
            tools.push(Tool::Peer { name, program });
        }
    }
    for (services, rounds) in SIZES {
        let mut times: Vec<[Vec<f64>; 4]> = tools.iter().map(|_| Default::default()).collect();
        for _ in 0..rounds {
            for (tool, times) in tools.iter_mut().zip(&mut times) {
                tool.write(&machine, &file(services, "old")).await;
                times[0].push(tool.up(&machine).await);
                if let Tool::Stardeck(client) = tool
                    && services == 50
                {
                    println!("stardeck list {services} {:.2}", client.list(services).await);
                }
                times[1].push(tool.up(&machine).await);
                tool.write(&machine, &file(services, "new")).await;
                times[2].push(tool.up(&machine).await);
                times[3].push(tool.remove(&machine).await);
            }
        }
        for (tool, times) in tools.iter().zip(&mut times) {
            for (what, times) in ["deploy", "again", "change", "remove"].into_iter().zip(times) {
                println!("{} {what} {services} {:.1}", tool.name(), median(times));
            }
        }
    }
}

/// This many services, of which the first has `value`.
fn file(services: usize, value: &str) -> String {
    let mut text = String::from("services:\n");
    for number in 0..services {
        let value = if number == 0 { value } else { "same" };
        let _ = write!(
            text,
            "  app{number}:\n    image: localhost/tiny:latest\n    environment: {{VALUE: {value}}}\n"
        );
    }
    text
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn since(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}

impl Tool {
    fn name(&self) -> &'static str {
        match self {
            Self::Stardeck(_) => "stardeck",
            Self::Peer { name, .. } => name,
        }
    }

    async fn write(&mut self, machine: &Machine, text: &str) {
        match self {
            Self::Stardeck(client) => client.write(text).await,
            Self::Peer { .. } => machine.user().write(&peers_file(machine), text),
        }
    }

    /// Deploys; the milliseconds until that is done.
    async fn up(&mut self, machine: &Machine) -> f64 {
        match self {
            Self::Stardeck(client) => client.job("POST", "/api/stacks/bench/deploy", Some(json!({}))).await,
            Self::Peer { program, .. } => once(machine, program, &["up", "-d"]),
        }
    }

    async fn remove(&mut self, machine: &Machine) -> f64 {
        match self {
            Self::Stardeck(client) => client.job("DELETE", "/api/stacks/bench", None).await,
            Self::Peer { program, .. } => once(machine, program, &["down", "--timeout", "10"]),
        }
    }
}

fn peers_file(machine: &Machine) -> PathBuf {
    machine.dir().join("home/compose.yaml")
}

/// Runs a peer to its end, as the machine's user.
fn once(machine: &Machine, program: &std::path::Path, words: &[&str]) -> f64 {
    let mut command: Command = machine.command_as_user("env".as_ref());
    command
        .arg(format!("DOCKER_HOST=unix://{}", machine.socket().display()))
        .arg(program)
        .args(["-p", STACK, "-f"])
        .arg(peers_file(machine))
        .args(words)
        .stdin(Stdio::null());
    let start = Instant::now();
    let output = command.output().expect("the peer can be started");
    let time = since(start);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", program.display());
    time
}

/// One connection to the server's API, as an administrator's program.
struct Client {
    sender: SendRequest<Full<Bytes>>,
    host: String,
    token: String,
}

impl Client {
    async fn set_up(deck: &Deck<'_>) -> Self {
        let host = deck.address().strip_prefix("http://").expect("plain HTTP").to_owned();
        let token = std::fs::read_to_string(deck.data_dir().join("setup-token")).expect("nobody is set up yet");
        let mut client = Self {
            sender: connect(&host).await,
            host,
            token: String::new(),
        };
        let body = json!({"token": token.trim(), "name": "ada", "password": "violet-anchor-rain"});
        let (parts, reply) = client.send("POST", "/api/setup", Some(body), &[]).await;
        let half: Value = serde_json::from_slice(&reply).expect("JSON");
        let half = half["token"].as_str().expect("the session's other half").to_owned();
        let cookie = parts.headers["set-cookie"].to_str().expect("text").to_owned();
        let session = [("cookie", cookie.as_str()), ("x-stardeck-token", half.as_str())];
        let body = json!({"label": "bench", "scope": "administer"});
        let (_, reply) = client.send("POST", "/api/tokens", Some(body), &session).await;
        let made: Value = serde_json::from_slice(&reply).expect("JSON");
        client.token = format!("Bearer {}", made["secret"].as_str().expect("the token's secret"));
        client
    }

    async fn write(&mut self, text: &str) {
        let known = self.try_ask::<StackDetail>("GET", "/api/stacks/bench", None).await;
        let _written: StackDetail = match known {
            None => {
                let body = json!({"name": STACK, "compose": text});
                self.ask("POST", "/api/stacks", Some(body)).await
            }
            Some(known) => {
                let body = json!({"version": known.files.version, "compose": text});
                self.ask("PUT", "/api/stacks/bench", Some(body)).await
            }
        };
    }

    /// Asks for a job; the milliseconds until it is done.
    async fn job(&mut self, method: &str, path: &str, body: Option<Value>) -> f64 {
        let start = Instant::now();
        let mut job = self.ask::<StackJob>(method, path, body).await.job;
        while !job.state.is_over() {
            tokio::time::sleep(LOOK).await;
            job = self.ask::<Job>("GET", &format!("/api/jobs/{}", job.id), None).await;
        }
        let time = since(start);
        assert_eq!(job.state, JobState::Done, "{job:#?}");
        time
    }

    /// What the list of containers takes, warm.
    async fn list(&mut self, containers: usize) -> f64 {
        let mut times = Vec::new();
        for _ in 0..30 {
            let start = Instant::now();
            let list: ContainerList = self.ask("GET", "/api/containers?limit=200", None).await;
            times.push(since(start));
            assert_eq!(list.items.len(), containers);
        }
        median(&mut times)
    }

    async fn ask<T: DeserializeOwned>(&mut self, method: &str, path: &str, body: Option<Value>) -> T {
        let answer = self.try_ask(method, path, body).await;
        answer.unwrap_or_else(|| panic!("{method} {path} was refused"))
    }

    async fn try_ask<T: DeserializeOwned>(&mut self, method: &str, path: &str, body: Option<Value>) -> Option<T> {
        let token = self.token.clone();
        let (parts, reply) = self.send(method, path, body, &[("authorization", &token)]).await;
        parts
            .status
            .is_success()
            .then(|| serde_json::from_slice(&reply).expect("what the API promises"))
    }

    async fn send(
        &mut self,
        method: &str,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> (hyper::http::response::Parts, Bytes) {
        let mut request = Request::builder().method(method).uri(path).header("host", &self.host);
        if method != "GET" {
            request = request.header("origin", format!("http://{}", self.host));
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        let request = request.body(Full::new(body)).expect("a request");
        // The server closes it while a slow peer has its turn.
        if self.sender.ready().await.is_err() {
            self.sender = connect(&self.host).await;
        }
        let reply = self.sender.send_request(request).await.expect("an answer");
        let (parts, body) = reply.into_parts();
        (parts, body.collect().await.expect("a whole answer").to_bytes())
    }
}

async fn connect(host: &str) -> SendRequest<Full<Bytes>> {
    let stream = tokio::net::TcpStream::connect(host).await.expect("it listens");
    let (sender, connection) = handshake(TokioIo::new(stream)).await.expect("it speaks HTTP");
    tokio::spawn(connection);
    sender
}
