//! What a container may do beside its own: namespaces, devices, groups, kernel settings. [`judge`](super::judge) looks
//! at all of it.

use compose::model::Service;
use compose::model::deploy::DeviceRequest;
use podman::container::{LogConfiguration, Namespace, Spec, SpecDevice};

use super::here::is_device_name;
use super::{Here, Report};

/// The signals that a container may be stopped with, by name and number.
const SIGNALS: [(&str, u8); 12] = [
    ("HUP", 1),
    ("INT", 2),
    ("QUIT", 3),
    ("ABRT", 6),
    ("KILL", 9),
    ("USR1", 10),
    ("USR2", 12),
    ("PIPE", 13),
    ("ALRM", 14),
    ("TERM", 15),
    ("CONT", 18),
    ("WINCH", 28),
];

pub(super) fn set(here: &Here, service: &Service, at: &str, spec: &mut Spec, report: &mut Report) {
    let mut namespace = |key: &str, value: &str, set: &mut Option<Namespace>| match value {
        "" => {}
        "host" | "private" => {
            *set = Some(Namespace {
                mode: value.to_owned(),
                ..Namespace::default()
            });
        }
        _ => report.refuse(true, &format!("{at}.{key}"), "it is `host` or `private` here"),
    };
    namespace("pid", &service.pid, &mut spec.process_namespace);
    namespace(
        "ipc",
        if service.ipc == "shareable" { "" } else { &service.ipc },
        &mut spec.ipc_namespace,
    );
    namespace("uts", &service.uts, &mut spec.uts_namespace);
    namespace("cgroup", &service.cgroup, &mut spec.cgroup_namespace);
    let (mode, value) = service
        .userns_mode
        .split_once(':')
        .unwrap_or((&service.userns_mode, ""));
    match mode {
        "" => {}
        "host" | "keep-id" | "auto" | "nomap" => {
            spec.user_namespace = Some(Namespace {
                mode: mode.to_owned(),
                value: value.to_owned(),
            });
        }
        _ => report.refuse(
            true,
            &format!("{at}.userns_mode"),
            "it is `host`, `keep-id`, `auto` or `nomap` here",
        ),
    }
    for (number, option) in service.security_opt.iter().enumerate() {
        security(option, &format!("{at}.security_opt[{number}]"), spec, report);
    }
    spec.groups.clone_from(&service.group_add.0);
    spec.kernel_settings.clone_from(&service.sysctls.0);
    spec.runtime.clone_from(&service.runtime);
    spec.annotations.clone_from(&service.annotations.0);
    for (number, device) in service.devices.iter().enumerate() {
        if is_device_name(&device.source) {
            described(here, &device.source, &format!("{at}.devices[{number}]"), spec, report);
            continue;
        }
        let parts = [&device.source, &device.target, &device.permissions];
        let parts: Vec<_> = parts
            .into_iter()
            .filter(|part| !part.is_empty())
            .map(String::as_str)
            .collect();
        spec.devices.push(SpecDevice { path: parts.join(":") });
    }
    for request in &service.gpus {
        graphics(here, request, &format!("{at}.gpus"), spec, report);
    }
    let resources = service.deploy.as_ref().map(|deploy| &deploy.resources);
    let reserved = resources.and_then(|resources| resources.reservations.as_ref());
    for request in reserved.into_iter().flat_map(|reserved| &reserved.devices) {
        let at = format!("{at}.deploy.resources.reservations.devices");
        graphics(here, request, &at, spec, report);
    }
    stop_signal(service, at, spec, report);
    log(service, at, spec, report);
}

/// Graphics processors, by their names of the Container Device Interface; with the driver `cdi`, any device by its own.
fn graphics(here: &Here, request: &DeviceRequest, at: &str, spec: &mut Spec, report: &mut Report) {
    let is_graphics = request.capabilities.iter().any(|what| what == "gpu") || request.capabilities.is_empty();
    let kind = match request.driver.as_str() {
        "cdi" => None,
        "" | "nvidia" if is_graphics => Some("nvidia.com/gpu"),
        "amd" if is_graphics => Some("amd.com/gpu"),
        _ => {
            let why = "only `gpu`s of the drivers `nvidia` and `amd` are known, and any device by its whole name with the \
                       driver `cdi`";
            report.refuse(true, at, why);
            return;
        }
    };
    let ids = match (request.device_ids.is_empty(), request.count.0) {
        (false, _) => request.device_ids.clone(),
        (true, count @ 1..) => (0..count).map(|number| number.to_string()).collect(),
        (true, _) => vec!["all".to_owned()],
    };
    for id in ids {
        let name = kind.map_or_else(|| id.clone(), |kind| format!("{kind}={id}"));
        described(here, &name, at, spec, report);
    }
}

