//! `stardeck serve`: composes the parts and runs them until it is told to stop.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use api::secret::Secret;
use engine::Engine;
use engine::apps::Place;
use sd_notify::NotifyState;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::apps::access::AccessLog;
use crate::apps::doors::Doors;
use crate::bundle::Bundle;
use crate::config::{Config, Flags, Places};
use crate::edge::{App, routes};
use crate::tls::{self, Certificates, acme};
use crate::{apps, log, net};

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
    let engine = Engine::open(config.engine()).await?;
    let listeners = net::bind(&config.listen).await?;
    let addresses = addresses(&listeners)?;
    let address = *addresses.first().context("there is nowhere to listen")?;
    let setup = engine.prepare_setup()?;
    engine.start();

    let names = names(&config);
    let certificates = certificates(&config, &addresses, &names).await?;
    for place in places(&config, &addresses, &names) {
        engine.add_place(&place);
    }
    let (doors, bound) = mpsc::unbounded_channel();
    for listener in listeners {
        doors.send(listener).context("handing over a listener")?;
    }
    let doors = Arc::new(Doors::new(addresses.iter().map(SocketAddr::ip).collect(), doors));
    let app = App {
        engine: engine.clone(),
        bundle,
        doors: Arc::clone(&doors),
        hosts: names.into(),
        authority: certificates.as_ref().and_then(Certificates::authority),
    };
    let stop = CancellationToken::new();
    let access = AccessLog::open(&config.data_dir.join("logs")).context("opening the access log")?;
    let ports: HashSet<u16> = addresses.iter().map(SocketAddr::port).collect();
    let proxy = apps::proxy(&engine, routes::build(app), ports, access, stop.clone())?;
    let shown = certificates.as_ref().map(|held| (config.tls, held.tls.clone()));
    if let Some(certificates) = certificates {
        if let Some(settings) = config.acme.clone() {
            let folder = config.data_dir.join("tls/acme");
            tokio::spawn(acme::keep(settings, folder, certificates.tls.clone(), stop.clone()));
        }
        tokio::spawn(certificates.keep(stop.clone()));
    } else if config.acme.is_some() {
        tracing::warn!("no listener speaks TLS, so no certificate is asked for: see --tls");
    }
    let serving = tokio::spawn(net::serve(bound, proxy, shown, stop.clone(), DRAIN));
    doors.reopen(&engine).await;

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
    let desktop = desktop(config, address);
    tracing::info!(%address, version = engine::VERSION, "listening");
    if !address.ip().is_loopback() && !config.tls.holds(address) {
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
        write_whole(path, &format!("{}://{address}\n", scheme(config, address))).context("writing the ready file")?;
    }
    Ok(())
}

/// The address that a person opens: the one in which a browser on this machine has a secure context.
fn desktop(config: &Config, address: SocketAddr) -> String {
    let scheme = scheme(config, address);
    match address.ip() {
        ip if ip.is_loopback() || ip.is_unspecified() => format!("{scheme}://stardeck.localhost:{}", address.port()),
        _ => format!("{scheme}://{address}"),
    }
}

fn scheme(config: &Config, address: SocketAddr) -> &'static str {
    if config.tls.holds(address) { "https" } else { "http" }
}

/// What the listeners that speak TLS show, if one does.
async fn certificates(config: &Config, addresses: &[SocketAddr], names: &[String]) -> Result<Option<Certificates>> {
    if !addresses.iter().any(|address| config.tls.holds(*address)) {
        return Ok(None);
    }
    if let Some(files) = config.certificate.clone() {
        return Certificates::of_files(files).await.map(Some);
    }
    let names = tls::names(names, config.domain.as_deref(), addresses);
    Certificates::own(&config.data_dir.join("tls"), names).map(Some)
}

fn addresses(listeners: &[TcpListener]) -> Result<Vec<SocketAddr>> {
    let addresses = listeners.iter().map(TcpListener::local_addr);
    let addresses: std::io::Result<_> = addresses.collect();
    addresses.context("asking where it listens")
}

/// The addresses of the desktop that the configuration tells of. Others are learned when an app is opened from them.
fn places(config: &Config, addresses: &[SocketAddr], names: &[String]) -> Vec<Place> {
    let mut places = Vec::new();
    for address in addresses {
        let port = address.port();
        let own = (!address.ip().is_unspecified()).then(|| address.to_string());
        let named = names.iter().map(|name| format!("{name}:{port}"));
        places.extend(
            named
                .chain(own)
                .filter_map(|at| Place::read(config.tls.holds(*address), &at, port)),
        );
    }
    places
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
    names.extend(config.hosts.iter().chain(&config.domain).cloned());
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
