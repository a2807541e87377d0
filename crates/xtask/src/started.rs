//! A program of ours that says one line when it is ready, and runs until its standard input ends.

use crate::shell;
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// It, ready. It ends with this value.
pub(crate) struct Started {
    child: Child,
    said: String,
}

impl Drop for Started {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // How it ended is nobody's concern any more.
        let _ = self.child.wait();
    }
}

impl Started {
    /// Starts `program` with these arguments, and waits for its line.
    pub(crate) fn start(program: &Path, arguments: &[&str]) -> Result<Started> {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command
            .spawn()
            .with_context(|| format!("starting {}", shell::line(&command)))?;
        let output = child.stdout.take().context("its output was piped")?;
        let mut said = String::new();
        BufReader::new(output).read_line(&mut said)?;
        if said.is_empty() {
            let status = child.wait()?;
            bail!("{} ended ({status}) before it was ready", shell::line(&command));
        }
        Ok(Started { child, said })
    }

    /// The port that it listens at, for one that says it.
    pub(crate) fn port(&self) -> Result<u16> {
        let said = self.said.trim();
        said.parse().with_context(|| format!("`{said}` is no port"))
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }
}
