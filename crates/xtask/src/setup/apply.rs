//! Carrying steps out: say them all, ask once, do them one by one.

use super::account::is_root;
use super::facts::Facts;
use super::plan::{Plan, Step, Who};
use super::{Account, service};
use crate::shell;
use anyhow::{Context, Result, bail};
use std::io::{IsTerminal, Write};
use std::process::{Command, Stdio};
use std::time::Instant;

/// What the next plan has to know.
pub(super) struct Outcome {
    pub(super) rustup_failed: bool,
}

/// Does what the plan says. A failure of rustup is no error: the next plan takes the distribution's compiler.
pub(super) fn carry_out(plan: &Plan, facts: &Facts, yes: bool) -> Result<Outcome> {
    println!("setup: this machine still needs:");
    for step in &plan.steps {
        let root = if step.who == Who::Root && !facts.root {
            ", by sudo"
        } else {
            ""
        };
        println!("  - {} ({}{root})", step.what, step.why);
    }
    if !yes {
        ask(plan, facts)?;
    }
    let mut outcome = Outcome { rustup_failed: false };
    for step in &plan.steps {
        let started = Instant::now();
        println!("setup: {}", step.what);
        let done = run(step, facts).with_context(|| format!("could not {}: {}", step.what, step.why));
        match done {
            Err(error) if step.who == Who::Us => {
                println!("setup: {error:#}; the distribution's compiler has to do it");
                outcome.rustup_failed = true;
            }
            done => done?,
        }
        println!("setup: done in {:.1} s", started.elapsed().as_secs_f64());
    }
    if facts.user.exists && !facts.user.podman_answers {
        service::wait(&Account::find(&facts.user.name)?)?;
    }
    Ok(outcome)
}

/// A person decides; where nobody can be asked, nothing is done.
fn ask(plan: &Plan, facts: &Facts) -> Result<()> {
    if !std::io::stdin().is_terminal() {
        bail!(
            "nobody can be asked here. Add --yes to let this command do it, or run these yourself:\n{}",
            plan.commands(facts)
        );
    }
    print!("Do this now? [Y/n] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    if !["", "y", "yes"].contains(&answer.trim().to_lowercase().as_str()) {
        bail!(
            "nothing was changed. These commands do the same:\n{}",
            plan.commands(facts)
        );
    }
    Ok(())
}

fn run(step: &Step, facts: &Facts) -> Result<()> {
    let mut command = match step.who {
        Who::Us => Command::new("sh"),
        Who::Root if is_root() => Command::new("sh"),
        Who::Root => {
            let mut sudo = Command::new("sudo");
            sudo.arg("sh");
            sudo
        }
        Who::User => Account::find(&facts.user.name)?.command("sh"),
    };
    command.args(["-ec", &step.script]);
    if std::io::stdout().is_terminal() {
        // sudo may ask for a password, and a package manager shows how far it is.
        let status = command
            .status()
            .with_context(|| format!("starting {}", shell::line(&command)))?;
        if !status.success() {
            bail!("{} failed ({status})", step.script);
        }
        return Ok(());
    }
    shell::quiet(command.stdin(Stdio::null()))
}
