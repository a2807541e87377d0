//! Apps that are a script: what they read and what they write, byte by byte.

use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How long anything in a test may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// One connection, with what was read from it so far.
pub(crate) struct Wire {
    pub(crate) stream: TcpStream,
    pub(crate) buffer: Vec<u8>,
}

impl Wire {
    pub(crate) fn new(stream: TcpStream) -> Self {
        let buffer = Vec::new();
        Self { stream, buffer }
    }

    /// Writes; whether the other side still takes it.
    pub(crate) async fn write(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        timeout(PATIENCE, self.stream.write_all(bytes.as_ref()))
            .await
            .expect("it is taken in time")
            .is_ok()
    }

    /// Reads more; false at the end.
    pub(crate) async fn more(&mut self) -> bool {
        let mut piece = vec![0; 64 * 1024];
        let count = timeout(PATIENCE, self.stream.read(&mut piece))
            .await
            .expect("something comes in time");
        let count = count.unwrap_or(0);
        self.buffer.extend_from_slice(&piece[..count]);
        count > 0
    }

    /// The next `count` bytes.
    pub(crate) async fn exactly(&mut self, count: usize) -> Vec<u8> {
        while self.buffer.len() < count {
            assert!(
                self.more().await,
                "it ended after {} of {count} bytes",
                self.buffer.len()
            );
        }
        self.buffer.drain(..count).collect()
    }

    /// All up to and with `mark`; nothing if the other side ends before.
    pub(crate) async fn until(&mut self, mark: &str) -> Option<String> {
        // What was searched is not searched again: a head of a megabyte may come in many pieces.
        let mut searched = 0;
        loop {
            let found = self.buffer[searched..]
                .windows(mark.len())
                .position(|window| window == mark.as_bytes());
            if let Some(at) = found {
                let taken: Vec<u8> = self.buffer.drain(..searched + at + mark.len()).collect();
                return Some(String::from_utf8_lossy(&taken).into_owned());
            }
            searched = self.buffer.len().saturating_sub(mark.len() - 1);
            if !self.more().await {
                return None;
            }
        }
    }

    /// A head.
    pub(crate) async fn head(&mut self) -> Option<String> {
        self.until("\r\n\r\n").await
    }

    /// Everything up to the end.
    pub(crate) async fn rest(&mut self) -> String {
        while self.more().await {}
        String::from_utf8_lossy(&std::mem::take(&mut self.buffer)).into_owned()
    }

    /// Waits for the other side to close; what comes before is dropped.
    pub(crate) async fn closed(&mut self) {
        while self.more().await {
            self.buffer.clear();
        }
    }
}

/// An app. It is gone when this is dropped.
pub(crate) struct App {
    pub(crate) port: u16,
    connections: Arc<AtomicUsize>,
    heads: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Drop for App {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl App {
    /// Runs `script` on each connection, with its number from 0.
    pub(crate) async fn start<F, R>(script: F) -> Self
    where
        F: Fn(Wire, usize, Heads) -> R + Send + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let connections = Arc::new(AtomicUsize::new(0));
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let (counted, seen) = (Arc::clone(&connections), Arc::clone(&heads));
        let task = tokio::spawn(async move {
            let mut scripts = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let number = counted.fetch_add(1, Ordering::SeqCst);
                scripts.spawn(script(Wire::new(stream), number, Heads(Arc::clone(&seen))));
            }
        });
        Self {
            port,
            connections,
            heads,
            task,
        }
    }

    /// An app that reads a head and answers `answer`, over and over.
    pub(crate) async fn answering(answer: &'static str) -> Self {
        Self::start(move |mut wire, _, heads| async move {
            while let Some(head) = wire.head().await {
                heads.add(head);
                if !wire.write(answer).await {
                    return;
                }
            }
        })
        .await
    }

    /// How many connections it was dialled for.
    pub(crate) fn dials(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// The heads that it has read.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("no panic").clone()
    }
}

/// Where a script puts the heads that it reads.
pub(crate) struct Heads(Arc<Mutex<Vec<String>>>);

impl Heads {
    pub(crate) fn add(&self, head: String) {
        self.0.lock().expect("no panic").push(head);
    }
}
