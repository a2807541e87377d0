//! A service → the specs of its containers.

use std::collections::BTreeMap;
use std::time::Duration;

use api::compose::Severity;
use api::name::StackName;
use compose::Project;
use compose::model::Service;
use podman::container::{HealthCheck, Spec};
use podman::system::Capabilities;
use sha2::{Digest, Sha256};

use super::{
    Condition, Dependency, Fit, Ground, Here, PullPolicy, Report, WantedContainer, WantedService, build, confine,
    limits, mounts, network,
};
use crate::things::reference::Reference;

/// The most containers of one service.
const REPLICAS: i64 = 50;

pub(super) fn wanted(
    ground: &Ground<'_>,
    project: &Project,
    name: &str,
    service: &Service,
    capabilities: &Capabilities,
    report: &mut Report,
) -> WantedService {
    let at = format!("services.{name}");
    let (refused, spare) = untranslated(service);
    for key in refused {
        report.refuse(true, &format!("{at}.{key}"), "Stardeck does not act on this key yet");
    }
    for key in spare {
        report.warn(
            true,
            &format!("{at}.{key}"),
            "nothing here depends on it; it is left out",
            "",
        );
    }
    report.own_labels(&at, &service.labels.0);
    let build = build::wanted(ground, project, service, &at, report);
    let image = match (&build, service.image.as_str()) {
        (Some(_), "") => full_name(&format!("localhost/{}-{name}", ground.stack).to_lowercase()),
        (_, image) => full_name(image),
    };
    report.refuse(
        image.is_none(),
        &format!("{at}.image"),
        "this is not the name of an image",
    );
    let image = image.unwrap_or_default();
    let deploy = service.deploy.as_ref();
    let replicas = service.scale.or(deploy.and_then(|deploy| deploy.replicas)).unwrap_or(1);
    report.refuse(
        !(0..=REPLICAS).contains(&replicas),
        &format!("{at}.scale"),
        "a service has at most 50 containers",
    );
    let platform = platform(ground.here, service, &at, report);
    let own_name = &service.container_name;
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let plain = own_name.is_empty()
        || (own_name.starts_with(|c: char| c.is_ascii_alphanumeric()) && own_name.chars().all(allowed));
    report.refuse(
        !plain || (!own_name.is_empty() && replicas > 1),
        &format!("{at}.container_name"),
        "this is the name of one container, of letters, digits, `.`, `_` and `-`",
    );
    let mut spec = spec(service, &image);
    network::set(ground, project, (name, service), &at, &mut spec, report);
    let needs = mounts::set(ground, project, service, &at, &mut spec, report);
    limits::set(service, &at, capabilities, &mut spec, report);
    confine::set(ground.here, service, &at, &mut spec, report);
    let container = |index: u32| {
        let name = container_name(ground.stack, name, service, index);
        let mut spec = spec.clone();
        spec.name.clone_from(&name);
        let hash = hash(&spec, &needs);
        spec.labels.extend(ground.labels());
        let index_text = index.to_string();
        let own = [
            ("io.stardeck.service", service_name(&at)),
            ("io.stardeck.index", &index_text),
            ("io.stardeck.generation", &ground.generation.to_string()),
            ("io.stardeck.hash", &hash),
            ("com.docker.compose.project", ground.stack.as_str()),
            ("com.docker.compose.service", service_name(&at)),
            ("com.docker.compose.container-number", &index_text),
            ("com.docker.compose.config-hash", &hash),
        ];
        let own = own.map(|(name, value)| (name.to_owned(), value.to_owned()));
        spec.labels.extend(own);
        WantedContainer {
            index,
            name,
            spec,
            hash,
            needs: needs.clone(),
        }
    };
    WantedService {
        name: name.to_owned(),
        image,
        build,
        platform,
        pull_policy: match service.pull_policy.as_str() {
            "always" | "build" => PullPolicy::Always,
            "never" => PullPolicy::Never,
            _ => PullPolicy::Missing,
        },
        depends_on: dependencies(service),
        replicas: (1..=u32::try_from(replicas.clamp(0, REPLICAS)).unwrap_or(1))
            .map(container)
            .collect(),
        has_health_check: spec.health_check.is_some(),
    }
}

