//! The project's own commands: `cargo xtask run | test | ci | web | shots | tidy | deny | dist | bench`.

mod apt;
mod bench;
mod ci;
mod deny;
mod dist;
mod lints;
mod run;
mod setup;
mod shell;
mod started;
mod test;
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
    /// Set this machine up, build, and start Stardeck
    Run(run::Options),
    /// Set this machine up for tests, and run all of them
    Test(test::Options),
    /// Everything that must hold before a change goes in
    Ci(test::Options),
    /// Find and install what this machine lacks
    Setup(setup::Arguments),
    /// End the Podman API service that the set-up started
    Stop {
        /// That of root
        #[arg(long)]
        rootful: bool,
    },
    /// Build the browser bundle into `target/web`
    Web(web::Options),
    /// Write pictures of the main views, to be looked at
    Shots(test::shots::Options),
    /// Build the one binary that is shipped, in `dist/`
    Dist,
    /// Measure something against its budget; `list` shows what there is
    Bench { name: String },
    /// Check licences, bans and sources of what we use
    Deny,
    /// Check the rules of the house
    Tidy,
}

fn main() -> std::process::ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Web(options) => web::build(&options).map(drop),
        Command::Run(options) => run::run(&options),
        Command::Shots(options) => test::shots::run(&options),
        Command::Dist => dist::run(),
        Command::Bench { name } => bench::run(&name),
        Command::Test(options) => test::run(&options),
        Command::Ci(options) => ci::run(&options),
        Command::Deny => deny::run(),
        Command::Setup(arguments) => setup::command(&arguments),
        Command::Stop { rootful } => setup::service::stop(rootful),
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Arguments::command().debug_assert();
    }
}
