//! A service.

use super::build::BUILD;
use super::deploy::{DEPLOY, DEVELOP, GPU};
use super::shape::{
    COMMAND, EXTRA_HOSTS, FLAG, LIST_OR_MAP, NATURAL, NUMBER_OR_TEXT, OPTIONS, Object, SCALAR, Shape, TEXT_OR_LIST,
    TEXT_OR_SET, TEXT_SET, WHOLE_OR_TEXT, key,
};

const WINDOWS: &str = "it is for Windows containers";
const CGROUPS: &str = "needs the cgroup controller to be delegated to Stardeck's user";
const CGROUPS_V1: &str = "it is a feature of cgroups v1, which rootless containers do not have";
const CONSENT: &str = "sharing it with the host needs an administrator's consent";
/// For graphics processors.
pub(super) const CDI: &str =
    "those that a CDI specification on this machine describes, with an administrator's consent";
const OWN_FOLDER: &str = "only files inside the stack's own folder";

/// Names of configs or secrets, or mappings that say where their files go.
pub(crate) const FILE_MOUNTS: Shape = Shape::List(&Shape::Either(&[Shape::Text, Shape::Object(&FILE_MOUNT)]));

/// Limits of processes.
pub(crate) const ULIMITS: Shape = Shape::Map(&Shape::Either(&[WHOLE_OR_TEXT, Shape::Object(&ULIMIT)]));

