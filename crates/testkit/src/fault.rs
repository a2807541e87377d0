//! A real unix socket between a client and Podman that fails on request.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, Interest},
    net::{
        UnixListener, UnixStream,
        unix::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::JoinHandle,
    time::sleep,
};

/// What goes wrong. A change holds for connections that are open already too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    Pass,
    /// All connections are cut; new ones as soon as they are accepted.
    Cut,
    /// Each connection is cut after so many more bytes of the answer.
    CutAfter(usize),
    /// Each piece of the answer comes so much later.
    Delay(Duration),
    /// Connections are accepted and requests are taken, and no byte is answered.
    Hang,
    /// One byte in so many of the answer is another, beginning so far in; the head of the answer is spared when
    /// `body_only`.
    Garble {
        /// How far apart the wrong bytes are.
        every: usize,
        /// Spare the head of an answer that begins after the fault does.
        body_only: bool,
    },
    /// Each request is answered with status 500.
    Answer500,
    /// There is no socket.
    Gone,
}

/// A socket that stands before another and fails on request. It ends, with all its connections, when it is dropped.
#[derive(Debug)]
pub struct FaultSocket {
    path: PathBuf,
    fault: watch::Sender<Fault>,
    counts: Arc<Counts>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Counts {
    connections: AtomicUsize,
    open: AtomicUsize,
    requests: AtomicUsize,
}

impl FaultSocket {
    /// Listens at `path`, for everybody, and passes on to `target`.
    pub async fn new(path: impl Into<PathBuf>, target: impl Into<PathBuf>) -> Self {
        let (path, target) = (path.into(), target.into());
        let (fault, watched) = watch::channel(Fault::Pass);
        let counts = Arc::new(Counts::default());
        let task = tokio::spawn(listen(path.clone(), target, watched, counts.clone()));
        crate::wait_until("the fault socket", Duration::from_secs(5), async || {
            path.exists().then_some(())
        })
        .await;
        Self {
            path,
            fault,
            counts,
            task,
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Lets `fault` happen from now on.
    pub fn set(&self, fault: Fault) {
        self.fault.send_replace(fault);
    }

    /// How many connections there were.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.counts.connections.load(Ordering::Relaxed)
    }

    /// How many connections are open now.
    #[must_use]
    pub fn open(&self) -> usize {
        self.counts.open.load(Ordering::Relaxed)
    }

    /// How many requests were passed on or answered.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.counts.requests.load(Ordering::Relaxed)
    }
}

impl Drop for FaultSocket {
    fn drop(&mut self) {
        self.task.abort();
        let _ = fs::remove_file(&self.path);
    }
}

async fn listen(path: PathBuf, target: PathBuf, fault: watch::Receiver<Fault>, counts: Arc<Counts>) {
    // Dropped with this task, and the connections with it.
    let mut connections = tokio::task::JoinSet::new();
    let mut changes = fault.clone();
    loop {
        let listener = UnixListener::bind(&path).expect("the path is free and short");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).expect("our own socket");
        loop {
            tokio::select! {
                accepted = listener.accept() => {
                    let Ok((client, _)) = accepted else { continue };
                    counts.connections.fetch_add(1, Ordering::Relaxed);
                    connections.spawn(connection(client, target.clone(), fault.clone(), counts.clone()));
                }
                Some(_) = connections.join_next() => {}
                gone = changes.wait_for(|fault| *fault == Fault::Gone) => {
                    if gone.is_err() { return }
                    break;
                }
            }
        }
        drop(listener);
        let _ = fs::remove_file(&path);
        connections.shutdown().await;
        if changes.wait_for(|fault| *fault != Fault::Gone).await.is_err() {
            return;
        }
    }
}

async fn connection(client: UnixStream, target: PathBuf, fault: watch::Receiver<Fault>, counts: Arc<Counts>) {
    counts.open.fetch_add(1, Ordering::Relaxed);
    let _open = Open(counts.clone());
    let mut cut = fault.clone();
    let served = async {
        let (from_client, to_client) = client.into_split();
        if *fault.borrow() == Fault::Answer500 {
            answer_500(from_client, to_client, &counts).await;
            return;
        }
        let Ok(server) = UnixStream::connect(&target).await else {
            return;
        };
        let (from_server, to_server) = server.into_split();
        tokio::select! {
            () = pass_requests(from_client, to_server, &counts) => {}
            () = pass_answers(from_server, to_client, fault) => {}
        }
    };
    tokio::select! {
        () = served => {}
        _ = cut.wait_for(|fault| matches!(fault, Fault::Cut | Fault::Gone)) => {}
    }
}

/// Counts a connection for as long as it is open.
struct Open(Arc<Counts>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn answer_500(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, counts: &Counts) {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match from.read_buf(&mut head).await {
            Ok(read) if read > 0 => {}
            _ => return,
        }
    }
    counts.requests.fetch_add(1, Ordering::Relaxed);
    let body = r#"{"cause":"a fault","message":"a fault on request","response":500}"#;
    let answer = format!(
        "HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let _ = to.write_all(answer.as_bytes()).await;
    let _ = to.shutdown().await;
}

async fn pass_requests(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, counts: &Counts) {
    const MARK: &[u8] = b" HTTP/1.1\r\n";
    let mut seen: Vec<u8> = Vec::new();
    let mut buffer = vec![0; 16 << 10];
    while let Ok(read) = from.read(&mut buffer).await {
        if read == 0 {
            break;
        }
        seen.extend_from_slice(&buffer[..read]);
        let marks = seen.windows(MARK.len()).filter(|bytes| *bytes == MARK).count();
        counts.requests.fetch_add(marks, Ordering::Relaxed);
        seen.drain(..seen.len().saturating_sub(MARK.len() - 1));
        if to.write_all(&buffer[..read]).await.is_err() {
            break;
        }
    }
    // A client that has no more to say may still listen, until it hangs up.
    let _ = to.shutdown().await;
    let client: &UnixStream = from.as_ref();
    while client
        .ready(Interest::WRITABLE)
        .await
        .is_ok_and(|ready| !ready.is_write_closed())
    {
        sleep(Duration::from_millis(10)).await;
    }
}

async fn pass_answers(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut fault: watch::Receiver<Fault>) {
    let mut buffer = vec![0; 16 << 10];
    let mut current = Fault::Pass;
    let mut passed = 0;
    let mut head_passed = false;
    while let Ok(read) = from.read(&mut buffer).await {
        if read == 0 {
            break;
        }
        if fault.wait_for(|fault| *fault != Fault::Hang).await.is_err() {
            return;
        }
        let now = *fault.borrow();
        if now != current {
            (current, passed) = (now, 0);
        }
        let mut piece = &mut buffer[..read];
        match current {
            Fault::Delay(delay) => sleep(delay).await,
            Fault::CutAfter(most) if passed + piece.len() >= most => {
                piece = &mut piece[..most - passed];
                let _ = to.write_all(piece).await;
                return;
            }
            Fault::Garble { every, body_only } => garble(piece, every, body_only && !head_passed),
            _ => {}
        }
        passed += piece.len();
        head_passed = true;
        if to.write_all(piece).await.is_err() {
            return;
        }
    }
}

/// Makes one byte in `every` another, after the head if that is to be spared.
fn garble(piece: &mut [u8], every: usize, spare_head: bool) {
    let head = piece
        .windows(4)
        .position(|end| end == b"\r\n\r\n")
        .map_or(0, |end| end + 4);
    let start = if spare_head { head } else { 0 };
    for byte in piece[start..].iter_mut().step_by(every.max(1)) {
        *byte = byte.wrapping_add(1 + (*byte & 1) * 127);
    }
}
