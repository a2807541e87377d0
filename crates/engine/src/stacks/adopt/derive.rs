//! From what Podman says of containers to a compose file that makes others like them: pure.
//!
//! Only what differs from the image's own defaults is written, so that the file says what its owner said once.

use std::collections::{BTreeMap, BTreeSet};

use api::compose::{Diagnostic, Severity};
use podman::container::{HealthCheck, Mount as Mounted, Recipe};
use podman::image::Detail as Image;

use super::file::{Check, File, Member, Mount, Needed, Outside, Service, Ulimit};

/// The labels with the name of a compose project, of the tools that set them.
pub(super) const PROJECT: [&str; 2] = ["com.docker.compose.project", "io.podman.compose.project"];
/// The labels with the name of a service.
const SERVICE: [&str; 2] = ["com.docker.compose.service", "io.podman.compose.service"];
/// The labels that tools set, and set anew.
const OF_TOOLS: [&str; 5] = [
    "com.docker.compose.",
    "io.podman.compose.",
    "io.podman.annotations.",
    "io.buildah.",
    "PODMAN_SYSTEMD_UNIT",
];
/// What the name of a variable has in it whose value is nobody's business.
const SECRET: [&str; 7] = [
    "PASSWORD",
    "PASSWD",
    "SECRET",
    "TOKEN",
    "APIKEY",
    "API_KEY",
    "PRIVATE_KEY",
];

/// A container, and the image that it was made of.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) recipe: Recipe,
    pub(super) image: Image,
}

/// What containers are as a stack.
#[derive(Debug, Default)]
pub struct Derived {
    /// The compose file.
    pub compose: String,
    /// The `.env`, with what looks like a secret.
    pub env: String,
    /// The service of each container, in the order of the containers.
    pub services: Vec<String>,
    /// What could not be taken over.
    pub diagnostics: Vec<Diagnostic>,
}

/// The first of `names` among labels.
pub(super) fn label<'a>(labels: &'a BTreeMap<String, String>, names: &[&str]) -> Option<&'a str> {
    let found = names.iter().find_map(|name| labels.get(*name));
    found.map(String::as_str).filter(|value| !value.is_empty())
}

/// The compose file of containers that belong together.
pub(super) fn derive(found: &[Found]) -> Derived {
    let project = found
        .first()
        .and_then(|one| label(&one.recipe.labels, &PROJECT))
        .unwrap_or_default();
    let mut deriving = Deriving {
        project,
        found,
        names: found.iter().map(|one| service_name(&one.recipe)).collect(),
        file: File::default(),
        secrets: BTreeMap::new(),
        diagnostics: Vec::new(),
    };
    for number in 0..found.len() {
        let mut service = deriving.service(number);
        let name = deriving.names[number].clone();
        // Several alike are one service; of others that share its name, each is one of its own.
        match deriving.file.services.get_mut(&name) {
            None => drop(deriving.file.services.insert(name, service)),
            Some(first) if alike(first, &service) => first.scale = first.scale.max(1) + 1,
            Some(_) => {
                let own = (2..).map(|count| format!("{name}-{count}"));
                let taken = |own: &String| deriving.file.services.contains_key(own);
                let own = own.into_iter().find(|own| !taken(own)).unwrap_or(name);
                service.container_name.clear();
                deriving.names[number].clone_from(&own);
                deriving.file.services.insert(own, service);
            }
        }
    }
    let env: String = deriving
        .secrets
        .iter()
        .map(|(name, value)| format!("{name}='{value}'\n"))
        .collect();
    Derived {
        compose: compose::to_yaml(&deriving.file),
        env,
        services: deriving.names,
        diagnostics: deriving.diagnostics,
    }
}

fn service_name(recipe: &Recipe) -> String {
    label(&recipe.labels, &SERVICE).map_or_else(|| recipe.name.clone(), str::to_owned)
}

/// Whether two are containers of one service: names and volumes without one are each one's own.
fn alike(one: &Service, other: &Service) -> bool {
    let bare = |service: &Service| Service {
        container_name: String::new(),
        scale: 0,
        ..service.clone()
    };
    bare(one) == bare(other)
}

struct Deriving<'a> {
    project: &'a str,
    found: &'a [Found],
    names: Vec<String>,
    file: File,
    secrets: BTreeMap<String, String>,
    diagnostics: Vec<Diagnostic>,
}

