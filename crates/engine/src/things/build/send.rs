//! A folder on its way to Podman, and the hash that tells one from another.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::context::Context;
use crate::spec::WantedBuild;

/// How much is sent at most: what is larger is a mistake in the file.
const MOST_BYTES: u64 = 8 << 30;
/// How much is sent at once.
const PIECE: usize = 64 << 10;
/// How many pieces wait for whoever takes them.
const WAITING: usize = 8;

/// A folder on its way.
pub(super) struct Sent {
    pub(super) containerfile: String,
    pub(super) secrets: Vec<(String, String)>,
    pub(super) tar: BoxStream<'static, io::Result<Bytes>>,
    /// Why it does not arrive whole, if it does not.
    pub(super) trouble: Arc<OnceLock<String>>,
}

/// Changes with all that an image is made of. It blocks.
pub(super) fn fingerprint(home: &std::path::Path, wanted: &WantedBuild) -> io::Result<String> {
    // What is plain data is always JSON.
    let json = serde_json::to_vec(wanted).unwrap_or_default();
    let mut hash = Hash {
        hash: Sha256::new_with_prefix(json),
        left: MOST_BYTES,
    };
    Context::open(home, wanted)?.write(&mut hash)?;
    Ok(data_encoding::HEXLOWER.encode(&hash.hash.finalize()[..16]))
}

/// Sends the folder of a build.
pub(super) async fn send(home: PathBuf, wanted: WantedBuild) -> io::Result<Sent> {
    let (sender, receiver) = mpsc::channel(WAITING);
    let (begun, begin) = tokio::sync::oneshot::channel();
    let trouble = Arc::new(OnceLock::new());
    let told = Arc::clone(&trouble);
    tokio::task::spawn_blocking(move || {
        let context = match Context::open(&home, &wanted) {
            Ok(context) => context,
            // Whoever asked may have gone.
            Err(error) => return drop(begun.send(Err(error))),
        };
        if begun
            .send(Ok((context.containerfile().to_owned(), context.secrets())))
            .is_err()
        {
            return;
        }
        let mut pieces = Pieces {
            sender: sender.clone(),
            piece: Vec::with_capacity(PIECE),
            left: MOST_BYTES,
        };
        let sent = context.write_whole(&mut pieces).and_then(|()| pieces.hand_over());
        if let Err(error) = sent {
            // It is set once, here; whoever reads may have gone, and that is what the trouble was then.
            let _set = told.set(error.to_string());
            let _gone = sender.blocking_send(Err(error));
        }
    });
    let (containerfile, secrets) = begin.await.map_err(io::Error::other)??;
    let tar = stream::unfold(receiver, |mut receiver| async move {
        let piece = receiver.recv().await?;
        Some((piece, receiver))
    });
    Ok(Sent {
        containerfile,
        secrets,
        tar: tar.boxed(),
        trouble,
    })
}

/// Takes what a write takes from what is left.
fn take(left: &mut u64, bytes: &[u8]) -> io::Result<()> {
    let too_large = || io::Error::other("its folder is larger than 8 GiB; is the right one named?");
    *left = left.checked_sub(bytes.len() as u64).ok_or_else(too_large)?;
    Ok(())
}

struct Hash {
    hash: Sha256,
    left: u64,
}

impl Write for Hash {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        take(&mut self.left, bytes)?;
        self.hash.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Hands bytes over in pieces, and waits where nobody takes them.
struct Pieces {
    sender: mpsc::Sender<io::Result<Bytes>>,
    piece: Vec<u8>,
    left: u64,
}

impl Pieces {
    fn hand_over(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
        let sent = self.sender.blocking_send(Ok(piece.into()));
        sent.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        take(&mut self.left, bytes)?;
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.hand_over()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
