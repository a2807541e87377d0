//! Fetching over a network that the test lays: names lead where it says, and public addresses to a server on loopback.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fetch::{Error, Fetched, Fetcher, Network};
use futures_util::future::BoxFuture;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const PATIENCE: Duration = Duration::from_secs(10);
const LIMIT: usize = 1 << 20;

/// A network of names, whose every address is that of one server.
struct Laid {
    /// What each name leads to, at the first look, the second, …; the last one stays.
    names: BTreeMap<&'static str, Vec<Vec<IpAddr>>>,
    looks: Mutex<BTreeMap<String, usize>>,
    server: SocketAddr,
    connections: Mutex<Vec<SocketAddr>>,
}

impl Network for Laid {
    fn look_up<'a>(&'a self, host: &'a str, port: u16) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        Box::pin(async move {
            if let Ok(address) = host.parse::<IpAddr>() {
                return Ok(vec![(address, port).into()]);
            }
            let known = self.names.get(host).ok_or(io::ErrorKind::NotFound)?;
            let mut looks = self.looks.lock().expect("nobody panics");
            let look = looks.entry(host.to_owned()).or_default();
            let found = &known[(*look).min(known.len() - 1)];
            *look += 1;
            Ok(found.iter().map(|address| (*address, port).into()).collect())
        })
    }

    fn connect(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<TcpStream>> {
        self.connections.lock().expect("nobody panics").push(address);
        Box::pin(TcpStream::connect(self.server))
    }
}

/// A server that answers each path with what the table says, and counts the bytes that it was sent.
struct Server {
    address: SocketAddr,
    received: Arc<AtomicUsize>,
}

impl Server {
    async fn start(pages: &'static [(&'static str, &'static str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a port");
        let address = listener.local_addr().expect("it is bound");
        let received = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&received);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let counted = Arc::clone(&counted);
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        let mut byte = [0];
                        if stream.read_exact(&mut byte).await.is_err() {
                            return;
                        }
                        counted.fetch_add(1, Ordering::Relaxed);
                        head.push(byte[0]);
                    }
                    let head = String::from_utf8_lossy(&head).into_owned();
                    let path = head.split(' ').nth(1).unwrap_or_default();
                    let page = pages.iter().find(|(known, _)| *known == path);
                    let reply = page.map_or("HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n", |(_, reply)| reply);
                    let _gone = stream.write_all(reply.as_bytes()).await;
                    if reply.contains("endless") {
                        while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
                    }
                    if reply.contains("silent") {
                        let _held = stream.read(&mut [0]).await;
                    }
                });
            }
        });
        Self { address, received }
    }
}

fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

