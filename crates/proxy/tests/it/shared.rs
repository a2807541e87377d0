//! A listener that the apps share with the desktop.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::{Request, Response, header};
use hyper_util::rt::TokioIo;
use proxy::gate::{Answer, Ends, Otherwise};
use proxy::{Incoming, full};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::app::App;
use crate::deck::Deck;

/// The desktop: answers its name, and upgrades to an echo.
pub(crate) struct Desktop;

impl Otherwise for Desktop {
    fn answer(&self, mut request: Request<Incoming>, _ends: Ends) -> BoxFuture<'static, Answer> {
        async move {
            let mut reply = Response::new(full("desktop".into()));
            if request.headers().contains_key(header::UPGRADE) {
                let upgraded = hyper::upgrade::on(&mut request);
                tokio::spawn(async move {
                    let mut socket = TokioIo::new(upgraded.await.expect("it upgrades"));
                    let mut heard = [0; 5];
                    socket.read_exact(&mut heard).await.expect("five bytes");
                    socket.write_all(&heard).await.expect("they are taken");
                });
                *reply.status_mut() = http::StatusCode::SWITCHING_PROTOCOLS;
                let headers = reply.headers_mut();
                headers.insert(header::CONNECTION, header::HeaderValue::from_static("upgrade"));
                headers.insert(header::UPGRADE, header::HeaderValue::from_static("websocket"));
            }
            Answer::Reply(reply)
        }
        .boxed()
    }
}

#[tokio::test]
async fn what_is_for_no_app_is_the_desktops_its_sockets_too() {
    let app = App::answering("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\napp").await;
    let deck = Deck::shared(Desktop).await;
    deck.point_at(app.port, 1);
    assert_eq!(deck.get("/").await.1, "app");
    let mut browser = deck.connect().await;
    browser
        .send("GET / HTTP/1.1\r\nHost: stardeck.localhost:7070\r\n\r\n")
        .await;
    browser.wire.head().await.expect("an answer");
    assert_eq!(browser.wire.exactly(7).await, b"desktop");
    // The first frame is glued to the handshake.
    browser
        .send("GET /ws HTTP/1.1\r\nHost: desk\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello")
        .await;
    assert!(
        browser
            .wire
            .head()
            .await
            .expect("an answer")
            .starts_with("HTTP/1.1 101")
    );
    assert_eq!(browser.wire.exactly(5).await, b"hello");
    browser.wire.closed().await;
    assert_eq!(app.dials(), 1);
}

#[tokio::test]
async fn at_the_end_the_door_closes_first_tunnels_end_and_what_is_under_way_is_finished() {
    let app = App::start(|mut wire, _, _| async move {
        let head = wire.head().await.expect("a head");
        if head.contains("websocket") {
            let accept = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
            wire.write(format!(
                "HTTP/1.1 101 x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n{accept}\r\n\r\n"
            ))
            .await;
            wire.closed().await;
            return;
        }
        wire.exactly(5).await;
        wire.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone").await;
        wire.closed().await;
    })
    .await;
    let mut deck = Deck::before(app.port).await;
    let mut socket = deck.connect().await;
    socket
        .send(
            "GET / HTTP/1.1\r\nHost: HOST\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        )
        .await;
    socket.wire.head().await.expect("an answer");
    let mut upload = deck.connect().await;
    upload
        .send("PUT / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
        .await;
    // Told to go on, it is under way.
    upload.wire.head().await.expect("a word");
    deck.end();
    socket.wire.closed().await;
    upload.send("hello").await;
    assert!(upload.wire.rest().await.ends_with("done"));
    deck.ended().await;
    assert!(tokio::net::TcpStream::connect(("127.0.0.1", deck.port)).await.is_err());
}
