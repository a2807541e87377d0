//! Looking names up and connecting: a value, so that a test has a network of its own.

use std::io::Result;
use std::net::SocketAddr;

use futures_util::future::BoxFuture;
use tokio::net::TcpStream;

/// A network.
pub trait Network: Send + Sync {
    /// The addresses of a name. A name that is an address has that one.
    fn look_up<'a>(&'a self, host: &'a str, port: u16) -> BoxFuture<'a, Result<Vec<SocketAddr>>>;
    /// Connects to an address that [`Network::look_up`] answered.
    fn connect(&self, address: SocketAddr) -> BoxFuture<'_, Result<TcpStream>>;
}

/// The network of this machine.
#[derive(Clone, Copy, Debug)]
pub struct System;

impl Network for System {
    fn look_up<'a>(&'a self, host: &'a str, port: u16) -> BoxFuture<'a, Result<Vec<SocketAddr>>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) })
    }

    fn connect(&self, address: SocketAddr) -> BoxFuture<'_, Result<TcpStream>> {
        Box::pin(TcpStream::connect(address))
    }
}
