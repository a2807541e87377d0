//! The machine, and whether Podman and the database are well.

use std::sync::PoisonError;

use api::system::{Host, Podman, PodmanState, System};
use podman::system::{Capabilities, Version};

use crate::Engine;
use crate::actor::{Actor, Right};
use crate::error::Result;

/// The first Podman in which an image's working directory cannot reach out to the machine (CVE-2026-55686).
const SAFE_WORKDIR: Version = Version {
    major: 5,
    minor: 7,
    patch: 1,
};

impl Engine {
    /// What this is and where it runs.
    pub fn system(&self, actor: &Actor) -> Result<System> {
        actor.require(Right::See)?;
        let capabilities = self.capabilities.lock().unwrap_or_else(PoisonError::into_inner);
        let podman = Podman {
            state: self.truth.podman(),
            version: capabilities.as_ref().map(|known| known.version.to_string()),
            rootless: capabilities.as_ref().map(|known| known.rootless),
            limits: capabilities.as_ref().map(limits).unwrap_or_default(),
        };
        drop(capabilities);
        Ok(System {
            version: crate::VERSION.into(),
            deck: self.deck.clone(),
            started: self.started,
            podman,
            host: host(&self.machine),
        })
    }

    /// Whether Podman answers. Needs no actor: it has one word and no detail.
    #[must_use]
    pub fn podman_state(&self) -> PodmanState {
        self.truth.podman()
    }

    /// Whether the database answers.
    pub async fn is_well(&self) -> bool {
        self.store.read(|db| crate::store::meta::get(db, "deck")).await.is_ok()
    }

    /// What Podman can do, where it was asked already.
    pub(crate) fn known_capabilities(&self) -> Option<Capabilities> {
        self.capabilities.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_capabilities(&self, found: Capabilities) {
        *self.capabilities.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
    }
}

/// What Podman cannot do here, each with what follows from it.
#[must_use]
pub fn limits(podman: &Capabilities) -> Vec<String> {
    let version = podman.version;
    let mut limits = Vec::new();
    let mut say = |applies: bool, text: String| {
        if applies {
            limits.push(text);
        }
    };
    say(
        !version.is_supported(),
        format!("Podman {version} is older than {}: it may not work.", Version::OLDEST),
    );
    say(
        version < SAFE_WORKDIR,
        format!(
            "Podman {version} has a known fault (CVE-2026-55686, mended in {SAFE_WORKDIR}): run only images that you trust."
        ),
    );
    say(
        !podman.rootless,
        "Podman runs as root: a container that breaks out has the whole machine.".into(),
    );
    say(
        !podman.stats(),
        "No statistics: the machine has the old cgroup tree.".into(),
    );
    for (controller, what) in [("memory", "memory"), ("cpu", "processors"), ("pids", "processes")] {
        say(
            !podman.limits(controller),
            format!("No limits on {what}: cgroup delegation lacks '{controller}'."),
        );
    }
    say(!podman.pause, "Containers cannot be paused.".into());
    say(
        !podman.health_timers,
        "Podman runs no health checks by itself: there is no systemd session.".into(),
    );
    limits
}

fn host(machine: &str) -> Host {
    let system = rustix::system::uname();
    let info = rustix::system::sysinfo();
    let unit = u64::from(info.mem_unit.max(1));
    let memory = info.totalram.saturating_mul(unit);
    let available = available_memory().unwrap_or(info.freeram.saturating_mul(unit));
    // The kernel gives the load in 65536ths.
    let load = u32::try_from(info.loads[0].saturating_mul(100) >> 16).unwrap_or(u32::MAX);
    Host {
        name: machine.to_owned(),
        os: os_name().unwrap_or_else(|| system.sysname().to_string_lossy().into_owned()),
        kernel: system.release().to_string_lossy().into_owned(),
        cpus: std::thread::available_parallelism().map_or(1, |n| u32::try_from(n.get()).unwrap_or(u32::MAX)),
        memory,
        memory_used: memory.saturating_sub(available),
        load,
    }
}

fn available_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1024)
}

fn os_name() -> Option<String> {
    let text = std::fs::read_to_string("/etc/os-release").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    Some(line.trim_matches('"').to_owned())
}
