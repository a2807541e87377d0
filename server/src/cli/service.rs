//! `stardeck service`: Stardeck as a unit of the user's own systemd, so that Podman stays rootless.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail, ensure};

/// The unit as it is shipped.
const UNIT: &str = include_str!("../../../packaging/stardeck.service");
/// Its name.
const NAME: &str = "stardeck.service";
/// How the shipped unit starts the program.
const START: &str = "ExecStart=%h/.local/bin/stardeck serve";

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Start Stardeck now and at every boot, before anybody logs in
    Install {
        /// Print the unit, and change nothing
        #[arg(long)]
        print: bool,
    },
    /// Stop it, and start it no more; data, configuration and containers stay
    Uninstall,
    /// Say whether it is installed and runs
    Status,
}

pub(super) fn run(args: &Args) -> Result<ExitCode> {
    match args.what {
        What::Install { print: true } => {
            print!("{}", unit(&std::env::current_exe()?)?);
            Ok(ExitCode::SUCCESS)
        }
        What::Install { print: false } => install(),
        What::Uninstall => uninstall(),
        What::Status => status(),
    }
}

fn install() -> Result<ExitCode> {
    let manager = Manager::find()?;
    let text = unit(&std::env::current_exe()?)?;
    let folder = manager.unit.parent().context("a unit lies in a folder")?;
    std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    std::fs::write(&manager.unit, text).with_context(|| format!("writing {}", manager.unit.display()))?;
    println!("wrote {}", manager.unit.display());
    if !done(Command::new("loginctl").arg("enable-linger")) {
        println!("lingering could not be turned on: Stardeck starts with your login, not with the machine");
    }
    manager.tell(&["daemon-reload"])?;
    manager.tell(&["enable", "--now", "podman.socket"])?;
    manager.tell(&["enable", NAME])?;
    manager.tell(&["restart", NAME])?;
    println!("started; its address, and how to become administrator: journalctl --user -u stardeck -n 20");
    Ok(ExitCode::SUCCESS)
}

fn uninstall() -> Result<ExitCode> {
    let manager = Manager::find()?;
    if !manager.unit.exists() {
        println!("not installed: there is no {}", manager.unit.display());
        return Ok(ExitCode::SUCCESS);
    }
    manager.tell(&["disable", "--now", NAME])?;
    std::fs::remove_file(&manager.unit).with_context(|| format!("removing {}", manager.unit.display()))?;
    manager.tell(&["daemon-reload"])?;
    println!("stopped and removed; data, configuration and containers stay");
    Ok(ExitCode::SUCCESS)
}

fn status() -> Result<ExitCode> {
    let manager = Manager::find()?;
    if !manager.unit.exists() {
        println!("not installed: `stardeck service install` does it");
        return Ok(ExitCode::FAILURE);
    }
    let runs = done(manager.command().args(["is-active", "--quiet", NAME]));
    let boots = done(manager.command().args(["is-enabled", "--quiet", NAME]));
    println!(
        "{}",
        if runs {
            "runs"
        } else {
            "does not run: journalctl --user -u stardeck says why"
        }
    );
    println!(
        "{}",
        if boots {
            "starts with the machine"
        } else {
            "does not start by itself"
        }
    );
    Ok(if runs { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The unit, with the program where it is.
fn unit(program: &Path) -> Result<String> {
    let program = program
        .to_str()
        .context("the path of this program is not text that systemd takes")?;
    ensure!(
        !program.contains(['"', '\\', '%', '\n']),
        "systemd does not take {program:?} as it is: put the program at a plain path, such as ~/.local/bin/stardeck"
    );
    ensure!(UNIT.contains(START), "the shipped unit starts something else");
    Ok(UNIT.replace(START, &format!("ExecStart=\"{program}\" serve")))
}

/// The user's own systemd.
struct Manager {
    /// Where the unit lies, or would.
    unit: PathBuf,
}

impl Manager {
    fn find() -> Result<Self> {
        if rustix::process::getuid().is_root() {
            bail!("run this as the ordinary user that Podman and Stardeck shall run as, not as root");
        }
        let folder = std::env::var_os("XDG_CONFIG_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
            .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".config")))
            .context("there is no HOME, so nowhere to put a unit")?;
        let manager = Self {
            unit: folder.join("systemd/user").join(NAME),
        };
        // In a root that systemd did not boot, systemctl ignores what it is told and calls that a success.
        let answer = manager.command().arg("show-environment").output();
        if !answer.is_ok_and(|output| output.status.success() && !output.stdout.is_empty()) {
            bail!(
                "there is no systemd that answers for this user; log in as the user itself (not through su), or start \
                 `stardeck serve` by what starts programs on this machine"
            );
        }
        Ok(manager)
    }

    fn command(&self) -> Command {
        let mut command = Command::new("systemctl");
        command.arg("--user");
        command
    }

    fn tell(&self, words: &[&str]) -> Result<()> {
        let output = self.command().args(words).output().context("starting systemctl")?;
        let says = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success(),
            "systemctl --user {} failed: {}",
            words.join(" "),
            says.trim()
        );
        Ok(())
    }
}

/// Whether a command could be run, quietly, and succeeded.
fn done(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_starts_the_program_where_it_is() {
        let text = unit(Path::new("/opt/star deck/stardeck")).unwrap();
        assert!(
            text.contains("\nExecStart=\"/opt/star deck/stardeck\" serve\n"),
            "{text}"
        );
        assert!(unit(Path::new("/opt/100%/stardeck")).is_err());
    }
}
