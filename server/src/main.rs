//! The binary `stardeck`: the HTTP edge and the command line.
//!
//! Invariants: the edge translates and the engine decides; [`edge::error`] is the only place with status codes; no SQL
//! and no word of Podman's API in here.
//!
//! - [`cli`]: the command line, one file a command; `serve` composes everything
//! - [`config`]: what is set where, read once
//! - [`log`]: how it speaks
//! - [`apps`]: what joins the proxy to the engine
//! - [`net`] binds and serves sockets, [`tls`] has the certificates that they show
//! - [`edge`]: requests → engine → replies
//! - [`bundle`]: the desktop's files

mod apps;
mod bundle;
mod cli;
mod config;
mod edge;
mod log;
mod net;
mod tls;

/// The C library's allocator keeps the 19 MiB of each password hash for ever, once a thread; this one gives them back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    #[cfg(feature = "failpoints")]
    engine::arm_crash_points();
    cli::run()
}
