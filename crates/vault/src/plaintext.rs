//! Bytes that are not to be seen.

use std::fmt;

use zeroize::Zeroizing;

/// What is sealed, and what comes out again. It is neither printed nor compared by accident, and wiped when dropped.
#[derive(Clone)]
pub struct Plaintext(Zeroizing<Vec<u8>>);

impl Plaintext {
    /// The bytes themselves. Each caller is a place to look at: `cargo xtask tidy` keeps the list of them.
    #[must_use]
    pub fn expose_secret(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Plaintext {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl fmt::Debug for Plaintext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}