impl Deriving<'_> {
    fn service(&mut self, number: usize) -> Service {
        let Found { recipe, image } = &self.found[number];
        let name = self.names[number].clone();
        let usual = &image.config;
        let same_entry = recipe.entrypoint == usual.entrypoint;
        let same_command = recipe.command == usual.command;
        // Without its command, an entry point has to be said, or the image's command would come back.
        let entrypoint = !same_entry || (recipe.command.is_empty() && !same_command);
        let command = !recipe.command.is_empty() && (!same_command || !same_entry);
        let mut service = Service {
            image: written(&recipe.image),
            entrypoint: entrypoint.then(|| all(&recipe.entrypoint)),
            command: command.then(|| all(&recipe.command)),
            labels: other_labels(recipe, image),
            user: differing(&recipe.user, &usual.user),
            working_dir: match usual.working_dir.as_str() {
                "" => differing(&recipe.working_dir, "/"),
                usual => differing(&recipe.working_dir, usual),
            },
            hostname: recipe.hostname.as_deref().map(written).unwrap_or_default(),
            tmpfs: recipe
                .memory
                .iter()
                .map(|(path, options)| memory(path, options))
                .collect(),
            restart: recipe.restart_policy.clone(),
            init: recipe.init,
            tty: recipe.terminal,
            stdin_open: recipe.input,
            read_only: recipe.read_only,
            privileged: recipe.privileged,
            cap_add: recipe.cap_add.clone(),
            cap_drop: recipe.cap_drop.clone(),
            devices: all(&recipe.devices),
            group_add: recipe.groups.clone(),
            security_opt: all(&recipe.security_options),
            extra_hosts: all(&recipe.hosts),
            dns: recipe.dns.clone(),
            dns_search: recipe.dns_search.clone(),
            dns_opt: recipe.dns_options.clone(),
            userns_mode: recipe.user_namespace.clone(),
            mem_limit: recipe.memory_limit,
            mem_reservation: recipe.memory_reservation,
            memswap_limit: recipe.memory_swap,
            cpus: processors(recipe.nano_cpus),
            cpuset: recipe.cpuset.clone(),
            cpu_shares: recipe.cpu_shares,
            pids_limit: recipe.pids,
            shm_size: recipe.shm_size,
            oom_score_adj: recipe.oom_score_adj,
            stop_signal: match same_signal(&recipe.stop_signal, &usual.stop_signal) {
                true => String::new(),
                false => recipe.stop_signal.clone(),
            },
            stop_grace_period: match recipe.stop_timeout {
                0 | 10 => String::new(),
                seconds => format!("{seconds}s"),
            },
            healthcheck: health_check(recipe.health_check.as_ref(), image.health_check.as_ref()),
            ..Service::default()
        };
        for kind in &recipe.shared {
            let place = match *kind {
                "pid" => &mut service.pid,
                "ipc" => &mut service.ipc,
                _ => &mut service.uts,
            };
            "host".clone_into(place);
        }
        let settings = recipe.kernel_settings.iter().filter_map(|both| both.split_once('='));
        service.sysctls = settings.map(|(name, value)| (written(name), written(value))).collect();
        let signed = |value: u64| i64::try_from(value).unwrap_or(-1);
        let limits = recipe.process_limits.iter();
        service.ulimits = limits
            .map(|limit| {
                (
                    limit.kind.clone(),
                    Ulimit {
                        soft: signed(limit.soft),
                        hard: signed(limit.hard),
                    },
                )
            })
            .collect();
        // A tool names its containers by project and service; who chose another name wants it.
        let tools = ["-", "_"].map(|dash| format!("{}{dash}{name}{dash}", self.project));
        if !self.project.is_empty() && !tools.iter().any(|usual| recipe.name.starts_with(usual.as_str())) {
            service.container_name.clone_from(&recipe.name);
        }
        self.environment(recipe, image, &name, &mut service);
        self.mounts(recipe, &name, &mut service);
        self.network(recipe, &name, &mut service);
        self.needs(recipe, number, &mut service);
        for lost in &recipe.lost {
            self.left_out(&name, &format!("{lost} is not taken over; give it to the stack anew"));
        }
        if recipe.image.is_empty() || recipe.image_id.starts_with(&recipe.image) {
            self.left_out(&name, "its image has no name any more; name one in its place");
        }
        service
    }

    fn environment(&mut self, recipe: &Recipe, image: &Image, name: &str, service: &mut Service) {
        let usual: BTreeMap<&str, &str> = image
            .config
            .environment
            .iter()
            .filter_map(|line| line.split_once('='))
            .collect();
        // Podman gives each a PATH.
        let own_path = |variable: &str| variable == "PATH" && !usual.contains_key("PATH");
        for (variable, value) in &recipe.environment {
            if usual.get(variable.as_str()) == Some(&value.as_str()) || own_path(variable) {
                continue;
            }
            let kept = self.secret(name, variable, value);
            service
                .environment
                .insert(variable.clone(), kept.unwrap_or_else(|| written(value)));
        }
    }

    /// Puts a value that looks like a secret into `.env`, and answers how it is written then.
    fn secret(&mut self, service: &str, variable: &str, value: &str) -> Option<String> {
        let upper = variable.to_ascii_uppercase();
        let is = SECRET.iter().any(|word| upper.contains(word)) && !upper.ends_with("_FILE");
        // What cannot stand between quotes stays where it is.
        if !is || value.is_empty() || value.contains(['\'', '\n', '\r', '\\']) {
            return None;
        }
        let plain = |text: &str| -> String {
            let keep = |c: char| {
                if c.is_ascii_alphanumeric() {
                    c.to_ascii_uppercase()
                } else {
                    '_'
                }
            };
            text.chars().map(keep).collect()
        };
        let names = [plain(variable), format!("{}_{}", plain(service), plain(variable))];
        let free = |name: &&String| self.secrets.get(*name).is_none_or(|has| has == value);
        let starts_well = |name: &&String| !name.starts_with(|c: char| c.is_ascii_digit());
        let key = names.iter().filter(starts_well).find(free)?.clone();
        self.secrets.insert(key.clone(), value.to_owned());
        Some(format!("${{{key}}}"))
    }

    fn mounts(&mut self, recipe: &Recipe, name: &str, service: &mut Service) {
        for mount in &recipe.mounts {
            let source = match mount.kind.as_str() {
                "volume" => self.volume(mount),
                "bind" => mount.source.clone(),
                "tmpfs" => continue,
                kind => {
                    let target = &mount.destination;
                    self.left_out(
                        name,
                        &format!("what is mounted at {target} is a {kind}, which is not taken over"),
                    );
                    continue;
                }
            };
            let (source, target) = (written(&source), written(&mount.destination));
            let read_only = !mount.writable;
            service.volumes.push(if source.contains(':') || target.contains(':') {
                Mount::Long {
                    r#type: mount.kind.clone(),
                    source,
                    target,
                    read_only,
                }
            } else {
                let mode = if read_only { ":ro" } else { "" };
                Mount::Short(format!("{source}:{target}{mode}"))
            });
        }
    }

    /// The key of a volume that is kept under its name.
    fn volume(&mut self, mount: &Mounted) -> String {
        let whole = Outside {
            name: written(&mount.name),
            external: true,
        };
        let own = self.own_part(&mount.name);
        let anonymous = mount.name.len() == 64 && mount.name.chars().all(|c| c.is_ascii_hexdigit());
        let wished = if anonymous {
            let path = mount.destination.trim_matches('/');
            path.replace(|c: char| !c.is_ascii_alphanumeric(), "-")
        } else {
            own
        };
        key(&mut self.file.volumes, &wished, whole)
    }

    /// The part of a name that a tool has put after the project's.
    fn own_part(&self, name: &str) -> String {
        let prefix = format!("{}_", self.project);
        let own = name
            .strip_prefix(&prefix)
            .filter(|own| !own.is_empty() && !self.project.is_empty());
        own.unwrap_or(name).to_owned()
    }

    fn network(&mut self, recipe: &Recipe, name: &str, service: &mut Service) {
        match recipe.network_mode.split_once(':') {
            None if matches!(recipe.network_mode.as_str(), "host" | "none") => {
                service.network_mode.clone_from(&recipe.network_mode);
                return;
            }
            Some(("container", id)) => {
                let place = self.found.iter().position(|one| one.recipe.id == id);
                match place {
                    Some(other) => service.network_mode = format!("service:{}", self.names[other]),
                    None => self.left_out(
                        name,
                        "it lives on the network of a container that is not adopted with it",
                    ),
                }
                return;
            }
            _ => {}
        }
        let ports = recipe.ports.iter();
        service.ports = ports.map(published).collect();
        for (network, endpoint) in &recipe.networks {
            // The one that each has by itself.
            if network == "podman" {
                continue;
            }
            let known = [name, recipe.name.as_str(), recipe.id.get(..12).unwrap_or_default()];
            let mut aliases = endpoint.aliases.clone();
            aliases.retain(|alias| !known.contains(&alias.as_str()));
            let own: BTreeSet<String> = aliases.iter().map(|alias| written(alias)).collect();
            let whole = Outside {
                name: written(network),
                external: true,
            };
            let own_part = self.own_part(network);
            let key = key(&mut self.file.networks, &own_part, whole);
            service.networks.insert(
                key,
                Member {
                    aliases: own.into_iter().collect(),
                },
            );
        }
    }

    fn needs(&self, recipe: &Recipe, number: usize, service: &mut Service) {
        let condition = |word: &str| Needed {
            condition: word.to_owned(),
        };
        let said = recipe.labels.get("com.docker.compose.depends_on");
        for needed in said.iter().flat_map(|said| said.split(',')) {
            let mut words = needed.split(':');
            let other = words.next().unwrap_or_default();
            if self.names.iter().any(|name| name == other) {
                let word = words.next().unwrap_or("service_started");
                service.depends_on.insert(other.to_owned(), condition(word));
            }
        }
        for id in &recipe.needs {
            let others = self.found.iter().zip(&self.names).enumerate();
            let mut others = others.filter(|(other, (one, _))| *other != number && one.recipe.id == *id);
            if let Some((_, (_, other))) = others.next() {
                let usual = condition("service_started");
                service.depends_on.entry(other.clone()).or_insert(usual);
            }
        }
    }

    fn left_out(&mut self, service: &str, words: &str) {
        self.diagnostics.push(Diagnostic {
            severity: Severity::Warning,
            code: "left-out".to_owned(),
            message: format!("{service}: {words}."),
            file: String::new(),
            span: None,
            path: format!("services.{service}"),
            hint: None,
            fix: None,
        });
    }
}

