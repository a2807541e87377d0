//! The current key and the older ones, and the text of their file: one key a line in base64, the current one first;
//! lines with `#` are for people.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::error::Result;

/// The length of a key.
const KEY: usize = 32;

const HEAD: &str = "# The key of what Stardeck has encrypted. Keep a copy of this file apart from the backups of the database:\n\
                    # without it nothing of that can be read, and with it everything can.\n";

/// What names a key in a record. It follows from the key, and says nothing about it.
pub(crate) type KeyId = [u8; 8];

/// A key.
#[derive(Clone)]
pub(crate) struct Key {
    id: KeyId,
    bytes: Zeroizing<[u8; KEY]>,
}

/// The keys, of which there is at least one.
pub(crate) struct Ring {
    current: Key,
    older: Vec<Key>,
}

impl Key {
    fn new(bytes: Zeroizing<[u8; KEY]>) -> Self {
        let mut id = KeyId::default();
        // Eight bytes are within what an expansion gives.
        let _given = Hkdf::<Sha256>::new(None, bytes.as_ref()).expand(b"stardeck key id", &mut id);
        Self { id, bytes }
    }

    fn generate() -> Result<Self> {
        Ok(Self::new(Zeroizing::new(crate::random()?)))
    }

    fn parse(line: &str) -> Option<Self> {
        let decoded = Zeroizing::new(STANDARD.decode(line).ok()?);
        let bytes = Zeroizing::new(<[u8; KEY]>::try_from(decoded.as_slice()).ok()?);
        Some(Self::new(bytes))
    }

    pub(crate) fn id(&self) -> KeyId {
        self.id
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.as_ref()
    }
}

impl Ring {
    pub(crate) fn generate() -> Result<Self> {
        Ok(Self {
            current: Key::generate()?,
            older: Vec::new(),
        })
    }

    /// A key as bare bytes, as a credential may hold it.
    pub(crate) fn from_bytes(content: &[u8]) -> Option<Self> {
        let bytes = Zeroizing::new(<[u8; KEY]>::try_from(content).ok()?);
        Some(Self {
            current: Key::new(bytes),
            older: Vec::new(),
        })
    }

    /// Reads the text of a file of keys.
    pub(crate) fn parse(content: &[u8]) -> Option<Self> {
        let lines = std::str::from_utf8(content).ok()?.lines().map(str::trim);
        let mut keys = lines
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(Key::parse);
        let current = keys.next()??;
        let older = keys.collect::<Option<_>>()?;
        Some(Self { current, older })
    }

    /// The text of the file.
    pub(crate) fn text(&self) -> Zeroizing<String> {
        // As large as it gets: a text that grows leaves copies behind.
        let mut text = Zeroizing::new(String::with_capacity(HEAD.len() + 64 * (1 + self.older.len())));
        text.push_str(HEAD);
        for key in std::iter::once(&self.current).chain(&self.older) {
            STANDARD.encode_string(key.bytes(), &mut text);
            text.push('\n');
        }
        text
    }

    pub(crate) fn current(&self) -> &Key {
        &self.current
    }

    pub(crate) fn by_id(&self, id: KeyId) -> Option<&Key> {
        std::iter::once(&self.current)
            .chain(&self.older)
            .find(|key| key.id == id)
    }

    /// The same with a new current key.
    pub(crate) fn with_new_key(&self) -> Result<Self> {
        let older = std::iter::once(&self.current).chain(&self.older).cloned().collect();
        Ok(Self {
            current: Key::generate()?,
            older,
        })
    }

    /// The same without the older keys.
    pub(crate) fn current_alone(&self) -> Self {
        Self {
            current: self.current.clone(),
            older: Vec::new(),
        }
    }
}
