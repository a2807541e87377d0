//! The policy: one function over the finished specs, for every way in.
//!
//! What a container may do of itself is fine; what reaches beyond it needs an administrator's word, item by item; what
//! would hand over the machine or Stardeck itself is refused to everybody. Where a bind leads to is looked up on the
//! disk through links; nothing else is.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use podman::container::{Namespace, Spec};

use super::{Ground, Verdict, Wanted};

/// Capabilities that Podman gives by itself, or that reach nothing outside of the container.
const HARMLESS: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];
/// Folders of the machine, and all below them, that nobody may hand over.
pub(crate) const CLOSED: [&str; 9] = [
    "/proc", "/sys", "/dev", "/run", "/var/run", "/boot", "/root", "/etc", "/var/lib",
];
/// Folders of a home that hold keys, and what containers are made of.
pub(crate) const KEYS: [&str; 5] = [
    ".ssh",
    ".gnupg",
    ".config",
    ".local/share/containers",
    ".local/share/stardeck",
];
/// The most that a folder in memory may be said to hold.
const MEMORY: u64 = 16 << 30;

/// What is not allowed as it is.
pub(crate) fn judge(ground: &Ground<'_>, wanted: &Wanted) -> Vec<Verdict> {
    let mut verdicts = Verdicts(Vec::new());
    for service in &wanted.services {
        let mut court = Court {
            service: &service.name,
            verdicts: &mut verdicts,
        };
        if let Some(build) = &service.build {
            court.build(ground, &build.context);
        }
        for container in &service.replicas {
            let mut court = Court {
                service: &service.name,
                verdicts: &mut verdicts,
            };
            court.rights(&container.spec);
            court.namespaces(&container.spec, wanted);
            court.confinement(&container.spec);
            court.mounts(ground, &container.spec);
            court.ports(&container.spec);
        }
    }
    for volume in wanted.volumes.iter().filter(|volume| !volume.external) {
        let mut court = Court {
            service: "",
            verdicts: &mut verdicts,
        };
        court.volume(ground, &volume.name, &volume.spec.options);
    }
    for (network, name) in wanted.networks.iter().map(|network| (network, &network.name)) {
        let foreign = network.external && matches!(name.as_str(), "host" | "none");
        let mut court = Court {
            service: "",
            verdicts: &mut verdicts,
        };
        court.when(foreign, |court| court.never("network", name, "is the machine's own"));
    }
    verdicts.0
}

struct Verdicts(Vec<Verdict>);

/// Judges one service.
struct Court<'a> {
    service: &'a str,
    verdicts: &'a mut Verdicts,
}