/// A service.
pub(crate) static SERVICE: Object = Object::new(&[
    key("annotations", LIST_OR_MAP),
    key("attach", FLAG).refused("it is about the terminal of `docker compose up`; every log is kept"),
    key("blkio_config", Shape::Object(&BLKIO)).refused("rootless containers have no share of block devices"),
    key("build", Shape::Either(&[Shape::Text, Shape::Object(&BUILD)])),
    key("cap_add", TEXT_SET).limited("needs an administrator's consent, and reaches no further than Stardeck's user"),
    key("cap_drop", TEXT_SET),
    key("cgroup", Shape::Choice(&["host", "private"])).limited(CONSENT),
    key("cgroup_parent", Shape::Text).refused("Podman puts each container where its user may"),
    key("command", COMMAND),
    key("configs", FILE_MOUNTS),
    key(
        "container_name",
        Shape::Pattern(
            is_container_name,
            "a name of at least two letters, digits, `_`, `.` or `-`",
        ),
    ),
    key("cpu_count", Shape::Either(&[Shape::Text, NATURAL])).refused(WINDOWS),
    key("cpu_percent", Shape::Either(&[Shape::Text, Shape::Integer(0, 100)])).refused(WINDOWS),
    key("cpu_period", NUMBER_OR_TEXT).limited(CGROUPS),
    key("cpu_quota", NUMBER_OR_TEXT).limited(CGROUPS),
    key("cpu_rt_period", NUMBER_OR_TEXT).refused(CGROUPS_V1),
    key("cpu_rt_runtime", NUMBER_OR_TEXT).refused(CGROUPS_V1),
    key("cpu_shares", NUMBER_OR_TEXT).limited(CGROUPS),
    key("cpus", NUMBER_OR_TEXT).limited(CGROUPS),
    key("cpuset", Shape::Text).limited(CGROUPS),
    key("credential_spec", Shape::Object(&CREDENTIAL_SPEC)).refused(WINDOWS),
    key(
        "depends_on",
        Shape::Either(&[TEXT_SET, Shape::Names(&Shape::Object(&DEPENDENCY))]),
    ),
    key("deploy", Shape::Either(&[Shape::Object(&DEPLOY), Shape::Null])),
    key("develop", Shape::Either(&[Shape::Object(&DEVELOP), Shape::Null]))
        .refused("it is for `docker compose watch`, which follows the files of a person at work"),
    key("device_cgroup_rules", TEXT_SET).refused("rootless containers cannot open devices by rule"),
    key(
        "devices",
        Shape::List(&Shape::Either(&[Shape::Text, Shape::Object(&DEVICE)])),
    )
    .limited("devices that Stardeck's user may open, or names of CDI, with an administrator's consent"),
    key("dns", TEXT_OR_SET),
    key("dns_opt", TEXT_SET),
    key("dns_search", TEXT_OR_SET),
    key("domainname", Shape::Text).limited("as the end of the host name"),
    key("entrypoint", COMMAND),
    key(
        "env_file",
        Shape::Either(&[
            Shape::Text,
            Shape::List(&Shape::Either(&[Shape::Text, Shape::Object(&ENV_FILE)])),
        ]),
    )
    .limited(OWN_FOLDER),
    key("environment", LIST_OR_MAP),
    key("expose", Shape::Set(&NUMBER_OR_TEXT)),
    key("extends", Shape::Either(&[Shape::Text, Shape::Object(&EXTENDS)])),
    key("external_links", TEXT_SET).refused("use a network that both containers join"),
    key("extra_hosts", EXTRA_HOSTS),
    key(
        "gpus",
        Shape::Either(&[Shape::Choice(&["all"]), Shape::List(&Shape::Object(&GPU))]),
    )
    .limited(CDI),
    key("group_add", Shape::Set(&NUMBER_OR_TEXT)).limited("groups of the container; of the host's only `keep-groups`"),
    key("healthcheck", Shape::Object(&HEALTHCHECK)),
    key("hostname", Shape::Text),
    key("image", Shape::Text),
    key("init", FLAG),
    key("ipc", Shape::Text).limited(CONSENT),
    key("isolation", Shape::Text).refused(WINDOWS),
    key("label_file", TEXT_OR_LIST).limited(OWN_FOLDER),
    key("labels", LIST_OR_MAP),
    key("links", TEXT_SET).limited("by the service's own name; another one is an alias in that service's `networks`"),
    key("logging", Shape::Object(&LOGGING)),
    key("mac_address", Shape::Text),
    key("mem_limit", NUMBER_OR_TEXT).limited(CGROUPS),
    key("mem_reservation", WHOLE_OR_TEXT).limited(CGROUPS),
    key("mem_swappiness", WHOLE_OR_TEXT).refused(CGROUPS_V1),
    key("memswap_limit", NUMBER_OR_TEXT).limited(CGROUPS),
    key(
        "models",
        Shape::Either(&[
            TEXT_SET,
            Shape::Map(&Shape::Either(&[Shape::Object(&MODEL_USE), Shape::Null])),
        ]),
    )
    .refused("Stardeck runs containers, not model runners"),
    key("network_mode", Shape::Text).limited(CONSENT),
    key(
        "networks",
        Shape::Either(&[
            TEXT_SET,
            Shape::Names(&Shape::Either(&[Shape::Object(&NETWORK), Shape::Null])),
        ]),
    ),
    key("oom_kill_disable", FLAG).refused(CGROUPS_V1),
    key(
        "oom_score_adj",
        Shape::Either(&[Shape::Text, Shape::Integer(-1000, 1000)]),
    )
    .limited("not below the score of Stardeck's own user"),
    key("pid", Shape::Either(&[Shape::Text, Shape::Null])).limited(CONSENT),
    key("pids_limit", NUMBER_OR_TEXT).limited(CGROUPS),
    key("platform", Shape::Text).limited("the machine's own; another one where an emulator for it is set up"),
    key(
        "ports",
        Shape::Set(&Shape::Either(&[Shape::Number, Shape::Text, Shape::Object(&PORT)])),
    )
    .limited("published for Stardeck's proxy; on the network only by an administrator's consent, from port 1024"),
    key("post_start", Shape::List(&Shape::Object(&HOOK))).refused("Stardeck runs no hooks"),
    key("pre_stop", Shape::List(&Shape::Object(&HOOK))).refused("Stardeck runs no hooks"),
    key("privileged", FLAG).limited("needs an administrator's consent, and reaches no further than Stardeck's user"),
    key("profiles", TEXT_SET),
    key("provider", Shape::Object(&PROVIDER)).refused("it would run a program outside of any container"),
    key(
        "pull_policy",
        Shape::Pattern(
            is_pull_policy,
            "always, never, build, missing, daily, weekly or `every_` a time",
        ),
    )
    .limited("`always`, `never`, `missing`; what has a `build` is built, at each deploy with `always` or `build`"),
    key("pull_refresh_after", Shape::Text).refused("docker compose does not read it either; use `pull_policy`"),
    key("read_only", FLAG),
    key("restart", Shape::Text),
    key("runtime", Shape::Text).limited("runtimes that Podman is set up with, by an administrator's consent"),
    key("scale", WHOLE_OR_TEXT).limited("0 to 50"),
    key("secrets", FILE_MOUNTS),
    key("security_opt", TEXT_SET).limited("what loosens the confinement needs an administrator's consent"),
    key("shm_size", NUMBER_OR_TEXT),
    key("stdin_open", FLAG),
    key("stop_grace_period", Shape::Text),
    key("stop_signal", Shape::Text),
    key("storage_opt", Shape::Map(&Shape::Any)).refused("rootless storage has no options per container"),
    key("sysctls", LIST_OR_MAP).limited("those of the container's own namespaces, by an administrator's consent"),
    key("tmpfs", TEXT_OR_SET),
    key("tty", FLAG),
    key("ulimits", ULIMITS).limited("not above the limits of Stardeck's own user"),
    key("use_api_socket", Shape::Boolean).refused("no container is given the socket that controls all containers"),
    key("user", Shape::Text),
    key("userns_mode", Shape::Text).limited("Podman's modes: `keep-id`, `auto`, `nomap`; `host` by consent"),
    key("uts", Shape::Text).limited(CONSENT),
    key(
        "volumes",
        Shape::Set(&Shape::Either(&[Shape::Text, Shape::Object(&MOUNT)])),
    ),
    key("volumes_from", TEXT_SET).refused("name the volumes at each service that uses them"),
    key("working_dir", Shape::Text),
]);

