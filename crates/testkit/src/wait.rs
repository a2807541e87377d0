//! Waiting for a state instead of sleeping.

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use tokio::time::sleep;

/// Asks again and again until there is an answer, and gives up after `deadline`.
///
/// # Panics
/// There was none in time; `what` says what was waited for.
pub async fn wait_until<T, F: AsyncFnMut() -> Option<T>>(what: &str, deadline: Duration, mut ask: F) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(start.elapsed() < deadline, "waited {deadline:?} in vain for: {what}");
        sleep(Duration::from_millis(20)).await;
    }
}

/// A TCP port on loopback that nobody listens at now.
#[must_use]
pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
    listener.local_addr().expect("a bound socket has an address").port()
}
