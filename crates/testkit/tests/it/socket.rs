//! The socket that fails on request fails as requested, and works otherwise.

use std::time::{Duration, Instant};

use podman::Podman;
use testkit::{Fault, Machine, free_port, wait_until};

#[tokio::test]
async fn each_fault_comes_and_goes() {
    let machine = Machine::start().await;
    let socket = machine.fault_socket().await;
    let podman = Podman::with(podman::Config {
        socket: socket.path().to_owned(),
        deadline: Duration::from_millis(500),
    });
    for fault in [
        Fault::Cut,
        Fault::CutAfter(10),
        Fault::Delay(Duration::from_secs(2)),
        Fault::Hang,
        Fault::Garble {
            every: 3,
            body_only: false,
        },
        Fault::Answer500,
        Fault::Gone,
    ] {
        socket.set(fault);
        wait_until("the fault", Duration::from_secs(2), async || podman.ping().await.err()).await;
        socket.set(Fault::Pass);
        wait_until("the end of the fault", Duration::from_secs(2), async || {
            podman.ping().await.ok()
        })
        .await;
    }
    let (connections, requests) = (socket.connections(), socket.requests());
    podman.ping().await.expect("all is well");
    assert_eq!(
        (socket.connections(), socket.requests()),
        (connections + 1, requests + 1)
    );
}

#[tokio::test]
async fn a_delay_delays_and_breaks_nothing() {
    let machine = Machine::start().await;
    let socket = machine.fault_socket().await;
    socket.set(Fault::Delay(Duration::from_millis(200)));
    let start = Instant::now();
    Podman::new(socket.path()).ping().await.expect("all is well");
    assert!(start.elapsed() >= Duration::from_millis(200));
}

#[test]
fn a_free_port_can_be_bound() {
    let port = free_port();
    assert!(std::net::TcpListener::bind(("127.0.0.1", port)).is_ok());
}
