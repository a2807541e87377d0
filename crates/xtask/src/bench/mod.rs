//! `cargo xtask bench NAME`: figures against budgets.
//!
//! A bench is a name, a sentence, and a function that returns figures. To add one, write it in a file of its own and name
//! it in [`BENCHES`].

mod bundle;
mod compose;
mod engine;
mod peers;
mod proxy;
mod start;

use anyhow::{Context, Result, bail};
use serde::Serialize;

/// A bench.
struct Bench {
    name: &'static str,
    what: &'static str,
    run: fn() -> Result<Vec<Figure>>,
}

/// Something measured.
#[derive(Serialize)]
struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
    /// It must stay below.
    budget: Option<f64>,
    /// It must reach.
    at_least: Option<f64>,
}

const BENCHES: [Bench; 5] = [
    Bench {
        name: "start",
        what: "from starting `stardeck serve` to listening",
        run: start::run,
    },
    Bench {
        name: "bundle",
        what: "what the browser has to load",
        run: bundle::run,
    },
    Bench {
        name: "compose",
        what: "loading compose files, beside docker compose and podman-compose",
        run: compose::run,
    },
    Bench {
        name: "engine",
        what: "deploys of 1, 10 and 50 services, beside podman-compose and docker compose",
        run: engine::run,
    },
    Bench {
        name: "proxy",
        what: "the way to an app, beside nginx and haproxy",
        run: proxy::run,
    },
];

/// The last line of a bench's output, for machines.
#[derive(Serialize)]
struct Line<'a> {
    bench: &'a str,
    met: bool,
    figures: &'a [Figure],
}

/// Runs the bench called `name`; `list` shows them.
pub(crate) fn run(name: &str) -> Result<()> {
    if name == "list" {
        for bench in BENCHES {
            println!("{:10} {}", bench.name, bench.what);
        }
        return Ok(());
    }
    let bench = BENCHES.iter().find(|bench| bench.name == name);
    let bench = bench.with_context(|| format!("there is no bench `{name}`: `cargo xtask bench list` shows them"))?;
    let figures = (bench.run)()?;
    let met = figures.iter().all(Figure::met);
    println!("\n{}: {}", bench.name, bench.what);
    println!("{:<34} {:>14} {:<8} {:>14}", "figure", "value", "unit", "budget");
    for figure in &figures {
        let mark = if figure.met() { "" } else { "  MISSED" };
        println!(
            "{:<34} {:>14.1} {:<8} {:>14}{mark}",
            figure.name,
            figure.value,
            figure.unit,
            figure.limit()
        );
    }
    println!(
        "{}",
        serde_json::to_string(&Line {
            bench: name,
            met,
            figures: &figures
        })?
    );
    if !met {
        bail!("{name} missed its budget");
    }
    Ok(())
}

impl Figure {
    fn new(name: impl Into<String>, value: f64, unit: &'static str) -> Figure {
        Figure {
            name: name.into(),
            value,
            unit,
            budget: None,
            at_least: None,
        }
    }

    fn below(self, budget: f64) -> Figure {
        Figure {
            budget: Some(budget),
            ..self
        }
    }

    fn reaching(self, least: f64) -> Figure {
        Figure {
            at_least: Some(least),
            ..self
        }
    }

    fn met(&self) -> bool {
        self.budget.is_none_or(|budget| self.value < budget) && self.at_least.is_none_or(|least| self.value >= least)
    }

    fn limit(&self) -> String {
        match (self.budget, self.at_least) {
            (Some(budget), _) => format!("< {budget}"),
            (None, Some(least)) => format!(">= {least}"),
            (None, None) => "-".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Figure;

    #[test]
    fn a_budget_is_met_on_its_good_side_only() {
        assert!(Figure::new("start", 299.0, "ms").below(300.0).met());
        assert!(!Figure::new("start", 300.0, "ms").below(300.0).met());
        assert!(Figure::new("rate", 90.0, "%").reaching(90.0).met());
        assert!(!Figure::new("rate", 89.9, "%").reaching(90.0).met());
        assert!(Figure::new("free", f64::MAX, "").met());
    }
}
