//! Podman's API service where no systemd keeps it: a process group of the account, known by a file with its number.

use super::Account;
use crate::shell;
use anyhow::{Context, Result};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Starts the service in a session of its own. `$$` becomes the head of its process group, whatever Podman executes.
pub(super) const START: &str = r#"mkdir -p "$XDG_RUNTIME_DIR/podman"; setsid --fork sh -c 'echo $$ >"$XDG_RUNTIME_DIR/podman/service.pid"; exec podman system service --time=0 "unix://$XDG_RUNTIME_DIR/podman/podman.sock"' </dev/null >"$XDG_RUNTIME_DIR/podman/service.log" 2>&1"#;

/// True when Podman answers on this socket.
pub(crate) fn answers(socket: &Path) -> bool {
    ping(socket).is_ok_and(|reply| reply.starts_with("HTTP/1.1 200") || reply.starts_with("HTTP/1.0 200"))
}

/// Waits until Podman answers; when it does not, the error carries what it said.
pub(super) fn wait(account: &Account) -> Result<()> {
    let socket = account.podman_socket();
    let what = format!("Podman to answer on {}", socket.display());
    shell::wait(&what, Duration::from_secs(30), || answers(&socket)).map_err(|error| {
        let said = std::fs::read_to_string(socket.with_file_name("service.log")).unwrap_or_default();
        error.context(if said.is_empty() {
            "it said nothing".to_owned()
        } else {
            format!("it said: {}", said.trim())
        })
    })
}

fn ping(socket: &Path) -> std::io::Result<String> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(b"GET /_ping HTTP/1.0\r\nHost: podman\r\n\r\n")?;
    let mut reply = [0; 16];
    stream.read_exact(&mut reply)?;
    Ok(String::from_utf8_lossy(&reply).into_owned())
}

/// `cargo xtask stop`: ends a service that the set-up started. Containers go on without it.
pub(crate) fn stop(rootful: bool) -> Result<()> {
    let facts = super::Facts::probe(rootful)?;
    let account = Account::find(&facts.user.name)?;
    let file = pid_file(&account);
    let Ok(text) = std::fs::read_to_string(&file) else {
        println!(
            "stop: Podman's API service of {} was not started from here",
            account.name
        );
        return Ok(());
    };
    let group = text.trim().parse().ok().and_then(rustix::process::Pid::from_raw);
    let group = group.with_context(|| format!("{} holds no process number: remove it", file.display()))?;
    // The number may have gone to another process since: only one that serves Podman's API is ours.
    let words = std::fs::read_to_string(format!("/proc/{}/cmdline", group.as_raw_nonzero())).unwrap_or_default();
    if words.contains("podman") && words.contains("service") {
        rustix::process::kill_process_group(group, rustix::process::Signal::TERM)
            .context("ending Podman's API service")?;
        shell::wait("Podman's API service to end", Duration::from_secs(20), || {
            !answers(&account.podman_socket())
        })?;
    }
    std::fs::remove_file(&file).with_context(|| format!("removing {}", file.display()))?;
    println!(
        "stop: Podman's API service of {} has ended; its containers run on",
        account.name
    );
    Ok(())
}

fn pid_file(account: &Account) -> PathBuf {
    account.runtime_dir().join("podman/service.pid")
}
