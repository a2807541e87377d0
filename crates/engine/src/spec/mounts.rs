//! What a container sees of files: volumes, folders of the machine, folders in memory, secrets and configs.

use std::path::{Path, PathBuf};

use compose::Project;
use compose::model::service::{FileMount, Mount};
use compose::model::{FileResource, Service};
use podman::container::{Spec, SpecMount, SpecVolume};

use super::{Ground, Report};

/// Where secrets and configs with a content of their own are kept, in the folder of the stack.
pub(crate) const KEPT: &str = ".stardeck";

/// What has to be there before a container is made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    /// Files: path, bytes, permissions.
    pub(crate) files: Vec<(PathBuf, Vec<u8>, u32)>,
    /// Folders that are made where they are not there.
    pub(crate) folders: Vec<PathBuf>,
}

pub(super) fn set(
    ground: &Ground<'_>,
    project: &Project,
    service: &Service,
    at: &str,
    spec: &mut Spec,
    report: &mut Report,
) -> Needs {
    let mut needs = Needs::default();
    for (number, mount) in service.volumes.iter().enumerate() {
        let at = format!("{at}.volumes[{number}]");
        match mount.kind.as_str() {
            "volume" => volume(ground, project, mount, &at, spec, report),
            "bind" => bind(ground, mount, &at, spec, &mut needs, report),
            "tmpfs" => {
                let more = mount.tmpfs.clone().unwrap_or_default();
                let mut options = read_only(mount);
                options.extend((more.size.0 > 0).then(|| format!("size={}", more.size.0)));
                options.extend((more.mode > 0).then(|| format!("mode={:o}", more.mode)));
                spec.mounts.push(memory(&mount.target, options));
            }
            _ => report.refuse(true, &at, "only volumes, folders and tmpfs are mounted"),
        }
    }
    for text in &service.tmpfs.0 {
        let (target, options) = text.split_once(':').unwrap_or((text, ""));
        let options = options.split(',').filter(|option| !option.is_empty());
        spec.mounts.push(memory(target, options.map(str::to_owned).collect()));
    }
    let secrets = service.secrets.iter().map(|used| (used, &project.secrets, "secrets"));
    let configs = service.configs.iter().map(|used| (used, &project.configs, "configs"));
    for (used, all, kind) in secrets.chain(configs) {
        if let Some(resource) = all.get(&used.source) {
            file(
                ground,
                used,
                resource,
                kind,
                &format!("{at}.{kind}"),
                (spec, &mut needs),
                report,
            );
        }
    }
    needs
}

fn read_only(mount: &Mount) -> Vec<String> {
    mount.read_only.then(|| "ro".to_owned()).into_iter().collect()
}

fn memory(target: &str, options: Vec<String>) -> SpecMount {
    SpecMount {
        kind: "tmpfs".to_owned(),
        source: "tmpfs".to_owned(),
        destination: target.to_owned(),
        options,
    }
}

fn volume(ground: &Ground<'_>, project: &Project, mount: &Mount, at: &str, spec: &mut Spec, report: &mut Report) {
    let more = mount.volume.clone().unwrap_or_default();
    report.refuse(!more.subpath.is_empty(), at, "a part of a volume is not mounted");
    let own = project.volumes.get(&mount.source).map(|volume| volume.name.clone());
    let named = || {
        own.filter(|name| !name.is_empty())
            .unwrap_or_else(|| ground.named(&mount.source))
    };
    let mut options = read_only(mount);
    options.extend(more.nocopy.then(|| "nocopy".to_owned()));
    spec.volumes.push(SpecVolume {
        name: if mount.source.is_empty() {
            String::new()
        } else {
            named()
        },
        destination: mount.target.clone(),
        options,
    });
}

fn bind(ground: &Ground<'_>, mount: &Mount, at: &str, spec: &mut Spec, needs: &mut Needs, report: &mut Report) {
    let more = mount.bind.clone().unwrap_or_default();
    let mut options = read_only(mount);
    options.push(if more.recursive == "disabled" { "bind" } else { "rbind" }.to_owned());
    match more.propagation.as_str() {
        "" => {}
        "private" | "rprivate" | "slave" | "rslave" => options.push(more.propagation.clone()),
        _ => report.refuse(true, at, "mounts are not shared with the machine"),
    }
    options.extend((!more.selinux.is_empty()).then(|| more.selinux.clone()));
    let source = PathBuf::from(&mount.source);
    // Outside of the folder of the stack nothing is made.
    if more.create_host_path && source.starts_with(ground.home) {
        needs.folders.push(source);
    }
    spec.mounts.push(SpecMount {
        kind: "bind".to_owned(),
        source: mount.source.clone(),
        destination: mount.target.clone(),
        options,
    });
}

/// A secret or a config: a file that can only be read.
fn file(
    ground: &Ground<'_>,
    used: &FileMount,
    resource: &FileResource,
    kind: &str,
    at: &str,
    (spec, needs): (&mut Spec, &mut Needs),
    report: &mut Report,
) {
    let source = if !resource.content.is_empty() {
        let path = ground.home.join(KEPT).join(kind).join(&used.source);
        // Readable for every user of the container: nobody else can enter the folder of the stack.
        let mode = used.mode.map_or(0o444, |mode| u32::try_from(mode.0).unwrap_or(0o444));
        needs
            .files
            .push((path.clone(), resource.content.clone().into_bytes(), mode | 0o400));
        path
    } else if !resource.file.is_empty() {
        PathBuf::from(&resource.file)
    } else {
        report.refuse(true, at, &format!("`{}` has neither a file nor a content", used.source));
        return;
    };
    let owned = !used.uid.is_empty() || !used.gid.is_empty();
    report.warn(
        owned,
        at,
        &format!("`{}` keeps its owner: `uid` and `gid` are left out", used.source),
        "Give it a `mode` that its reader can live with.",
    );
    let usual = if kind == "secrets" { "/run/secrets" } else { "/" };
    let target = if used.target.is_empty() {
        &used.source
    } else {
        &used.target
    };
    // An absolute target stands for itself.
    let destination = Path::new(usual).join(target);
    spec.mounts.push(SpecMount {
        kind: "bind".to_owned(),
        source: source.to_string_lossy().into_owned(),
        destination: destination.to_string_lossy().into_owned(),
        options: ["ro", "bind"].map(str::to_owned).to_vec(),
    });
}
