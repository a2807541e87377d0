//! What the stories need, made beside the other tests: the bundle for the browser, and the images of real apps.
//!
//! That takes minutes of one core and of the network, and the tests leave cores idle: they wait for Podman, or do one thing
//! after another. It gives way to them, though not wholly: the stories wait for it.

use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// Pieces of work under way.
pub(super) struct Ahead(Vec<Work>);

/// What is said by one is shown when it is done.
struct Work {
    name: &'static str,
    child: Child,
    said: PathBuf,
}

impl Ahead {
    /// Begins with all of them.
    pub(super) fn begin() -> Result<Ahead> {
        // The file may be another one by now: in ci this program is compiled once more while it runs.
        let ourselves = PathBuf::from(format!("/proc/{}/exe", std::process::id()));
        let apps = crate::tree::root()?.join("web/e2e/make-apps.mjs");
        let works = [
            begin("bundle", [ourselves.as_os_str(), "web".as_ref()])?,
            begin("apps", ["node".as_ref(), apps.as_os_str()])?,
        ];
        println!("test: the bundle for the browser and the images of real apps are made meanwhile");
        Ok(Ahead(works.into()))
    }

    /// Waits for all of them.
    pub(super) fn finish(self) -> Result<()> {
        let mut failed = Vec::new();
        for mut work in self.0 {
            let status = work.child.wait()?;
            print!("{}", std::fs::read_to_string(&work.said)?);
            if !status.success() {
                failed.push(format!("{} ({status})", work.name));
            }
        }
        if !failed.is_empty() {
            bail!("not made: {}", failed.join(", "));
        }
        Ok(())
    }
}

fn begin(name: &'static str, words: [&OsStr; 2]) -> Result<Work> {
    let said = crate::tree::target()?.join(format!("{name}.log"));
    let log = File::create(&said).with_context(|| format!("writing {}", said.display()))?;
    let child = Command::new("nice")
        .args(["-n", "5"])
        .args(words)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
        .with_context(|| format!("starting the making of the {name}"))?;
    Ok(Work { name, child, said })
}
