//! A service that is built → what its image is made of, and how.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use compose::Project;
use compose::model::{Build, Service};
use serde::Serialize;

use super::service::runs;
use super::{Fit, Ground, Here, KEPT, Report};

/// How an image is made. As JSON it is all that makes the image another one, but for the files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct WantedBuild {
    /// The folder that the build sees, seen from the stack's own.
    pub(crate) context: PathBuf,
    /// The file with the instructions, seen from that folder.
    pub(crate) dockerfile: String,
    /// The instructions themselves, where they stand in the compose file.
    pub(crate) inline: Option<String>,
    /// Arguments of the instructions.
    pub(crate) args: BTreeMap<String, String>,
    /// Labels of the image.
    pub(crate) labels: BTreeMap<String, String>,
    /// The stage at which to stop.
    pub(crate) target: Option<String>,
    /// The platform, where the file says one.
    pub(crate) platform: Option<String>,
    /// The network of the steps.
    pub(crate) network: Option<String>,
    /// The size of `/dev/shm`.
    pub(crate) shared_memory: Option<u64>,
    /// Names of hosts.
    pub(crate) hosts: Vec<String>,
    /// Images that files are taken from, by the names that the instructions have for them.
    pub(crate) images: BTreeMap<String, String>,
    /// Further names of the image.
    pub(crate) tags: Vec<String>,
    /// Secrets that steps may read. As with every builder, another secret makes no other image.
    #[serde(skip)]
    pub(crate) secrets: Vec<BuildSecret>,
    /// Whether nothing is taken from the cache.
    #[serde(skip)]
    pub(crate) no_cache: bool,
    /// Whether what it is built on is fetched each time.
    #[serde(skip)]
    pub(crate) pull: bool,
}

/// A secret that the steps of a build may read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BuildSecret {
    /// The name that the instructions have for it.
    pub(crate) id: String,
    pub(crate) source: SecretSource,
}

/// Where a secret comes from.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum SecretSource {
    /// It stands in the compose file or in a variable.
    Text(String),
    /// A file, seen from the folder of the stack.
    File(PathBuf),
}

impl std::fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(_) => f.write_str("[secret]"),
            Self::File(path) => path.fmt(f),
        }
    }
}

pub(super) fn wanted(
    ground: &Ground<'_>,
    project: &Project,
    service: &Service,
    at: &str,
    report: &mut Report,
) -> Option<WantedBuild> {
    let build = service.build.as_ref()?;
    let at = &format!("{at}.build");
    untranslated(build, at, report);
    report.own_labels(at, &build.labels.0);
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let context = inside(ground, &build.context).filter(|path| !path.starts_with(KEPT));
    report.refuse(
        context.is_none(),
        &format!("{at}.context"),
        "this is not a folder inside the stack's own: nothing else is sent to a build",
    );
    let dockerfile = &build.dockerfile;
    let plain = text(&build.dockerfile_inline).is_some() || is_below(Path::new(dockerfile));
    // Podman gives a file of this name to the preprocessor of C, which includes files of the machine.
    let preprocessed = Path::new(dockerfile).extension().is_some_and(|ending| ending == "in");
    report.refuse(
        !plain || preprocessed,
        &format!("{at}.dockerfile"),
        "this is not a file inside the `context` with a name that does not end with `.in`",
    );
    report.refuse(
        !matches!(build.network.as_str(), "" | "default" | "none"),
        &format!("{at}.network"),
        "the steps of a build have a network of their own, or `none`",
    );
    let platform = platform(ground.here, service, build, at, report);
    Some(WantedBuild {
        context: context.unwrap_or_default(),
        dockerfile: dockerfile.trim_start_matches("./").to_owned(),
        inline: text(&build.dockerfile_inline),
        args: known(&build.args.0),
        labels: build.labels.0.clone(),
        target: text(&build.target),
        platform,
        network: Some(build.network.clone()).filter(|network| network == "none"),
        shared_memory: u64::try_from(build.shm_size.0).ok().filter(|bytes| *bytes > 0),
        hosts: hosts(build),
        images: images(build, at, report),
        tags: tags(build, at, report),
        secrets: secrets(ground, project, build, at, report),
        no_cache: build.no_cache,
        pull: build.pull,
    })
}

