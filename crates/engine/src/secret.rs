//! Random secrets that the engine hands out, and the hashes under which it keeps them.

use std::fmt;

use api::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// Makes a secret of 256 random bits, as text that fits a cookie and a header.
pub(crate) fn generate() -> Result<Secret> {
    random_text::<32>()
}

/// Makes a secret of 128 random bits: short enough to type, for the setup token.
pub(crate) fn generate_short() -> Result<Secret> {
    random_text::<16>()
}

fn random_text<const BYTES: usize>() -> Result<Secret> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(|_| Error::NoRandomness)?;
    Ok(Secret::from(URL_SAFE_NO_PAD.encode(bytes)))
}

/// The SHA-256 of a secret. Secrets have 256 random bits, so that a plain hash cannot be searched.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Hash(pub(crate) [u8; 32]);

impl Hash {
    pub(crate) fn of(text: &str) -> Self {
        Self::of_parts(&[text.as_bytes()])
    }

    /// The hash of several parts, each with its length, so that no two lists of parts share one.
    pub(crate) fn of_parts(parts: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hash(…)")
    }
}
