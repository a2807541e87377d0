//! From facts to steps: what is missing, why it is needed, and the commands that bring it. Nothing is done here.

use super::distribution::{Family, browser_compiler, check_versions, family};
use super::facts::{Device, Facts};
use super::needs::NEEDS;
use super::{Purpose, service};
use crate::shell::quote;
use anyhow::{Result, bail};
use std::fmt::Write;

/// Steps, in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
}

/// One line of what will be done.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) what: String,
    pub(super) why: &'static str,
    pub(super) who: Who,
    /// For `sh -e`.
    pub(super) script: String,
}

/// Who carries a step out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    /// Root, by sudo where we are not root.
    Root,
    /// The account that Podman runs as.
    User,
    /// We.
    Us,
}

impl Plan {
    /// What these facts ask for.
    pub(super) fn of(facts: &Facts, purpose: Purpose) -> Result<Plan> {
        check_versions(facts)?;
        let mut plan = Plan::default();
        plan.packages(facts, purpose)?;
        plan.account(facts);
        plan.devices(facts);
        if facts.user.exists {
            plan.configuration(facts);
            plan.service(facts);
        }
        if !facts.root && !facts.sudo && plan.steps.iter().any(|step| step.who == Who::Root) {
            plan.steps.retain(|step| step.who == Who::Root);
            bail!(
                "root has to prepare this machine, and there is no sudo. Let an administrator run:\n{}",
                plan.commands(facts).trim_end()
            );
        }
        Ok(plan)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The commands, as a person would type them.
    pub(super) fn commands(&self, facts: &Facts) -> String {
        let mut text = String::new();
        for step in &self.steps {
            let _ = writeln!(text, "# {}: {}\n{}", step.what, step.why, step.typed(facts));
        }
        text
    }

    fn add(&mut self, who: Who, what: impl Into<String>, why: &'static str, script: impl Into<String>) {
        self.steps.push(Step {
            what: what.into(),
            why,
            who,
            script: script.into(),
        });
    }

    fn packages(&mut self, facts: &Facts, purpose: Purpose) -> Result<()> {
        let missing: Vec<_> = NEEDS.iter().filter(|need| need.is_missing(facts, purpose)).collect();
        let mut wanted = Vec::new();
        let family = family(facts);
        for need in &missing {
            wanted.push(if family == Some(Family::Fedora) {
                need.rpm
            } else {
                need.deb
            });
        }
        if !facts.wasm && !facts.rustup {
            wanted.extend(browser_compiler(facts)?);
        }
        if !facts.wasm && facts.rustup {
            let script = "rustup target add wasm32-unknown-unknown";
            self.add(
                Who::Us,
                "add the WebAssembly target to the toolchain",
                "the desktop is compiled to it",
                script,
            );
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let list = wanted.join(" ");
        let script = match family {
            Some(Family::Debian) => format!(
                "apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -q -y \
                 --no-install-recommends {list}"
            ),
            Some(Family::Fedora) => format!("dnf install -y --setopt=install_weak_deps=False {list}"),
            None => bail!(
                "the packages of `{}` are unknown here. Install what brings these, then try again: {}",
                facts.system.id,
                missing.iter().map(|need| need.name).collect::<Vec<_>>().join(", ")
            ),
        };
        let why = "Podman with its rootless helpers, and what builds and tests need";
        self.add(Who::Root, format!("install {list}"), why, script);
        Ok(())
    }

    fn account(&mut self, facts: &Facts) {
        let name = quote(&facts.user.name);
        if !facts.user.exists {
            let why = "Podman and Stardeck run as an ordinary user, not as root";
            self.add(
                Who::Root,
                format!("create the user {name}"),
                why,
                format!("useradd --create-home --shell /bin/bash {name}"),
            );
        }
        // useradd gives a new user its ids.
        if facts.user.exists && !facts.user.rootful && !facts.user.subordinate_ids {
            let script = format!(
                "first=$(cut -d: -f2,3 /etc/subuid /etc/subgid 2>/dev/null | awk -F: \
                 'BEGIN {{ m = 100000 }} $1 + $2 > m {{ m = $1 + $2 }} END {{ print m }}'); \
                 usermod --add-subuids $first-$((first + 65535)) --add-subgids $first-$((first + 65535)) {name}"
            );
            self.add(
                Who::Root,
                format!("give {name} subordinate ids"),
                "the users inside its containers are mapped to them",
                script,
            );
        }
        if facts.user.rootful {
            return;
        }
        if facts.systemd && !facts.user.linger && facts.root {
            let script = format!("loginctl enable-linger {name} && systemctl start \"user@$(id -u {name}).service\"");
            self.add(
                Who::Root,
                format!("let services of {name} run without a login"),
                "Podman's socket is one of them",
                script,
            );
        } else if !facts.systemd && !facts.user.runtime_dir {
            let script = format!(
                "install -d -m 755 /run/user && install -d -m 700 -o {name} -g \"$(id -g {name})\" \"/run/user/$(id -u {name})\""
            );
            self.add(
                Who::Root,
                format!("make the runtime folder of {name}"),
                "Podman keeps its socket there, and no systemd made it",
                script,
            );
        }
    }

    fn devices(&mut self, facts: &Facts) {
        if facts.user.rootful {
            return;
        }
        for (path, state, numbers, why) in [
            (
                "/dev/net/tun",
                facts.tun,
                "10 200",
                "rootless networks are made with it",
            ),
            (
                "/dev/fuse",
                facts.fuse,
                "10 229",
                "rootless storage may be mounted with it",
            ),
        ] {
            match state {
                Device::Open => {}
                Device::Closed => self.add(
                    Who::Root,
                    format!("open {path} for users"),
                    why,
                    format!("chmod 666 {path}"),
                ),
                Device::Missing => {
                    let script = format!("mkdir -p \"$(dirname {path})\" && mknod -m 666 {path} c {numbers}");
                    self.add(Who::Root, format!("make {path}"), why, script);
                }
            }
        }
    }

    fn configuration(&mut self, facts: &Facts) {
        let write = |file: &str, text: &str| {
            format!(
                "mkdir -p ~/.config/containers && printf '%s\\n' {} >~/.config/containers/{file}",
                quote(text.trim_end())
            )
        };
        if !facts.user.rootful && !facts.user.storage_conf && !facts.user.storage_in_use {
            let script = write("storage.conf", "[storage]\ndriver = \"overlay\"");
            self.add(
                Who::User,
                "choose the overlay storage driver",
                "Podman 4 picks the slow one by itself",
                script,
            );
        }
        if !facts.systemd && !facts.user.containers_conf {
            let script = write("containers.conf", &without_systemd(facts));
            self.add(
                Who::User,
                "tell Podman to do without systemd",
                "this machine does not run it",
                script,
            );
        }
    }

    fn service(&mut self, facts: &Facts) {
        if facts.user.podman_answers {
            return;
        }
        let why = "Stardeck talks to Podman there";
        match (facts.systemd, facts.user.rootful) {
            (true, true) => self.add(
                Who::Root,
                "enable Podman's socket",
                why,
                "systemctl enable --now podman.socket",
            ),
            (true, false) => self.add(
                Who::User,
                "enable Podman's socket",
                why,
                "systemctl --user enable --now podman.socket",
            ),
            (false, true) => self.add(
                Who::Root,
                "start Podman's API service",
                why,
                service::START.replace("$XDG_RUNTIME_DIR", "/run"),
            ),
            (false, false) => self.add(Who::User, "start Podman's API service", why, service::START),
        }
    }
}

impl Step {
    /// The command, as the one who reads it would type it.
    fn typed(&self, facts: &Facts) -> String {
        let name = quote(&facts.user.name);
        let simple = !self.script.contains(['&', ';', '|', '>', '$', '=']);
        match (self.who, facts.root) {
            (Who::Us, _) | (Who::Root, true) | (Who::User, false) => self.script.clone(),
            (Who::Root, false) if simple => format!("sudo {}", self.script),
            (Who::Root, false) => format!("sudo sh -c {}", quote(&self.script)),
            (Who::User, true) if facts.user.rootful => self.script.clone(),
            (Who::User, true) => {
                format!(
                    "runuser -u {name} -- env XDG_RUNTIME_DIR=\"/run/user/$(id -u {name})\" sh -c {}",
                    quote(&self.script)
                )
            }
        }
    }
}

/// Podman's configuration where no systemd is: it must not look for its control groups, journal and timers.
fn without_systemd(facts: &Facts) -> String {
    let runtime = if facts.cgroup2 { "crun" } else { "runc" };
    format!(
        "[engine]\ncgroup_manager = \"cgroupfs\"\nevents_logger = \"file\"\nruntime = \"{runtime}\"\n\
         env = [\"PODMAN_IGNORE_CGROUPSV1_WARNING=1\"]\n[containers]\nlog_driver = \"k8s-file\"\npids_limit = 0\n"
    )
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
