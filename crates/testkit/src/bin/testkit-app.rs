//! A hostile app, for a container: a web server that tells what reached it, and answers what it is asked to.
//!
//! On port 8080: `/echo` answers with the request's own head, `/seen` with all heads so far, `/say` with the lines of the
//! query `h` as headers, `/sse` with an event ten times a second, `/ws` with a WebSocket that echoes, and everything else
//! with a page. `/quiet` is not kept among what was seen.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

type Seen = Arc<Mutex<String>>;

#[tokio::main]
async fn main() {
    let listener = TcpListener::bind("0.0.0.0:8080")
        .await
        .expect("the port is free in a container");
    let seen = Seen::default();
    let mut end =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).expect("signals can be heard");
    loop {
        let accepted = tokio::select! {
            _ = end.recv() => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else { continue };
        tokio::spawn(serve(stream, Arc::clone(&seen)));
    }
}

/// One request a connection.
async fn serve(mut stream: TcpStream, seen: Seen) -> Option<()> {
    let head = head(&mut stream).await?;
    let path = head.split(' ').nth(1)?.to_owned();
    if path != "/quiet" && path != "/seen" {
        seen.lock().unwrap_or_else(PoisonError::into_inner).push_str(&head);
    }
    let answer = match path.split('?').next()? {
        "/echo" => text(&head),
        "/seen" => text(&seen.lock().unwrap_or_else(PoisonError::into_inner)),
        "/say" => say(&path),
        "/ws" => return echo(stream, &head).await,
        "/sse" => return events(stream).await,
        _ => "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n\
              <!doctype html><title>An app</title><h1>An app</h1>"
            .to_owned(),
    };
    stream.write_all(answer.as_bytes()).await.ok()?;
    stream.shutdown().await.ok()
}

async fn head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

fn text(body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// A page with the headers that the query asks for.
fn say(path: &str) -> String {
    let query = path.split_once('?').map_or("", |(_, query)| query);
    let lines = query.split('&').filter_map(|pair| pair.strip_prefix("h="));
    let lines: String = lines.map(|line| format!("{}\r\n", decode(line))).collect();
    format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n{lines}\r\n<h1>said</h1>")
}

fn decode(text: &str) -> String {
    let mut bytes = text.bytes();
    let mut out = Vec::new();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| byte.and_then(|byte| (byte as char).to_digit(16)).unwrap_or(0);
        let value = digit(bytes.next()) * 16 + digit(bytes.next());
        out.extend(u8::try_from(value));
    }
    String::from_utf8_lossy(&out).into_owned()
}

async fn events(mut stream: TcpStream) -> Option<()> {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
    stream.write_all(head.as_bytes()).await.ok()?;
    let mut tick = tokio::time::interval(Duration::from_millis(100));
    loop {
        tick.tick().await;
        stream.write_all(b"data: tick\n\n").await.ok()?;
    }
}

async fn echo(mut stream: TcpStream, head: &str) -> Option<()> {
    let key = head.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .starts_with("sec-websocket-key:")
            .then(|| line[18..].trim())
    })?;
    let accept = derive_accept_key(key.as_bytes());
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
    );
    stream.write_all(answer.as_bytes()).await.ok()?;
    let socket = tokio_tungstenite::WebSocketStream::from_raw_socket(stream, Role::Server, None).await;
    let (sink, stream) = socket.split();
    stream.forward(sink).await.ok()
}