/// The platform that the image has to be for, where the file says.
fn platform(here: &Here, service: &Service, at: &str, report: &mut Report) -> Option<String> {
    let wanted = Some(&service.platform).filter(|platform| !platform.is_empty())?;
    runs(here, wanted, &format!("{at}.platform"), report);
    Some(wanted.clone())
}

/// Says what is to be said of a platform on this machine.
pub(super) fn runs(here: &Here, wanted: &str, at: &str, report: &mut Report) {
    let own = &here.platform;
    match here.fit(wanted) {
        Fit::Native => {}
        Fit::Emulated => report.say(
            Severity::Warning,
            "emulated",
            at,
            &format!("this machine is {own}; an emulator runs it, many times slower"),
            "",
        ),
        Fit::Not => report.refuse(
            true,
            at,
            &format!(
                "this machine is {own}, and has no emulator for {wanted} (a package such as qemu-user-static brings them)"
            ),
        ),
    }
}

fn service_name(at: &str) -> &str {
    at.strip_prefix("services.").unwrap_or(at)
}

fn dependencies(service: &Service) -> Vec<Dependency> {
    let needed = |(name, needed): (&String, &compose::model::service::Dependency)| Dependency {
        service: name.clone(),
        condition: match needed.condition.as_str() {
            "service_healthy" => Condition::Healthy,
            "service_completed_successfully" => Condition::Completed,
            _ => Condition::Started,
        },
        restart: needed.restart,
        required: needed.required,
    };
    service.depends_on.iter().map(needed).collect()
}

/// The name of a container of a service.
pub(crate) fn container_name(stack: &StackName, name: &str, service: &Service, index: u32) -> String {
    match service.container_name.as_str() {
        "" => format!("{stack}-{name}-{index}"),
        own => own.to_owned(),
    }
}

/// What stands in one key of a service, and in one field of a container.
fn spec(service: &Service, image: &str) -> Spec {
    let variables = service.environment.0.iter();
    let words = |command: &Option<compose::model::Command>| command.as_ref().map(|words| words.0.clone());
    let hostname = match (service.hostname.as_str(), service.domainname.as_str()) {
        (host, "") => host.to_owned(),
        (host, domain) => format!("{host}.{domain}"),
    };
    Spec {
        image: image.to_owned(),
        entrypoint: words(&service.entrypoint),
        command: words(&service.command),
        environment: variables
            .filter_map(|(name, value)| Some((name.clone(), value.clone()?)))
            .collect(),
        labels: service.labels.0.clone(),
        user: service.user.clone(),
        working_dir: service.working_dir.clone(),
        hostname,
        terminal: service.tty,
        input: service.stdin_open,
        init: service.init == Some(true),
        restart_policy: restart_policy(service),
        health_check: health_check(service),
        stop_timeout: service.stop_grace_period.map(|period| length(period).as_secs().max(1)),
        no_new_privileges: true,
        privileged: service.privileged,
        read_only: service.read_only,
        cap_add: service.cap_add.clone(),
        cap_drop: service.cap_drop.clone(),
        ..Spec::default()
    }
}

/// `restart`, or what `deploy` says in its place.
fn restart_policy(service: &Service) -> String {
    let own = service
        .restart
        .split_once(':')
        .map_or(service.restart.as_str(), |(policy, _)| policy);
    let deploy = service
        .deploy
        .as_ref()
        .and_then(|deploy| deploy.restart_policy.as_ref());
    match (own, deploy.map(|policy| policy.condition.as_str())) {
        ("", Some("none")) => "no".to_owned(),
        ("", Some("on-failure")) => "on-failure".to_owned(),
        ("", Some("any" | "")) => "always".to_owned(),
        _ => own.to_owned(),
    }
}

