//! The proxy against hostile browsers and hostile apps, over real sockets.

mod app;
mod deck;
mod differential;
mod faults;
mod fetch;
mod floods;
mod http2;
mod requests;
mod responses;
mod shared;
mod sockets;
mod states;
mod tls;
