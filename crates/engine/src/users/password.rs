//! Passwords: argon2id, a few at a time, and the same work whether the account exists or not.

use std::sync::Arc;

use api::secret::Secret;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// Memory of one hash in KiB, passes, lanes: what OWASP names as the least.
const COST: (u32, u32, u32) = (19_456, 2, 1);
/// How many are computed at once: a flood of logins costs 4 × 19 MiB and no more.
const AT_ONCE: usize = 4;
/// How many wait for their turn before the next is sent away.
const WAITING: usize = 64;
/// A password that fewer guesses than this would find is among the most common ones.
const COMMON: u64 = 10_000;

/// Computes and checks password hashes.
pub(crate) struct Passwords {
    turn: Arc<Semaphore>,
    line: Semaphore,
    nobody: String,
}

impl Passwords {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self {
            turn: Arc::new(Semaphore::new(AT_ONCE)),
            line: Semaphore::new(AT_ONCE + WAITING),
            nobody: hash_of_nobody()?,
        })
    }

    /// Refuses a password that is too short, too long or too common.
    pub(crate) fn check_new(password: &Secret, name: &str) -> Result<()> {
        let text = password.expose_secret();
        let length = text.chars().count();
        if length < 8 {
            return Err(Error::invalid(
                "password",
                "A password has at least 8 characters; 15 or more are better.",
            ));
        }
        if text.len() > 1024 {
            return Err(Error::invalid("password", "A password has at most 1024 bytes."));
        }
        // The estimate costs more than linear time; the first 64 characters decide.
        let start: String = text.chars().take(64).collect();
        if zxcvbn::zxcvbn(&start, &[name, "stardeck"]).guesses() < COMMON {
            return Err(Error::invalid(
                "password",
                "That password is among the first that anybody would try. Take a few random words instead.",
            ));
        }
        Ok(())
    }

    pub(crate) async fn hash(&self, password: &Secret) -> Result<String> {
        let password = password.clone();
        self.compute(move || hash_now(password.expose_secret())).await
    }

    /// Whether `password` is the one of `hash`. Without a hash it takes as long and is false.
    pub(crate) async fn verify(&self, password: &Secret, hash: Option<String>) -> Result<bool> {
        let exists = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.clone());
        let password = password.clone();
        let right = self.compute(move || {
            let parsed = PasswordHash::new(&hash).map_err(|_| Error::Hash)?;
            Ok(argon2()?
                .verify_password(password.expose_secret().as_bytes(), &parsed)
                .is_ok())
        });
        Ok(right.await? && exists)
    }

    async fn compute<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let _place = self
            .line
            .try_acquire()
            .map_err(|_| Error::Throttled { retry_after: 2 })?;
        let turn = Arc::clone(&self.turn)
            .acquire_owned()
            .await
            .map_err(|_| Error::Stopping)?;
        let computed = tokio::task::spawn_blocking(move || {
            // Held by the work itself: a caller that gives up does not let another one in early.
            let _turn = turn;
            work()
        });
        computed.await.map_err(|_| Error::Stopping)?
    }
}

fn argon2() -> Result<Argon2<'static>> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(|_| Error::Hash)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// A hash that costs as much to check as any, and that no password has: its salt and its output are random. It is not
/// computed, so that a server starts sooner and without the memory of one.
fn hash_of_nobody() -> Result<String> {
    let (memory, passes, lanes) = COST;
    let mut random = [0; 48];
    getrandom::fill(&mut random).map_err(|_| Error::NoRandomness)?;
    let (salt, output) = random.split_at(16);
    Ok(format!(
        "$argon2id$v=19$m={memory},t={passes},p={lanes}${}${}",
        STANDARD_NO_PAD.encode(salt),
        STANDARD_NO_PAD.encode(output)
    ))
}

fn hash_now(password: &str) -> Result<String> {
    Ok(argon2()?
        .hash_password(password.as_bytes())
        .map_err(|_| Error::Hash)?
        .to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::from(text.to_owned())
    }

    #[test]
    fn short_long_and_common_passwords_are_refused() {
        let long = "x".repeat(1025);
        for refused in [
            "",
            "short",
            "password",
            "12345678",
            "qwertyuiop",
            "stardeck",
            "iloveyou",
            &long,
        ] {
            assert!(
                Passwords::check_new(&secret(refused), "ada").is_err(),
                "{refused:?} was taken"
            );
        }
        let phrase = "a long phrase of quite ordinary words ".repeat(20);
        for taken in ["violet-anchor-rain", "tr0ub4dor&3x", "пароль-которого-нет", &phrase] {
            assert!(
                Passwords::check_new(&secret(taken), "ada").is_ok(),
                "{taken:?} was refused"
            );
        }
    }

    #[tokio::test]
    async fn a_password_is_verified_against_its_own_hash_only() {
        let passwords = Passwords::new().unwrap();
        let hash = passwords.hash(&secret("violet-anchor-rain")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(
            passwords
                .verify(&secret("violet-anchor-rain"), Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify(&secret("violet-anchor-snow"), Some(hash))
                .await
                .unwrap()
        );
        assert!(!passwords.verify(&secret("the password of nobody"), None).await.unwrap());
    }
}
