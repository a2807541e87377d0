//! What asks: `wrk` for requests a second, `h2load` for the time of one at a calm pace, and the project's own program for
//! what they do not do.

use crate::started::Started;
use crate::{shell, tree};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The program behind `crates/proxy/examples/load`, and where its traces go.
pub(super) struct Load {
    program: PathBuf,
    log: PathBuf,
}

/// Clients that are held open. They go with this value.
pub(super) struct Held {
    _clients: Started,
}

/// When connections ask that have a pace each.
#[derive(Clone, Copy)]
pub(super) enum Pace {
    /// Each when it wants to, as people's browsers do.
    Apart,
    /// All in the same moment, as `h2load` does unless its connections begin one after another.
    AtOnce,
}

/// How long after one connection the next begins. The clocks of 64 that ask every 50 ms are apart with it.
const APART: &str = "--rate-period=11ms";

/// What `wrk` counted.
pub(super) struct Asked {
    pub(super) rate: f64,
    pub(super) count: f64,
}

impl Load {
    /// Builds the program as what is shipped is built.
    pub(super) fn build(folder: &Path) -> Result<Load> {
        println!("cargo build of the proxy and its clients (dist)");
        let mut cargo = shell::cargo()?;
        shell::run(cargo.args(["build", "--package", "proxy", "--example", "load", "--profile", "dist"]))?;
        Ok(Load {
            program: tree::target()?.join("dist/examples/load"),
            log: folder.join("h2load.log"),
        })
    }

    /// Starts it as something that listens.
    pub(super) fn listen(&self, arguments: &[&str]) -> Result<Started> {
        Started::start(&self.program, arguments)
    }

    /// Opens so many WebSockets at `port`, and keeps them open.
    pub(super) fn idle(&self, port: u16, clients: usize) -> Result<Held> {
        let arguments = ["idle", &port.to_string(), &clients.to_string()];
        let _clients = Started::start(&self.program, &arguments)?;
        Ok(Held { _clients })
    }

    /// Megabytes a second of one body.
    pub(super) fn transfer(&self, way: &str, port: u16, bytes: u64) -> Result<f64> {
        let said = shell::read(Command::new(&self.program).args([way, &port.to_string(), &bytes.to_string()]))?;
        said.parse().context("a rate")
    }

    /// Messages a second of so many WebSockets that wait for their own words.
    pub(super) fn echo(&self, port: u16, clients: usize) -> Result<f64> {
        let said =
            shell::read(Command::new(&self.program).args(["echo", &port.to_string(), &clients.to_string(), "1"]))?;
        said.split(' ').next().unwrap_or_default().parse().context("a rate")
    }

    /// Requests a second for 1 KB, as many as there can be.
    pub(super) fn requests(&self, port: u16, connections: u32) -> Result<Asked> {
        let address = format!("http://127.0.0.1:{port}/kb");
        let mut wrk = Command::new("wrk");
        let said = shell::read(wrk.args(["-t1", "-d1s", &format!("-c{connections}"), &address]))?;
        if let Some(line) = said.lines().find(|line| line.contains("Non-2xx")) {
            bail!("{line}");
        }
        let word = |mark: &str, from_the_end: bool| {
            let line = said.lines().find(|line| line.contains(mark))?;
            let mut words = line.split_whitespace();
            let word = if from_the_end { words.last() } else { words.next() };
            word?.parse::<f64>().ok()
        };
        Ok(Asked {
            rate: word("Requests/sec:", true).with_context(|| format!("wrk said: {said}"))?,
            count: word(" requests in ", false).with_context(|| format!("wrk said: {said}"))?,
        })
    }

    /// Asks so often over so many connections for a second, and gives the log of it: a line an answer.
    pub(super) fn calm(&self, port: u16, connections: u32, rate: u32, pace: Pace) -> Result<String> {
        let _ = std::fs::remove_file(&self.log);
        let mut h2load = Command::new("h2load");
        h2load.args([
            "--h1",
            &format!("-c{connections}"),
            &format!("-n{rate}"),
            &format!("--rps={}", rate / connections),
            &format!("--log-file={}", self.log.display()),
        ]);
        if matches!(pace, Pace::Apart) {
            h2load.args(["--rate=1", APART]);
        }
        h2load.arg(format!("http://127.0.0.1:{port}/kb"));
        shell::quiet(&mut h2load)?;
        tree::read(&self.log)
    }
}
