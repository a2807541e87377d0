//! What was asked of apps, by whom: one line of JSON a request, in a file that is turned over before it grows large.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use proxy::Side;
use proxy::gate::Record;
use serde::Serialize;

/// How large a file becomes, and how many older ones are kept beside it.
const LARGEST: u64 = 16 * 1024 * 1024;
const KEPT: u32 = 4;
/// How many lines wait for a slow disk before the next is left out.
const WAITING: usize = 4096;
/// How long the first of a rush waits for others, so that they are written at once and whoever asks an app wakes nobody.
const GATHER: Duration = Duration::from_millis(20);
/// How much is written at once.
const PIECE: usize = 64 * 1024;

/// The way to the file. Never waits for it.
#[derive(Clone)]
pub(crate) struct AccessLog {
    records: SyncSender<Ended>,
    left_out: Arc<AtomicU64>,
}

/// A request and when it ended.
struct Ended {
    at: SystemTime,
    record: Record,
}

#[derive(Serialize)]
struct Line<'a> {
    /// Milliseconds since the epoch, at the request's end.
    at: u128,
    user: Option<&'a str>,
    app: &'a str,
    peer: String,
    method: &'a str,
    path: &'a str,
    status: u16,
    sent: u64,
    received: u64,
    milliseconds: u128,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<&'static str>,
}

impl AccessLog {
    /// Writes to `access.jsonl` in `directory`, which is made if absent.
    pub(crate) fn open(directory: &Path) -> io::Result<Self> {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)?;
        let turning = Turning::open(directory.join("access.jsonl"), LARGEST)?;
        let (records, waiting) = sync_channel(WAITING);
        let left_out = Arc::<AtomicU64>::default();
        let count = Arc::clone(&left_out);
        std::thread::Builder::new()
            .name("access-log".into())
            .spawn(move || run(&waiting, turning, &count))?;
        Ok(Self { records, left_out })
    }

    /// Has a line written, or leaves it out where the disk does not keep up.
    pub(super) fn write(&self, record: Record) {
        let at = SystemTime::now();
        if self.records.try_send(Ended { at, record }).is_err() {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Ended {
    /// Adds its line to `lines`.
    fn spell(&self, lines: &mut Vec<u8>) {
        let Self { at, record } = self;
        let line = Line {
            at: at.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis(),
            user: record.who.as_deref(),
            app: record.route.app.as_str(),
            peer: record.peer.ip().to_canonical().to_string(),
            method: record.method.as_str(),
            path: &record.path,
            status: record.status,
            sent: record.sent,
            received: record.received,
            milliseconds: record.time.as_millis(),
            failed: record.failed.map(|side| match side {
                Side::Browser => "browser",
                Side::App => "app",
                Side::Ours => "stardeck",
            }),
        };
        let before = lines.len();
        match serde_json::to_writer(&mut *lines, &line) {
            Ok(()) => lines.push(b'\n'),
            Err(_) => lines.truncate(before),
        }
    }
}

fn run(records: &Receiver<Ended>, mut turning: Turning, left_out: &AtomicU64) {
    let mut lines = Vec::with_capacity(PIECE);
    while let Ok(first) = records.recv() {
        // Nobody wakes it.
        std::thread::park_timeout(GATHER);
        let missing = left_out.swap(0, Ordering::Relaxed);
        if missing > 0 {
            tracing::warn!(missing, "the access log's disk does not keep up; lines were left out");
        }
        let (mut next, mut count) = (Some(first), 0);
        while let Some(ended) = next {
            ended.spell(&mut lines);
            count += 1;
            next = records.try_recv().ok();
            if next.is_some() && lines.len() < PIECE {
                continue;
            }
            if let Err(error) = turning.write(&lines) {
                left_out.fetch_add(count, Ordering::Relaxed);
                tracing::debug!(%error, "the access log was not written");
            }
            lines.clear();
            count = 0;
        }
    }
}

/// A file that makes place for a new one when it is large.
struct Turning {
    path: PathBuf,
    largest: u64,
    file: File,
    size: u64,
}

impl Turning {
    fn open(path: PathBuf, largest: u64) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(&path)?;
        let size = file.metadata()?.len();
        Ok(Self {
            path,
            largest,
            file,
            size,
        })
    }

    /// Writes whole lines.
    fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        if self.size > 0 && self.size + lines.len() as u64 > self.largest {
            self.turn()?;
        }
        self.file.write_all(lines)?;
        self.size += lines.len() as u64;
        Ok(())
    }

    fn turn(&mut self) -> io::Result<()> {
        let older = |n: u32| self.path.with_extension(format!("{n}.jsonl"));
        for n in (1..KEPT).rev() {
            match std::fs::rename(older(n), older(n + 1)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        std::fs::rename(&self.path, older(1))?;
        *self = Self::open(self.path.clone(), self.largest)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_file_is_turned_over_and_only_so_many_are_kept() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("access.jsonl");
        let mut turning = Turning::open(path.clone(), 20).unwrap();
        for n in 0..10 {
            turning.write(format!("line number {n}\n").as_bytes()).unwrap();
        }
        let read = |name: &str| std::fs::read_to_string(directory.path().join(name)).unwrap();
        assert_eq!(read("access.jsonl"), "line number 9\n");
        assert_eq!(read("access.1.jsonl"), "line number 8\n");
        assert_eq!(read("access.4.jsonl"), "line number 5\n");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 5);
        let mut again = Turning::open(path, 1000).unwrap();
        again.write(b"after a restart\n").unwrap();
        assert_eq!(read("access.jsonl"), "line number 9\nafter a restart\n");
    }
}
