//! How much of one app one person may ask for: far more than a person does, and less than would slow the others down.

use std::collections::HashMap;
use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};

/// As much as may be asked for in so many seconds may come at once: a page with all its parts, read anew a few times.
const AT_ONCE: f64 = 10.0;
/// From so many counts on, those that are full again are forgotten.
const CROWD: usize = 1024;

/// Counts requests by person and app.
pub(super) struct Meter {
    /// How many a second, if they are counted at all.
    rate: Option<NonZero<u32>>,
    left: Mutex<HashMap<(Arc<str>, String), Bucket>>,
}

struct Bucket {
    left: f64,
    at: Instant,
}

impl Bucket {
    fn fill(&mut self, rate: f64, now: Instant) {
        let gained = now.saturating_duration_since(self.at).as_secs_f64() * rate;
        self.left = (self.left + gained).min(rate * AT_ONCE);
        self.at = now;
    }
}

impl Meter {
    /// Lets so many pass a second; all of them without a `rate`.
    pub(super) fn new(rate: Option<NonZero<u32>>) -> Self {
        let left = Mutex::default();
        Self { rate, left }
    }

    /// Counts a request, or says how long to wait.
    pub(super) fn count(&self, user: &Arc<str>, app: &str, now: Instant) -> Result<()> {
        let Some(rate) = self.rate else { return Ok(()) };
        let rate = f64::from(rate.get());
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        if left.len() >= CROWD {
            let full = Duration::from_secs_f64(AT_ONCE);
            left.retain(|_, bucket| now.saturating_duration_since(bucket.at) < full);
        }
        let bucket = left.entry((Arc::clone(user), app.to_owned())).or_insert(Bucket {
            left: rate * AT_ONCE,
            at: now,
        });
        bucket.fill(rate, now);
        if bucket.left < 1.0 {
            return Err(Error::Throttled { retry_after: 1 });
        }
        bucket.left -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_stopped_for_its_own_person_and_app_alone() {
        let (meter, now) = (Meter::new(NonZero::new(200)), Instant::now());
        let (ada, bob): (Arc<str>, Arc<str>) = ("ada".into(), "bob".into());
        let passed = (0..10_000).filter(|_| meter.count(&ada, "a", now).is_ok()).count();
        assert_eq!(passed, 2000);
        assert!(meter.count(&ada, "b", now).is_ok());
        assert!(meter.count(&bob, "a", now).is_ok());
        let later = now + Duration::from_millis(100);
        let passed = (0..10_000).filter(|_| meter.count(&ada, "a", later).is_ok()).count();
        assert_eq!(passed, 20);
    }

    #[test]
    fn nobody_is_counted_without_a_rate() {
        let (meter, now) = (Meter::new(None), Instant::now());
        let ada: Arc<str> = "ada".into();
        assert!((0..10_000).all(|_| meter.count(&ada, "a", now).is_ok()));
    }
}
