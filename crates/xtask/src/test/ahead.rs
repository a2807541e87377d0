//! The bundle for the browser, made beside the Rust tests.
//!
//! It takes minutes of one core, and those tests leave cores idle while they wait for Podman. It gives way to them.

use anyhow::{Context, Result, bail};
use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// A bundle under way. What is said of it is shown when it is there.
pub(super) struct Bundle {
    child: Child,
    said: PathBuf,
}

impl Bundle {
    /// Begins with `cargo xtask web`.
    pub(super) fn begin() -> Result<Bundle> {
        let said = crate::tree::target()?.join("web.log");
        let log = File::create(&said).with_context(|| format!("writing {}", said.display()))?;
        let ourselves = std::env::current_exe().context("finding cargo xtask itself")?;
        let child = Command::new("nice")
            .args(["-n", "15"])
            .arg(ourselves)
            .arg("web")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("starting `nice cargo xtask web`")?;
        println!("test: the bundle for the browser is made meanwhile");
        Ok(Bundle { child, said })
    }

    /// Waits for it.
    pub(super) fn finish(mut self) -> Result<()> {
        let status = self.child.wait()?;
        print!("{}", std::fs::read_to_string(&self.said)?);
        if !status.success() {
            bail!("cargo xtask web failed ({status})");
        }
        Ok(())
    }
}
