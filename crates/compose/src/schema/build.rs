//! `build`: how an image is made.

use super::service::{FILE_MOUNTS, ULIMITS};
use super::shape::{EXTRA_HOSTS, FLAG, LIST_OR_MAP, Object, Shape, TEXTS, WHOLE_OR_TEXT, key};

const NO_OTHER: &str = "layers come from this machine alone, and the image is the same";
const NO_BUILDKIT: &str = "it is a feature of BuildKit, which Podman does not build with";

/// The long form of `build`.
pub(crate) static BUILD: Object = Object::new(&[
    key("context", Shape::Text).limited("only folders inside the stack's own folder"),
    key("dockerfile", Shape::Text)
        .limited("a file inside the `context`, whose name does not end with `.in`; `ADD` of an address is refused"),
    key("dockerfile_inline", Shape::Text),
    key("entitlements", TEXTS).refused(NO_BUILDKIT),
    key("args", LIST_OR_MAP),
    key("ssh", LIST_OR_MAP).refused("no agent of a person is at hand where Stardeck builds"),
    key("labels", LIST_OR_MAP),
    key("cache_from", TEXTS).refused(NO_OTHER),
    key("cache_to", TEXTS).refused(NO_OTHER),
    key("no_cache", FLAG),
    key("additional_contexts", LIST_OR_MAP).limited("images, as `docker-image://NAME`"),
    key("network", Shape::Text).limited("`none`, or a network of the build's own"),
    key("provenance", FLAG).refused(NO_BUILDKIT),
    key("sbom", FLAG).refused(NO_BUILDKIT),
    key("pull", FLAG).limited("where something is built; `pull_policy: build` builds at each deploy"),
    key("target", Shape::Text),
    key("shm_size", WHOLE_OR_TEXT),
    key("extra_hosts", EXTRA_HOSTS),
    key("isolation", Shape::Text).refused("it is for Windows containers"),
    key("privileged", FLAG).refused("builds run without added rights"),
    key("secrets", FILE_MOUNTS),
    key("tags", TEXTS),
    key("ulimits", ULIMITS).refused("the limits of Podman's own steps hold"),
    key("platforms", TEXTS)
        .limited("the one that runs best here; another than the machine's own needs an emulator on it"),
]);
