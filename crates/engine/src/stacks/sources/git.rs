//! A folder of a Git repository, by the `git` command: its arguments are a list, and nothing of the machine's, the
//! user's or the repository's configuration is read. No hook, no submodule, no helper and no prompt; bounded in time
//! and in bytes.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use fetch::Target;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Command;

use super::{Found, Sources, refused, url};
use crate::error::{Error, Result};

/// How long git may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked how much there is of it.
const LOOK: Duration = Duration::from_millis(200);
/// The most that is fetched.
const FETCHED: u64 = 256 << 20;
/// The most files of a stack.
pub(super) const FILES: usize = 500;
/// The most bytes of them.
pub(super) const BYTES: usize = 16 << 20;
/// The names that a compose file has, the best first.
const NAMES: [&str; 4] = [
    "compose.yaml",
    "compose.yml",
    "docker-compose.yaml",
    "docker-compose.yml",
];

pub(super) async fn find(sources: &Sources, address: &str, reference: &str, path: &str) -> Result<Found> {
    let scheme = address.split_once("://").map(|(scheme, _)| scheme).unwrap_or_default();
    if !sources.git_protocols.iter().any(|allowed| allowed == scheme) {
        let allowed = sources.git_protocols.join("://, ");
        return Err(refused(format!("A repository is fetched from {allowed}:// alone.")));
    }
    let plain = |text: &str| !text.starts_with('-') && !text.chars().any(char::is_control);
    if !plain(reference) || !plain(address) || reference.contains("..") {
        return Err(refused("That is not the name of a branch or a tag."));
    }
    let inside = Path::new(path).components();
    if !inside
        .clone()
        .all(|part| matches!(part, std::path::Component::Normal(name) if name != ".git"))
    {
        return Err(refused("The path leads out of the repository."));
    }
    let folder = Scratch::make(&sources.scratch)?;
    let mut clone = git(sources, &folder.0);
    if scheme == "https" || scheme == "http" {
        // It goes where it was looked, and nowhere else.
        let target = Target::parse(address).map_err(|error| url::why(&error))?;
        let addresses = sources
            .fetcher
            .addresses(&target)
            .await
            .map_err(|error| url::why(&error))?;
        let to: Vec<String> = addresses.iter().map(|address| bracketed(address.ip())).collect();
        let pin = format!(
            "http.curloptResolve={}:{}:{}",
            target.host(),
            target.port(),
            to.join(",")
        );
        clone.args(["-c", &pin]);
    }
    clone.args([
        "clone",
        "--quiet",
        "--depth=1",
        "--single-branch",
        "--no-tags",
        "--template=",
    ]);
    clone.arg("--no-recurse-submodules");
    if !reference.is_empty() {
        clone.arg(format!("--branch={reference}"));
    }
    clone.arg("--").arg(address).arg("it");
    run(clone, &folder.0).await?;
    let mut said = git(sources, &folder.0);
    said.args(["-C", "it", "rev-parse", "HEAD"]);
    let commit = run(said, &folder.0).await?.trim().to_owned();
    let (root, path) = (folder.0.join("it"), path.to_owned());
    let read = tokio::task::spawn_blocking(move || read(&root, &path)).await;
    let mut found = read.map_err(|_| Error::Stopping)??;
    found.commit = Some(commit);
    Ok(found)
}

fn bracketed(address: std::net::IpAddr) -> String {
    match address {
        std::net::IpAddr::V4(address) => address.to_string(),
        std::net::IpAddr::V6(address) => format!("[{address}]"),
    }
}

/// `git` with no configuration but this.
fn git(sources: &Sources, folder: &Path) -> Command {
    let mut command = Command::new("git");
    let path = std::env::var_os("PATH").unwrap_or_else(|| OsStr::new("/usr/bin:/bin").to_owned());
    command
        .env_clear()
        .env("PATH", path)
        .env("HOME", folder)
        .env("LC_ALL", "C");
    for (name, value) in [
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("GIT_ASKPASS", "/bin/false"),
        ("GIT_PROTOCOL_FROM_USER", "0"),
    ] {
        command.env(name, value);
    }
    let own = [
        "protocol.allow=never",
        "core.hooksPath=/dev/null",
        "core.symlinks=false",
        "core.fsmonitor=false",
        "credential.helper=",
        "http.followRedirects=false",
        "http.proxy=",
        "gc.auto=0",
    ];
    for setting in own {
        command.args(["-c", setting]);
    }
    for protocol in &sources.git_protocols {
        command.args(["-c", &format!("protocol.{protocol}.allow=always")]);
    }
    command.current_dir(folder).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.process_group(0).kill_on_drop(true);
    command
}

