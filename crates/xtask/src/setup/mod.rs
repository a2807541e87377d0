//! What a machine needs before Stardeck can be built, run and tested on it, and how it gets there.
//!
//! [`Facts`] look and change nothing; [`plan`] is a function from facts to steps; [`apply`] carries steps out. When
//! nothing is missing, the plan is empty: a second run changes nothing.

mod account;
mod apply;
mod distribution;
mod facts;
mod needs;
mod plan;
pub(crate) mod service;

pub(crate) use account::Account;
pub(crate) use facts::Facts;

use anyhow::{Result, bail};
use plan::Plan;

/// Arguments that every command with a set-up takes.
#[derive(clap::Args, Clone, Default)]
#[group(skip)]
pub(crate) struct Options {
    /// Do what is missing without asking
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Run Podman and Stardeck as root: whoever escapes from a container then owns the machine
    #[arg(long)]
    pub(crate) rootful: bool,
}

/// Arguments of `cargo xtask setup`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    options: Options,
    /// What tests need, too
    #[arg(long)]
    tests: bool,
    /// What benches compare with, too
    #[arg(long, conflicts_with = "tests")]
    benches: bool,
    /// Print what is known of this machine, and do nothing
    #[arg(long)]
    facts: bool,
    /// Print what would be done, and do nothing
    #[arg(long, conflicts_with = "facts")]
    plan: bool,
}

/// What the set-up is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Purpose {
    /// To build and run.
    Run,
    /// To measure beside others.
    Bench,
    /// To test as well.
    Test,
}

/// `cargo xtask setup`.
pub(crate) fn command(arguments: &Arguments) -> Result<()> {
    let purpose = match (arguments.tests, arguments.benches) {
        (true, _) => Purpose::Test,
        (_, true) => Purpose::Bench,
        _ => Purpose::Run,
    };
    let facts = Facts::probe(arguments.options.rootful)?;
    if arguments.facts {
        print!("{}", toml::to_string(&facts)?);
        return Ok(());
    }
    if arguments.plan {
        print!("{}", Plan::of(&facts, purpose)?.commands(&facts));
        return Ok(());
    }
    prepare(&arguments.options, purpose)?;
    println!("setup: this machine has everything");
    Ok(())
}

/// Makes the machine ready, and returns the account that Podman and Stardeck run as.
pub(crate) fn prepare(options: &Options, purpose: Purpose) -> Result<Account> {
    let mut before = None;
    let mut rustup_failed = false;
    loop {
        let mut facts = Facts::probe(options.rootful)?;
        facts.rustup &= !rustup_failed;
        let plan = Plan::of(&facts, purpose)?;
        if plan.is_empty() {
            return Account::find(&facts.user.name);
        }
        // What a step makes possible, such as a user's files, only the next look can see. The same plan twice means
        // that its steps succeed and do not help.
        if before.as_ref() == Some(&plan) {
            bail!(
                "after these commands ran, they are still needed:\n{}",
                plan.commands(&facts)
            );
        }
        if options.rootful {
            println!(
                "note: --rootful runs containers as root. It costs the wall between a container and the machine: \
                 who escapes from one is root here."
            );
        }
        rustup_failed |= apply::carry_out(&plan, &facts, options.yes)?.rustup_failed;
        before = Some(plan);
    }
}
