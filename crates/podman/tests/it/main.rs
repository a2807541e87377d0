//! Podman's client against real Podman: each test has a machine of its own.

mod errors;
mod faults;
mod images;
mod life;
mod many;
mod output;
mod programs;
mod system;
mod things;
mod watch;

use podman::container::Spec;
use testkit::{Machine, TINY};

/// A container of the tiny image, to be changed.
fn tiny(name: &str) -> Spec {
    Spec {
        name: name.to_owned(),
        image: TINY.to_owned(),
        ..Spec::default()
    }
}

/// A container of the tiny image that runs this instead, in a shell.
fn script(name: &str, script: &str) -> Spec {
    let command = ["sh", "-c", script].map(str::to_owned).to_vec();
    Spec {
        command: Some(command),
        stop_timeout: Some(0),
        ..tiny(name)
    }
}

/// Makes a container, starts it, and returns its id.
async fn run(machine: &Machine, spec: &Spec) -> String {
    let containers = machine.podman().containers();
    let id = containers.create(spec).await.expect("it can be made").id;
    containers.start(&id).await.expect("it can be started");
    id
}
