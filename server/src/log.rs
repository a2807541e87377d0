//! How the server speaks: for eyes on a terminal, with fields to the journal, as JSON else. Always on standard error.

use std::io::IsTerminal;

use anyhow::{Context, Result};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use crate::config::{Config, LogFormat};

/// Starts the log.
pub(crate) fn start(config: &Config) -> Result<()> {
    // HACK: notify warns of each watch that has gone with its folder, which is how folders go.
    let directives = format!("notify=error,{}", config.log);
    let filter = EnvFilter::builder().parse(directives).with_context(|| {
        format!(
            "{:?} does not say what to log: write `info`, or `info,engine=debug`",
            config.log
        )
    })?;
    let format = config.log_format.unwrap_or_else(fitting);
    let layer: Box<dyn Layer<Registry> + Send + Sync> = match format {
        LogFormat::Human => {
            let colours = std::io::stderr().is_terminal();
            tracing_subscriber::fmt::layer()
                .with_writer(std::io::stderr)
                .with_ansi(colours)
                .with_target(false)
                .boxed()
        }
        LogFormat::Json => tracing_subscriber::fmt::layer()
            .json()
            .flatten_event(true)
            .with_writer(std::io::stderr)
            .boxed(),
        LogFormat::Journald => tracing_journald::layer()
            .context("the journal does not answer")?
            .boxed(),
    };
    tracing_subscriber::registry().with(layer.with_filter(filter)).init();
    Ok(())
}

fn fitting() -> LogFormat {
    if std::io::stderr().is_terminal() {
        LogFormat::Human
    } else if std::env::var_os("JOURNAL_STREAM").is_some() {
        LogFormat::Journald
    } else {
        LogFormat::Json
    }
}