static BLKIO: Object = Object::new(&[
    key("device_read_bps", Shape::List(&Shape::Object(&BLKIO_LIMIT))),
    key("device_read_iops", Shape::List(&Shape::Object(&BLKIO_LIMIT))),
    key("device_write_bps", Shape::List(&Shape::Object(&BLKIO_LIMIT))),
    key("device_write_iops", Shape::List(&Shape::Object(&BLKIO_LIMIT))),
    key("weight", WHOLE_OR_TEXT),
    key("weight_device", Shape::List(&Shape::Object(&BLKIO_WEIGHT))),
])
.closed();
static BLKIO_LIMIT: Object = Object::new(&[key("path", Shape::Text), key("rate", WHOLE_OR_TEXT)]).closed();
static BLKIO_WEIGHT: Object = Object::new(&[key("path", Shape::Text), key("weight", WHOLE_OR_TEXT)]).closed();

static CREDENTIAL_SPEC: Object = Object::new(&[
    key("config", Shape::Text),
    key("file", Shape::Text),
    key("registry", Shape::Text),
]);

static DEPENDENCY: Object = Object::new(&[
    key(
        "condition",
        Shape::Choice(&["service_started", "service_healthy", "service_completed_successfully"]),
    ),
    key("restart", FLAG),
    key("required", Shape::Boolean),
])
.required(&["condition"]);

static DEVICE: Object = Object::new(&[
    key("source", Shape::Text),
    key("target", Shape::Text),
    key("permissions", Shape::Text),
])
.required(&["source"]);

static ENV_FILE: Object = Object::new(&[
    key("path", Shape::Text),
    key("format", Shape::Choice(&["", ".env", "raw"])),
    key("required", FLAG),
])
.required(&["path"])
.closed();

static EXTENDS: Object = Object::new(&[
    key("service", Shape::Text),
    key("file", Shape::Text).limited(OWN_FOLDER),
])
.required(&["service"])
.closed();

static FILE_MOUNT: Object = Object::new(&[
    key("source", Shape::Text),
    key("target", Shape::Text),
    key("uid", Shape::Text),
    key("gid", Shape::Text),
    key("mode", NUMBER_OR_TEXT),
]);

static HEALTHCHECK: Object = Object::new(&[
    key("disable", FLAG),
    key("interval", Shape::Text),
    key("retries", NUMBER_OR_TEXT),
    key("test", TEXT_OR_LIST),
    key("timeout", Shape::Text),
    key("start_period", Shape::Text),
    key("start_interval", Shape::Text).limited("needs a newer Podman than 4.3, or no systemd"),
]);

/// A command that runs in a container at some point of its life.
pub(crate) static HOOK: Object = Object::new(&[
    key("command", COMMAND),
    key("user", Shape::Text),
    key("privileged", FLAG),
    key("working_dir", Shape::Text),
    key("environment", LIST_OR_MAP),
])
.required(&["command"]);

