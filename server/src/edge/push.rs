//! Streams of the engine as WebSockets of JSON messages.

use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use serde::Serialize;
use tokio::time::{Instant, timeout};

/// How often the other end is asked for a sign of life, and how long it may be silent.
const PULSE: Duration = Duration::from_secs(20);
const SILENCE: Duration = Duration::from_secs(60);
/// How long one message may take to be taken; after that the listener is cut off and comes back when it can.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is pushed.
pub(super) trait Frames: Send + 'static {
    /// One message.
    type Frame: Serialize;

    /// The next message; `None` after the last.
    fn next(&mut self) -> impl Future<Output = Option<Self::Frame>> + Send;
}

/// Upgrades, and pushes until one of the two ends.
pub(super) fn push(upgrade: WebSocketUpgrade, frames: impl Frames) -> Response {
    upgrade.max_message_size(4096).on_upgrade(|socket| pump(socket, frames))
}

async fn pump(mut socket: WebSocket, mut frames: impl Frames) {
    let mut pulse = tokio::time::interval(PULSE);
    let mut heard = Instant::now();
    loop {
        let message = tokio::select! {
            frame = frames.next() => match frame.map(|frame| serde_json::to_string(&frame)) {
                Some(Ok(text)) => Message::Text(text.into()),
                Some(Err(_)) | None => break,
            },
            received = socket.recv() => match received {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {
                    heard = Instant::now();
                    continue;
                }
            },
            _ = pulse.tick() => {
                if heard.elapsed() > SILENCE {
                    return;
                }
                Message::Ping(bytes::Bytes::new())
            }
        };
        if !matches!(timeout(PATIENCE, socket.send(message)).await, Ok(Ok(()))) {
            return;
        }
    }
    // The stream is over; whether the other end hears the goodbye does not matter.
    let _heard = timeout(PATIENCE, socket.send(Message::Close(None))).await;
}
