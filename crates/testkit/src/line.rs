//! A bad line between a browser and a server: real connections, carried over it as it is at the moment.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::sleep,
};

/// How long a piece is on its way over a poor line, and how much longer where it was lost and sent again.
const DELAY: Duration = Duration::from_millis(300);
const AGAIN: Duration = Duration::from_millis(600);
/// One piece in so many is lost on a poor line.
const LOSS: usize = 20;

/// How a line is. A change holds for connections that are open already too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    /// Everything comes through at once.
    Fair,
    /// Each piece takes 300 milliseconds each way; one in twenty is lost, and comes later.
    Poor,
    /// What is asked comes through, what is answered does not.
    Deaf,
    /// All connections are cut, and new ones as soon as they are there.
    Cut,
}

/// A line before a server. It ends, with all its connections, when it is dropped.
#[derive(Debug)]
pub struct Line {
    address: SocketAddr,
    weather: watch::Sender<Weather>,
    task: JoinHandle<()>,
}

impl Line {
    /// A fair one to `target`.
    pub async fn to(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("loopback has a free port");
        let address = listener.local_addr().expect("it is bound");
        let (weather, watched) = watch::channel(Weather::Fair);
        let task = tokio::spawn(async move {
            // Dropped with this task, and the connections with it.
            let mut connections = JoinSet::new();
            while let Ok((near, _)) = listener.accept().await {
                connections.spawn(connection(near, target, watched.clone()));
            }
        });
        Self { address, weather, task }
    }

    /// Where it begins.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The line is like this from now on.
    pub fn set(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn connection(near: TcpStream, target: SocketAddr, weather: watch::Receiver<Weather>) {
    let Ok(far) = TcpStream::connect(target).await else {
        return;
    };
    let (from_near, to_near) = near.into_split();
    let (from_far, to_far) = far.into_split();
    let mut cut = weather.clone();
    tokio::select! {
        () = carry(from_near, to_far, weather.clone(), false) => {}
        () = carry(from_far, to_near, weather, true) => {}
        _ = cut.wait_for(|weather| *weather == Weather::Cut) => {}
    }
}

async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut weather: watch::Receiver<Weather>,
    is_answer: bool,
) {
    let mut buffer = vec![0; 16 << 10];
    let mut pieces = 0;
    while let Ok(length) = from.read(&mut buffer).await {
        pieces += 1;
        let hears = |weather: &Weather| !(is_answer && *weather == Weather::Deaf);
        let Ok(weather) = weather.wait_for(hears).await.map(|weather| *weather) else {
            return;
        };
        match weather {
            Weather::Cut => return,
            Weather::Poor => sleep(DELAY + if pieces % LOSS == 0 { AGAIN } else { Duration::ZERO }).await,
            Weather::Fair | Weather::Deaf => {}
        }
        if length == 0 || to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
