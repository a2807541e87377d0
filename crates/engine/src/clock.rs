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

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
