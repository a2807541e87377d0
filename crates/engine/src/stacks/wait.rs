//! Until containers are what others wait for.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use podman::container::{Detail, Health, Logs, State, Summary};

use super::apply::{Halt, Trouble, trouble};
use super::plan;
use crate::Engine;
use crate::spec::{Wanted, WantedContainer, WantedService};

/// How often a container is looked at.
const LOOK: Duration = Duration::from_millis(150);
/// How long a container without a health check has to fall over.
const SETTLE: Duration = Duration::from_millis(500);
/// What is added to the time that a health check takes by itself.
const SLACK: Duration = Duration::from_secs(20);
/// The most lines of a container that failed.
const TAIL: u64 = 20;

/// A container that was started.
pub(super) struct Started<'a> {
    pub(super) service: &'a WantedService,
    pub(super) container: &'a WantedContainer,
    pub(super) id: String,
    /// The id of the image that it is to run.
    pub(super) image: &'a str,
}

/// How long a container may take until it is healthy or not.
pub(super) fn patience(container: &WantedContainer) -> Duration {
    let check = container.spec.health_check.as_ref();
    check.map_or(SLACK, |check| {
        let once = check.interval.saturating_add(check.timeout);
        let all = once.saturating_mul(check.retries.saturating_add(1));
        check.start_period.saturating_add(all).saturating_add(SLACK)
    })
}

/// Waits until a container is healthy.
pub(super) async fn healthy(engine: &Engine, service: &WantedService, id: &str, limit: Duration) -> Result<(), Halt> {
    let start = Instant::now();
    loop {
        let detail = engine.podman.containers().inspect(id).await?;
        match (detail.state, detail.health) {
            (_, Some(Health::Healthy)) => return Ok(()),
            (State::Running, None) if !detail.has_health_check => return Ok(()),
            (State::Exited, _) => return Err(fallen(engine, service, &detail).await),
            (_, Some(Health::Unhealthy)) => {
                let message = format!("{} is unhealthy.", detail.name);
                return Err(with_log(engine, service, &detail, message).await);
            }
            _ if start.elapsed() > limit => {
                let message = format!("{} was not healthy within {} seconds.", detail.name, limit.as_secs());
                return Err(with_log(engine, service, &detail, message).await);
            }
            _ => tokio::time::sleep(LOOK).await,
        }
    }
}

/// Waits until a container that runs once has ended well.
pub(super) async fn completed(engine: &Engine, service: &WantedService, id: &str) -> Result<(), Halt> {
    loop {
        let detail = engine.podman.containers().inspect(id).await?;
        match (detail.state, detail.exit_code) {
            (State::Exited, Some(0)) => return Ok(()),
            (State::Exited, _) => return Err(fallen(engine, service, &detail).await),
            _ => tokio::time::sleep(LOOK).await,
        }
    }
}

/// Waits until all that was started is up: healthy where there is a check, and not fallen over elsewhere.
pub(super) async fn all_up(engine: &Engine, wanted: &Wanted, started: &[Started<'_>]) -> Result<(), Halt> {
    if started.is_empty() {
        return Ok(());
    }
    let since = Instant::now();
    let (checked, plain): (Vec<_>, Vec<_>) = started.iter().partition(|one| one.service.has_health_check);
    for one in checked {
        healthy(engine, one.service, &one.id, patience(one.container)).await?;
    }
    if !plain.is_empty() {
        tokio::time::sleep(SETTLE.saturating_sub(since.elapsed())).await;
    }
    // One list, for a look at each of many costs more than all of them.
    let listed = engine.podman.containers().list().await?;
    let listed: HashMap<&str, &Summary> = listed.iter().map(|has| (has.id.as_str(), has)).collect();
    for one in started {
        let Some(has) = listed.get(one.id.as_str()) else {
            let message = format!("{} is not there any more.", one.container.name);
            return Err(trouble(one.service, message));
        };
        if has.image_id != one.image {
            let message = format!("The image {} became another one meanwhile.", has.image);
            return Err(trouble(one.service, message));
        }
    }
    for one in plain {
        let restarts = !matches!(one.container.spec.restart_policy.as_str(), "" | "no");
        let has_fallen = |has: &&Summary| has.state == State::Exited && has.exit_code != Some(0);
        if !restarts && listed.get(one.id.as_str()).is_some_and(has_fallen) {
            let detail = engine.podman.containers().inspect(&one.id).await?;
            return Err(fallen(engine, one.service, &detail).await);
        }
        if plan::is_one_shot(wanted, one.service) {
            completed(engine, one.service, &one.id).await?;
        }
    }
    Ok(())
}

async fn fallen(engine: &Engine, service: &WantedService, detail: &Detail) -> Halt {
    let message = match detail.exit_code {
        Some(code) => format!("{} ended with exit code {code}.", detail.name),
        None => format!("{} ended.", detail.name),
    };
    with_log(engine, service, detail, message).await
}

async fn with_log(engine: &Engine, service: &WantedService, detail: &Detail, message: String) -> Halt {
    let Halt::Trouble(about) = trouble(service, message) else {
        return Halt::Stopping;
    };
    Halt::Trouble(Trouble {
        log: last_lines(engine, detail).await,
        ..about
    })
}

/// The last lines that a container printed; fewer where Podman does not say.
async fn last_lines(engine: &Engine, detail: &Detail) -> Vec<String> {
    let logs = Logs {
        tail: Some(TAIL),
        ..Logs::default()
    };
    let read = async {
        let mut bytes = Vec::new();
        let Ok(mut chunks) = engine.podman.containers().logs(&detail.id, &logs).await else {
            return bytes;
        };
        while let Some(Ok(chunk)) = chunks.next().await {
            bytes.extend_from_slice(&chunk.bytes);
        }
        bytes
    };
    let bytes = tokio::time::timeout(Duration::from_secs(5), read)
        .await
        .unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    let skipped = lines.len().saturating_sub(TAIL as usize);
    let short = |line: &&str| line.chars().take(500).collect();
    lines[skipped..].iter().map(short).collect()
}
