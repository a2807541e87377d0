//! The time of day, in one place.

use std::time::{Duration, SystemTime};

use api::time::Timestamp;

/// The time now.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// `at`, and `by` later.
pub(crate) fn after(at: Timestamp, by: Duration) -> Timestamp {
    Timestamp(at.0.saturating_add(millis(by)))
}

/// `at`, and `by` earlier.
pub(crate) fn before(at: Timestamp, by: Duration) -> Timestamp {
    Timestamp(at.0.saturating_sub(millis(by)))
}

/// How far ahead of now a time that was kept may lie before the clock has been set back since.
const AHEAD: Duration = Duration::from_secs(24 * 3600);

/// Whether `at` lies so far ahead of `now` that it was kept while the clock of the machine was wrong.
pub(crate) fn is_ahead(at: Timestamp, now: Timestamp) -> bool {
    at > after(now, AHEAD)
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
