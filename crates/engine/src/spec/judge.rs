//! The policy: one function over the finished specs, for every way in.

use std::path::Path;

use super::{Ground, Verdict, Wanted};

/// What is not allowed as it is.
pub(crate) fn judge(ground: &Ground<'_>, wanted: &Wanted) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for service in &wanted.services {
        let mut say = |what: String, message: String, consentable: bool| {
            let id = format!("{}:{what}", service.name);
            if verdicts.iter().all(|verdict: &Verdict| verdict.id != id) {
                verdicts.push(Verdict {
                    id,
                    service: service.name.clone(),
                    message,
                    consentable,
                });
            }
        };
        for spec in service.replicas.iter().map(|container| &container.spec) {
            if spec.privileged {
                let message = format!("{} asks for all rights that Podman itself has.", service.name);
                say("privileged".to_owned(), message, true);
            }
            for capability in &spec.cap_add {
                let message = format!("{} asks for the capability {capability}.", service.name);
                say(format!("cap_add:{capability}"), message, true);
            }
            for mount in spec.mounts.iter().filter(|mount| mount.kind == "bind") {
                if !is_inside(ground.home, Path::new(&mount.source)) {
                    let message = format!(
                        "{} asks for {}, which is outside of the folder of the stack.",
                        service.name, mount.source
                    );
                    say(format!("bind:{}", mount.source), message, false);
                }
            }
            for port in &spec.ports {
                if port.host_address != "127.0.0.1" || port.host_port != 0 {
                    let message = format!("{} asks for a port of the machine.", service.name);
                    say(format!("port:{}", port.container_port), message, false);
                }
            }
        }
    }
    verdicts
}

/// Whether a path leads into `home`, also by way of links.
fn is_inside(home: &Path, path: &Path) -> bool {
    let Ok(home) = std::fs::canonicalize(home) else {
        return false;
    };
    // What is not there yet is judged by what it would be made in.
    path.ancestors()
        .find_map(|path| std::fs::canonicalize(path).ok())
        .is_some_and(|real| real.starts_with(home))
        && !path.components().any(|part| part == std::path::Component::ParentDir)
}