/// A text in a compose file, where a dollar begins a variable.
fn written(text: &str) -> String {
    text.replace('$', "$$")
}

fn all(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| written(text)).collect()
}

fn differing(value: &str, usual: &str) -> String {
    if value == usual { String::new() } else { written(value) }
}

/// The labels that neither the image nor a tool has put there.
fn other_labels(recipe: &Recipe, image: &Image) -> BTreeMap<String, String> {
    let of_tool = |name: &str| OF_TOOLS.iter().any(|tool| name.starts_with(tool));
    let own = recipe.labels.iter();
    let own = own.filter(|(name, value)| !of_tool(name) && image.config.labels.get(*name) != Some(value));
    own.map(|(name, value)| (name.clone(), written(value))).collect()
}

fn memory(path: &str, options: &[String]) -> String {
    let colon = if options.is_empty() { "" } else { ":" };
    written(&format!("{path}{colon}{}", options.join(",")))
}

#[expect(clippy::cast_precision_loss, reason = "a share of processors has few digits")]
fn processors(billionths: i64) -> f64 {
    billionths as f64 / 1e9
}

fn same_signal(one: &str, other: &str) -> bool {
    let bare = |signal: &str| match signal.trim_start_matches("SIG") {
        "" | "15" => "TERM".to_owned(),
        word => word.to_owned(),
    };
    bare(one) == bare(other)
}

