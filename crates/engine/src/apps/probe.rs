//! Asks a published port, once and politely, whether a web interface is behind it.

use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// How much of an answer is read.
const HEAD: usize = 16 * 1024;

/// What a port answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// A page, or the way to one.
    Page,
    /// Something else.
    Other,
    /// Nothing yet.
    Silence,
}

/// Asks the port of this machine that leads to the one `inside` the container, by which the app knows itself.
pub(super) async fn ask(port: u16, inside: u16) -> Answer {
    let asked = tokio::time::timeout(PATIENCE, exchange(port, inside)).await;
    match asked {
        Ok(Ok(head)) if head.is_empty() => Answer::Silence,
        Ok(Ok(head)) => read(&head),
        Ok(Err(_)) | Err(_) => Answer::Silence,
    }
}

async fn exchange(port: u16, inside: u16) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    let question = format!(
        "GET / HTTP/1.1\r\nHost: 127.0.0.1:{inside}\r\nUser-Agent: stardeck\r\nAccept: text/html,*/*;q=0.1\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(question.as_bytes()).await?;
    let mut head = Vec::new();
    let mut part = [0; 2048];
    while head.len() < HEAD && !head.windows(4).any(|window| window == b"\r\n\r\n") {
        match stream.read(&mut part).await? {
            0 => break,
            read => head.extend_from_slice(&part[..read]),
        }
    }
    Ok(head)
}

fn read(head: &[u8]) -> Answer {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap_or_default();
    let Some(code) = status
        .strip_prefix("http/1.")
        .and_then(|rest| rest.split(' ').nth(1))
        .and_then(|code| code.parse::<u16>().ok())
    else {
        return Answer::Other;
    };
    let headers: Vec<(&str, &str)> = lines
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name, value.trim()))
        .collect();
    let has = |name: &str, test: fn(&str) -> bool| headers.iter().any(|(key, value)| *key == name && test(value));
    let is_html = has("content-type", |kind| kind.starts_with("text/html"));
    let leads_on = (300..400).contains(&code) && has("location", |_| true);
    match code {
        // Still on its way up: the answer of an app that has not loaded what it needs.
        502..=504 => Answer::Silence,
        _ if is_html || leads_on => Answer::Page,
        _ => Answer::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_or_the_way_to_one_is_a_web_interface() {
        let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>";
        let login = "HTTP/1.0 401 Unauthorized\r\ncontent-type: TEXT/HTML\r\n\r\n";
        let away = "HTTP/1.1 302 Found\r\nLocation: /lab\r\n\r\n";
        for answer in [page, login, away] {
            assert_eq!(read(answer.as_bytes()), Answer::Page, "{answer}");
        }
        let api = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}";
        let cached = "HTTP/1.1 304 Not Modified\r\n\r\n";
        for answer in [api, cached, "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 \r\n\r\n", "\u{0}"] {
            assert_eq!(read(answer.as_bytes()), Answer::Other, "{answer}");
        }
        assert_eq!(read(b"HTTP/1.1 503 Service Unavailable\r\n\r\n"), Answer::Silence);
    }
}
