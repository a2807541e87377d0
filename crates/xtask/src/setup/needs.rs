//! Programs and files that must be here, and the packages that bring them.

use super::Purpose;
use super::facts::Facts;
use crate::shell;
use std::path::Path;

/// Something that must be here.
pub(crate) struct Need {
    /// Its name in the facts.
    pub(crate) name: &'static str,
    /// Programs or absolute paths; one of them is enough.
    places: &'static [&'static str],
    /// The package of Debian and its relatives.
    pub(super) deb: &'static str,
    /// The package of Fedora and its relatives.
    pub(super) rpm: &'static str,
    /// When it is needed.
    when: fn(&Facts, Purpose) -> bool,
}

const fn need(name: &'static str, places: &'static [&'static str], deb: &'static str, rpm: &'static str) -> Need {
    Need {
        name,
        places,
        deb,
        rpm,
        when: |_, _| true,
    }
}

impl Need {
    const fn when(self, when: fn(&Facts, Purpose) -> bool) -> Need {
        Need { when, ..self }
    }

    /// True when it is on this machine.
    pub(super) fn is_here(&self) -> bool {
        self.places.iter().any(|place| match place.starts_with('/') {
            true => Path::new(place).exists(),
            false => shell::which(place).is_some(),
        })
    }

    /// True when these facts say that it is needed and absent.
    pub(super) fn is_missing(&self, facts: &Facts, purpose: Purpose) -> bool {
        (self.when)(facts, purpose) && !facts.present.iter().any(|present| present == self.name)
    }
}

/// Everything, in the order in which a person would like to read it.
pub(crate) const NEEDS: [Need; 33] = [
    need("podman", &["podman"], "podman", "podman"),
    // crun, the usual runtime, refuses a tree of control groups that is not the unified one alone.
    need("runc", &["runc"], "runc", "runc").when(|facts, _| !facts.cgroup2),
    need("crun", &["crun"], "crun", "crun"),
    need("newuidmap", &["newuidmap"], "uidmap", "shadow-utils"),
    need("slirp4netns", &["slirp4netns"], "slirp4netns", "slirp4netns"),
    need(
        "fuse-overlayfs",
        &["fuse-overlayfs"],
        "fuse-overlayfs",
        "fuse-overlayfs",
    ),
    need(
        "netavark",
        &["/usr/lib/podman/netavark", "/usr/libexec/podman/netavark"],
        "netavark",
        "netavark",
    ),
    need(
        "aardvark-dns",
        &["/usr/lib/podman/aardvark-dns", "/usr/libexec/podman/aardvark-dns"],
        "aardvark-dns",
        "aardvark-dns",
    ),
    need(
        "catatonit",
        &["catatonit", "/usr/libexec/podman/catatonit"],
        "catatonit",
        "catatonit",
    ),
    // Without it every bridge network fails, with a message about netavark.
    need("iptables", &["iptables"], "iptables", "iptables-nft"),
    // Podman 5 makes rootless networks with it.
    need("pasta", &["pasta"], "passt", "passt")
        .when(|facts, _| !(facts.system.id == "debian" && facts.system.version == "12")),
    need(
        "user bus",
        &["/usr/lib/systemd/user/dbus.socket"],
        "dbus-user-session",
        "dbus-daemon",
    )
    .when(|facts, _| facts.systemd),
    need("setpriv", &["setpriv"], "util-linux", "util-linux").when(|facts, _| facts.root),
    // SQLite is compiled with the server.
    need("cc", &["cc", "gcc", "clang"], "gcc", "gcc"),
    need("libc headers", &["/usr/include/stdio.h"], "libc6-dev", "glibc-devel"),
    need("node", &["node"], "nodejs", "nodejs"),
    need("npm", &["npm"], "npm", "nodejs-npm"),
    need("busybox", &["busybox"], "busybox-static", "busybox").when(|_, purpose| purpose >= Purpose::Test),
    // Pulls, passwords for them, and updates are tested against a real registry on loopback.
    need("docker-registry", &["docker-registry"], "docker-registry", "")
        .when(|facts, purpose| purpose >= Purpose::Test && matches!(facts.system.id.as_str(), "debian" | "ubuntu")),
    // Certificates are asked of a real authority on loopback.
    need("pebble", &["pebble"], "pebble", "")
        .when(|facts, purpose| purpose >= Purpose::Test && facts.system.id == "debian"),
    need(
        "chromium",
        &["chromium", "chromium-browser", "google-chrome"],
        "chromium",
        "chromium",
    )
    .when(|_, purpose| purpose >= Purpose::Test),
    // A clock that is wrong, and a disk that fails, for one program alone.
    need("faketime", &["faketime"], "faketime", "libfaketime").when(|_, purpose| purpose >= Purpose::Test),
    need("strace", &["strace"], "strace", "strace").when(|_, purpose| purpose >= Purpose::Test),
    // Attacks on the proxy.
    need("slowhttptest", &["slowhttptest"], "slowhttptest", "slowhttptest").when(|_, purpose| purpose >= Purpose::Test),
    // A kernel as a program: a machine whose plug can be pulled. Only Debian has it.
    need("uml", &["/usr/bin/linux.uml"], "user-mode-linux", "")
        .when(|facts, purpose| purpose >= Purpose::Test && facts.system.id == "debian"),
    // The large story's database is of Debian packages, and so is one of the tools that deploys are measured beside.
    need("mmdebstrap", &["mmdebstrap"], "mmdebstrap", "")
        .when(|facts, purpose| purpose >= Purpose::Bench && facts.system.id == "debian"),
    need(
        "mkfs.ext4",
        &["/usr/sbin/mkfs.ext4", "/sbin/mkfs.ext4"],
        "e2fsprogs",
        "e2fsprogs",
    )
    .when(|_, purpose| purpose >= Purpose::Test),
    need(
        "systemd-socket-activate",
        &["systemd-socket-activate"],
        "systemd",
        "systemd",
    )
    .when(|_, purpose| purpose >= Purpose::Test),
    // The scripts that compare with docker compose read YAML.
    need(
        "pyyaml",
        &["/usr/lib/python3/dist-packages/yaml"],
        "python3-yaml",
        "python3-pyyaml",
    )
    .when(|facts, purpose| purpose >= Purpose::Test && facts.system.id == "debian"),
    // The proxies that ours is measured beside, and what asks them.
    need("nginx", &["nginx"], "nginx-light", "nginx").when(is_bench),
    need("haproxy", &["haproxy"], "haproxy", "haproxy").when(is_bench),
    need("wrk", &["wrk"], "wrk", "wrk").when(is_bench),
    need("h2load", &["h2load"], "nghttp2-client", "nghttp2").when(is_bench),
];

fn is_bench(_: &Facts, purpose: Purpose) -> bool {
    purpose == Purpose::Bench
}
