//! Clients: one long body each way, and many WebSockets that speak or stay silent.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::Result;

/// A masked binary frame of 125 bytes: header, key, payload.
const FRAME: usize = 2 + 4 + 125;
const PIECE: usize = 256 * 1024;
/// How long a handshake may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Fetches `bytes` and prints the megabytes a second.
pub(crate) async fn download(port: u16, bytes: u64) -> Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let request = format!("GET /bytes/{bytes} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
    let begun = Instant::now();
    stream.write_all(request.as_bytes()).await?;
    read_head(&mut stream).await?;
    let mut left = bytes;
    let mut piece = vec![0; PIECE];
    while left > 0 {
        let count = stream.read(&mut piece).await?;
        if count == 0 {
            return Err("the body broke off".into());
        }
        left = left.saturating_sub(count as u64);
    }
    say_rate(bytes, begun.elapsed());
    Ok(())
}

/// Sends `bytes` and prints the megabytes a second until the answer.
pub(crate) async fn upload(port: u16, bytes: u64) -> Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let request = format!("PUT /take HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {bytes}\r\n\r\n");
    let begun = Instant::now();
    stream.write_all(request.as_bytes()).await?;
    let piece = vec![b'x'; PIECE];
    let mut left = bytes;
    while left > 0 {
        let here = left.min(PIECE as u64);
        stream.write_all(&piece[..usize::try_from(here)?]).await?;
        left -= here;
    }
    let head = read_head(&mut stream).await?;
    if !head.starts_with("HTTP/1.1 200") {
        return Err(head.into());
    }
    say_rate(bytes, begun.elapsed());
    Ok(())
}

/// Lets `clients` speak and wait for their own words for so many seconds; prints the messages a second, and the 99th
/// percentile of the way there and back in milliseconds.
pub(crate) async fn echo(port: u16, clients: usize, seconds: u64) -> Result<()> {
    let sockets = idle(port, clients).await?;
    let begun = Instant::now();
    let end = begun + Duration::from_secs(seconds);
    let mut speakers = JoinSet::new();
    for mut socket in sockets {
        speakers.spawn(async move {
            let (mut times, frame, mut heard) = (Vec::new(), frame(), [0; FRAME]);
            while Instant::now() < end {
                let sent = Instant::now();
                socket.write_all(&frame).await?;
                socket.read_exact(&mut heard).await?;
                times.push(sent.elapsed());
            }
            Ok::<_, std::io::Error>(times)
        });
    }
    let mut times = Vec::new();
    while let Some(spoken) = speakers.join_next().await {
        times.extend(spoken??);
    }
    times.sort_unstable();
    let slow = times.get(times.len() * 99 / 100).ok_or("nobody spoke")?;
    let rate = times.len() as f64 / begun.elapsed().as_secs_f64();
    println!("{rate} {}", slow.as_secs_f64() * 1000.0);
    Ok(())
}

/// Opens `clients` WebSockets, some at once.
pub(crate) async fn idle(port: u16, clients: usize) -> Result<Vec<TcpStream>> {
    let mut open = Vec::with_capacity(clients);
    let mut opening = JoinSet::new();
    for _ in 0..clients {
        if opening.len() >= 64
            && let Some(opened) = opening.join_next().await
        {
            open.push(opened??);
        }
        opening.spawn(handshake(port));
    }
    while let Some(opened) = opening.join_next().await {
        open.push(opened??);
    }
    Ok(open)
}

async fn handshake(port: u16) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let request = format!(
        "GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let head = tokio::time::timeout(PATIENCE, read_head(&mut stream)).await??;
    if !head.starts_with("HTTP/1.1 101") {
        return Err(head.into());
    }
    Ok(stream)
}

fn frame() -> [u8; FRAME] {
    let mut frame = [0x55; FRAME];
    frame[..6].copy_from_slice(&[0x82, 0x80 | 125, 1, 2, 3, 4]);
    frame
}

async fn read_head(stream: &mut TcpStream) -> Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8(head)?)
}

fn say_rate(bytes: u64, time: Duration) {
    println!("{}", bytes as f64 / 1e6 / time.as_secs_f64());
}
