//! `stardeck serve`: composes the parts and runs them until it is told to stop.

use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use api::secret::Secret;
use engine::Engine;
use podman::Podman;
use sd_notify::NotifyState;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::bundle::Bundle;
use crate::config::{Config, Flags, Places};
use crate::edge::{App, routes};
use crate::{log, net};

/// How long open requests and work under way have once the server is told to stop.
const DRAIN: Duration = Duration::from_secs(15);

pub(super) fn run(flags: Flags) -> Result<ExitCode> {
    let config = Config::build(flags, &Places::from_environment())?;
    log::start(&config)?;
    forbid_dumps();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("starting the runtime")?;
    runtime.block_on(serve(config))?;
    // What is still blocked in the background, such as a password being computed, is not waited for.
    runtime.shutdown_timeout(Duration::from_secs(1));
    Ok(ExitCode::SUCCESS)
}

async fn serve(config: Config) -> Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;

    let bundle = Arc::new(Bundle::find(config.web.as_deref())?);
    let engine = Engine::open(engine::Config {
        data_dir: config.data_dir.clone(),
        key: config.key.clone(),
        podman: Podman::new(&config.podman_socket),
    })
    .await?;
    let listeners = net::bind(&config.listen).await?;
    let address = address(&listeners)?;
    let setup = engine.prepare_setup()?;
    engine.start();

    let app = App {
        engine: engine.clone(),
        bundle,
        hosts: names(&config).into(),
    };
    let stop = CancellationToken::new();
    let serving = tokio::spawn(net::serve(listeners, routes::build(app), stop.clone(), DRAIN));

    announce(&config, address, setup.as_ref())?;
    notify(NotifyState::Ready);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping; containers go on");
    notify(NotifyState::Stopping);
    stop.cancel();
    engine.stop(DRAIN).await;
    serving.await.context("the listener ended badly")
}

/// Says where the desktop is, and how to become its administrator.
fn announce(config: &Config, address: SocketAddr, setup: Option<&Secret>) -> Result<()> {
    let desktop = desktop(address);
    tracing::info!(%address, version = engine::VERSION, "listening");
    if !address.ip().is_loopback() {
        tracing::warn!("listening beyond this machine without TLS: whoever shares the network can read along");
    }
    println!("Stardeck is at {desktop}");
    if let Some(token) = setup {
        println!(
            "Become its administrator within 30 minutes: {desktop}/#setup={}",
            token.expose_secret()
        );
    }
    if let Some(path) = &config.ready_file {
        write_whole(path, &format!("http://{address}\n")).context("writing the ready file")?;
    }
    Ok(())
}

/// The address that a person opens: the one in which a browser on this machine has a secure context.
fn desktop(address: SocketAddr) -> String {
    match address.ip() {
        ip if ip.is_loopback() || ip.is_unspecified() => format!("http://stardeck.localhost:{}", address.port()),
        _ => format!("http://{address}"),
    }
}

fn address(listeners: &[TcpListener]) -> Result<SocketAddr> {
    listeners
        .first()
        .context("there is nowhere to listen")?
        .local_addr()
        .context("asking where it listens")
}

/// The names that the desktop answers to: this machine's, and what the configuration adds.
fn names(config: &Config) -> Vec<String> {
    let mut names: Vec<String> = ["stardeck.localhost", "localhost"].map(str::to_owned).into();
    let machine = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .to_ascii_lowercase();
    if !machine.is_empty() && machine != "localhost" {
        if !machine.contains('.') {
            names.push(format!("{machine}.local"));
        }
        names.push(machine);
    }
    names.extend(config.hosts.iter().cloned());
    names
}

fn notify(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "systemd could not be told");
    }
}

/// Whoever reads the file reads all of it, or nothing.
fn write_whole(path: &Path, text: &str) -> std::io::Result<()> {
    let fresh = path.with_extension("new");
    std::fs::write(&fresh, text)?;
    std::fs::rename(fresh, path)
}

/// No core dumps and no looking on by other processes: the memory holds secrets.
fn forbid_dumps() {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        tracing::warn!(%error, "memory dumps could not be forbidden");
    }
}
