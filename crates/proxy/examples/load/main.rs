//! The ends of `cargo xtask bench proxy`, and the proxy that other people's programs are let loose on: an app that answers
//! as fast as it can, the proxy in front of one, and clients for what `wrk` and `h2load` do not do.
//!
//! `load app`, `load proxy PORT [host-header=upstream]`, `load download PORT BYTES`, `load upload PORT BYTES`,
//! `load echo PORT CLIENTS SECONDS`, `load idle PORT CLIENTS`. What listens prints its port and runs until its standard
//! input ends; the others print one figure, or two, in a line.

mod app;
mod clients;
mod front;

use std::io::Read;

use tokio::runtime::Runtime;

/// The allocator of the server.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What every step may fail with; this program ends then and says so.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = Runtime::new()?;
    match words.as_slice() {
        ["app"] => until_the_end(&runtime, app::start()),
        ["proxy", port] => until_the_end(&runtime, front::start(port.parse()?, false)),
        ["proxy", port, "host-header=upstream"] => until_the_end(&runtime, front::start(port.parse()?, true)),
        ["download", port, bytes] => runtime.block_on(clients::download(port.parse()?, bytes.parse()?)),
        ["upload", port, bytes] => runtime.block_on(clients::upload(port.parse()?, bytes.parse()?)),
        ["echo", port, clients, seconds] => {
            runtime.block_on(clients::echo(port.parse()?, clients.parse()?, seconds.parse()?))
        }
        ["idle", port, clients] => {
            let held = runtime.block_on(clients::idle(port.parse()?, clients.parse()?))?;
            println!("{}", held.len());
            wait()
        }
        _ => Err("see the first lines of this program".into()),
    }
}

fn until_the_end(runtime: &Runtime, start: impl Future<Output = Result<u16>>) -> Result<()> {
    println!("{}", runtime.block_on(start)?);
    wait()
}

/// Returns when whoever started this program lets go of it.
fn wait() -> Result<()> {
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
