//! Secrets at rest: what is kept in a database is sealed for its place there, under a key that lies elsewhere.
//!
//! Invariants: it does not know who asks, and no SQL, no HTTP and no tokio; a key or a plaintext is never printed. A key
//! that is missing where something was sealed is an error, never a reason to make a new one.
//!
//! - [`source`]: where the key lies, and how it gets there
//! - [`ring`]: the current key and the older ones, and their file
//! - [`envelope`]: a plaintext and its place ↔ a record
//! - [`plaintext`]: bytes that cannot be printed, and are wiped

mod envelope;
mod error;
mod plaintext;
mod ring;
mod source;

use std::sync::{PoisonError, RwLock, RwLockReadGuard};

pub use envelope::Place;
pub use error::{Error, Result};
pub use plaintext::Plaintext;
pub use source::KeySource;

use ring::Ring;

/// Seals and opens records. It holds the keys in memory; their file is read once.
pub struct Vault {
    source: KeySource,
    ring: RwLock<Ring>,
}

impl Vault {
    /// Reads the keys of `source`. Where there are none they are made, unless something is sealed already: then they
    /// `must_exist`, and their absence is an error.
    pub fn open(source: KeySource, must_exist: bool) -> Result<Self> {
        let ring = source.read_or_make(must_exist)?;
        Ok(Self {
            source,
            ring: RwLock::new(ring),
        })
    }

    /// Seals `plaintext` for `place`: the record opens nowhere else.
    pub fn seal(&self, place: &Place<'_>, plaintext: &Plaintext) -> Result<Vec<u8>> {
        envelope::seal(self.ring().current(), place, plaintext)
    }

    /// Opens the record that was sealed for `place`, under the current key or an older one.
    pub fn unseal(&self, place: &Place<'_>, record: &[u8]) -> Result<Plaintext> {
        let ring = self.ring();
        let key = ring.by_id(envelope::key_id(record)?).ok_or(Error::UnknownKey)?;
        envelope::unseal(key, place, record)
    }

    /// The record under the current key; nothing where it is that already.
    pub fn rewrap(&self, place: &Place<'_>, record: &[u8]) -> Result<Option<Vec<u8>>> {
        if envelope::key_id(record)? == self.ring().current().id() {
            return Ok(None);
        }
        let plaintext = self.unseal(place, record)?;
        self.seal(place, &plaintext).map(Some)
    }

    /// The first step of a rotation: a new key, under which everything is sealed from now on. The older ones stay.
    pub fn add_key(&self) -> Result<()> {
        self.change(Ring::with_new_key)
    }

    /// The last step of a rotation, once every record is rewrapped: forgets all keys but the current one.
    pub fn drop_old_keys(&self) -> Result<()> {
        self.change(|ring| Ok(ring.current_alone()))
    }

    /// The file first, so that nothing is ever sealed under a key that is in memory alone.
    fn change(&self, change: impl FnOnce(&Ring) -> Result<Ring>) -> Result<()> {
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        let changed = change(&ring)?;
        self.source.replace(&changed)?;
        *ring = changed;
        Ok(())
    }

    fn ring(&self) -> RwLockReadGuard<'_, Ring> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Fills an array with the system's random bytes.
fn random<const BYTES: usize>() -> Result<[u8; BYTES]> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(|_| Error::NoRandomness)?;
    Ok(bytes)
}