fn health_check(service: &Service) -> Option<HealthCheck> {
    let check = service.healthcheck.as_ref().filter(|check| !check.disable)?;
    let test = &check.test.0;
    if test.is_empty() || test[0] == "NONE" {
        return None;
    }
    let usual = HealthCheck::default();
    Some(HealthCheck {
        test: test.clone(),
        interval: check.interval.map_or(usual.interval, length),
        timeout: check.timeout.map_or(usual.timeout, length),
        start_period: check.start_period.map_or(usual.start_period, length),
        retries: check
            .retries
            .map_or(usual.retries, |n| u32::try_from(n).unwrap_or(u32::MAX)),
    })
}

fn length(duration: compose::model::Duration) -> Duration {
    Duration::from_nanos(u64::try_from(duration.0).unwrap_or_default())
}

/// The keys of a service that say something on which nobody acts: those that an error names, and those that are only
/// left out.
fn untranslated(service: &Service) -> (Vec<String>, Vec<String>) {
    const KNOWN: [&str; 67] = [
        "annotations",
        "build",
        "cap_add",
        "cap_drop",
        "cgroup",
        "command",
        "configs",
        "container_name",
        "cpu_period",
        "cpu_quota",
        "cpu_shares",
        "cpus",
        "cpuset",
        "depends_on",
        "deploy",
        "devices",
        "dns",
        "dns_opt",
        "dns_search",
        "domainname",
        "entrypoint",
        "environment",
        "expose",
        "extra_hosts",
        "gpus",
        "group_add",
        "healthcheck",
        "hostname",
        "image",
        "init",
        "ipc",
        "labels",
        "links",
        "logging",
        "mac_address",
        "mem_limit",
        "mem_reservation",
        "memswap_limit",
        "network_mode",
        "networks",
        "oom_score_adj",
        "pid",
        "pids_limit",
        "platform",
        "ports",
        "privileged",
        "profiles",
        "pull_policy",
        "read_only",
        "restart",
        "runtime",
        "scale",
        "secrets",
        "security_opt",
        "shm_size",
        "stdin_open",
        "stop_grace_period",
        "stop_signal",
        "sysctls",
        "tmpfs",
        "tty",
        "ulimits",
        "user",
        "userns_mode",
        "uts",
        "volumes",
        "working_dir",
    ];
    // Without any of these a service does the same work.
    const SPARE: [&str; 2] = ["attach", "develop"];
    let mut said = said(service);
    said.retain(|key| !KNOWN.contains(&key.as_str()));
    let mut spare: Vec<_> = said.extract_if(.., |key| SPARE.contains(&key.as_str())).collect();
    if let Some(deploy) = &service.deploy {
        let known = compose::model::Deploy {
            replicas: deploy.replicas,
            resources: deploy.resources.clone(),
            restart_policy: deploy.restart_policy.clone(),
            extensions: deploy.extensions.clone(),
            ..compose::model::Deploy::default()
        };
        spare.extend((*deploy != known).then(|| "deploy".to_owned()));
    }
    (said, spare)
}

/// The keys of a service that say something.
fn said(service: &Service) -> Vec<String> {
    let map = |service: &Service| -> BTreeMap<String, serde_json::Value> {
        serde_json::to_value(service)
            .and_then(serde_json::from_value)
            .unwrap_or_default()
    };
    let unsaid = map(&Service::default());
    map(service)
        .into_iter()
        .filter(|(key, value)| key != "#extensions" && unsaid.get(key) != Some(value))
        .map(|(key, _)| key)
        .collect()
}

/// The name of an image with its registry, as `docker.io/library/nginx:latest`.
pub(super) fn full_name(image: &str) -> Option<String> {
    Reference::parse(image).map(|reference| reference.to_string())
}

fn hash(spec: &Spec, needs: &mounts::Needs) -> String {
    let mut hasher = Sha256::new_with_prefix(serde_json::to_vec(spec).unwrap_or_default());
    for (path, bytes, mode) in &needs.files {
        hasher.update(path.as_os_str().as_encoded_bytes());
        hasher.update(mode.to_be_bytes());
        hasher.update(Sha256::digest(bytes));
    }
    data_encoding::HEXLOWER.encode(&hasher.finalize()[..16])
}
