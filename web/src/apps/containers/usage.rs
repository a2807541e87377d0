//! What containers use, while their list is seen.
//!
//! - [`Trail`]: what one used lately, and the line that is drawn of it; pure
//! - [`Usages`]: all of them

use std::collections::{HashMap, VecDeque};

use api::stats::{StatsFrame, Usage};
use futures_util::future::abortable;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::order::Used;
use crate::client::{Error, Session};
use crate::desktop::time::bytes;
use crate::store::{Deck, browser};

/// How many moments are drawn.
const MOMENTS: usize = 30;
/// The size of the drawing.
const ROOM: (f64, f64) = (56.0, 18.0);
/// How long to wait before a stream that broke is opened again, in milliseconds.
const REST: f64 = 3_000.0;

/// What a container used lately.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trail {
    cpu: VecDeque<f64>,
    now: Option<Usage>,
}

impl Trail {
    /// The same, a moment later.
    pub fn add(&mut self, usage: Usage) {
        if self.cpu.len() == MOMENTS {
            self.cpu.pop_front();
        }
        self.cpu.push_back(usage.cpu);
        self.now = Some(usage);
    }

    /// Its share of a processor now, such as `3.2 %`.
    #[must_use]
    pub fn cpu(&self) -> Option<String> {
        let cpu = self.now.as_ref()?.cpu;
        Some(if cpu < 9.95 {
            format!("{cpu:.1} %")
        } else {
            format!("{cpu:.0} %")
        })
    }

    /// Its memory now; absent where the machine does not count it.
    #[must_use]
    pub fn memory(&self) -> Option<String> {
        self.now.as_ref()?.memory.map(bytes)
    }

    /// What it uses, to sort by: of late, not at this moment.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "thirty is exact, and a share of a processor is a small number above nothing"
    )]
    fn used(&self) -> Used {
        let mean = self.cpu.iter().sum::<f64>() / self.cpu.len().max(1) as f64;
        Used {
            cpu: mean.round() as u64,
            memory: self.now.as_ref().and_then(|now| now.memory).unwrap_or(0) / 1_000_000,
        }
    }

    /// All that is known of it now, for a close look.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let Some(now) = &self.now else { return vec![] };
        let memory = now.memory.map(|used| match now.memory_limit {
            Some(limit) => format!("{} of {} memory", bytes(used), bytes(limit)),
            None => format!("{} memory", bytes(used)),
        });
        let cpu = self.cpu().map(|cpu| format!("{cpu} of a processor"));
        let network = format!("{} received, {} sent", bytes(now.received), bytes(now.sent));
        let processes = match now.processes {
            0 => None,
            1 => Some("1 process".to_owned()),
            many => Some(format!("{many} processes and threads")),
        };
        [cpu, memory, Some(network), processes].into_iter().flatten().collect()
    }

    /// The line of the drawing, newest at the right. It is as high as the most of late, and at least 10 %, so that
    /// what idles looks idle.
    #[must_use]
    pub fn points(&self) -> String {
        let most = self.cpu.iter().copied().fold(10.0, f64::max);
        #[expect(clippy::cast_precision_loss, reason = "thirty is exact")]
        let step = ROOM.0 / (MOMENTS - 1) as f64;
        let gone = MOMENTS - self.cpu.len();
        let point = |(at, cpu): (usize, &f64)| {
            #[expect(clippy::cast_precision_loss, reason = "thirty is exact")]
            let x = (at + gone) as f64 * step;
            format!("{x:.1},{:.1} ", ROOM.1 - 1.0 - cpu / most * (ROOM.1 - 2.0))
        };
        self.cpu.iter().enumerate().map(point).collect()
    }
}

/// Whether a machine counts what containers use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Counting {
    /// Nobody has said yet.
    #[default]
    Awaited,
    /// It does.
    Counts,
    /// It does not, and why.
    Cannot(String),
}

/// What all containers use; a context of the window.
#[derive(Clone, Copy)]
pub struct Usages {
    all: RwSignal<HashMap<String, Trail>>,
    /// Whether this machine counts it.
    pub counting: RwSignal<Counting>,
}

