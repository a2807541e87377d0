//! What is asked of a registry on loopback that hands out tokens, and what it does not get.

#![allow(clippy::unwrap_used, reason = "panicking is how a test fails")]

use std::sync::{Arc, Mutex};

use registry::{Client, Error, Repository};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A server that answers each request by its path, and remembers the heads that came.
async fn server(answer: impl Fn(&str, &str) -> String + Send + Sync + 'static) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let heads = Arc::new(Mutex::new(Vec::new()));
    let (own, kept) = (host.clone(), Arc::clone(&heads));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            let head = String::from_utf8(head).unwrap();
            let reply = answer(&own, &head);
            kept.lock().unwrap().push(head);
            // Whoever does not read to the end has its reason.
            let _ = stream.write_all(reply.as_bytes()).await;
        }
    });
    (host, heads)
}

fn reply(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn repository(host: &str) -> Repository {
    Repository {
        registry: host.to_owned(),
        name: "team/app".to_owned(),
        login: Some(("robot".to_owned(), "secret".to_owned())),
        plain: true,
    }
}

/// A registry whose token service is its own.
fn with_tokens(host: &str, head: &str) -> String {
    let path = head.split(' ').nth(1).unwrap();
    let may = head.contains("authorization: Bearer good");
    match path {
        _ if path.starts_with("/token") => reply("200 OK", "", "{\"token\":\"good\",\"access_token\":\"good\"}"),
        _ if !may => {
            let asks = format!("www-authenticate: Bearer realm=\"http://{host}/token\",service=\"s 1\"\r\n");
            reply("401 Unauthorized", &asks, "")
        }
        "/v2/team/app/manifests/1" => "HTTP/1.1 200 OK\r\ndocker-content-digest: sha256:aa\r\n\r\n".to_owned(),
        "/v2/team/app/tags/list?n=1000" => reply(
            "200 OK",
            "link: </v2/team/app/tags/list?last=2>; rel=\"next\"\r\n",
            "{\"tags\":[\"1\",\"2\"]}",
        ),
        "/v2/team/app/tags/list?last=2" => reply("200 OK", "", "{\"tags\":[\"3\"]}"),
        _ => reply("404 Not Found", "", ""),
    }
}

#[tokio::test]
async fn a_token_is_asked_for_with_the_login_and_the_registry_gets_only_the_token() {
    let (host, heads) = server(with_tokens).await;
    let client = Client::new().unwrap();
    let digest = client.digest(&repository(&host), "1").await.unwrap();
    assert_eq!(digest.as_deref(), Some("sha256:aa"));
    assert_eq!(client.digest(&repository(&host), "none").await.unwrap(), None);
    assert_eq!(client.tags(&repository(&host)).await.unwrap(), ["1", "2", "3"]);
    for head in heads.lock().unwrap().iter() {
        let token = head.starts_with("GET /token?scope=repository%3Ateam%2Fapp%3Apull&service=s+1 ");
        assert_eq!(head.contains("authorization: Basic cm9ib3Q6c2VjcmV0"), token, "{head}");
    }
}

#[tokio::test]
async fn what_is_no_registry_is_said_and_a_redirect_is_not_followed() {
    let client = Client::new().unwrap();
    let (elsewhere, reached) = server(|_, _| reply("200 OK", "docker-content-digest: sha256:bb\r\n", "")).await;
    let target = elsewhere.clone();
    let (host, _) = server(move |_, _| reply("302 Found", &format!("location: http://{target}/\r\n"), "")).await;
    let refused = client.digest(&repository(&host), "1").await.unwrap_err();
    assert!(matches!(refused, Error::Status { status: 302, .. }), "{refused}");
    assert!(reached.lock().unwrap().is_empty());

    let asks = "www-authenticate: Bearer realm=\"http://auth.test/token\"\r\n";
    let (host, _) = server(move |_, _| reply("401 Unauthorized", asks, "")).await;
    let refused = client.digest(&repository(&host), "1").await.unwrap_err();
    assert!(
        matches!(refused, Error::Strange { .. }),
        "a login goes nowhere without TLS: {refused}"
    );

    let (host, _) = server(|_, _| reply("200 OK", "", &" ".repeat(5 << 20))).await;
    let refused = client.tags(&repository(&host)).await.unwrap_err();
    assert!(matches!(refused, Error::Strange { .. }), "{refused}");
    let (host, _) = server(|_, _| "no HTTP at all\r\n\r\n".to_owned()).await;
    let refused = client.digest(&repository(&host), "1").await.unwrap_err();
    assert!(matches!(refused, Error::Http { .. }), "{refused}");
}
