//! `deploy` and `develop`.

use super::service::HOOK;
use super::shape::{LIST_OR_MAP, NUMBER_OR_TEXT, Object, Shape, TEXT_OR_SET, TEXT_SET, TEXTS, WHOLE_OR_TEXT, key};

const ONE_MACHINE: &str = "there is one machine, not a swarm";
const REPLACED: &str = "an update replaces one container at a time and keeps the old one until the new one is up";
const CGROUPS: &str = "needs the cgroup controller to be delegated to Stardeck's user";

/// `deploy`.
pub(crate) static DEPLOY: Object = Object::new(&[
    key("mode", Shape::Text).limited("`replicated`; jobs and one container a machine need a swarm"),
    key("endpoint_mode", Shape::Text).refused(ONE_MACHINE),
    key("replicas", WHOLE_OR_TEXT).limited("0 to 50"),
    key("labels", LIST_OR_MAP).refused("they are labels of a swarm service; use the service's own `labels`"),
    key("rollback_config", Shape::Object(&UPDATE)).refused(REPLACED),
    key("update_config", Shape::Object(&UPDATE)).refused(REPLACED),
    key("resources", Shape::Object(&RESOURCES)),
    key("restart_policy", Shape::Object(&RESTART)),
    key("placement", Shape::Object(&PLACEMENT)).refused(ONE_MACHINE),
]);

static UPDATE: Object = Object::new(&[
    key("parallelism", WHOLE_OR_TEXT),
    key("delay", Shape::Text),
    key("failure_action", Shape::Text),
    key("monitor", Shape::Text),
    key("max_failure_ratio", NUMBER_OR_TEXT),
    key("order", Shape::Choice(&["start-first", "stop-first"])),
]);

static RESOURCES: Object = Object::new(&[
    key("limits", Shape::Object(&LIMITS)),
    key("reservations", Shape::Object(&RESERVATIONS)),
]);

static LIMITS: Object = Object::new(&[
    key("cpus", NUMBER_OR_TEXT).limited(CGROUPS),
    key("memory", Shape::Text).limited(CGROUPS),
    key("pids", WHOLE_OR_TEXT).limited(CGROUPS),
]);

static RESERVATIONS: Object = Object::new(&[
    key("cpus", NUMBER_OR_TEXT).refused(ONE_MACHINE),
    key("memory", Shape::Text).limited(CGROUPS),
    key("generic_resources", Shape::List(&Shape::Object(&GENERIC_RESOURCE))).refused(ONE_MACHINE),
    key("devices", Shape::List(&Shape::Object(&DEVICE_REQUEST))).limited(super::service::CDI),
]);

static GENERIC_RESOURCE: Object = Object::new(&[key("discrete_resource_spec", Shape::Object(&DISCRETE_RESOURCE))]);

static DISCRETE_RESOURCE: Object = Object::new(&[key("kind", Shape::Text), key("value", NUMBER_OR_TEXT)]);

static DEVICE_REQUEST: Object = Object::new(&[
    key("capabilities", TEXT_SET),
    key("count", WHOLE_OR_TEXT),
    key("device_ids", TEXT_SET),
    key("driver", Shape::Text),
    key("options", LIST_OR_MAP).refused("CDI devices take no options"),
])
.required(&["capabilities"]);

/// `gpus`.
pub(crate) static GPU: Object = Object::new(&[
    key("capabilities", TEXT_SET),
    key("count", WHOLE_OR_TEXT),
    key("device_ids", TEXT_SET),
    key("driver", Shape::Text),
    key("options", LIST_OR_MAP).refused("CDI devices take no options"),
])
.open();

static RESTART: Object = Object::new(&[
    key("condition", Shape::Text),
    key("delay", Shape::Text).refused("Podman restarts at once, and slower after each failure"),
    key("max_attempts", WHOLE_OR_TEXT),
    key("window", Shape::Text).refused("Podman counts failures without a window"),
]);

static PLACEMENT: Object = Object::new(&[
    key("constraints", TEXTS),
    key("preferences", Shape::List(&Shape::Object(&PREFERENCE))),
    key("max_replicas_per_node", WHOLE_OR_TEXT),
]);

static PREFERENCE: Object = Object::new(&[key("spread", Shape::Text)]);

/// `develop`.
pub(crate) static DEVELOP: Object = Object::new(&[key("watch", Shape::List(&Shape::Object(&WATCH)))]);

static WATCH: Object = Object::new(&[
    key("path", Shape::Text),
    key(
        "action",
        Shape::Choice(&["rebuild", "sync", "restart", "sync+restart", "sync+exec"]),
    ),
    key("target", Shape::Text),
    key("ignore", TEXT_OR_SET),
    key("include", TEXT_OR_SET),
    key("exec", Shape::Object(&HOOK)),
    key("initial_sync", Shape::Boolean),
])
.required(&["path", "action"]);
