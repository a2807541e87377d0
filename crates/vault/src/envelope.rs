//! A plaintext and its place ↔ a record: `v | key id | salt | nonce | ciphertext | tag`.
//!
//! Each record has a key of its own, derived from the ring's key, the salt and what the record is for, so that nonces may
//! be random. The place is authenticated with it: a record that is copied to another table, row, column or owner does not
//! open there.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key as CipherKey, Nonce};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::plaintext::Plaintext;
use crate::ring::{Key, KeyId};

/// The version of the record's layout.
const VERSION: u8 = 1;
const KEY_ID: usize = size_of::<KeyId>();
const SALT: usize = 32;
const NONCE: usize = 12;
const TAG: usize = 16;

/// Where a record is kept, and whose it is.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The table.
    pub table: &'a str,
    /// The row's id.
    pub row: &'a str,
    /// The column.
    pub column: &'a str,
    /// Who it belongs to.
    pub owner: &'a str,
}

/// The parts of a record.
struct Parts<'a> {
    key_id: KeyId,
    salt: &'a [u8; SALT],
    nonce: [u8; NONCE],
    ciphertext: &'a [u8],
}

pub(crate) fn seal(key: &Key, place: &Place<'_>, plaintext: &Plaintext) -> Result<Vec<u8>> {
    let (salt, nonce) = (crate::random::<SALT>()?, crate::random::<NONCE>()?);
    let payload = Payload {
        msg: plaintext.expose_secret(),
        aad: &authenticated(place, key.id()),
    };
    let ciphertext = cipher(key, &salt, place)?
        .encrypt(&Nonce::from(nonce), payload)
        .map_err(|_| Error::Damaged)?;
    let key_id = key.id();
    Ok([&[VERSION], &key_id[..], &salt, &nonce, &ciphertext].concat())
}

pub(crate) fn unseal(key: &Key, place: &Place<'_>, record: &[u8]) -> Result<Plaintext> {
    let parts = split(record).ok_or(Error::Damaged)?;
    let payload = Payload {
        msg: parts.ciphertext,
        aad: &authenticated(place, key.id()),
    };
    let plaintext = cipher(key, parts.salt, place)?.decrypt(&Nonce::from(parts.nonce), payload);
    plaintext.map(Plaintext::from).map_err(|_| Error::Damaged)
}

/// Under which key a record is.
pub(crate) fn key_id(record: &[u8]) -> Result<KeyId> {
    split(record).map(|parts| parts.key_id).ok_or(Error::Damaged)
}

fn split(record: &[u8]) -> Option<Parts<'_>> {
    let (version, rest) = record.split_first()?;
    let (key_id, rest) = rest.split_first_chunk::<KEY_ID>()?;
    let (salt, rest) = rest.split_first_chunk::<SALT>()?;
    let (nonce, ciphertext) = rest.split_first_chunk::<NONCE>()?;
    (*version == VERSION && ciphertext.len() >= TAG).then_some(Parts {
        key_id: *key_id,
        salt,
        nonce: *nonce,
        ciphertext,
    })
}

/// The cipher of one record. Records of another table or column have other keys, whatever their salt.
fn cipher(key: &Key, salt: &[u8], place: &Place<'_>) -> Result<Aes256Gcm> {
    let purpose = joined(&[b"stardeck record", place.table.as_bytes(), place.column.as_bytes()]);
    let mut own = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(Some(salt), key.bytes())
        .expand(&purpose, own.as_mut())
        .map_err(|_| Error::Damaged)?;
    Ok(Aes256Gcm::new(&CipherKey::<Aes256Gcm>::from(*own)))
}

/// What stands beside the ciphertext and must be the same when it is opened.
fn authenticated(place: &Place<'_>, key_id: KeyId) -> Vec<u8> {
    let Place {
        table,
        row,
        column,
        owner,
    } = place;
    let place = [table, row, column, owner].map(|part| part.as_bytes());
    joined(&[b"stardeck", &[VERSION], place[0], place[1], place[2], place[3], &key_id])
}

/// Parts in one, each behind its length, so that no two lists of parts are the same.
fn joined(parts: &[&[u8]]) -> Vec<u8> {
    let mut joined = Vec::new();
    for part in parts {
        joined.extend_from_slice(&(part.len() as u64).to_be_bytes());
        joined.extend_from_slice(part);
    }
    joined
}