impl Court<'_> {
    fn rights(&mut self, spec: &Spec) {
        self.when(spec.privileged, |court| {
            court.ask("privileged", "", "asks for all rights that Podman itself has");
        });
        for capability in &spec.cap_add {
            let upper = capability.to_ascii_uppercase();
            let name = upper.strip_prefix("CAP_").unwrap_or(&upper);
            if !HARMLESS.contains(&name) {
                self.ask("cap_add", name, "asks for a capability");
            }
        }
        for device in &spec.devices {
            self.ask("device", &device.path, "asks for a device of the machine");
        }
        for group in &spec.groups {
            self.ask("group_add", group, "asks for a further group");
        }
        for (name, value) in &spec.kernel_settings {
            self.ask("sysctl", &format!("{name}={value}"), "changes a kernel setting");
        }
    }

    fn namespaces(&mut self, spec: &Spec, wanted: &Wanted) {
        let shared = [
            ("pid", &spec.process_namespace),
            ("ipc", &spec.ipc_namespace),
            ("uts", &spec.uts_namespace),
            ("cgroup", &spec.cgroup_namespace),
            ("userns_mode", &spec.user_namespace),
            ("network_mode", &spec.network_namespace),
        ];
        for (kind, namespace) in shared {
            let Some(Namespace { mode, value }) = namespace else {
                continue;
            };
            match (kind, mode.as_str()) {
                (_, "private" | "bridge" | "none" | "keep-id" | "auto" | "nomap") => {}
                (kind, "host") => self.ask(kind, "host", "shares a namespace with the machine"),
                ("network_mode", "container") if is_own(wanted, value) => {}
                (kind, mode) => self.never(
                    kind,
                    &format!("{mode}:{value}"),
                    "shares a namespace with what is not its own",
                ),
            }
        }
    }

    fn confinement(&mut self, spec: &Spec) {
        self.when(!spec.no_new_privileges, |court| {
            court.ask(
                "security_opt",
                "no-new-privileges=false",
                "may gain rights that it did not start with",
            );
        });
        for option in &spec.selinux {
            self.ask(
                "security_opt",
                &format!("label={option}"),
                "changes its confinement by SELinux",
            );
        }
        self.when(!spec.apparmor.is_empty(), |court| {
            court.ask(
                "security_opt",
                &format!("apparmor={}", spec.apparmor),
                "changes its confinement by AppArmor",
            );
        });
        self.when(!spec.seccomp.is_empty(), |court| {
            court.ask(
                "security_opt",
                &format!("seccomp={}", spec.seccomp),
                "changes which system calls it may make",
            );
        });
        self.when(!spec.runtime.is_empty(), |court| {
            court.ask("runtime", &spec.runtime, "asks for another runtime");
        });
        // What has no field is unknown here, so it is refused.
        for key in spec.more.keys() {
            self.never("option", key, "asks for something that nobody has judged");
        }
    }

    fn mounts(&mut self, ground: &Ground<'_>, spec: &Spec) {
        for mount in &spec.mounts {
            match mount.kind.as_str() {
                "tmpfs" => {
                    let sizes = mount.options.iter().filter_map(|option| option.strip_prefix("size="));
                    for size in sizes {
                        if bytes(size).is_none_or(|bytes| bytes > MEMORY) {
                            self.never(
                                "tmpfs",
                                &mount.destination,
                                "is larger than 16 GiB, or of no size that is known",
                            );
                        }
                    }
                }
                "bind" => self.bind(ground, &mount.source),
                kind => self.never("mount", kind, "is no kind of mount that is known"),
            }
            let shared = mount
                .options
                .iter()
                .find(|option| matches!(option.as_str(), "shared" | "rshared"));
            if let Some(option) = shared {
                self.never("propagation", option, "would mount on the machine");
            }
        }
    }

    /// The options of a volume are those of a mount: a bind by another name, or anything.
    fn volume(&mut self, ground: &Ground<'_>, name: &str, options: &BTreeMap<String, String>) {
        let option = |key: &str| options.get(key).map(String::as_str).unwrap_or_default();
        let known = options
            .keys()
            .all(|key| matches!(key.as_str(), "type" | "o" | "device"));
        let binds = option("o").split(',').any(|word| matches!(word, "bind" | "rbind"));
        match option("type") {
            "" if options.is_empty() => {}
            "none" | "bind" | "" if known && binds => self.bind(ground, option("device")),
            "tmpfs" if known && !binds => {}
            _ => self.never(
                "volume",
                name,
                "has options that mount something of the machine or of the network",
            ),
        }
    }

    fn bind(&mut self, ground: &Ground<'_>, source: &str) {
        match place(ground, Path::new(source)) {
            Place::Inside => {}
            Place::Closed => self.never("bind", source, "leads to what no container may have"),
            Place::Outside => self.ask("bind", source, "asks for a path outside of the folder of its stack"),
        }
    }

    /// What a build sees is inside the folder of the stack, also by the links on the disk.
    fn build(&mut self, ground: &Ground<'_>, context: &Path) {
        let inside = place(ground, &ground.home.join(context)) == Place::Inside;
        self.when(!inside, |court| {
            let shown = context.to_string_lossy();
            court.never("build", &shown, "leads out of the folder of its stack");
        });
    }

    fn ports(&mut self, spec: &Spec) {
        for port in &spec.ports {
            if port.host_address != "127.0.0.1" || port.host_port != 0 {
                self.never(
                    "port",
                    &port.container_port.to_string(),
                    "would open a port of the machine",
                );
            }
        }
    }

    fn when(&mut self, is: bool, then: impl FnOnce(&mut Self)) {
        if is {
            then(self);
        }
    }

    /// An administrator can agree to it.
    fn ask(&mut self, kind: &str, what: &str, why: &str) {
        self.say(kind, what, why, true);
    }

    /// Nobody can.
    fn never(&mut self, kind: &str, what: &str, why: &str) {
        self.say(kind, what, why, false);
    }

    fn say(&mut self, kind: &str, what: &str, why: &str, consentable: bool) {
        let id = format!("{}:{kind}:{what}", self.service);
        if self.verdicts.0.iter().any(|verdict| verdict.id == id) {
            return;
        }
        let who = if self.service.is_empty() {
            "The stack"
        } else {
            self.service
        };
        let what = if what.is_empty() {
            String::new()
        } else {
            format!(" ({what})")
        };
        self.verdicts.0.push(Verdict {
            id,
            service: self.service.to_owned(),
            message: format!("{who}: `{kind}`{what} {why}."),
            consentable,
        });
    }
}

