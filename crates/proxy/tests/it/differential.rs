//! A real WebSocket server, asked the same directly and through the proxy: whatever is sent, well formed or not, and however
//! it is cut, the same bytes come back. The cases follow the chapters of Autobahn's suite.

use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};

use crate::app::Wire;
use crate::deck::Deck;
use crate::sockets::HANDSHAKE;

const TEXT: u8 = 0x81;
const BINARY: u8 = 0x82;
const CLOSE: u8 = 0x88;
const PING: u8 = 0x89;
const PONG: u8 = 0x8a;

/// A server that sends each message back, and answers faults as its library does.
async fn server() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let Ok(mut socket) = tokio_tungstenite::accept_async(stream).await else {
                    return;
                };
                while let Some(Ok(message)) = socket.next().await {
                    if (message.is_text() || message.is_binary()) && socket.send(message).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    port
}

/// A frame as a browser sends it, masked.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
    let mut frame = vec![first];
    match payload.len() {
        short @ 0..=125 => frame.push(0x80 | short as u8),
        middle @ 126..=0xffff => {
            frame.push(0x80 | 126);
            frame.extend(&middle.to_be_bytes()[6..]);
        }
        long => {
            frame.push(0x80 | 127);
            frame.extend(long.to_be_bytes());
        }
    }
    frame.extend(KEY);
    frame.extend(payload.iter().zip(KEY.iter().cycle()).map(|(byte, key)| byte ^ key));
    frame
}

fn close(code: u16, reason: &[u8]) -> Vec<u8> {
    frame(CLOSE, &[&code.to_be_bytes(), reason].concat())
}

/// Name, and what is sent after the handshake. Each ends with a farewell, so that each has an end.
fn cases() -> Vec<(String, Vec<u8>)> {
    let mut cases = Vec::new();
    let mut add = |name: String, frames: Vec<Vec<u8>>| cases.push((name, [frames.concat(), close(1000, b"")].concat()));
    for length in [0, 1, 125, 126, 127, 128, 65_535, 65_536, 1_000_000] {
        for kind in [TEXT, BINARY] {
            add(
                format!("1: {length} bytes of {kind:x}"),
                vec![frame(kind, &vec![b'*'; length])],
            );
        }
    }
    for length in [0, 1, 125, 126] {
        add(format!("2: a ping of {length}"), vec![frame(PING, &vec![0xfe; length])]);
        add(format!("2: a pong of {length}"), vec![frame(PONG, &vec![0xfe; length])]);
    }
    add(
        "2: ten pings".to_owned(),
        (0..10).map(|number| frame(PING, &[number])).collect(),
    );
    for bits in 1..8_u8 {
        add(
            format!("3: reserved bits {bits}"),
            vec![
                frame(TEXT, b"first"),
                frame(TEXT | bits << 4, b"second"),
                frame(PING, b""),
            ],
        );
    }
    for opcode in (3..8).chain(11..16) {
        add(
            format!("4: opcode {opcode}"),
            vec![frame(TEXT, b"first"), frame(0x80 | opcode, b"")],
        );
    }
    for (name, frames) in [
        ("in two", vec![frame(1, b"frag"), frame(0x80, b"ment")]),
        (
            "with a ping between",
            vec![frame(1, b"frag"), frame(PING, b"!"), frame(0x80, b"ment")],
        ),
        ("of a ping", vec![frame(9, b"frag"), frame(0x80, b"ment")]),
        (
            "that goes on with nothing",
            vec![frame(0x80, b"ment"), frame(TEXT, b"next")],
        ),
        ("with a text between", vec![frame(1, b"frag"), frame(TEXT, b"whole")]),
        (
            "byte by byte",
            (0..200)
                .map(|n| frame(if n == 0 { 2 } else { 0 }, &[n]))
                .chain([frame(0x80, b"")])
                .collect(),
        ),
    ] {
        add(format!("5: a fragment {name}"), frames);
    }
    for text in [
        &b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5"[..],
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xc0\xaf",
        b"ok\xff",
    ] {
        add(format!("6: {text:x?}"), vec![frame(TEXT, text)]);
        let (first, rest) = text.split_at(1);
        add(format!("6: {text:x?} in two"), vec![frame(1, first), frame(0x80, rest)]);
    }
    for code in [
        0, 999, 1000, 1001, 1004, 1005, 1006, 1007, 1011, 1015, 2999, 3000, 4999, 5000, 65_535,
    ] {
        add(
            format!("7: close {code}"),
            vec![close(code, b"reason"), frame(TEXT, b"too late")],
        );
    }
    add("7: close with one byte".to_owned(), vec![frame(CLOSE, b"x")]);
    add("7: close with bad words".to_owned(), vec![close(1000, b"\xff")]);
    add("7: two closes".to_owned(), vec![close(1000, b""), close(1001, b"")]);
    add("unmasked".to_owned(), vec![vec![TEXT, 2, b'h', b'i']]);
    add(
        "a length that never ends".to_owned(),
        vec![[&[BINARY, 0xff][..], &[0xff; 8]].concat()],
    );
    cases
}

/// What comes back at `port` for `sent` in pieces of `step` bytes, up to the end, without the head.
async fn answer(port: u16, host: &str, sent: &[u8], step: usize) -> Vec<u8> {
    let mut wire = Wire::new(TcpStream::connect(("127.0.0.1", port)).await.expect("it listens"));
    wire.stream.set_nodelay(true).expect("a socket");
    wire.write(HANDSHAKE.replace("HOST", host)).await;
    let head = wire.head().await.expect("an answer");
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    for piece in sent.chunks(step) {
        // Who has seen a fault does not take the rest.
        if !wire.write(piece).await {
            break;
        }
    }
    while wire.more().await {}
    wire.buffer
}

#[tokio::test]
async fn sec_42_whatever_is_sent_the_same_comes_back_as_without_the_proxy() {
    let port = server().await;
    let deck = Deck::before(port).await;
    let host = deck.host();
    for (name, sent) in cases() {
        for step in [usize::MAX, 7]
            .into_iter()
            .filter(|step| *step > 7 || sent.len() < 5000)
        {
            let (direct, through) = tokio::join!(
                answer(port, "localhost", &sent, step),
                answer(deck.port, &host, &sent, step)
            );
            assert!(
                direct == through,
                "{name}: {} and {} bytes",
                direct.len(),
                through.len()
            );
        }
    }
}
