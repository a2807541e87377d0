//! The command line. Exit status: 0 fine, 1 refused, 2 usage.

mod admin;
mod compose;
mod derive;
mod doctor;
mod serve;
mod service;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Stardeck: a Linux machine as a desktop of containers
#[derive(Parser)]
#[command(name = "stardeck", version, propagate_version = true)]
struct Command {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Run the server
    Serve(Box<crate::config::Flags>),
    /// Say what this machine has and lacks
    Doctor(doctor::Args),
    /// Look after a data directory
    Admin(admin::Args),
    /// Read, check and edit compose files
    Compose(compose::ComposeArgs),
    /// Let systemd start Stardeck with the machine
    Service(service::Args),
    /// Print the OpenAPI document
    Openapi,
}

/// Runs what the command line says.
pub(crate) fn run() -> ExitCode {
    let done = match Command::parse().what {
        What::Serve(flags) => serve::run(*flags),
        What::Doctor(args) => doctor::run(&args),
        What::Admin(args) => admin::run(args),
        What::Compose(args) => compose::run(args),
        What::Service(args) => service::run(&args),
        What::Openapi => openapi(),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("stardeck: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn openapi() -> anyhow::Result<ExitCode> {
    println!("{}", crate::edge::routes::document().to_pretty_json()?);
    Ok(ExitCode::SUCCESS)
}

/// A runtime for a command that has little to do.
fn small_runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}