/// The one platform that the image is built for: what the service says, or of those that it may be built for the one that
/// runs best here.
fn platform(here: &Here, service: &Service, build: &Build, at: &str, report: &mut Report) -> Option<String> {
    let (platforms, at) = (&build.platforms.0, format!("{at}.platforms"));
    if !service.platform.is_empty() {
        // What was loaded has it among them.
        return Some(service.platform.clone());
    }
    let best = platforms.iter().min_by_key(|platform| match here.fit(platform) {
        Fit::Native => 0,
        Fit::Emulated => 1,
        Fit::Not => 2,
    })?;
    runs(here, best, &at, report);
    if platforms.len() > 1 {
        report.note(&at, &format!("the image is built for {best} alone, to run here"));
    }
    Some(best.clone())
}

/// Says which keys nobody acts on.
fn untranslated(build: &Build, at: &str, report: &mut Report) {
    let refused = [
        ("entitlements", !build.entitlements.is_empty()),
        ("ssh", !build.ssh.0.is_empty()),
        ("isolation", !build.isolation.is_empty()),
        ("ulimits", !build.ulimits.is_empty()),
        ("privileged", build.privileged),
    ];
    for (key, is) in refused {
        report.refuse(is, &format!("{at}.{key}"), "Stardeck does not act on this key");
    }
    let spare = [
        ("cache_from", !build.cache_from.0.is_empty()),
        ("cache_to", !build.cache_to.0.is_empty()),
        ("provenance", !build.provenance.is_empty()),
        ("sbom", !build.sbom.is_empty()),
    ];
    for (key, is) in spare {
        let why = "the image is the same without it; it is left out";
        report.warn(is, &format!("{at}.{key}"), why, "");
    }
}

/// A path as it is seen from the folder of the stack, if it is in there by its words.
fn inside(ground: &Ground<'_>, path: &str) -> Option<PathBuf> {
    let below = Path::new(path).strip_prefix(ground.home).ok()?;
    is_below(below).then(|| below.to_owned())
}

/// Whether a path leads down only.
fn is_below(path: &Path) -> bool {
    let down = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    path.components().all(down)
}

fn known(variables: &BTreeMap<String, Option<String>>) -> BTreeMap<String, String> {
    let variables = variables.iter();
    variables
        .filter_map(|(name, value)| Some((name.clone(), value.clone()?)))
        .collect()
}

fn hosts(build: &Build) -> Vec<String> {
    let hosts = build.extra_hosts.0.iter();
    hosts
        .flat_map(|(name, addresses)| addresses.iter().map(move |address| format!("{name}:{address}")))
        .collect()
}

fn images(build: &Build, at: &str, report: &mut Report) -> BTreeMap<String, String> {
    let mut images = BTreeMap::new();
    for (name, place) in &build.additional_contexts.0 {
        match place
            .strip_prefix("docker-image://")
            .and_then(super::service::full_name)
        {
            Some(image) => {
                images.insert(name.clone(), image);
            }
            None => report.refuse(
                true,
                &format!("{at}.additional_contexts.{name}"),
                "Podman takes files from an image, written as `docker-image://NAME`, and not from further folders",
            ),
        }
    }
    images
}

fn tags(build: &Build, at: &str, report: &mut Report) -> Vec<String> {
    let mut tags = Vec::new();
    for tag in &build.tags.0 {
        let name = super::service::full_name(tag);
        report.refuse(
            name.is_none(),
            &format!("{at}.tags"),
            "this is not the name of an image",
        );
        tags.extend(name);
    }
    tags
}

fn secrets(ground: &Ground<'_>, project: &Project, build: &Build, at: &str, report: &mut Report) -> Vec<BuildSecret> {
    let mut secrets = Vec::new();
    for used in &build.secrets {
        let at = format!("{at}.secrets.{}", used.source);
        let id = if used.target.is_empty() {
            &used.source
        } else {
            &used.target
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        report.refuse(
            !id.chars().all(plain),
            &at,
            "the name of a secret of a build has letters, digits, `.`, `_` and `-`",
        );
        let source = match project.secrets.get(&used.source) {
            Some(secret) if !secret.content.is_empty() => Some(SecretSource::Text(secret.content.clone())),
            Some(secret) => inside(ground, &secret.file).map(SecretSource::File),
            None => None,
        };
        report.refuse(
            source.is_none(),
            &at,
            "a secret of a build has a content, or a file inside the stack's own folder",
        );
        secrets.extend(source.map(|source| BuildSecret { id: id.clone(), source }));
    }
    secrets
}
