//! Whether the parts of a project fit together.

use std::collections::{BTreeMap, HashMap};

use crate::model::{Project, Service};
use crate::places::Places;
use crate::report::{Code, Finding, Report};
use crate::text::words;

/// Checks the enabled services and what they use.
pub(crate) fn check(project: &Project, places: &Places<'_>, report: &mut Report) {
    for (name, service) in &project.services {
        let mut checks = Checks {
            project,
            name,
            service,
            places,
            report,
        };
        checks.image();
        checks.references();
        checks.deploy();
        checks.mounts();
        checks.surprises();
    }
    for (name, secret) in &project.secrets {
        let sourced = secret.external || !secret.file.is_empty() || !secret.environment.is_empty();
        if !sourced {
            let message = format!("the secret `{name}` needs a `file` or an `environment`");
            report
                .error(Code::MissingKey, places.of(&["secrets", name]), message)
                .path(format!("secrets.{name}"));
        }
    }
    cycles(project, places, report);
    container_names(project, places, report);
}

struct Checks<'a> {
    project: &'a Project,
    name: &'a str,
    service: &'a Service,
    places: &'a Places<'a>,
    report: &'a mut Report,
}

impl Checks<'_> {
    fn error(&mut self, code: Code, below: &[&str], message: String) -> &mut Finding {
        let path: Vec<&str> = ["services", self.name]
            .into_iter()
            .chain(below.iter().copied())
            .collect();
        self.report
            .error(code, self.places.of(&path), message)
            .path(path.join("."))
    }

    fn image(&mut self) {
        let (name, service) = (self.name, self.service);
        let Some(build) = &service.build else {
            if service.image.is_empty() && service.provider.is_none() {
                self.error(
                    Code::NoImage,
                    &[],
                    format!("the service `{name}` has neither an `image` nor a `build`"),
                );
            }
            return;
        };
        if !build.dockerfile.is_empty() && !build.dockerfile_inline.is_empty() {
            let message = "`dockerfile` and `dockerfile_inline` exclude each other".to_owned();
            self.error(Code::Conflict, &["build", "dockerfile_inline"], message);
        }
        for (context, source) in &build.additional_contexts {
            let Some(target) = source.strip_prefix("service:") else {
                continue;
            };
            let message = match self.project.services.get(target) {
                None => format!("the context `{context}` names the service `{target}`, which is not there"),
                Some(service) if service.build.is_none() => {
                    format!("the context `{context}` names the service `{target}`, which is not built")
                }
                Some(_) => continue,
            };
            self.error(Code::Undefined, &["build", "additional_contexts", context], message);
        }
        let platforms = &build.platforms.0;
        if !platforms.is_empty() && !service.platform.is_empty() && !platforms.contains(&service.platform) {
            let message = format!(
                "`build.platforms` must hold the service's own platform, `{}`",
                service.platform
            );
            self.error(Code::Conflict, &["platform"], message);
        }
    }

    fn references(&mut self) {
        let (project, service) = (self.project, self.service);
        if !service.network_mode.is_empty() && !service.networks.is_empty() {
            let message = "`network_mode` and `networks` exclude each other".to_owned();
            self.error(Code::Conflict, &["network_mode"], message);
        }
        for network in service
            .networks
            .keys()
            .filter(|name| !project.networks.contains_key(*name))
        {
            self.undefined("network", network, &["networks", network]);
        }
        for (index, mount) in service.volumes.iter().enumerate() {
            let named = mount.kind == "volume" && !mount.source.is_empty();
            if named && !project.volumes.contains_key(&mount.source) {
                self.undefined("volume", &mount.source, &["volumes", &index.to_string()]);
            }
        }
        let build_secrets = service.build.iter().flat_map(|build| &build.secrets);
        for secret in service.secrets.iter().chain(build_secrets) {
            if !project.secrets.contains_key(&secret.source) {
                self.undefined("secret", &secret.source, &["secrets"]);
            }
        }
        for config in service
            .configs
            .iter()
            .filter(|config| !project.configs.contains_key(&config.source))
        {
            self.undefined("config", &config.source, &["configs"]);
        }
        for model in service.models.keys().filter(|name| !project.models.contains_key(*name)) {
            self.undefined("model", model, &["models", model]);
        }
        for (target, dependency) in &service.depends_on {
            if project.services.contains_key(target) {
                continue;
            }
            match project.disabled_services.get(target) {
                Some(_) if !dependency.required => {}
                Some(disabled) => {
                    let message = format!("`{target}` is needed here, but no profile that is chosen enables it");
                    let profiles = disabled.profiles.join("`, `");
                    self.error(Code::Undefined, &["depends_on", target], message)
                        .hint(format!(
                            "choose one of its profiles (`{profiles}`), or write `required: false`"
                        ));
                }
                None => self.undefined("service", target, &["depends_on", target]),
            }
        }
        if let Some(target) = service.network_mode.strip_prefix("service:")
            && !project.services.contains_key(target)
        {
            self.undefined("service", target, &["network_mode"]);
        }
        if let Some(first) = service.healthcheck.as_ref().and_then(|check| check.test.0.first())
            && !matches!(first.as_str(), "CMD" | "CMD-SHELL" | "NONE")
        {
            let message = format!("the test of a health check starts with CMD, CMD-SHELL or NONE, not `{first}`");
            self.error(Code::BadValue, &["healthcheck", "test"], message);
        }
    }

    fn undefined(&mut self, kind: &str, name: &str, below: &[&str]) {
        let message = format!("the {kind} `{name}` is used here, but defined nowhere");
        let finding = self.error(Code::Undefined, below, message);
        if kind != "service" {
            finding.hint(format!("define it at the top of the file, under `{kind}s`"));
        }
    }

    fn deploy(&mut self) {
        let service = self.service;
        let deploy = service.deploy.as_ref();
        let replicas = deploy.and_then(|deploy| deploy.replicas);
        if let (Some(scale), Some(replicas)) = (service.scale, replicas)
            && scale != replicas
        {
            self.twice("scale", "deploy.replicas");
        }
        if service.scale.is_some_and(|scale| scale < 0) {
            self.error(Code::BadValue, &["scale"], "`scale` must be at least 0".to_owned());
        }
        if replicas.is_some_and(|replicas| replicas < 0) {
            let message = "`deploy.replicas` must be at least 0".to_owned();
            self.error(Code::BadValue, &["deploy", "replicas"], message);
        }
        let limits = deploy.and_then(|deploy| deploy.resources.limits.as_ref());
        let reservations = deploy.and_then(|deploy| deploy.resources.reservations.as_ref());
        if let Some(limits) = limits {
            if service.cpus != 0.0 && limits.cpus != service.cpus {
                self.twice("cpus", "deploy.resources.limits.cpus");
            }
            if service.mem_limit.0 != 0 && limits.memory != service.mem_limit {
                self.twice("mem_limit", "deploy.resources.limits.memory");
            }
            if service.pids_limit != 0 && limits.pids != service.pids_limit {
                self.twice("pids_limit", "deploy.resources.limits.pids");
            }
        }
        if reservations
            .is_some_and(|reserved| service.mem_reservation.0 != 0 && reserved.memory != service.mem_reservation)
        {
            self.twice("mem_reservation", "deploy.resources.reservations.memory");
        }
        if service.scale.or(replicas).unwrap_or(1) > 1 && !service.container_name.is_empty() {
            let message = "several containers cannot share the one `container_name`".to_owned();
            self.error(Code::Conflict, &["container_name"], message);
        }
        for watch in service.develop.iter().flat_map(|develop| &develop.watch) {
            if watch.target.is_empty() && !matches!(watch.action.as_str(), "rebuild" | "restart") {
                let message = format!("the action `{}` needs a `target`", watch.action);
                self.error(Code::MissingKey, &["develop", "watch"], message);
            }
        }
    }

    fn twice(&mut self, one: &str, other: &str) {
        let message = format!("`{one}` and `{other}` are given different values");
        self.error(Code::Conflict, &[one], message).hint("remove one of them");
    }

    fn mounts(&mut self) {
        let mut targets: HashMap<&str, String> = HashMap::new();
        let service = self.service;
        let tmpfs = service
            .tmpfs
            .0
            .iter()
            .map(|tmpfs| tmpfs.split(':').next().unwrap_or_default());
        let tmpfs = tmpfs.enumerate().map(|(index, target)| ("tmpfs", index, target));
        let volumes = service
            .volumes
            .iter()
            .enumerate()
            .map(|(index, mount)| ("volumes", index, mount.target.as_str()));
        for (key, index, target) in tmpfs.chain(volumes) {
            if let Some(first) = targets.insert(target, format!("{key}[{index}]")) {
                let message = format!("something is already mounted at `{target}`, by `{first}`");
                self.error(Code::DuplicateMount, &[key, &index.to_string()], message);
            }
        }
    }

    /// Warns of what docker compose reads in another way than it looks.
    fn surprises(&mut self) {
        for key in ["mem_limit", "mem_reservation", "memswap_limit", "shm_size"] {
            if self.places.is_float(&["services", self.name, key]) {
                let path = ["services", self.name, key];
                let message = format!("docker compose ignores `{key}` where it is a number with a point");
                let finding = self.report.warning(Code::Surprising, self.places.of(&path), message);
                finding
                    .path(path.join("."))
                    .hint("write a whole number of bytes, or a text such as `1.5g`");
            }
        }
        for key in ["command", "entrypoint"] {
            let Some(line) = self.places.text(&["services", self.name, key]) else {
                continue;
            };
            if let Some(cut) = words::split(line).and_then(|split| split.cut_at) {
                let path = ["services", self.name, key];
                let message = format!("the command ends before `{cut}`: it runs without a shell");
                self.report
                    .warning(Code::ShellSyntax, self.places.of(&path), message)
                    .path(path.join("."))
                    .hint(format!("run a shell: `{key}: [\"sh\", \"-c\", \"…\"]`"));
            }
        }
    }
}

