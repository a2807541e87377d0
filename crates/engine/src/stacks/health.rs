//! Health checks where Podman has no timers for them, which it takes from systemd: the engine calls for each in time.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use api::container::ContainerState;

use crate::Engine;

/// How often it is looked whose turn it is.
const TURN: Duration = Duration::from_millis(200);
/// No check runs more often than this.
const SHORTEST: Duration = Duration::from_millis(500);

/// When a container is checked next.
enum Schedule {
    /// It has no check.
    Never,
    /// At that time, and then each so long.
    At(Instant, Duration),
}

/// Runs the checks of our containers until the engine stops.
pub(crate) async fn run(engine: Engine) {
    let mut schedules: HashMap<String, Schedule> = HashMap::new();
    let mut turn = tokio::time::interval(TURN);
    turn.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = engine.stopping.cancelled() => return,
            _ = turn.tick() => {}
        }
        if engine.known_capabilities().is_none_or(|known| known.health_timers) {
            continue;
        }
        let (containers, ..) = engine.truth.list(false);
        let running: Vec<String> = containers
            .into_iter()
            .filter(|container| container.state == ContainerState::Running)
            .map(|container| container.id)
            .collect();
        // One that stopped is looked at anew when it starts again.
        schedules.retain(|id, _| running.contains(id));
        for id in running {
            let now = Instant::now();
            match schedules.get_mut(&id) {
                Some(Schedule::Never) => {}
                Some(Schedule::At(next, interval)) => {
                    if *next <= now {
                        *next = now + *interval;
                        engine.tasks.spawn(check(engine.clone(), id));
                    }
                }
                None => {
                    if let Ok(detail) = engine.podman.containers().inspect(&id).await {
                        let interval = detail.health_interval.map(|interval| interval.max(SHORTEST));
                        let schedule = interval.map_or(Schedule::Never, |interval| Schedule::At(now, interval));
                        schedules.insert(id, schedule);
                    }
                }
            }
        }
    }
}

async fn check(engine: Engine, id: String) {
    let containers = engine.podman.containers();
    tokio::select! {
        () = engine.stopping.cancelled() => {}
        result = containers.check_health(&id) => match result {
            Ok(_) => {
                // Not every version tells of it by an event.
                let _seen_later = engine.look_again(&id).await;
            }
            Err(error) => tracing::debug!(%id, %error, "a health check could not be run"),
        }
    }
}
