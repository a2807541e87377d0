//! Whole texts through loading, translation and policy.

use std::path::Path;

use compose::{FileError, FileKind, Files, LoadOptions};
use podman::system::{Capabilities, Version};
use serde_json::{Value, json};

use super::*;

mod policy;

/// Where the stacks of these tests would be.
const HOME: &str = "/srv/deck/stacks/shop";

struct One<'a>(&'a str);

impl Files for One<'_> {
    fn read(&self, path: &str, _: usize) -> Result<Vec<u8>, FileError> {
        match path.strip_prefix(HOME) {
            Some("/compose.yaml") => Ok(self.0.as_bytes().to_vec()),
            _ => Err(FileError::NotFound),
        }
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        path.ends_with("/compose.yaml").then_some(FileKind::File)
    }
}

fn capabilities(controllers: &[&str]) -> Capabilities {
    Capabilities {
        version: Version {
            major: 4,
            minor: 3,
            patch: 1,
        },
        rootless: true,
        cgroup_v2: true,
        cgroup_manager: "systemd".into(),
        controllers: controllers.iter().map(|name| (*name).to_owned()).collect(),
        health_timers: true,
        pause: true,
        runtime: "crun".into(),
        network_backend: "netavark".into(),
        storage_driver: "overlay".into(),
        volume_export: false,
        hostname: "deck".into(),
        distribution: "debian 12".into(),
        architecture: "amd64".into(),
    }
}

/// A machine with two graphics processors, and an emulator of one other.
fn here() -> Here {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Here {
        platform: "linux/amd64".into(),
        emulated: names(&["arm64"]),
        devices: names(&[
            "nvidia.com/gpu=0",
            "nvidia.com/gpu=2",
            "nvidia.com/gpu=all",
            "example.org/lamp=one",
        ]),
    }
}

/// The ground of generation 1 of a stack in `home`.
fn ground<'a>(here: &'a Here, stack: &'a StackName, home: &'a Path) -> Ground<'a> {
    Ground {
        here,
        deck: "deck",
        stack,
        generation: 1,
        home,
    }
}

fn meaning(text: &str) -> (Wanted, Vec<Diagnostic>, Vec<Verdict>) {
    let options = LoadOptions {
        files: vec![format!("{HOME}/compose.yaml")],
        current_directory: HOME.to_owned(),
        project_name: Some("shop".to_owned()),
        ..LoadOptions::default()
    };
    let loaded = compose::load(&options, &One(text));
    assert!(loaded.is_valid(), "{text}\n{:?}", loaded.diagnostics);
    let (here, stack) = (here(), StackName::parse("shop").unwrap());
    let ground = ground(&here, &stack, Path::new(HOME));
    let all = capabilities(&["memory", "cpu", "cpuset", "pids"]);
    let (wanted, said) = wanted(&ground, &loaded.project.unwrap(), &all);
    let verdicts = judge(&ground, &wanted);
    (wanted, said, verdicts)
}

/// One service `a` with these lines.
fn service(lines: &str) -> String {
    let lines: String = lines.lines().map(|line| format!("    {line}\n")).collect();
    format!("services:\n  a:\n    image: tiny\n{lines}")
}

