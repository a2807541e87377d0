//! The binary `stardeck`.

mod cli;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A desktop of containers on rootless Podman.
#[derive(Debug, Parser)]
#[command(name = "stardeck", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Work with compose files.
    Compose(cli::compose::ComposeArgs),
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Compose(args) => cli::compose::run(args),
    }
}