impl Usages {
    /// Follows it for as long as `seen` says that somebody looks.
    #[must_use]
    pub fn follow(deck: Deck, seen: Memo<bool>) -> Self {
        let usages = Self {
            all: RwSignal::new(HashMap::new()),
            counting: RwSignal::new(Counting::Awaited),
        };
        Effect::new(move |_| {
            let session = deck.session.get();
            if !seen.get() {
                return;
            }
            let (task, handle) = abortable(usages.read(session));
            spawn_local(async move {
                // Ended by itself or by the window: there is nothing left to do.
                let _ = task.await;
            });
            on_cleanup(move || handle.abort());
        });
        usages
    }

    async fn read(self, session: Session) {
        loop {
            match session.stats().await {
                Ok(mut stream) => {
                    while let Some(frame) = stream.next().await {
                        match frame {
                            StatsFrame::Used { containers } => self.put(containers),
                            StatsFrame::Unavailable { message } => {
                                self.counting.try_set(Counting::Cannot(message));
                                return;
                            }
                            StatsFrame::SessionEnded => return,
                        }
                    }
                }
                Err(Error::Ended(_)) => return,
                Err(_) => {}
            }
            browser::sleep(REST).await;
        }
    }

    fn put(self, containers: Vec<Usage>) {
        let counts = |counting: &mut Counting| std::mem::replace(counting, Counting::Counts) != Counting::Counts;
        self.counting.try_maybe_update(|counting| (counts(counting), ()));
        self.all.try_update(|all| {
            let mut before = std::mem::take(all);
            for usage in containers {
                let mut trail = before.remove(&usage.container).unwrap_or_default();
                let id = usage.container.clone();
                trail.add(usage);
                all.insert(id, trail);
            }
        });
    }

    /// Whether this machine counts it.
    #[must_use]
    pub fn known(self) -> bool {
        self.counting.with(|counting| *counting == Counting::Counts)
    }

    /// What one container uses, to sort by.
    #[must_use]
    pub fn used(self, id: &str) -> Used {
        self.all.with(|all| all.get(id).map(Trail::used).unwrap_or_default())
    }

    /// What one container used lately; nothing while it does not run.
    #[must_use]
    pub fn of(self, id: &str) -> Trail {
        self.all.with(|all| all.get(id).cloned().unwrap_or_default())
    }
}

/// A container's share of a processor, and how it came to it.
#[component]
pub fn Cpu(
    /// What it used lately.
    trail: Memo<Trail>,
) -> impl IntoView {
    view! {
            <svg viewBox=format!("0 0 {} {}", ROOM.0, ROOM.1) width=ROOM.0 height=ROOM.1 aria-hidden="true">
                <polyline points=move || trail.with(Trail::points)></polyline>
            </svg>
            <span>{move || trail.with(Trail::cpu).unwrap_or_else(|| "–".to_owned())}</span>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(cpu: f64) -> Usage {
        Usage {
            container: "a".to_owned(),
            cpu,
            memory: Some(1_500_000),
            memory_limit: None,
            received: 10,
            sent: 2_000,
            processes: 2,
        }
    }

    #[test]
    fn a_trail_says_what_is_used_now_and_keeps_no_more_than_is_drawn() {
        let mut trail = Trail::default();
        assert_eq!(
            (trail.cpu(), trail.memory(), trail.points()),
            (None, None, String::new())
        );
        for cpu in 0..100 {
            trail.add(usage(f64::from(cpu)));
        }
        assert_eq!(trail.cpu().as_deref(), Some("99 %"));
        assert_eq!(trail.used(), Used { cpu: 85, memory: 1 }, "the mean of 70 to 99");
        assert_eq!(trail.points().split_whitespace().count(), MOMENTS);
        assert_eq!(
            trail.lines(),
            [
                "99 % of a processor",
                "1.5 MB memory",
                "10 B received, 2.0 kB sent",
                "2 processes and threads"
            ]
        );
    }

    #[test]
    fn what_idles_is_drawn_at_the_bottom_and_the_newest_at_the_right() {
        let mut trail = Trail::default();
        trail.add(usage(0.0));
        assert_eq!(trail.points(), "56.0,17.0 ");
    }
}
