//! An app that costs as little as an app can: it looks at the first words of a request and answers from memory.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::Result;

/// The answer to the handshake of the clients here, the example of RFC 6455.
const SWITCH: &str = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
/// How much of a long answer goes out at once.
const PIECE: usize = 256 * 1024;

/// Starts to listen; answers the port.
pub(crate) async fn start() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    Ok(port)
}

async fn serve(mut stream: TcpStream) -> Result<()> {
    stream.set_nodelay(true)?;
    let page = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1024\r\n\r\n{}",
        "x".repeat(1024)
    );
    let mut buffer = Vec::new();
    loop {
        let end = loop {
            if let Some(at) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        };
        let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
        buffer.drain(..end);
        if head.contains("\r\nupgrade: websocket\r\n") {
            stream.write_all(SWITCH.as_bytes()).await?;
            return echo(stream, buffer).await;
        }
        if let Some(bytes) = head.strip_prefix("get /bytes/") {
            let bytes = bytes.split(' ').next().unwrap_or_default().parse()?;
            say_bytes(&mut stream, bytes).await?;
            continue;
        }
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
        let length: u64 = length.map_or(Ok(0), |length| length.trim().parse())?;
        take(&mut stream, &mut buffer, length).await?;
        stream.write_all(page.as_bytes()).await?;
    }
}

async fn say_bytes(stream: &mut TcpStream, bytes: u64) -> Result<()> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {bytes}\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    let piece = vec![b'x'; PIECE];
    let mut left = bytes;
    while left > 0 {
        let here = left.min(PIECE as u64);
        stream.write_all(&piece[..usize::try_from(here)?]).await?;
        left -= here;
    }
    Ok(())
}

/// Reads a body of so many bytes, of which some may be in `buffer` already.
async fn take(stream: &mut TcpStream, buffer: &mut Vec<u8>, length: u64) -> Result<()> {
    let here = buffer.len().min(usize::try_from(length)?);
    buffer.drain(..here);
    let mut left = length - here as u64;
    let mut piece = vec![0; if left > 0 { PIECE } else { 0 }];
    while left > 0 {
        let most = usize::try_from(left.min(PIECE as u64))?;
        let count = stream.read(&mut piece[..most]).await?;
        if count == 0 {
            return Err("the body broke off".into());
        }
        left -= count as u64;
    }
    Ok(())
}

async fn echo(mut stream: TcpStream, mut buffer: Vec<u8>) -> Result<()> {
    loop {
        stream.write_all(&buffer).await?;
        buffer.clear();
        if stream.read_buf(&mut buffer).await? == 0 {
            return Ok(());
        }
    }
}
