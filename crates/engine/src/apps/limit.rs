//! How much of one app one person may ask for: far more than a person does, and less than would slow the others down.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};

/// How many requests may come at once, and how many a second after that.
const BURST: f64 = 2000.0;
const PER_SECOND: f64 = 200.0;
/// From so many counts on, those that are full again are forgotten.
const CROWD: usize = 1024;

/// Counts requests by person and app.
#[derive(Default)]
pub(super) struct Meter {
    left: Mutex<HashMap<(Arc<str>, String), Bucket>>,
}

struct Bucket {
    left: f64,
    at: Instant,
}

impl Bucket {
    fn fill(&mut self, now: Instant) {
        let gained = now.saturating_duration_since(self.at).as_secs_f64() * PER_SECOND;
        self.left = (self.left + gained).min(BURST);
        self.at = now;
    }
}

impl Meter {
    /// Counts a request, or says how long to wait.
    pub(super) fn count(&self, user: &Arc<str>, app: &str, now: Instant) -> Result<()> {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        if left.len() >= CROWD {
            let full = Duration::from_secs_f64(BURST / PER_SECOND);
            left.retain(|_, bucket| now.saturating_duration_since(bucket.at) < full);
        }
        let bucket = left
            .entry((Arc::clone(user), app.to_owned()))
            .or_insert(Bucket { left: BURST, at: now });
        bucket.fill(now);
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
        let (meter, now) = (Meter::default(), Instant::now());
        let (ada, bob): (Arc<str>, Arc<str>) = ("ada".into(), "bob".into());
        let passed = (0..10_000).filter(|_| meter.count(&ada, "a", now).is_ok()).count();
        assert_eq!(passed, 2000);
        assert!(meter.count(&ada, "b", now).is_ok());
        assert!(meter.count(&bob, "a", now).is_ok());
        let later = now + Duration::from_millis(100);
        let passed = (0..10_000).filter(|_| meter.count(&ada, "a", later).is_ok()).count();
        assert_eq!(passed, 20);
    }
}
