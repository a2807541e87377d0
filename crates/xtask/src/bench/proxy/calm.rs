//! What a request takes longer than without a proxy, while nobody is busy.
//!
//! Of connections that ask apart the slowest hundredth counts. Connections that ask at once share the processors for some
//! milliseconds, and one hiccup of the machine is in the answers of all of them: in a few seconds their slowest hundredth
//! is the worst burst alone. So of bursts the middle one counts, until its last answer.

use super::ROUNDS;
use super::field::Field;
use super::load::{Load, Pace};
use crate::bench::Figure;
use anyhow::{Context, Result};

const CONNECTIONS: u32 = 64;
/// Requests a second over all of them: few enough that nobody is busy.
const RATE: u32 = 1280;
/// Each connection asks every 50 ms: what begins so many microseconds after another belongs to the next burst.
const NEXT_BURST: u64 = 20_000;
/// The milliseconds that ours may add.
const BUDGET: f64 = 1.0;

/// A request, in microseconds.
struct Asked {
    began: u64,
    took: u64,
}

/// A name, and what it is of the requests of a round, in milliseconds.
type Measure = (&'static str, fn(&[Asked]) -> Option<f64>);

const APART: &[Measure] = &[
    ("added p50 at 64", |asked| part(asked, 0.5)),
    ("added p99 at 64", |asked| part(asked, 0.99)),
];
const AT_ONCE: &[Measure] = &[("added to 64 at once", middle_burst)];

/// A figure for each proxy and measure: the best of its rounds beside the best of those without a proxy.
pub(super) fn added_time(field: &Field, load: &Load, figures: &mut Vec<Figure>) -> Result<()> {
    for (pace, measures) in [(Pace::Apart, APART), (Pace::AtOnce, AT_ONCE)] {
        let mut least = vec![vec![f64::INFINITY; field.runners.len()]; measures.len()];
        for _ in 0..ROUNDS {
            for (place, runner) in field.runners.iter().enumerate() {
                let asked = answered(&load.calm(runner.port, CONNECTIONS, RATE, pace)?);
                for ((what, of), least) in measures.iter().zip(&mut least) {
                    let time = of(&asked).with_context(|| format!("{what}: h2load wrote no times"))?;
                    least[place] = least[place].min(time);
                }
            }
        }
        for ((what, _), least) in measures.iter().zip(least) {
            for (runner, with) in field.runners.iter().zip(&least).skip(1) {
                let figure = Figure::new(format!("{what}, {}", runner.name), with - least[0], "ms");
                figures.push(if runner.name == "ours" {
                    figure.below(BUDGET)
                } else {
                    figure
                });
            }
        }
    }
    Ok(())
}

/// The requests that were answered well. A line each: when it began, the status, how long it took.
fn answered(log: &str) -> Vec<Asked> {
    let lines = log.lines().map(|line| {
        let mut words = line.split('\t');
        let (began, status, took) = (words.next()?, words.next()?, words.next()?);
        (status == "200").then_some(Asked {
            began: began.parse().ok()?,
            took: took.parse().ok()?,
        })
    });
    lines.flatten().collect()
}

/// What all but that part of them took at most.
fn part(asked: &[Asked], part: f64) -> Option<f64> {
    let mut times: Vec<u64> = asked.iter().map(|asked| asked.took).collect();
    times.sort_unstable();
    let time = times.get((times.len() as f64 * part) as usize)?;
    Some(*time as f64 / 1000.0)
}

/// How long the middle one of the bursts took, from its first question to its last answer.
fn middle_burst(asked: &[Asked]) -> Option<f64> {
    let mut in_turn: Vec<&Asked> = asked.iter().collect();
    in_turn.sort_unstable_by_key(|asked| asked.began);
    let bursts = in_turn.chunk_by(|one, next| next.began - one.began < NEXT_BURST);
    let mut times: Vec<u64> = bursts
        .filter_map(|burst| {
            let ended = burst.iter().map(|asked| asked.began + asked.took).max()?;
            Some(ended - burst.first()?.began)
        })
        .collect();
    times.sort_unstable();
    let time = times.get(times.len() / 2)?;
    Some(*time as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::{answered, middle_burst, part};

    #[test]
    fn times_are_read_from_the_log_and_failures_are_not() {
        let log: String = (1..=100).map(|n| format!("1700000000000000\t200\t{n}000\n")).collect();
        assert_eq!(part(&answered(&log), 0.5), Some(51.0));
        assert_eq!(part(&answered(&log), 0.99), Some(100.0));
        assert_eq!(part(&answered("1700000000000000\t502\t10\n"), 0.5), None);
    }

    #[test]
    fn a_burst_lasts_from_its_first_question_to_its_last_answer() {
        let log = "1000100\t200\t3000\n1000000\t200\t2000\n1050000\t200\t9000\n1100000\t200\t1000\n1100900\t200\t700\n";
        assert_eq!(middle_burst(&answered(log)), Some(3.1));
    }
}
