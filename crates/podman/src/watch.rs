//! A list of containers that is kept true, through events that lie and connections that break.
//!
//! The stream of events is opened from a moment *before* the list is asked for, so that nothing falls between the two.
//! An event is passed on as a hint to look, nothing more. Whenever the stream ends or turns to garbage, or Podman
//! falls silent, all is lost; what follows is a new list.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::{Stream, StreamExt};
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{Instant, MissedTickBehavior, interval_at, sleep, timeout},
};

use crate::{
    Error, Podman, Result,
    container::Summary,
    event::{Event, Query},
    system::Version,
};

/// How many signals may wait for a slow listener; then Podman's events wait in the socket.
const QUEUE: usize = 64;

/// How patient a watch is. The defaults notice a silent Podman within nine seconds and a returned one within two.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// How often Podman is asked for a sign of life.
    pub pulse: Duration,
    /// How long it may take to give one.
    pub patience: Duration,
    /// The first pause after a loss; it doubles with each attempt that fails.
    pub first_pause: Duration,
    /// The longest pause between two attempts.
    pub longest_pause: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            pulse: Duration::from_secs(5),
            patience: Duration::from_secs(4),
            first_pause: Duration::from_millis(50),
            longest_pause: Duration::from_secs(1),
        }
    }
}

/// What a watch says. The order is always: connected, listed, hints, lost; and again.
#[derive(Debug)]
pub enum Signal {
    /// Podman answers.
    Connected(Version),
    /// These are all the containers that there are now.
    Listed(Vec<Summary>),
    /// Something happened to something: look.
    Hint(Event),
    /// Podman went away, or talks nonsense. Said once for each connection, and once when there never was one.
    Lost(Error),
}

/// A running watch: a stream of [`Signal`]s that never ends by itself. Dropping it ends the watch.
#[derive(Debug)]
pub struct Watch {
    signals: mpsc::Receiver<Signal>,
    task: JoinHandle<()>,
}

impl Watch {
    /// Begins to watch.
    #[must_use]
    pub fn new(podman: Podman, config: Config) -> Self {
        let (sender, signals) = mpsc::channel(QUEUE);
        Self {
            signals,
            task: tokio::spawn(run(podman, config, sender)),
        }
    }

    /// The next signal.
    pub async fn next(&mut self) -> Option<Signal> {
        self.signals.recv().await
    }
}

impl Stream for Watch {
    type Item = Signal;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Signal>> {
        self.signals.poll_recv(context)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn run(podman: Podman, config: Config, signals: mpsc::Sender<Signal>) {
    let mut pause = config.first_pause;
    let mut said_lost = false;
    loop {
        let mut listed = false;
        let Err(error) = attend(&podman, config, &signals, &mut listed).await else {
            return;
        };
        if listed {
            (pause, said_lost) = (config.first_pause, false);
        }
        if !said_lost && signals.send(Signal::Lost(error)).await.is_err() {
            return;
        }
        said_lost = true;
        sleep(pause).await;
        pause = (pause * 2).min(config.longest_pause);
    }
}

/// One connection, from the first sign of life to the loss, which is the error. `Ok` when nobody listens any more.
async fn attend(podman: &Podman, config: Config, signals: &mpsc::Sender<Signal>, listed: &mut bool) -> Result<()> {
    let pong = pulse(podman, config).await?;
    // Podman's own clock counts; it has only seconds. Events that come again do no harm.
    let since = pong.time.unwrap_or_else(jiff::Timestamp::now) - Duration::from_secs(2);
    let mut events = podman.events(&Query {
        since: Some(since),
        kinds: Vec::new(),
    });
    let list = podman.containers().list().await?;
    for signal in [Signal::Connected(pong.version), Signal::Listed(list)] {
        if signals.send(signal).await.is_err() {
            return Ok(());
        }
    }
    *listed = true;

    let mut pulses = interval_at(Instant::now() + config.pulse, config.pulse);
    pulses.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let heart = async {
        loop {
            pulses.tick().await;
            if let Err(error) = pulse(podman, config).await {
                return error;
            }
        }
    };
    let hints = async {
        while let Some(event) = events.next().await {
            match event {
                Ok(event) => {
                    if signals.send(Signal::Hint(event)).await.is_err() {
                        return None;
                    }
                }
                Err(error) => return Some(error),
            }
        }
        Some(Error::Interrupted { source: None })
    };
    tokio::select! {
        error = heart => Err(error),
        lost = hints => lost.map_or(Ok(()), Err),
    }
}

async fn pulse(podman: &Podman, config: Config) -> Result<crate::system::Pong> {
    let silent = Error::Deadline {
        call: "GET /_ping".to_owned(),
        after: config.patience,
    };
    timeout(config.patience, podman.ping()).await.unwrap_or(Err(silent))
}