/// The create call of the one container of a service with these lines.
fn create(lines: &str) -> Value {
    let (wanted, said, _) = meaning(&service(lines));
    let errors: Vec<_> = said.iter().filter(|one| one.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{lines}\n{errors:?}");
    serde_json::to_value(&wanted.services[0].replicas[0].spec).unwrap()
}

#[test]
fn each_key_means_its_part_of_podmans_call() {
    let cases = [
        (
            "extra_hosts: ['db:10.0.0.1', 'me=host-gateway']",
            "hostadd",
            json!(["db:10.0.0.1", "me:host-gateway"]),
        ),
        ("dns: [1.1.1.1]", "dns_server", json!(["1.1.1.1"])),
        ("dns_search: example.net", "dns_search", json!(["example.net"])),
        ("dns_opt: ['ndots:1']", "dns_option", json!(["ndots:1"])),
        (
            "hostname: web\ndomainname: example.net",
            "hostname",
            json!("web.example.net"),
        ),
        ("stop_signal: SIGUSR1", "stop_signal", json!(10)),
        ("stop_signal: sigrtmin+3", "stop_signal", json!(37)),
        ("stop_signal: '9'", "stop_signal", json!(9)),
        ("stop_grace_period: 1m30s", "stop_timeout", json!(90)),
        ("shm_size: 64m", "shm_size", json!(67_108_864)),
        (
            "ulimits: {nofile: {soft: 10, hard: 20}}",
            "r_limits",
            json!([{"type": "nofile", "soft": 10, "hard": 20}]),
        ),
        (
            "ulimits: {core: -1}",
            "r_limits",
            json!([{"type": "core", "soft": u64::MAX, "hard": u64::MAX}]),
        ),
        (
            "mem_limit: 1g\nmemswap_limit: -1",
            "resource_limits",
            json!({"memory": {"limit": 1_073_741_824, "swap": -1}}),
        ),
        (
            "cpus: 1.5",
            "resource_limits",
            json!({"cpu": {"quota": 150_000, "period": 100_000}}),
        ),
        (
            "cpuset: '0,1'\ncpu_shares: 512",
            "resource_limits",
            json!({"cpu": {"shares": 512, "cpus": "0,1"}}),
        ),
        ("pids_limit: 100", "resource_limits", json!({"pids": {"limit": 100}})),
        (
            "deploy: {resources: {limits: {memory: 1k, cpus: '0.5', pids: 7}}}",
            "resource_limits",
            json!({"memory": {"limit": 1024}, "cpu": {"quota": 50_000, "period": 100_000}, "pids": {"limit": 7}}),
        ),
        ("gpus: all", "devices", json!([{"path": "nvidia.com/gpu=all"}])),
        (
            "deploy: {resources: {reservations: {devices: [{driver: nvidia, device_ids: ['0', '2'], capabilities: [gpu]}]}}}",
            "devices",
            json!([{"path": "nvidia.com/gpu=0"}, {"path": "nvidia.com/gpu=2"}]),
        ),
        (
            "devices: ['example.org/lamp=one']",
            "devices",
            json!([{"path": "example.org/lamp=one"}]),
        ),
        (
            "deploy: {resources: {reservations: {devices: [{driver: cdi, device_ids: [example.org/lamp=one], capabilities: [lamp]}]}}}",
            "devices",
            json!([{"path": "example.org/lamp=one"}]),
        ),
        ("restart: on-failure:3", "restart_policy", json!("on-failure")),
        (
            "deploy: {restart_policy: {condition: any}}",
            "restart_policy",
            json!("always"),
        ),
        ("network_mode: none", "netns", json!({"nsmode": "none"})),
        ("container_name: own", "name", json!("own")),
        ("", "name", json!("shop-a-1")),
        ("entrypoint: []", "entrypoint", json!([])),
        ("environment: [A=1, B=, C]", "env", json!({"A": "1", "B": ""})),
        (
            "logging: {driver: json-file, options: {max-size: 10m}}",
            "log_configuration",
            json!({"driver": "k8s-file", "size": 10_485_760}),
        ),
        (
            "userns_mode: keep-id:uid=1000",
            "userns",
            json!({"nsmode": "keep-id", "value": "uid=1000"}),
        ),
        ("oom_score_adj: 500", "oom_score_adj", json!(500)),
        (
            "mac_address: 02:00:00:00:00:01\nnetworks: {default: {ipv4_address: 10.9.0.5}}",
            "Networks",
            json!({"shop_default": {"aliases": ["a"], "static_ips": ["10.9.0.5"], "static_mac": "02:00:00:00:00:01"}}),
        ),
        ("platform: linux/amd64", "image", json!("docker.io/library/tiny:latest")),
        ("annotations: {a: b}", "annotations", json!({"a": "b"})),
        (
            "volumes: ['data:/d:ro']\n",
            "volumes",
            json!([{"Name": "shop_data", "Dest": "/d", "Options": ["ro"]}]),
        ),
        ("volumes: ['/d']", "volumes", json!([{"Name": "", "Dest": "/d"}])),
        (
            "volumes: ['./x:/x:Z']",
            "mounts",
            json!([{"type": "bind", "source": format!("{HOME}/x"), "destination": "/x", "options": ["rbind", "Z"]}]),
        ),
        (
            "tmpfs: ['/t:size=1m,mode=700']",
            "mounts",
            json!([{"type": "tmpfs", "source": "tmpfs", "destination": "/t", "options": ["size=1m", "mode=700"]}]),
        ),
        (
            "ports: ['8080:80', '127.0.0.1:81:80/udp']",
            "portmappings",
            json!([
                {"host_ip": "127.0.0.1", "host_port": 0, "container_port": 80, "protocol": "tcp"},
                {"host_ip": "127.0.0.1", "host_port": 0, "container_port": 80, "protocol": "udp"},
            ]),
        ),
    ];
    for (lines, key, value) in cases {
        let volumes = if lines.contains("data:") {
            "volumes:\n  data:\n"
        } else {
            ""
        };
        let (wanted, said, _) = meaning(&format!("{}{volumes}", service(lines)));
        assert!(
            said.iter().all(|one| one.severity != Severity::Error),
            "{lines}\n{said:?}"
        );
        let spec = serde_json::to_value(&wanted.services[0].replicas[0].spec).unwrap();
        assert_eq!(spec.get(key), Some(&value), "{lines}");
    }
}

#[test]
fn a_wish_for_a_port_is_kept_and_said_and_the_port_is_not_opened() {
    let (wanted, said, verdicts) = meaning(&service("ports: ['192.168.1.5:8080:80', '22:22']"));
    let labels = &wanted.services[0].replicas[0].spec.labels;
    assert_eq!(labels["io.stardeck.wish.80/tcp"], "192.168.1.5:8080");
    assert_eq!(labels["io.stardeck.wish.22/tcp"], "22");
    assert_eq!(said.iter().filter(|one| one.severity == Severity::Note).count(), 2);
    assert_eq!(verdicts, []);
}

#[test]
fn secrets_and_configs_are_files_that_change_their_container() {
    let text = |content: &str| {
        format!(
            "{}configs: {{key: {{content: {content}}}}}\nsecrets: {{conf: {{file: ./c.ini}}}}\n",
            service("configs: [key]\nsecrets: [{source: conf, target: /etc/c.ini}]")
        )
    };
    let (wanted, said, verdicts) = meaning(&text("one"));
    assert_eq!(verdicts, []);
    assert!(said.iter().all(|one| one.severity == Severity::Note), "{said:?}");
    let container = &wanted.services[0].replicas[0];
    let kept = format!("{HOME}/.stardeck/configs/key");
    assert_eq!(container.needs.files, [(kept.clone().into(), b"one".to_vec(), 0o444)]);
    let mounts = container.spec.mounts.iter();
    let places: Vec<_> = mounts.map(|it| (it.source.as_str(), it.destination.as_str())).collect();
    let secret = format!("{HOME}/c.ini");
    assert_eq!(places, [(secret.as_str(), "/etc/c.ini"), (kept.as_str(), "/key")]);
    let (other, ..) = meaning(&text("two"));
    assert_ne!(other.services[0].replicas[0].hash, container.hash);
    let json = serde_json::to_string(&container.spec).unwrap();
    assert!(!json.contains("one"), "the content itself is in no spec");
}

#[test]
fn a_container_that_shares_a_network_is_named_by_the_service_it_shares_with() {
    let text = "services:\n  a: {image: tiny, network_mode: 'service:b'}\n  b: {image: tiny, container_name: vpn}\n";
    let (wanted, said, verdicts) = meaning(text);
    assert_eq!((said, verdicts), (vec![], vec![]));
    let spec = &wanted.services[0].replicas[0].spec;
    assert_eq!(
        serde_json::to_value(&spec.network_namespace).unwrap(),
        json!({"nsmode": "container", "value": "vpn"})
    );
    assert!(spec.networks.is_empty());
}

#[test]
fn what_nobody_acts_on_is_said() {
    for (lines, severity) in [
        ("blkio_config: {weight: 10}", Severity::Error),
        ("build: /etc", Severity::Error),
        ("build: ../other", Severity::Error),
        ("build: .stardeck/secrets", Severity::Error),
        ("build: https://example.org/x.git", Severity::Error),
        ("build: {context: ., dockerfile: ../x}", Severity::Error),
        ("build: {context: ., dockerfile: Dockerfile.in}", Severity::Error),
        ("build: {context: ., network: host}", Severity::Error),
        ("build: {context: ., privileged: true}", Severity::Error),
        ("build: {context: ., additional_contexts: {x: ./y}}", Severity::Error),
        (
            "build: {context: ., platforms: [linux/s390x, windows/amd64]}",
            Severity::Error,
        ),
        ("build: {context: ., cache_from: [x]}", Severity::Warning),
        ("volumes_from: [b]", Severity::Error),
        ("links: ['b:database']", Severity::Error),
        ("platform: linux/s390x", Severity::Error),
        ("platform: windows/amd64", Severity::Error),
        ("platform: linux/arm64", Severity::Warning),
        ("gpus: [{device_ids: ['7']}]", Severity::Error),
        ("gpus: [{driver: intel}]", Severity::Error),
        ("gpus: [{capabilities: [tpu]}]", Severity::Error),
        ("devices: ['example.org/lamp=two']", Severity::Error),
        ("network_mode: host\nports: ['80:80']", Severity::Warning),
        ("logging: {driver: syslog}", Severity::Error),
        ("stop_signal: SIGNONE", Severity::Error),
        ("labels: {io.stardeck.deck: other}", Severity::Error),
        ("pid: 'service:b'", Severity::Error),
        (
            "deploy: {placement: {constraints: [node.role == manager]}}",
            Severity::Warning,
        ),
        (
            "logging: {driver: json-file, options: {max-file: '3'}}",
            Severity::Warning,
        ),
    ] {
        let (_, said, _) = meaning(&format!("{}  b: {{image: tiny}}\n", service(lines)));
        assert!(said.iter().any(|one| one.severity == severity), "{lines}: {said:?}");
    }
    let (here, stack) = (here(), StackName::parse("shop").unwrap());
    let ground = ground(&here, &stack, Path::new(HOME));
    let options = LoadOptions {
        files: vec![format!("{HOME}/compose.yaml")],
        current_directory: HOME.to_owned(),
        ..LoadOptions::default()
    };
    let project = compose::load(&options, &One(&service("mem_limit: 1g")))
        .project
        .unwrap();
    let (wanted, said) = wanted(&ground, &project, &capabilities(&[]));
    assert_eq!(
        said[0].severity,
        Severity::Warning,
        "a limit that cannot be set is said"
    );
    assert_eq!(
        wanted.services[0].replicas[0].spec.limits,
        podman::container::Limits::default()
    );
}

#[test]
fn an_image_is_built_for_the_platform_that_runs_best_here() {
    let built = |lines: &str| {
        let (wanted, said, _) = meaning(&service(lines));
        let platform = wanted.services[0]
            .build
            .as_ref()
            .and_then(|build| build.platform.clone());
        (platform, said.iter().map(|one| one.severity).min())
    };
    for (lines, platform, severity) in [
        ("build: .", None, None),
        (
            "build: {context: ., platforms: [linux/arm64, linux/amd64]}",
            Some("linux/amd64"),
            Some(Severity::Note),
        ),
        (
            "build: {context: ., platforms: [linux/s390x, linux/arm64]}",
            Some("linux/arm64"),
            Some(Severity::Warning),
        ),
        (
            "platform: linux/arm64\nbuild: {context: ., platforms: [linux/amd64, linux/arm64]}",
            Some("linux/arm64"),
            Some(Severity::Warning),
        ),
    ] {
        assert_eq!(built(lines), (platform.map(str::to_owned), severity), "{lines}");
    }
}

#[test]
fn who_is_reached_and_shares_nothing_may_stand_beside_its_predecessor() {
    let more = "volumes: {data: {}}\nnetworks: {net: {}}\n";
    let stands = |lines: &str| {
        let (wanted, said, _) = meaning(&format!("{}{more}", service(lines)));
        assert!(
            said.iter().all(|one| one.severity != Severity::Error),
            "{lines}: {said:?}"
        );
        wanted.services[0].replicas[0].stands_beside_another()
    };
    for lines in [
        "",
        "tmpfs: [/run]",
        "volumes: ['data:/data:ro', './conf:/conf:ro', /cache]",
        "networks: [net]",
    ] {
        assert!(stands(&format!("ports: ['8080:80']\n{lines}")), "{lines}");
        assert!(!stands(lines), "nobody reaches it: {lines}");
    }
    for lines in [
        "volumes: ['data:/data']",
        "volumes: ['./conf:/conf']",
        "networks: {net: {ipv4_address: 10.89.0.7}}",
        "networks: {net: {mac_address: '02:00:00:00:00:07'}}",
        "devices: [nvidia.com/gpu=0]",
        "network_mode: host",
    ] {
        assert!(!stands(&format!("ports: ['8080:80']\n{lines}")), "{lines}");
    }
}

/// Real files: nothing panics, and most of them mean something here.
#[test]
fn real_files_are_translated_or_say_why_not() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/cases");
    let Ok(sources) = std::fs::read_dir(cases) else { return };
    let (mut all, mut possible) = (0, 0);
    for app in sources
        .flatten()
        .filter_map(|source| std::fs::read_dir(source.path()).ok())
        .flatten()
        .flatten()
    {
        let Ok(text) = std::fs::read_to_string(app.path().join("compose.yaml")) else {
            continue;
        };
        let options = LoadOptions {
            files: vec![format!("{HOME}/compose.yaml")],
            current_directory: HOME.to_owned(),
            project_name: Some("shop".to_owned()),
            ..LoadOptions::default()
        };
        let Some(project) = compose::load(&options, &One(&text)).project else {
            continue;
        };
        let (here, stack) = (here(), StackName::parse("shop").unwrap());
        let ground = ground(&here, &stack, Path::new(HOME));
        let (wanted, said) = wanted(&ground, &project, &capabilities(&["memory", "cpu", "cpuset", "pids"]));
        let _verdicts = judge(&ground, &wanted);
        all += 1;
        let errors: Vec<_> = said.iter().filter(|one| one.severity == Severity::Error).collect();
        if errors.is_empty() {
            possible += 1;
        } else {
            println!("{}: {}", app.path().display(), errors[0].message);
        }
    }
    println!("{possible} of {all} real files have a meaning here");
    assert!(all == 0 || possible * 100 >= all * 80, "{possible} of {all}");
}
