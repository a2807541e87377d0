//! A service → the specs of its containers.

use std::collections::BTreeMap;
use std::time::Duration;

use compose::Project;
use compose::model::Service;
use podman::container::{HealthCheck, Namespace, PublishedPort, Spec, SpecMount, SpecNetwork, SpecVolume};
use sha2::{Digest, Sha256};

use super::{Condition, Dependency, Ground, PullPolicy, Report, WantedContainer, WantedService};

/// The most containers of one service.
const REPLICAS: i64 = 50;

pub(super) fn wanted(
    ground: &Ground<'_>,
    project: &Project,
    name: &str,
    service: &Service,
    report: &mut Report,
) -> WantedService {
    let at = format!("services.{name}");
    for key in untranslated(service) {
        report.refuse(true, &format!("{at}.{key}"), "Stardeck does not act on this key yet");
    }
    report.own_labels(&at, &service.labels.0);
    let image = full_name(&service.image);
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
    let spec = spec(ground, project, service, &image, &at, report);
    let container = |index: u32| {
        let name = format!("{}-{name}-{index}", ground.stack);
        let mut spec = spec.clone();
        spec.name.clone_from(&name);
        let hash = hash(&spec);
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
            files: Vec::new(),
        }
    };
    WantedService {
        name: name.to_owned(),
        image,
        pull_policy: match service.pull_policy.as_str() {
            "always" => PullPolicy::Always,
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

fn spec(ground: &Ground<'_>, project: &Project, service: &Service, image: &str, at: &str, report: &mut Report) -> Spec {
    let variables = service.environment.0.iter();
    let mut spec = Spec {
        image: image.to_owned(),
        entrypoint: service.entrypoint.as_ref().map(|words| words.0.clone()),
        command: service.command.as_ref().map(|words| words.0.clone()),
        environment: variables
            .filter_map(|(name, value)| Some((name.clone(), value.clone()?)))
            .collect(),
        labels: service.labels.0.clone(),
        user: service.user.clone(),
        working_dir: service.working_dir.clone(),
        hostname: service.hostname.clone(),
        terminal: service.tty,
        input: service.stdin_open,
        init: service.init == Some(true),
        restart_policy: service.restart.clone(),
        health_check: health_check(service),
        stop_timeout: service.stop_grace_period.map(|period| length(period).as_secs().max(1)),
        no_new_privileges: true,
        privileged: service.privileged,
        read_only: service.read_only,
        cap_add: service.cap_add.clone(),
        cap_drop: service.cap_drop.clone(),
        network_namespace: Some(Namespace {
            mode: "bridge".to_owned(),
            ..Namespace::default()
        }),
        ..Spec::default()
    };
    for (key, used) in &service.networks {
        let used = used.clone().unwrap_or_default();
        let known = compose::model::service::NetworkUse {
            aliases: used.aliases.clone(),
            ..Default::default()
        };
        report.refuse(
            used != known,
            &format!("{at}.networks.{key}"),
            "only aliases are taken here yet",
        );
        let own = project.networks.get(key).map(|network| network.name.clone());
        let name = own.filter(|name| !name.is_empty()).unwrap_or_else(|| ground.named(key));
        let mut aliases = used.aliases;
        aliases.push(service_name(at).to_owned());
        let network = SpecNetwork {
            aliases,
            ..SpecNetwork::default()
        };
        spec.networks.insert(name, network);
    }
    for port in &service.ports {
        let target = u16::try_from(port.target);
        report.refuse(target.is_err(), &format!("{at}.ports"), "there is no such port");
        // The wish for a port of the machine is for the proxy to fulfil; here it is one that is free, on loopback.
        spec.ports.push(PublishedPort {
            host_address: "127.0.0.1".to_owned(),
            host_port: 0,
            container_port: target.unwrap_or_default(),
            protocol: port.protocol.clone(),
        });
    }
    mounts(ground, project, service, at, &mut spec, report);
    spec
}

fn mounts(ground: &Ground<'_>, project: &Project, service: &Service, at: &str, spec: &mut Spec, report: &mut Report) {
    for (number, mount) in service.volumes.iter().enumerate() {
        let at = format!("{at}.volumes[{number}]");
        let mut options = Vec::new();
        if mount.read_only {
            options.push("ro".to_owned());
        }
        match mount.kind.as_str() {
            "volume" => {
                let own = project.volumes.get(&mount.source).map(|volume| volume.name.clone());
                let name = own
                    .filter(|name| !name.is_empty())
                    .unwrap_or_else(|| ground.named(&mount.source));
                let name = if mount.source.is_empty() { String::new() } else { name };
                spec.volumes.push(SpecVolume {
                    name,
                    destination: mount.target.clone(),
                    options,
                });
            }
            "bind" => {
                options.push("rbind".to_owned());
                spec.mounts.push(SpecMount {
                    kind: "bind".to_owned(),
                    source: mount.source.clone(),
                    destination: mount.target.clone(),
                    options,
                });
            }
            "tmpfs" => spec.mounts.push(SpecMount {
                kind: "tmpfs".to_owned(),
                source: "tmpfs".to_owned(),
                destination: mount.target.clone(),
                options,
            }),
            _ => report.refuse(true, &at, "only volumes, folders and tmpfs are mounted"),
        }
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

/// The keys of a service that say something which has no translation.
fn untranslated(service: &Service) -> Vec<String> {
    const KNOWN: [&str; 26] = [
        "image",
        "command",
        "entrypoint",
        "environment",
        "depends_on",
        "networks",
        "ports",
        "volumes",
        "healthcheck",
        "labels",
        "restart",
        "user",
        "working_dir",
        "hostname",
        "init",
        "tty",
        "stdin_open",
        "stop_grace_period",
        "read_only",
        "privileged",
        "cap_add",
        "cap_drop",
        "scale",
        "profiles",
        "expose",
        "pull_policy",
    ];
    let mut service = service.clone();
    if let Some(deploy) = &mut service.deploy {
        deploy.replicas = None;
        if *deploy == compose::model::Deploy::default() {
            service.deploy = None;
        }
    }
    let (Ok(said), Ok(unsaid)) = (serde_json::to_value(&service), serde_json::to_value(Service::default())) else {
        return vec!["#".to_owned()];
    };
    let said: BTreeMap<String, serde_json::Value> = serde_json::from_value(said).unwrap_or_default();
    said.into_iter()
        .filter(|(key, value)| unsaid.get(key) != Some(value))
        .map(|(key, _)| key)
        .filter(|key| !KNOWN.contains(&key.as_str()) && key != "#extensions")
        .collect()
}

/// The name of an image with its registry, as `docker.io/library/nginx:latest`.
fn full_name(image: &str) -> Option<String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ':' | '@');
    if !image.starts_with(|c: char| c.is_ascii_alphanumeric()) || !image.chars().all(allowed) {
        return None;
    }
    let (first, rest) = image.split_once('/').unwrap_or(("", image));
    let has_registry = first.contains(['.', ':']) || first == "localhost";
    let name = match (has_registry, first) {
        (true, _) => image.to_owned(),
        (false, "") => format!("docker.io/library/{rest}"),
        (false, _) => format!("docker.io/{image}"),
    };
    let last = name.rsplit('/').next().unwrap_or_default();
    Some(if last.contains([':', '@']) {
        name
    } else {
        format!("{name}:latest")
    })
}

fn hash(spec: &Spec) -> String {
    let json = serde_json::to_vec(spec).unwrap_or_default();
    data_encoding::HEXLOWER.encode(&Sha256::digest(json)[..16])
}

#[cfg(test)]
mod tests {
    use super::full_name;

    #[test]
    fn a_short_name_is_one_of_docker_io() {
        for (short, full) in [
            ("redis", "docker.io/library/redis:latest"),
            ("redis:7", "docker.io/library/redis:7"),
            ("a/b:1", "docker.io/a/b:1"),
            ("localhost/tiny", "localhost/tiny:latest"),
            ("ghcr.io/a/b@sha256:00", "ghcr.io/a/b@sha256:00"),
            ("127.0.0.1:5000/x:1", "127.0.0.1:5000/x:1"),
        ] {
            assert_eq!(full_name(short).as_deref(), Some(full));
        }
        for wrong in ["", "-v", "$(id)", "a b", "../x"] {
            assert_eq!(full_name(wrong), None, "{wrong}");
        }
    }
}
