//! What a container may use: memory, processors, processes.

use compose::model::Service;
use compose::model::deploy::Resource;
use podman::container::{CpuLimit, MemoryLimit, PidsLimit, ProcessLimit, Spec};
use podman::system::Capabilities;

use super::Report;

/// The period of a processor quota, in microseconds.
const PERIOD: u64 = 100_000;

pub(super) fn set(service: &Service, at: &str, capabilities: &Capabilities, spec: &mut Spec, report: &mut Report) {
    let resources = service.deploy.as_ref().map(|deploy| &deploy.resources);
    let none = Resource::default();
    let most = resources.and_then(|it| it.limits.as_ref()).unwrap_or(&none);
    let least = resources.and_then(|it| it.reservations.as_ref()).unwrap_or(&none);
    let mut can = |key: &str, controller: &str, asked: bool| {
        let can = capabilities.limits(controller);
        report.warn(
            asked && !can,
            &format!("{at}.{key}"),
            &format!("this machine does not let Podman limit {controller}, so it is left out"),
            "Delegate the cgroup controllers to user services; `stardeck doctor` says which are missing.",
        );
        asked && can
    };

    let memory = MemoryLimit {
        limit: first(service.mem_limit.0, most.memory.0),
        reservation: first(service.mem_reservation.0, least.memory.0),
        swap: service.memswap_limit.0,
    };
    if can("mem_limit", "memory", memory != MemoryLimit::default()) {
        spec.limits.memory = Some(memory);
    }

    let cpus = if service.cpus > 0.0 { service.cpus } else { most.cpus };
    let (quota, period) = if cpus > 0.0 {
        #[expect(clippy::cast_possible_truncation, reason = "a share of processors has few digits")]
        let quota = (f64::from(cpus) * PERIOD as f64).round() as i64;
        (quota, PERIOD)
    } else {
        (service.cpu_quota, u64::try_from(service.cpu_period).unwrap_or_default())
    };
    let cpu = CpuLimit {
        quota,
        period,
        shares: u64::try_from(service.cpu_shares).unwrap_or_default(),
        ..CpuLimit::default()
    };
    if can("cpus", "cpu", cpu != CpuLimit::default()) {
        spec.limits.cpu = Some(cpu);
    }
    if can("cpuset", "cpuset", !service.cpuset.is_empty()) {
        spec.limits.cpu.get_or_insert_default().cpus.clone_from(&service.cpuset);
    }

    let pids = first(service.pids_limit, most.pids);
    if can("pids_limit", "pids", pids != 0) {
        spec.limits.pids = Some(PidsLimit { limit: pids });
    }

    if service.shm_size.0 > 0 {
        spec.shm_size = Some(service.shm_size.0);
    }
    spec.oom_score_adj = Some(service.oom_score_adj).filter(|score| *score != 0);
    for (name, limit) in &service.ulimits {
        let (soft, hard) = limit.both();
        // -1 is no limit.
        let number = |value: i64| u64::try_from(value).unwrap_or(u64::MAX);
        spec.process_limits.push(ProcessLimit {
            kind: name.to_ascii_lowercase(),
            soft: number(soft),
            hard: number(hard),
        });
    }
}

/// The first that is said.
fn first(one: i64, other: i64) -> i64 {
    if one == 0 { other } else { one }
}
