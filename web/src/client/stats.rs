//! What containers use: a ticket, a socket, and frames.

use api::stats::StatsFrame;

use super::error::Error;
use super::session::Session;
use super::socket::Socket;

/// The route of the stream, as tickets name it.
const ROUTE: &str = "/api/stats";

/// Open statistics; they close when this is dropped.
pub struct StatsStream(Socket);

impl Session {
    /// Opens the statistics of all containers that one may see.
    pub async fn stats(&self) -> Result<StatsStream, Error> {
        let ticket = self.ticket(ROUTE).await?.ticket;
        let socket = Socket::open(&format!("{ROUTE}?ticket={}", ticket.expose_secret()));
        socket.map(StatsStream).map_err(|_| Error::Unreachable)
    }
}

impl StatsStream {
    /// The next frame; absent when the stream ended. What only a newer desktop would understand is passed over.
    pub async fn next(&mut self) -> Option<StatsFrame> {
        loop {
            if let Ok(frame) = serde_json::from_str(&self.0.next().await?) {
                return Some(frame);
            }
        }
    }
}
