//! The proxy beside nginx and haproxy, as plain reverse proxies of one app on this machine, in turn in one run.
//!
//! All that is measured shares the machine with what measures it, so ratios count, and each is the best of several rounds
//! that take turns. The processor's time of a request says the same with less noise. The proxy stands alone here, with a
//! gate that lets everybody pass: so do the others.

mod calm;
mod field;
mod load;

use super::Figure;
use crate::{shell, tree};
use anyhow::{Context, Result, ensure};
use field::{Field, Runner};
use load::Load;

/// How many rounds; the best of each runner counts. Short ones, and many: where others take this machine's processors for a
/// while, some rounds are still without them.
const ROUNDS: usize = 10;
const GIGABYTE: u64 = 1024 * 1024 * 1024;

pub(super) fn run() -> Result<Vec<Figure>> {
    for program in ["nginx", "haproxy", "wrk", "h2load"] {
        ensure!(
            shell::which(program).is_some(),
            "{program} is not here: run `cargo xtask setup --benches`"
        );
    }
    let folder = tree::target()?.join("bench-proxy");
    std::fs::create_dir_all(&folder)?;
    let load = Load::build(&folder)?;
    let field = Field::start(&load, &folder)?;
    let mut figures = Vec::new();
    for connections in [1, 64, 512] {
        requests(&field, &load, connections, &mut figures)?;
    }
    calm::added_time(&field, &load, &mut figures)?;
    for way in ["download", "upload"] {
        let bytes = best(&field, |runner| load.transfer(way, runner.port, GIGABYTE))?;
        compare(&mut figures, &format!("1 GB {way}"), "MB/s", &bytes);
    }
    let spoken = best(&field, |runner| load.echo(runner.port, 1000))?;
    compare(&mut figures, "1000 WebSockets echo", "1/s", &spoken);
    idle(&field, &load, &mut figures)?;
    drop(field);
    std::fs::remove_dir_all(&folder)?;
    Ok(figures)
}

/// The best of all rounds for each runner, in the field's order.
fn best(field: &Field, measure: impl Fn(&Runner) -> Result<f64>) -> Result<Vec<(&'static str, f64)>> {
    let mut found: Vec<(&'static str, f64)> = field.runners.iter().map(|runner| (runner.name, 0.0)).collect();
    for _ in 0..ROUNDS {
        for (runner, (_, best)) in field.runners.iter().zip(&mut found) {
            let value = measure(runner).with_context(|| format!("measuring {}", runner.name))?;
            *best = best.max(value);
        }
    }
    Ok(found)
}

/// A figure for each runner, and ours in proportion to nginx.
fn compare(figures: &mut Vec<Figure>, what: &str, unit: &'static str, found: &[(&'static str, f64)]) {
    for (name, value) in found {
        println!("proxy: {what}, {name}: {value:.0} {unit}");
        figures.push(Figure::new(format!("{what}, {name}"), *value, unit));
    }
    let of = |name: &str| found.iter().find(|(found, _)| *found == name).map(|(_, value)| *value);
    if let (Some(ours), Some(nginx)) = (of("ours"), of("nginx")) {
        figures.push(Figure::new(format!("{what}, ours to nginx"), 100.0 * ours / nginx, "%").reaching(90.0));
    }
}

fn requests(field: &Field, load: &Load, connections: u32, figures: &mut Vec<Figure>) -> Result<()> {
    let mut times: Vec<(&'static str, f64)> = Vec::new();
    let mut rates: Vec<(&'static str, f64)> = field.runners.iter().map(|runner| (runner.name, 0.0)).collect();
    for _ in 0..ROUNDS {
        for (runner, (_, best)) in field.runners.iter().zip(&mut rates) {
            let before = runner.processor_time()?;
            let asked = load.requests(runner.port, connections)?;
            *best = best.max(asked.rate);
            let time = (runner.processor_time()? - before) * 1e6 / asked.count.max(1.0);
            times.push((runner.name, time));
        }
    }
    let what = format!("1 KB, {connections} connections");
    compare(figures, &what, "1/s", &rates);
    for runner in &field.runners {
        let of_runner = times.iter().filter(|(name, _)| *name == runner.name);
        let least = of_runner.map(|(_, time)| *time).fold(f64::INFINITY, f64::min);
        let name = format!("{what}, processor, {}", runner.name);
        figures.push(Figure::new(name, least, "us"));
    }
    Ok(())
}

/// What an idle WebSocket keeps of a proxy's memory.
fn idle(field: &Field, load: &Load, figures: &mut Vec<Figure>) -> Result<()> {
    let clients = field::most_sockets().min(10_000);
    for runner in field.runners.iter().skip(1) {
        let before = runner.memory()?;
        let held = load.idle(runner.port, clients)?;
        let each = (runner.memory()? - before) / 1024.0 / clients as f64;
        drop(held);
        let figure = Figure::new(
            format!("RSS of one of {clients} WebSockets, {}", runner.name),
            each,
            "KiB",
        );
        figures.push(if runner.name == "ours" {
            figure.below(40.0)
        } else {
            figure
        });
    }
    Ok(())
}
