//! The top of the model: services, networks, volumes, secrets, configs, models.

use super::service::SERVICE;
use super::shape::{FLAG, LIST_OR_MAP, OPTIONS, Object, Shape, TEXT_OR_SET, TEXTS, WHOLE, key};

/// A whole compose file.
pub(crate) static MODEL: Object = Object::new(&[
    key("version", Shape::Text).refused("it has had no effect since Compose v2; remove it"),
    key("name", Shape::Text),
    key(
        "include",
        Shape::List(&Shape::Either(&[Shape::Text, Shape::Object(&INCLUDE)])),
    ),
    key("services", Shape::Names(&Shape::Object(&SERVICE))),
    key("models", Shape::Map(&Shape::Object(&AI_MODEL))).refused("Stardeck runs containers, not model runners"),
    key(
        "networks",
        Shape::Map(&Shape::Either(&[Shape::Object(&NETWORK), Shape::Null])),
    ),
    key(
        "volumes",
        Shape::Names(&Shape::Either(&[Shape::Object(&VOLUME), Shape::Null])),
    ),
    key("secrets", Shape::Names(&Shape::Object(&SECRET))),
    key("configs", Shape::Names(&Shape::Object(&CONFIG))),
]);

static INCLUDE: Object = Object::new(&[
    key("path", TEXT_OR_SET).limited("only files inside the stack's own folder, and never from another machine"),
    key("env_file", TEXT_OR_SET).limited("only files inside the stack's own folder"),
    key("project_directory", Shape::Text).limited("only folders inside the stack's own folder"),
])
.closed();

static AI_MODEL: Object = Object::new(&[
    key("name", Shape::Text),
    key("model", Shape::Text),
    key("context_size", WHOLE),
    key("runtime_flags", TEXTS),
])
.required(&["model"]);

static NETWORK: Object = Object::new(&[
    key("name", Shape::Text),
    key("driver", Shape::Text).limited("`bridge`, `macvlan`, `ipvlan`, `host` and `none`; `overlay` needs a swarm"),
    key("driver_opts", OPTIONS)
        .limited("options of Podman's driver, such as `mtu`; those of Docker mean nothing to it"),
    key("ipam", Shape::Object(&IPAM)),
    key("external", Shape::Either(&[FLAG, Shape::Object(&EXTERNAL)])),
    key("internal", FLAG),
    key("enable_ipv4", FLAG).refused("Podman's networks have IPv4 always"),
    key("enable_ipv6", FLAG),
    key("attachable", FLAG).refused("it is about swarm services; every container may join here"),
    key("labels", LIST_OR_MAP),
]);

static IPAM: Object = Object::new(&[
    key("driver", Shape::Text).limited("`default`, `host-local`, `dhcp` and `none`"),
    key("config", Shape::List(&Shape::Object(&IPAM_POOL))),
    key("options", Shape::Map(&Shape::Text)).refused("Podman's address drivers take no options"),
]);

static IPAM_POOL: Object = Object::new(&[
    key("subnet", Shape::Text),
    key("ip_range", Shape::Text),
    key("gateway", Shape::Text),
    key("aux_addresses", Shape::Map(&Shape::Text)).refused("Podman reserves no addresses by name"),
]);

static EXTERNAL: Object = Object::new(&[key("name", Shape::Text)]);
static OPEN_EXTERNAL: Object = Object::new(&[key("name", Shape::Text)]).open();

static VOLUME: Object = Object::new(&[
    key("name", Shape::Text),
    key("driver", Shape::Text).limited("`local` and the volume plugins that Podman is set up with"),
    key("driver_opts", OPTIONS)
        .limited("options that reach a folder or a server outside need an administrator's consent"),
    key("external", Shape::Either(&[FLAG, Shape::Object(&EXTERNAL)])),
    key("labels", LIST_OR_MAP),
]);

static SECRET: Object = Object::new(&[
    key("name", Shape::Text),
    key("environment", Shape::Text),
    key("file", Shape::Text).limited("only files inside the stack's own folder"),
    key("external", Shape::Either(&[FLAG, Shape::Object(&OPEN_EXTERNAL)])),
    key("labels", LIST_OR_MAP),
    key("driver", Shape::Text).refused("secrets are kept by Stardeck itself"),
    key("driver_opts", OPTIONS).refused("secrets are kept by Stardeck itself"),
    key("template_driver", Shape::Text).refused("Podman does not fill in templates"),
]);

static CONFIG: Object = Object::new(&[
    key("name", Shape::Text),
    key("content", Shape::Text),
    key("environment", Shape::Text),
    key("file", Shape::Text).limited("only files inside the stack's own folder"),
    key("external", Shape::Either(&[FLAG, Shape::Object(&OPEN_EXTERNAL)]))
        .refused("Podman has no configs of its own that could exist already"),
    key("labels", LIST_OR_MAP),
    key("template_driver", Shape::Text).refused("Podman does not fill in templates"),
]);