fn health_check(own: Option<&HealthCheck>, usual: Option<&HealthCheck>) -> Option<Check> {
    let Some(check) = own.filter(|_| own != usual) else {
        // Taken away from what the image has.
        return usual.filter(|_| own.is_none()).map(|_| Check {
            test: vec!["NONE".to_owned()],
            ..Check::default()
        });
    };
    let length = |length: std::time::Duration| match (length.as_millis(), length.as_millis() % 1000) {
        (0, _) => String::new(),
        (whole, 0) => format!("{}s", whole / 1000),
        (millis, _) => format!("{millis}ms"),
    };
    Some(Check {
        test: all(&check.test),
        interval: length(check.interval),
        timeout: length(check.timeout),
        start_period: length(check.start_period),
        retries: check.retries,
    })
}

fn published(port: &podman::container::Port) -> String {
    let host = match (port.host_address.as_str(), port.host_port) {
        ("" | "0.0.0.0", 0) => String::new(),
        ("" | "0.0.0.0", host) => format!("{host}:"),
        (address, host) if address.contains(':') => format!("[{address}]:{host}:"),
        (address, host) => format!("{address}:{host}:"),
    };
    let protocol = if port.protocol == "tcp" {
        String::new()
    } else {
        format!("/{}", port.protocol)
    };
    format!("{host}{}{protocol}", port.container_port)
}

/// The key of something outside: `wished`, unless another thing has that.
fn key(all: &mut BTreeMap<String, Outside>, wished: &str, whole: Outside) -> String {
    let base = match wished.trim_matches(|c: char| !c.is_ascii_alphanumeric()) {
        "" => "data",
        wished => wished,
    };
    let numbered = (2..).map(|count| format!("{base}-{count}"));
    let mut keys = std::iter::once(base.to_owned()).chain(numbered);
    let fits = |key: &String| all.get(key).is_none_or(|has| *has == whole);
    let key = keys.find(fits).unwrap_or_else(|| base.to_owned());
    all.insert(key.clone(), whole);
    key
}
