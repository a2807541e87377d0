//! Logins that wait for their second step: in memory, for five minutes by a clock that nobody sets, and for five tries.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::secret::Hash;

/// How long a login waits for its code.
const LIFE: Duration = Duration::from_secs(300);
/// How many codes are looked at.
const TRIES: u8 = 5;
/// How many logins of one account wait at most. The oldest goes: whoever has the password alone must not be able to keep
/// the owner out by filling the places.
const PER_USER: usize = 16;

/// The logins that wait.
#[derive(Default)]
pub(crate) struct Challenges {
    waiting: Mutex<HashMap<Hash, Waiting>>,
}

/// A login of which the first step is done.
#[derive(Clone)]
pub(super) struct Login {
    pub(super) user: String,
    /// The password's hash at the time: a new password ends the logins that wait.
    pub(super) password_hash: String,
    /// The browser, where it has logged in before.
    pub(super) device: Option<Hash>,
}

struct Waiting {
    login: Login,
    until: Instant,
    tries: u8,
}

impl Challenges {
    pub(super) fn begin(&self, challenge: Hash, login: Login, now: Instant) {
        let mut waiting = self.lock();
        waiting.retain(|_, waiting| waiting.until > now);
        let own = waiting.iter().filter(|(_, waiting)| waiting.login.user == login.user);
        if own.clone().count() >= PER_USER
            && let Some(oldest) = own.min_by_key(|(_, waiting)| waiting.until).map(|(hash, _)| *hash)
        {
            waiting.remove(&oldest);
        }
        let fresh = Waiting {
            login,
            until: now + LIFE,
            tries: TRIES,
        };
        waiting.insert(challenge, fresh);
    }

    /// The login that waits under `challenge`, if it is still good.
    pub(super) fn get(&self, challenge: &Hash, now: Instant) -> Option<Login> {
        let waiting = self.lock();
        let waiting = waiting.get(challenge).filter(|waiting| waiting.until > now)?;
        Some(waiting.login.clone())
    }

    /// Takes one of the tries; with the last one the challenge goes. False where there is none.
    pub(super) fn spend(&self, challenge: &Hash, now: Instant) -> bool {
        let mut all = self.lock();
        let Some(waiting) = all.get_mut(challenge).filter(|waiting| waiting.until > now) else {
            return false;
        };
        waiting.tries -= 1;
        if waiting.tries == 0 {
            all.remove(challenge);
        }
        true
    }

    /// The login is through.
    pub(super) fn end(&self, challenge: &Hash) {
        self.lock().remove(challenge);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Hash, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(user: &str) -> Login {
        Login {
            user: user.into(),
            password_hash: "hash".into(),
            device: None,
        }
    }

    #[test]
    fn sec_63_a_challenge_is_dead_after_five_tries() {
        let challenges = Challenges::default();
        let (challenge, now) = (Hash::of("c"), Instant::now());
        challenges.begin(challenge, login("ada"), now);
        let tries = (0..10).filter(|_| challenges.spend(&challenge, now)).count();
        assert_eq!(tries, 5);
        assert!(challenges.get(&challenge, now).is_none());
    }

    #[test]
    fn sec_63_a_challenge_is_dead_after_five_minutes() {
        let challenges = Challenges::default();
        let (challenge, now) = (Hash::of("c"), Instant::now());
        challenges.begin(challenge, login("ada"), now);
        let late = now + Duration::from_secs(300);
        let just = late - Duration::from_millis(1);
        assert!(
            challenges
                .get(&challenge, just)
                .is_some_and(|login| login.user == "ada")
        );
        assert!(challenges.spend(&challenge, just));
        assert!(challenges.get(&challenge, late).is_none());
        assert!(!challenges.spend(&challenge, late));
    }

    #[test]
    fn a_challenge_that_is_through_or_unknown_is_none() {
        let challenges = Challenges::default();
        let (challenge, now) = (Hash::of("c"), Instant::now());
        challenges.begin(challenge, login("ada"), now);
        assert!(!challenges.spend(&Hash::of("another"), now));
        challenges.end(&challenge);
        assert!(!challenges.spend(&challenge, now));
    }

    #[test]
    fn one_account_cannot_fill_the_memory_nor_push_others_out() {
        let challenges = Challenges::default();
        let now = Instant::now();
        challenges.begin(Hash::of("of bob"), login("bob"), now);
        for n in 0..1000_u32 {
            let at = now + Duration::from_millis(u64::from(n));
            challenges.begin(Hash::of(&n.to_string()), login("ada"), at);
        }
        assert_eq!(challenges.lock().len(), 1 + PER_USER);
        assert!(challenges.get(&Hash::of("of bob"), now).is_some());
        assert!(challenges.get(&Hash::of("999"), now).is_some(), "the newest is there");
    }
}
