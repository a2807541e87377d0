//! What containers print: a ticket, a socket, and frames.

use api::log::LogFrame;

use super::error::Error;
use super::session::Session;
use super::socket::Socket;

/// An open log; it closes when this is dropped.
pub struct LogStream(Socket);

impl Session {
    /// Opens a log, such as `/stacks/photos/logs`, from so many lines before its end.
    pub async fn logs(&self, path: &str, tail: u16) -> Result<LogStream, Error> {
        let route = format!("/api{path}");
        let ticket = self.ticket(&route).await?.ticket;
        let socket = Socket::open(&format!("{route}?ticket={}&tail={tail}", ticket.expose_secret()))
            .map_err(|_| Error::Unreachable)?;
        Ok(LogStream(socket))
    }
}

impl LogStream {
    /// The next frame; absent when the stream ended. What only a newer desktop would understand is passed over.
    pub async fn next(&mut self) -> Option<LogFrame> {
        loop {
            if let Ok(frame) = serde_json::from_str(&self.0.next().await?) {
                return Some(frame);
            }
        }
    }
}