fn cycles(project: &Project, places: &Places<'_>, report: &mut Report) {
    let mut done: BTreeMap<&str, bool> = BTreeMap::new();
    for name in project.services.keys() {
        // Depth first, with a stack of its own: (service, the dependencies that are left).
        let mut stack = vec![(name.as_str(), project.services[name].depends_on.keys())];
        if done.contains_key(name.as_str()) {
            continue;
        }
        done.insert(name, false);
        while let Some((at, left)) = stack.last_mut() {
            let at = *at;
            let Some(next) = left.next() else {
                done.insert(at, true);
                stack.pop();
                continue;
            };
            match (done.get(next.as_str()), project.services.get(next)) {
                (Some(true), _) | (_, None) => {}
                (Some(false), _) => {
                    let from = stack.iter().position(|(name, _)| name == next).unwrap_or(0);
                    let circle: Vec<_> = stack[from..]
                        .iter()
                        .map(|(name, _)| *name)
                        .chain([next.as_str()])
                        .collect();
                    let message = format!("services depend on each other in a circle: {}", circle.join(" → "));
                    let place = places.of(&["services", at, "depends_on", next]);
                    report
                        .error(Code::DependencyCycle, place, message)
                        .path(format!("services.{at}.depends_on"));
                }
                (None, Some(service)) => {
                    done.insert(next, false);
                    stack.push((next, service.depends_on.keys()));
                }
            }
        }
    }
}

fn container_names(project: &Project, places: &Places<'_>, report: &mut Report) {
    let mut names: HashMap<&str, &str> = HashMap::new();
    for (name, service) in project
        .services
        .iter()
        .filter(|(_, service)| !service.container_name.is_empty())
    {
        if let Some(first) = names.insert(&service.container_name, name) {
            let message = format!(
                "the container name `{}` is already that of the service `{first}`",
                service.container_name
            );
            let place = places.of(&["services", name, "container_name"]);
            report
                .error(Code::DuplicateName, place, message)
                .path(format!("services.{name}.container_name"));
        }
    }
}
