//! `stardeck compose derive`: the compose file that containers of another tool would be made from. It changes nothing.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use podman::Podman;

use crate::config::{Config, Flags, Places};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The container, by name or id; of a compose project, all of its containers are derived together.
    #[arg(value_name = "CONTAINER")]
    container: String,
    /// Print the `.env`, with what looks like a secret, in place of the compose file.
    #[arg(long)]
    env: bool,
    /// Podman's API socket [default: $XDG_RUNTIME_DIR/podman/podman.sock]
    #[arg(long, value_name = "PATH", env = "STARDECK_PODMAN_SOCKET")]
    podman_socket: Option<PathBuf>,
}

pub(super) fn run(args: Args) -> Result<ExitCode> {
    let flags = Flags {
        podman_socket: args.podman_socket,
        ..Flags::default()
    };
    let config = Config::build(flags, &Places::from_environment())?;
    let podman = Podman::new(&config.podman_socket);
    let derive = engine::stacks::derived(&podman, &args.container);
    let derived = super::small_runtime()?
        .block_on(derive)
        .with_context(|| format!("{} cannot be looked at", args.container))?;
    for diagnostic in &derived.diagnostics {
        eprintln!("stardeck: {}", diagnostic.message);
    }
    let text = if args.env { derived.env } else { derived.compose };
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