static LOGGING: Object = Object::new(&[
    key("driver", Shape::Text).limited("logs are kept where Stardeck can read them, whatever the driver"),
    key(
        "options",
        Shape::Map(&Shape::Either(&[Shape::Text, Shape::Number, Shape::Null])),
    )
    .limited("`max-size` and `tag`"),
]);

static MODEL_USE: Object = Object::new(&[key("endpoint_var", Shape::Text), key("model_var", Shape::Text)]);

static NETWORK: Object = Object::new(&[
    key("aliases", TEXT_SET),
    key("interface_name", Shape::Text),
    key("ipv4_address", Shape::Text),
    key("ipv6_address", Shape::Text),
    key("link_local_ips", TEXT_SET).refused("Podman gives no link-local addresses"),
    key("mac_address", Shape::Text),
    key("driver_opts", OPTIONS).refused("Podman takes no options per container and network"),
    key("priority", Shape::Number),
    key("gw_priority", Shape::Number).refused("Podman chooses the gateway itself"),
]);

static PORT: Object = Object::new(&[
    key("name", Shape::Text),
    key("mode", Shape::Text),
    key("host_ip", Shape::Text),
    key("target", WHOLE_OR_TEXT),
    key("published", WHOLE_OR_TEXT),
    key("protocol", Shape::Text),
    key("app_protocol", Shape::Text),
]);

static PROVIDER: Object = Object::new(&[
    key("type", Shape::Text),
    key("options", Shape::Map(&Shape::Either(&[SCALAR, Shape::List(&SCALAR)]))),
])
.required(&["type"]);

static ULIMIT: Object =
    Object::new(&[key("soft", WHOLE_OR_TEXT), key("hard", WHOLE_OR_TEXT)]).required(&["soft", "hard"]);

static MOUNT: Object = Object::new(&[
    key(
        "type",
        Shape::Choice(&["bind", "volume", "tmpfs", "cluster", "npipe", "image"]),
    )
    .limited("`bind`, `volume`, `tmpfs` and `image`; a bind from outside the stack needs consent"),
    key("source", Shape::Text),
    key("target", Shape::Text),
    key("read_only", FLAG),
    key("consistency", Shape::Text).refused("it is for Docker on a Mac"),
    key("bind", Shape::Object(&MOUNT_BIND)),
    key("volume", Shape::Object(&MOUNT_VOLUME)),
    key("tmpfs", Shape::Object(&MOUNT_TMPFS)),
    key("image", Shape::Object(&MOUNT_IMAGE)),
])
.required(&["type"]);

static MOUNT_BIND: Object = Object::new(&[
    key("propagation", Shape::Text).limited("`private` and `slave` kinds; shared ones need consent"),
    key("create_host_path", FLAG),
    key(
        "recursive",
        Shape::Choice(&["enabled", "disabled", "writable", "readonly"]),
    )
    .limited("`enabled` and `disabled`"),
    key("selinux", Shape::Choice(&["z", "Z"])),
]);
static MOUNT_VOLUME: Object = Object::new(&[
    key("labels", LIST_OR_MAP),
    key("nocopy", FLAG),
    key("subpath", Shape::Text).limited("needs Podman 5.4"),
]);
static MOUNT_TMPFS: Object = Object::new(&[
    key("size", Shape::Either(&[NATURAL, Shape::Text])),
    key("mode", NUMBER_OR_TEXT),
]);
static MOUNT_IMAGE: Object = Object::new(&[key("subpath", Shape::Text).limited("needs Podman 5.4")]);

fn is_container_name(name: &str) -> bool {
    name.as_bytes()
        .windows(2)
        .any(|pair| pair[0].is_ascii_alphanumeric() && (pair[1].is_ascii_alphanumeric() || b"_.-".contains(&pair[1])))
}

fn is_pull_policy(policy: &str) -> bool {
    let words = [
        "always",
        "never",
        "build",
        "if_not_present",
        "missing",
        "refresh",
        "daily",
        "weekly",
    ];
    let every = policy.split("every_").skip(1).any(|delay| {
        let digits = delay.bytes().take_while(u8::is_ascii_digit).count();
        digits > 0 && delay.as_bytes().get(digits).is_some_and(|unit| b"wdhms".contains(unit))
    });
    every || words.iter().any(|word| policy.contains(word))
}