/// A device that a specification describes. Podman fails on one that none does, with words that nobody understands.
fn described(here: &Here, name: &str, at: &str, spec: &mut Spec, report: &mut Report) {
    let why = format!(
        "no CDI specification in /etc/cdi or /run/cdi describes {name}; the driver's own tool writes one, such as \
         `nvidia-ctk cdi generate`"
    );
    report.refuse(!here.devices.contains(name), at, &why);
    spec.devices.push(SpecDevice { path: name.to_owned() });
}

fn security(option: &str, at: &str, spec: &mut Spec, report: &mut Report) {
    let (key, value) = option.split_once(['=', ':']).unwrap_or((option, "true"));
    match (key, value) {
        ("no-new-privileges", "true") => spec.no_new_privileges = true,
        ("no-new-privileges", "false") => spec.no_new_privileges = false,
        ("label", value) => spec.selinux.push(value.to_owned()),
        ("apparmor", value) => value.clone_into(&mut spec.apparmor),
        ("seccomp", "unconfined") => "unconfined".clone_into(&mut spec.seccomp),
        _ => report.refuse(true, at, "Podman has no such option"),
    }
}

fn stop_signal(service: &Service, at: &str, spec: &mut Spec, report: &mut Report) {
    let text = service.stop_signal.as_str();
    if text.is_empty() {
        return;
    }
    let upper = text.to_ascii_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    let realtime = |name: &str| -> Option<u8> { Some(34 + name.strip_prefix("RTMIN+")?.parse::<u8>().ok()?) };
    let known = SIGNALS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, number)| *number);
    let number = known.or_else(|| realtime(name)).or_else(|| text.parse().ok());
    spec.stop_signal = number.filter(|number| (1..=64).contains(number));
    report.refuse(
        spec.stop_signal.is_none(),
        &format!("{at}.stop_signal"),
        "there is no such signal",
    );
}

fn log(service: &Service, at: &str, spec: &mut Spec, report: &mut Report) {
    let Some(logging) = &service.logging else { return };
    let at = format!("{at}.logging");
    let driver = match logging.driver.as_str() {
        "" | "json-file" | "local" | "k8s-file" => "k8s-file",
        "journald" => "journald",
        "none" => "none",
        _ => {
            report.refuse(
                true,
                &at,
                "Podman writes to `k8s-file` (as `json-file` and `local`), `journald` or `none`",
            );
            return;
        }
    };
    let size = logging.options.0.get("max-size");
    let bytes = size.and_then(|size| bytes(size));
    report.refuse(
        size.is_some() && bytes.is_none(),
        &at,
        "`max-size` is a number with `k`, `m` or `g`",
    );
    for option in logging.options.0.keys().filter(|option| *option != "max-size") {
        report.warn(
            true,
            &at,
            &format!("Podman has no option `{option}`; it is left out"),
            "",
        );
    }
    spec.log = Some(LogConfiguration {
        driver: driver.to_owned(),
        size: bytes.unwrap_or_default(),
    });
}

/// `10m` and its like.
fn bytes(text: &str) -> Option<i64> {
    let text = text.trim().to_ascii_lowercase();
    let text = text.strip_suffix('b').unwrap_or(&text);
    let units = [('k', 10), ('m', 20), ('g', 30)];
    let unit = units
        .iter()
        .find_map(|(unit, shift)| Some((text.strip_suffix(*unit)?, *shift)));
    let (number, shift) = unit.unwrap_or((text, 0));
    number
        .parse::<i64>()
        .ok()?
        .checked_mul(1 << shift)
        .filter(|bytes| *bytes > 0)
}
