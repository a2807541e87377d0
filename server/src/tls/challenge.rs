//! How an authority is shown that a name is ours: over HTTP at the name itself, or by a record in its DNS.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use futures_util::future::BoxFuture;
use instant_acme::{ChallengeHandle, ChallengeType};
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio_util::task::AbortOnDropHandle;

/// What is to be shown for one name.
#[derive(Clone, Debug)]
pub(super) struct Proof {
    /// The name, without the asterisk of a wildcard.
    pub name: String,
    /// Where it is looked for over HTTP.
    pub token: String,
    /// What is to be found there.
    pub text: String,
    /// What the record is to say.
    pub record: String,
}

impl Proof {
    pub(super) fn of(challenge: &ChallengeHandle<'_>) -> Self {
        let authorization = challenge.key_authorization();
        let name = challenge.identifier().to_string();
        Self {
            name: name.strip_prefix("*.").unwrap_or(&name).to_owned(),
            token: challenge.token.clone(),
            text: authorization.as_str().to_owned(),
            record: authorization.dns_value(),
        }
    }
}

/// A way to show proofs.
pub(super) trait Challenge: Send + Sync {
    /// What the authority calls it.
    fn kind(&self) -> ChallengeType;
    /// Shows a proof; whoever looks from here on finds it.
    fn show<'a>(&'a self, proof: &'a Proof) -> BoxFuture<'a, Result<()>>;
    /// Takes it away again.
    fn hide<'a>(&'a self, proof: &'a Proof) -> BoxFuture<'a, Result<()>>;
}

/// Over HTTP, at an address that port 80 of the names leads to. It listens only while something is to be shown.
pub(super) struct OverHttp {
    shown: Arc<RwLock<HashMap<String, String>>>,
    _server: AbortOnDropHandle<()>,
}

impl OverHttp {
    /// Listens at `address`.
    pub(super) async fn listen(address: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("cannot answer challenges at {address}: is another program there, or the port below 1024? Choose another with --acme-http, and lead port 80 to it"))?;
        let shown = Arc::default();
        let answers = Router::new()
            .route("/.well-known/acme-challenge/{token}", get(answer))
            .with_state(Arc::clone(&shown));
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, answers).await {
                tracing::warn!(%error, "challenges are answered no longer");
            }
        });
        Ok(Self {
            shown,
            _server: AbortOnDropHandle::new(server),
        })
    }

    fn edit(&self, edit: impl FnOnce(&mut HashMap<String, String>)) {
        edit(&mut self.shown.write().unwrap_or_else(PoisonError::into_inner));
    }
}

async fn answer(
    State(shown): State<Arc<RwLock<HashMap<String, String>>>>,
    Path(token): Path<String>,
) -> Result<String, StatusCode> {
    let shown = shown.read().unwrap_or_else(PoisonError::into_inner);
    shown.get(&token).cloned().ok_or(StatusCode::NOT_FOUND)
}

impl Challenge for OverHttp {
    fn kind(&self) -> ChallengeType {
        ChallengeType::Http01
    }

    fn show<'a>(&'a self, proof: &'a Proof) -> BoxFuture<'a, Result<()>> {
        Box::pin(async {
            self.edit(|shown| drop(shown.insert(proof.token.clone(), proof.text.clone())));
            Ok(())
        })
    }

    fn hide<'a>(&'a self, proof: &'a Proof) -> BoxFuture<'a, Result<()>> {
        Box::pin(async {
            self.edit(|shown| drop(shown.remove(&proof.token)));
            Ok(())
        })
    }
}

/// How long the owner's program may take until a record can be seen.
const PATIENCE: Duration = Duration::from_secs(600);

/// By a record, which a program of the owner's puts into DNS: `PROGRAM set|clear NAME VALUE`.
pub(super) struct ByDns(pub PathBuf);

impl ByDns {
    async fn run(&self, verb: &str, proof: &Proof) -> Result<()> {
        let mut command = Command::new(&self.0);
        command
            .arg(verb)
            .arg(format!("_acme-challenge.{}", proof.name))
            .arg(&proof.record)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        let program = self.0.display();
        let ended = tokio::time::timeout(PATIENCE, command.output()).await;
        let Ok(ended) = ended else {
            bail!(
                "{program} {verb} did not end within {} minutes",
                PATIENCE.as_secs() / 60
            );
        };
        let ended = ended.with_context(|| format!("starting {program}"))?;
        if !ended.status.success() {
            let said = String::from_utf8_lossy(&ended.stderr);
            let said = said.lines().last().unwrap_or("it said nothing");
            bail!("{program} {verb} failed ({}): {said}", ended.status);
        }
        Ok(())
    }
}

impl Challenge for ByDns {
    fn kind(&self) -> ChallengeType {
        ChallengeType::Dns01
    }

    fn show<'a>(&'a self, proof: &'a Proof) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.run("set", proof))
    }

    fn hide<'a>(&'a self, proof: &'a Proof) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.run("clear", proof))
    }
}
