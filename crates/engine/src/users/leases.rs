//! Ends what is open — an event stream, a terminal, an app's socket — when the right to it ends.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use api::time::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::clock;

/// The sessions and tokens under which something is open, by their ids.
#[derive(Default)]
pub(crate) struct Leases {
    open: Mutex<HashMap<String, Holder>>,
}

struct Holder {
    user: String,
    end: CancellationToken,
    leases: usize,
}

/// The right to keep something open. Await [`ended`](Self::ended) beside the work.
pub struct Lease {
    leases: Arc<Leases>,
    id: String,
    end: CancellationToken,
    expires: Timestamp,
}

impl Leases {
    pub(super) fn take(self: &Arc<Self>, id: &str, user: &str) -> Lease {
        let mut open = self.lock();
        let holder = open.entry(id.to_owned()).or_insert_with(|| Holder {
            user: user.to_owned(),
            end: CancellationToken::new(),
            leases: 0,
        });
        holder.leases += 1;
        Lease {
            leases: Arc::clone(self),
            id: id.to_owned(),
            end: holder.end.clone(),
            expires: Timestamp(i64::MAX),
        }
    }

    /// Ends what is open under one session or token.
    pub(super) fn end(&self, id: &str) {
        if let Some(holder) = self.lock().remove(id) {
            holder.end.cancel();
        }
    }

    /// Ends everything that is open for one account.
    pub(super) fn end_user(&self, user: &str) {
        self.lock().retain(|_, holder| {
            let theirs = holder.user == user;
            if theirs {
                holder.end.cancel();
            }
            !theirs
        });
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Holder>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease {
    pub(super) fn until(mut self, expires: Timestamp) -> Self {
        self.expires = expires;
        self
    }

    /// Returns when the right has ended: revoked, or run out.
    pub async fn ended(&self) {
        loop {
            let left = Duration::from_secs(self.expires.seconds_since(clock::now()));
            // In steps, as the clock of the machine may be set while this waits.
            let step = left.min(Duration::from_secs(60)).max(Duration::from_millis(500));
            tokio::select! {
                () = self.end.cancelled() => return,
                () = tokio::time::sleep(step) => if clock::now() >= self.expires { return },
            }
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut open = self.leases.lock();
        // After an end the id may be held anew; only the own holder is counted down.
        let Some(holder) = open.get_mut(&self.id).filter(|_| !self.end.is_cancelled()) else {
            return;
        };
        holder.leases -= 1;
        if holder.leases == 0 {
            open.remove(&self.id);
        }
    }
}
