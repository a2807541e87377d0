//! The event stream: a ticket, a socket, and frames.

use api::event::Frame;

use super::error::Error;
use super::session::Session;
use super::socket::Socket;

/// The route of the stream, as tickets name it.
const ROUTE: &str = "/api/events";

/// An open event stream; it closes when this is dropped.
pub struct Events(Socket);

impl Session {
    /// Opens the event stream; with `after`, from behind the last event that was seen of a run of the server.
    pub async fn events(&self, after: Option<(&str, u64)>) -> Result<Events, Error> {
        let ticket = self.ticket(ROUTE).await?.ticket;
        let from = after
            .map(|(stream, number)| format!("&stream={stream}&after={number}"))
            .unwrap_or_default();
        let socket = Socket::open(&format!("{ROUTE}?ticket={}{from}", ticket.expose_secret()))
            .map_err(|_| Error::Unreachable)?;
        Ok(Events(socket))
    }
}

impl Events {
    /// The next frame; absent when the stream broke. What only a newer desktop would understand is passed over: the
    /// version in the first frame has already told that this one is old.
    pub async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Ok(frame) = serde_json::from_str(&self.0.next().await?) {
                return Some(frame);
            }
        }
    }
}
