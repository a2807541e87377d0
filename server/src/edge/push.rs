//! Streams of the engine as WebSockets of JSON messages.

use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use serde::Serialize;
use tokio::time::{Instant, timeout};

/// How often the other end is asked for a sign of life and given one, and how long it may be silent.
const PULSE: Duration = Duration::from_secs(10);
const SILENCE: Duration = Duration::from_secs(60);
/// How long one message may take to be taken; after that the listener is cut off and comes back when it can.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is pushed.
pub(super) trait Frames: Send + 'static {
    /// One message.
    type Frame: Serialize + Send;

    /// The next message; `None` after the last.
    fn next(&mut self) -> impl Future<Output = Option<Self::Frame>> + Send;

    /// What says that the stream lives, to a listener that would else take silence for calm. A browser shows no page the
    /// pings of its sockets.
    fn pulse() -> Option<Self::Frame> {
        None
    }
}

/// Upgrades, and pushes until one of the two ends.
pub(super) fn push(upgrade: WebSocketUpgrade, frames: impl Frames) -> Response {
    upgrade.max_message_size(4096).on_upgrade(|socket| pump(socket, frames))
}

async fn pump<F: Frames>(mut socket: WebSocket, mut frames: F) {
    let mut pulse = tokio::time::interval_at(Instant::now() + PULSE, PULSE);
    let mut heard = Instant::now();
    loop {
        let frame = tokio::select! {
            frame = frames.next() => match frame {
                Some(frame) => Some(frame),
                None => break,
            },
            received = socket.recv() => match received {
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {
                    heard = Instant::now();
                    continue;
                }
            },
            _ = pulse.tick() => {
                if heard.elapsed() > SILENCE || !send(&mut socket, Message::Ping(bytes::Bytes::new())).await {
                    return;
                }
                F::pulse()
            }
        };
        let Some(frame) = frame else { continue };
        let Ok(text) = serde_json::to_string(&frame) else { break };
        if !send(&mut socket, Message::Text(text.into())).await {
            return;
        }
    }
    // The stream is over; whether the other end hears the goodbye does not matter.
    let _heard = send(&mut socket, Message::Close(None)).await;
}

/// Whether a message was taken in time.
async fn send(socket: &mut WebSocket, message: Message) -> bool {
    matches!(timeout(PATIENCE, socket.send(message)).await, Ok(Ok(())))
}
