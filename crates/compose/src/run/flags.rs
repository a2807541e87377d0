//! The options of `docker run` and `podman run`, and what of a service each says.

use super::build::Kind;

/// An option.
pub(super) struct Flag {
    pub(super) long: &'static str,
    pub(super) short: Option<char>,
    pub(super) kind: Kind,
}

const fn flag(long: &'static str, kind: Kind) -> Flag {
    Flag {
        long,
        short: None,
        kind,
    }
}

const fn short(short: char, long: &'static str, kind: Kind) -> Flag {
    Flag {
        long,
        short: Some(short),
        kind,
    }
}

/// The option of that name, such as `publish`.
pub(super) fn long(name: &str) -> Option<&'static Flag> {
    FLAGS.iter().find(|flag| flag.long == name)
}

/// The option of that letter.
pub(super) fn letter(letter: char) -> Option<&'static Flag> {
    FLAGS.iter().find(|flag| flag.short == Some(letter))
}

const KEPT: &str = "a container of a stack stays until the stack is removed";
const WATCHED: &str = "a stack runs in the background, and its log is kept";
const HERE: &str = "it is about files of the program that ran the command";
const DISKS: &str = "rootless containers have no share of block devices";
const POD: &str = "a stack has networks in place of pods";

const FLAGS: &[Flag] = &[
    // What it is.
    flag("name", Kind::Name),
    flag("platform", Kind::Text("platform")),
    flag("pull", Kind::Text("pull_policy")),
    flag("entrypoint", Kind::Entrypoint),
    short('h', "hostname", Kind::Text("hostname")),
    flag("domainname", Kind::Text("domainname")),
    short('u', "user", Kind::Text("user")),
    short('w', "workdir", Kind::Text("working_dir")),
    short('i', "interactive", Kind::Switch("stdin_open")),
    short('t', "tty", Kind::Switch("tty")),
    flag("init", Kind::Switch("init")),
    flag("restart", Kind::Text("restart")),
    flag("stop-signal", Kind::Text("stop_signal")),
    flag("stop-timeout", Kind::Seconds("stop_grace_period")),
    short('l', "label", Kind::Map("labels")),
    flag("annotation", Kind::Map("annotations")),
    short('e', "env", Kind::Map("environment")),
    flag("env-file", Kind::EnvFile),
    // Where it is reached.
    short('p', "publish", Kind::List("ports")),
    flag("expose", Kind::List("expose")),
    flag("network", Kind::Network),
    flag("net", Kind::Network),
    flag("network-alias", Kind::OnNetwork("aliases")),
    flag("net-alias", Kind::OnNetwork("aliases")),
    flag("ip", Kind::OnNetwork("ipv4_address")),
    flag("ip6", Kind::OnNetwork("ipv6_address")),
    flag("mac-address", Kind::Text("mac_address")),
    flag("link", Kind::List("external_links")),
    flag("dns", Kind::List("dns")),
    flag("dns-option", Kind::List("dns_opt")),
    flag("dns-opt", Kind::List("dns_opt")),
    flag("dns-search", Kind::List("dns_search")),
    flag("add-host", Kind::List("extra_hosts")),
    // What it keeps.
    short('v', "volume", Kind::Volume),
    flag("mount", Kind::Mount),
    flag("tmpfs", Kind::List("tmpfs")),
    flag("volumes-from", Kind::VolumesFrom),
    flag("read-only", Kind::Switch("read_only")),
    flag("shm-size", Kind::Text("shm_size")),
    flag("storage-opt", Kind::Map("storage_opt")),
    // What it may.
    flag("privileged", Kind::Switch("privileged")),
    flag("cap-add", Kind::List("cap_add")),
    flag("cap-drop", Kind::List("cap_drop")),
    flag("security-opt", Kind::List("security_opt")),
    flag("device", Kind::List("devices")),
    flag("device-cgroup-rule", Kind::List("device_cgroup_rules")),
    flag("gpus", Kind::Gpus),
    flag("group-add", Kind::List("group_add")),
    flag("userns", Kind::Text("userns_mode")),
    flag("ipc", Kind::Text("ipc")),
    flag("pid", Kind::Text("pid")),
    flag("uts", Kind::Text("uts")),
    flag("cgroupns", Kind::Text("cgroup")),
    flag("cgroup-parent", Kind::Text("cgroup_parent")),
    flag("sysctl", Kind::Map("sysctls")),
    flag("runtime", Kind::Text("runtime")),
    flag("isolation", Kind::Text("isolation")),
    // How much it may take.
    short('m', "memory", Kind::Text("mem_limit")),
    flag("memory-reservation", Kind::Text("mem_reservation")),
    flag("memory-swap", Kind::Text("memswap_limit")),
    flag("memory-swappiness", Kind::Number("mem_swappiness")),
    flag("cpus", Kind::Number("cpus")),
    short('c', "cpu-shares", Kind::Number("cpu_shares")),
    flag("cpu-period", Kind::Number("cpu_period")),
    flag("cpu-quota", Kind::Number("cpu_quota")),
    flag("cpu-rt-period", Kind::Number("cpu_rt_period")),
    flag("cpu-rt-runtime", Kind::Number("cpu_rt_runtime")),
    flag("cpuset-cpus", Kind::Text("cpuset")),
    flag("pids-limit", Kind::Number("pids_limit")),
    flag("ulimit", Kind::Ulimit),
    flag("oom-kill-disable", Kind::Switch("oom_kill_disable")),
    flag("oom-score-adj", Kind::Number("oom_score_adj")),
    // How it is looked after.
    flag("health-cmd", Kind::HealthCommand),
    flag("health-interval", Kind::Health("interval")),
    flag("health-timeout", Kind::Health("timeout")),
    flag("health-start-period", Kind::Health("start_period")),
    flag("health-start-interval", Kind::Health("start_interval")),
    flag("health-retries", Kind::HealthRetries),
    flag("no-healthcheck", Kind::NoHealthCheck),
    flag("log-driver", Kind::LogDriver),
    flag("log-opt", Kind::LogOption),
    // What a stack does by itself.
    short('d', "detach", Kind::Implied),
    // What has no place in a compose file.
    flag("rm", Kind::Idle(KEPT)),
    flag("replace", Kind::Idle(KEPT)),
    flag("sig-proxy", Kind::Idle(WATCHED)),
    short('a', "attach", Kind::Lost(WATCHED)),
    flag("detach-keys", Kind::Lost(WATCHED)),
    flag("cidfile", Kind::Lost(HERE)),
    flag("pidfile", Kind::Lost(HERE)),
    flag("label-file", Kind::Lost(HERE)),
    flag(
        "disable-content-trust",
        Kind::Idle("signatures are looked at as Podman is configured"),
    ),
    short('q', "quiet", Kind::Implied),
    short(
        'P',
        "publish-all",
        Kind::Idle("the ports of an image are not published all at once: name them"),
    ),
    flag("cpuset-mems", Kind::Lost("compose files have no key for it")),
    flag("kernel-memory", Kind::Lost("no kernel has it any more")),
    flag("blkio-weight", Kind::Lost(DISKS)),
    flag("blkio-weight-device", Kind::Lost(DISKS)),
    flag("device-read-bps", Kind::Lost(DISKS)),
    flag("device-write-bps", Kind::Lost(DISKS)),
    flag("device-read-iops", Kind::Lost(DISKS)),
    flag("device-write-iops", Kind::Lost(DISKS)),
    flag("pod", Kind::Lost(POD)),
    flag("secret", Kind::Lost("a stack has secrets of its own")),
];

#[cfg(test)]
mod tests {
    use super::FLAGS;

    #[test]
    fn an_option_stands_there_once() {
        for (number, flag) in FLAGS.iter().enumerate() {
            let others = &FLAGS[number + 1..];
            assert!(others.iter().all(|other| other.long != flag.long), "--{}", flag.long);
            let same = |other: &&super::Flag| flag.short.is_some() && other.short == flag.short;
            assert!(!others.iter().any(|other| same(&other)), "-{:?}", flag.short);
        }
    }
}
