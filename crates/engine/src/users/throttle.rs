//! Slows down who guesses: by account and network, by account, and by network, in memory and bounded.
//!
//! An attempt counts as wrong when it begins, so that a thousand at once are a thousand; a right one takes its own back.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::secret::Hash;

/// How many subjects are remembered; beyond that the ones longest without an attempt are forgotten.
const SUBJECTS: usize = 20_000;
/// How long a subject is remembered after its last attempt.
const MEMORY: Duration = Duration::from_secs(3600);
/// The longest that anybody waits.
const LONGEST: Duration = Duration::from_secs(900);

/// Whose attempts are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Subject {
    /// One account from one network.
    AccountFrom(String, Network),
    /// One account from anywhere.
    Account(String),
    /// Anybody from one network.
    Anybody(Network),
    /// A browser that has logged in before.
    Device(Hash),
    /// The codes of one account's second factor, from such a browser or from all others.
    Code(String, Option<Hash>),
}

impl Subject {
    /// How many wrong attempts are free.
    fn free(&self) -> u32 {
        match self {
            Self::AccountFrom(..) | Self::Device(_) | Self::Code(..) => 5,
            Self::Account(_) => 20,
            Self::Anybody(_) => 50,
        }
    }
}

/// The part of an address that one party has for itself: a /24, or a /64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Network([u8; 8]);

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        let mut network = [0; 8];
        match address.to_canonical() {
            IpAddr::V4(v4) => network[..3].copy_from_slice(&v4.octets()[..3]),
            IpAddr::V6(v6) => network.copy_from_slice(&v6.octets()[..8]),
        }
        Self(network)
    }
}

#[derive(Clone, Copy)]
struct Record {
    wrong: u32,
    last: Instant,
    until: Instant,
}

/// Who has guessed how often.
#[derive(Default)]
pub(crate) struct Throttle {
    records: Mutex<HashMap<Subject, Record>>,
}

impl Throttle {
    /// Lets an attempt of all `subjects` through, or says how long to wait.
    pub(crate) fn begin(&self, subjects: &[Subject], now: Instant) -> Result<()> {
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        let until = subjects
            .iter()
            .filter_map(|subject| records.get(subject))
            .map(|record| record.until)
            .max();
        if let Some(wait) = until
            .and_then(|until| until.checked_duration_since(now))
            .filter(|wait| !wait.is_zero())
        {
            return Err(Error::Throttled {
                retry_after: wait.as_secs() + 1,
            });
        }
        for subject in subjects {
            let record = records.entry(subject.clone()).or_insert(Record {
                wrong: 0,
                last: now,
                until: now,
            });
            if now.duration_since(record.last) > MEMORY {
                record.wrong = 0;
            }
            record.wrong += 1;
            record.last = now;
            record.until = now + penalty(record.wrong, subject.free());
        }
        if records.len() > SUBJECTS {
            forget(&mut records, now);
        }
        Ok(())
    }

    /// The attempt was right.
    pub(crate) fn right(&self, subjects: &[Subject]) {
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        for subject in subjects {
            match subject {
                // The own record starts afresh; what others did to the account or from the network stays counted.
                Subject::AccountFrom(..) | Subject::Device(_) | Subject::Code(..) => {
                    records.remove(subject);
                }
                Subject::Account(_) | Subject::Anybody(_) => {
                    if let Some(record) = records.get_mut(subject) {
                        record.wrong = record.wrong.saturating_sub(1);
                        record.until = record.last + penalty(record.wrong, subject.free());
                    }
                }
            }
        }
    }
}

fn penalty(wrong: u32, free: u32) -> Duration {
    match wrong.checked_sub(free) {
        None | Some(0) => Duration::ZERO,
        Some(over) => Duration::from_secs(1 << over.min(10)).min(LONGEST),
    }
}

fn forget(records: &mut HashMap<Subject, Record>, now: Instant) {
    records.retain(|_, record| now.duration_since(record.last) <= MEMORY);
    if records.len() > SUBJECTS {
        let mut ages: Vec<Instant> = records.values().map(|record| record.last).collect();
        let (_, middle, _) = ages.select_nth_unstable(SUBJECTS / 2);
        let middle = *middle;
        records.retain(|_, record| record.last > middle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(throttle: &Throttle, subjects: &[Subject], now: Instant) -> u64 {
        match throttle.begin(subjects, now) {
            Err(Error::Throttled { retry_after }) => retry_after,
            _ => 0,
        }
    }

    #[test]
    fn after_the_free_attempts_the_wait_doubles_to_a_limit() {
        let throttle = Throttle::default();
        let subject = [Subject::AccountFrom(
            "ada".into(),
            Network::from(IpAddr::from([192, 0, 2, 1])),
        )];
        let mut now = Instant::now();
        let mut seen = Vec::new();
        for _ in 0..20 {
            match waits(&throttle, &subject, now) {
                0 => {}
                wait => {
                    seen.push(wait);
                    now += Duration::from_secs(wait);
                    assert_eq!(
                        waits(&throttle, &subject, now),
                        0,
                        "the wait that was named is long enough"
                    );
                }
            }
        }
        assert_eq!(seen[..4], [3, 5, 9, 17]);
        assert!(seen.iter().all(|wait| *wait <= LONGEST.as_secs() + 1));
    }

    #[test]
    fn one_network_is_a_24_or_a_64() {
        let network = |text: &str| Network::from(text.parse::<IpAddr>().unwrap());
        assert_eq!(network("192.0.2.1"), network("192.0.2.254"));
        assert_eq!(network("192.0.2.1"), network("::ffff:192.0.2.9"));
        assert_ne!(network("192.0.2.1"), network("192.0.3.1"));
        assert_eq!(network("2001:db8::1"), network("2001:db8::ffff:1"));
        assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
    }

    #[test]
    fn it_stays_bounded() {
        let throttle = Throttle::default();
        let now = Instant::now();
        for n in 0..30_000_u32 {
            let at = now + Duration::from_micros(u64::from(n));
            throttle.begin(&[Subject::Account(n.to_string())], at).unwrap();
        }
        assert!(throttle.records.lock().unwrap().len() <= SUBJECTS);
    }
}