/// Whether a container of this project has that name.
fn is_own(wanted: &Wanted, name: &str) -> bool {
    let mut all = wanted.services.iter().flat_map(|service| &service.replicas);
    all.any(|container| container.name == name)
}

/// Where a path of the machine leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Into the folder of the stack.
    Inside,
    /// To somewhere else.
    Outside,
    /// To what no container may have.
    Closed,
}

/// Where `path` leads to, by its words and by the links on the disk: the worse of both counts.
fn place(ground: &Ground<'_>, path: &Path) -> Place {
    if !path.is_absolute() || path.components().any(|part| part == Component::ParentDir) {
        return Place::Closed;
    }
    // What is not there yet is judged by what it would be made in.
    let there = path.ancestors().find_map(|path| std::fs::canonicalize(path).ok());
    let real = there.unwrap_or_else(|| PathBuf::from("/"));
    let home = std::fs::canonicalize(ground.home);
    // Below a folder that is not there yet, no link leads anywhere.
    let leads_inside = home.as_ref().map_or(true, |home| real.starts_with(home));
    if path.starts_with(ground.home) && leads_inside {
        return Place::Inside;
    }
    let home = home.unwrap_or_else(|_| ground.home.to_owned());
    // The data of Stardeck: the folders of all stacks are in it, and its database.
    let data = home.parent().and_then(Path::parent).unwrap_or(&home);
    let closed = |path: &Path| {
        path == Path::new("/")
            || path.starts_with(data)
            || data.starts_with(path)
            || CLOSED.iter().any(|closed| path.starts_with(closed))
            || is_key(path)
    };
    if closed(path) || closed(&real) && there_is(path) {
        Place::Closed
    } else {
        Place::Outside
    }
}

/// Whether the path itself is there, so that what it leads to is what would be handed over.
fn there_is(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok()
}

/// Whether a path is, or is below, a folder of a home that holds keys; or a home itself, which holds them all.
fn is_key(path: &Path) -> bool {
    let parts: Vec<_> = path.components().filter_map(|part| part.as_os_str().to_str()).collect();
    let below = |home: usize| -> bool {
        let rest: PathBuf = parts.iter().skip(home).collect();
        rest.as_os_str().is_empty()
            || KEYS
                .iter()
                .any(|key| rest.starts_with(key) || Path::new(key).starts_with(&rest))
    };
    parts.get(1) == Some(&"home") && parts.len() >= 2 && (parts.len() == 2 || below(3))
}

/// A size as `tmpfs` takes it: bytes, or with `k`, `m`, `g`.
fn bytes(text: &str) -> Option<u64> {
    let text = text.to_ascii_lowercase();
    let units = [('k', 10), ('m', 20), ('g', 30)];
    let unit = units
        .iter()
        .find_map(|(unit, shift)| Some((text.strip_suffix(*unit)?, *shift)));
    let (number, shift) = unit.unwrap_or((&text, 0));
    number.parse::<u64>().ok()?.checked_mul(1 << shift)
}