async fn laid(
    names: &[(&'static str, &[&[&str]])],
    pages: &'static [(&'static str, &'static str)],
) -> (Arc<Laid>, Server) {
    let server = Server::start(pages).await;
    let look = |addresses: &&[&str]| addresses.iter().map(|text| ip(text)).collect();
    let names = names
        .iter()
        .map(|(name, looks)| (*name, looks.iter().map(look).collect()));
    let network = Laid {
        names: names.collect(),
        looks: Mutex::default(),
        server: server.address,
        connections: Mutex::default(),
    };
    (Arc::new(network), server)
}

async fn get(network: &Arc<Laid>, address: &str) -> Result<Fetched, Error> {
    let network: Arc<dyn Network> = network.clone();
    Fetcher::new(network).fetch(address, LIMIT, PATIENCE).await
}

#[tokio::test]
async fn what_is_public_is_fetched_over_redirects() {
    let pages = &[
        ("/a", "HTTP/1.1 302 There\r\nlocation: /b\r\ncontent-length: 0\r\n\r\n"),
        (
            "/b",
            "HTTP/1.1 307 There\r\nlocation: http://other.example/c\r\ncontent-length: 0\r\n\r\n",
        ),
        ("/c", "HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\nservices: {}"),
    ];
    let (network, _server) = laid(
        &[("one.example", &[&["1.1.1.1"]]), ("other.example", &[&["2.2.2.2"]])],
        pages,
    )
    .await;
    let fetched = get(&network, "http://one.example/a").await.expect("it is public");
    assert_eq!(
        (fetched.from.as_str(), &fetched.bytes[..]),
        ("http://other.example/c", &b"services: {}"[..])
    );
    let connections = network.connections.lock().expect("nobody panics").clone();
    let to: Vec<String> = connections.iter().map(ToString::to_string).collect();
    assert_eq!(to, ["1.1.1.1:80", "1.1.1.1:80", "2.2.2.2:80"]);
}

#[tokio::test]
async fn sec_54_what_is_not_public_is_sent_no_byte() {
    let (network, server) = laid(
        &[
            ("localhost", &[&["127.0.0.1"]]),
            ("inside.example", &[&["10.0.0.1"]]),
            ("both.example", &[&["1.1.1.1", "192.168.0.1"]]),
            ("mapped.example", &[&["::ffff:127.0.0.1"]]),
            ("2130706433", &[&["127.0.0.1"]]),
            ("nothing.example", &[&[]]),
        ],
        &[],
    )
    .await;
    for address in [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://2130706433/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.64.0.1/",
        "http://inside.example/",
        "http://both.example/",
        "http://mapped.example/",
        "http://nothing.example/",
        "https://10.0.0.1/",
        "file:///etc/passwd",
        "gopher://1.1.1.1/",
        "http://user:pass@1.1.1.1/",
        "ftp://1.1.1.1/x",
        "//1.1.1.1/x",
    ] {
        let refused = get(&network, address).await.expect_err(address);
        assert!(
            matches!(refused, Error::NotPublic { .. } | Error::Address(_)),
            "{address}: {refused}"
        );
    }
    assert!(network.connections.lock().expect("nobody panics").is_empty());
    assert_eq!(server.received.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn sec_54_a_redirect_inwards_is_not_followed() {
    let pages = &[
        (
            "/address",
            "HTTP/1.1 302 There\r\nlocation: http://127.0.0.1/secret\r\ncontent-length: 0\r\n\r\n",
        ),
        (
            "/name",
            "HTTP/1.1 302 There\r\nlocation: http://inside.example/\r\ncontent-length: 0\r\n\r\n",
        ),
        (
            "/scheme",
            "HTTP/1.1 302 There\r\nlocation: file:///etc/passwd\r\ncontent-length: 0\r\n\r\n",
        ),
        (
            "/round",
            "HTTP/1.1 302 There\r\nlocation: /round\r\ncontent-length: 0\r\n\r\n",
        ),
    ];
    let names: &[(&str, &[&[&str]])] = &[("out.example", &[&["1.1.1.1"]]), ("inside.example", &[&["10.0.0.1"]])];
    let (network, _server) = laid(names, pages).await;
    for path in ["address", "name", "scheme", "round"] {
        let refused = get(&network, &format!("http://out.example/{path}"))
            .await
            .expect_err(path);
        let fits = matches!(refused, Error::NotPublic { .. } | Error::Address(_) | Error::Redirects);
        assert!(fits, "{path}: {refused}");
    }
    let connections = network.connections.lock().expect("nobody panics").clone();
    assert!(
        connections.iter().all(|address| address.ip() == ip("1.1.1.1")),
        "{connections:?}"
    );
}

#[tokio::test]
async fn sec_54_a_name_that_changes_its_mind_is_asked_once() {
    let pages = &[("/", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")];
    let names: &[(&str, &[&[&str]])] = &[("rebinding.example", &[&["1.1.1.1"], &["127.0.0.1"]])];
    let (network, _server) = laid(names, pages).await;
    get(&network, "http://rebinding.example/")
        .await
        .expect("the first answer was public");
    assert_eq!(
        *network.connections.lock().expect("nobody panics"),
        ["1.1.1.1:80".parse().expect("an address")]
    );
    let refused = get(&network, "http://rebinding.example/")
        .await
        .expect_err("by now it is not");
    assert!(matches!(refused, Error::NotPublic { .. }), "{refused}");
}

#[tokio::test]
async fn what_is_too_much_or_never_comes_is_given_up() {
    let pages = &[
        ("/endless", "HTTP/1.1 200 OK\r\nx: endless\r\n\r\n"),
        ("/silent", "HTTP/1.1 200 OK\r\nx: silent\r\ncontent-length: 9\r\n\r\n"),
    ];
    let (network, _server) = laid(&[("out.example", &[&["1.1.1.1"]])], pages).await;
    let much = get(&network, "http://out.example/endless")
        .await
        .expect_err("it never ends");
    assert!(matches!(much, Error::TooLarge { limit: LIMIT }), "{much}");
    let shared: Arc<dyn Network> = network.clone();
    let fetcher = Fetcher::new(shared);
    let slow = fetcher.fetch("http://out.example/silent", LIMIT, Duration::from_millis(300));
    assert!(matches!(slow.await, Err(Error::TooSlow(_))));
    let missing = get(&network, "http://out.example/missing")
        .await
        .expect_err("there is none");
    assert!(matches!(missing, Error::Status { status: 404, .. }), "{missing}");
}
