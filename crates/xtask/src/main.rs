//! The project's own commands: `cargo xtask run | test | ci | web | tidy | deny | dist | bench`.

mod shell;
mod tidy;
mod tree;
mod web;

use clap::{Parser, Subcommand};

/// The project's own commands.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the browser bundle into `target/web`
    Web(web::Options),
    /// Check the rules of the house
    Tidy,
}

fn main() -> std::process::ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Web(options) => web::build(&options).map(drop),
        Command::Tidy => tidy::run(),
    };
    match outcome {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
