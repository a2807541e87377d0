//! A container of a form → a compose file.

use api::source::QuickDeploy;

use super::build::Build;
use crate::output::{self, Plain};

/// The compose file of a container that a form describes. What a form holds is meant as it is: a dollar is no variable.
#[must_use]
pub fn quick(request: &QuickDeploy) -> String {
    let plain = |value: &String| Plain::Text(value.replace('$', "$$"));
    let list = |values: &[String]| Plain::List(values.iter().map(plain).collect());
    let mut build = Build::default();
    request.name.as_str().clone_into(&mut build.name);
    build.set("image", plain(&request.image));
    if !request.command.is_empty() {
        build.set("command", list(&request.command));
    }
    if let Some(restart) = &request.restart {
        build.set("restart", plain(restart));
    }
    if !request.ports.is_empty() {
        build.set("ports", list(&request.ports));
    }
    if !request.variables.is_empty() {
        let variables = request.variables.iter();
        let variables = variables.map(|(name, value)| (name.clone(), plain(value)));
        build.set("environment", Plain::Map(variables.collect()));
    }
    if !request.volumes.is_empty() {
        for volume in &request.volumes {
            build.mounts(volume);
        }
        build.set("volumes", list(&request.volumes));
    }
    if let Some(memory) = &request.limits.memory {
        build.set("mem_limit", plain(memory));
    }
    if let Some(cpus) = request.limits.cpus {
        build.set("cpus", Plain::Float(cpus));
    }
    if let Some(pids) = request.limits.pids {
        build.set("pids_limit", Plain::Uint(pids.into()));
    }
    output::yaml(&build.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_a_compose_file() {
        let request = serde_json::json!({
            "name": "web", "image": "nginx:1.27", "ports": ["8080:80"], "restart": "unless-stopped",
            "volumes": ["data:/data", "./conf:/etc/conf:ro", "/cache"],
            "variables": {"PASSWORD": "a$b", "ON": "true", "EMPTY": ""},
            "limits": {"memory": "512m", "cpus": 1.5, "pids": 100},
        });
        let request: QuickDeploy = serde_json::from_value(request).unwrap();
        expect_test::expect![[r#"
            services:
              web:
                image: nginx:1.27
                restart: unless-stopped
                ports:
                  - "8080:80"
                environment:
                  EMPTY: ""
                  "ON": "true"
                  PASSWORD: a$$b
                volumes:
                  - data:/data
                  - ./conf:/etc/conf:ro
                  - /cache
                mem_limit: 512m
                cpus: 1.5
                pids_limit: 100
            volumes:
              data: {}
        "#]]
        .assert_eq(&quick(&request));
    }
}