/// Runs git to its end, and answers what it printed.
async fn run(mut command: Command, folder: &Path) -> Result<String> {
    let child = command
        .spawn()
        .map_err(|error| refused(format!("The program git cannot be run: {error}.")))?;
    let group = Group(child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw));
    let ended = child.wait_with_output();
    tokio::pin!(ended);
    let mut look = tokio::time::interval(LOOK);
    let deadline = tokio::time::sleep(PATIENCE);
    tokio::pin!(deadline);
    let output = loop {
        tokio::select! {
            output = &mut ended => break output,
            () = &mut deadline => {
                let message = format!("The repository was not fetched within {} seconds.", PATIENCE.as_secs());
                return Err(refused(message));
            }
            _ = look.tick() => {
                let folder = folder.to_owned();
                let size = tokio::task::spawn_blocking(move || size(&folder)).await;
                if size.unwrap_or_default() > FETCHED {
                    let message = format!("The repository is larger than {} MiB.", FETCHED >> 20);
                    return Err(refused(message));
                }
            }
        }
    };
    group.leave();
    let output = output.map_err(|error| refused(format!("The program git cannot be run: {error}.")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().rev().find(|line| !line.trim().is_empty());
        let last: String = last.unwrap_or("no word").chars().take(300).collect();
        return Err(refused(format!("git could not fetch the repository: {last}")));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A process and what it has started: ended together, whenever nobody waits any more.
struct Group(Option<Pid>);

impl Group {
    /// They have ended by themselves.
    fn leave(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // It may have ended by itself.
            let _gone = kill_process_group(group, Signal::KILL);
        }
    }
}

/// A folder that goes when nobody needs it any more.
struct Scratch(PathBuf);

impl Scratch {
    fn make(below: &Path) -> Result<Self> {
        use std::os::unix::fs::DirBuilderExt;
        let path = below.join(uuid::Uuid::new_v4().to_string());
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&path);
        made.map_err(failed)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, path = %self.0.display(), "what git has fetched was not removed");
        }
    }
}

fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let one = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => size(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    };
    entries.map(one).sum()
}

/// The stack at a path of a repository.
fn read(root: &Path, path: &str) -> Result<Found> {
    let named = root.join(path);
    let is = |path: &Path| std::fs::symlink_metadata(path).ok();
    let (folder, name) = if is(&named).is_some_and(|metadata| metadata.is_file()) {
        let name = named.file_name().and_then(OsStr::to_str).unwrap_or_default();
        (named.parent().unwrap_or(root).to_owned(), name.to_owned())
    } else if is(&named).is_some_and(|metadata| metadata.is_dir()) {
        let there = |name: &&&str| is(&named.join(name)).is_some_and(|metadata| metadata.is_file());
        let Some(name) = NAMES.iter().find(there) else {
            return Err(refused(format!(
                "There is no compose file in {path:?} of the repository."
            )));
        };
        (named.clone(), (*name).to_owned())
    } else {
        return Err(refused(format!("There is no {path:?} in the repository.")));
    };
    let mut files = BTreeMap::new();
    gather(&folder, "", &mut files)?;
    let text = |bytes: Vec<u8>, name: &str| {
        String::from_utf8(bytes).map_err(|_| refused(format!("{name} of the repository is not a text.")))
    };
    let compose = text(files.remove(&name).unwrap_or_default(), &name)?;
    // Another one would stand in the place of the one that was named.
    files.remove("compose.yaml");
    let env = files.remove(".env").map(|env| text(env, ".env")).transpose()?;
    Ok(Found {
        compose,
        env,
        files,
        commit: None,
    })
}

fn gather(folder: &Path, below: &str, files: &mut BTreeMap<String, Vec<u8>>) -> Result<()> {
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            return Err(refused("A file of the repository has a name that is not a text."));
        };
        if below.is_empty() && name == ".git" {
            continue;
        }
        let path = format!("{below}{name}");
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            gather(&entry.path(), &format!("{path}/"), files)?;
        } else if kind.is_file() {
            let length = entry.metadata().map_err(failed)?.len();
            let all: usize = files.values().map(Vec::len).sum();
            if files.len() > FILES || length > (BYTES - all.min(BYTES)) as u64 {
                let message = format!(
                    "There is more than a stack in that folder of the repository: {FILES} files of {} MiB are taken. \
                     Name a folder below it.",
                    BYTES >> 20
                );
                return Err(refused(message));
            }
            files.insert(path, std::fs::read(entry.path()).map_err(failed)?);
        }
    }
    Ok(())
}

fn failed(source: std::io::Error) -> Error {
    Error::File {
        what: "what git has fetched",
        source,
    }
}
