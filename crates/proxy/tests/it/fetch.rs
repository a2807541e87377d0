//! Small files of apps, fetched in our own name.

use proxy::fetch::{Fetcher, Source};
use proxy::route::{Trust, Upstream};
use proxy::{Error, Process, no_roots};

use crate::app::App;

fn source(port: u16, process: Process, tls: Option<Trust>) -> Source {
    let upstream = Upstream {
        port,
        inside: port,
        tls,
        generation: 1,
    };
    Source { upstream, process }
}

fn at(app: &App) -> Source {
    let own = Process::open(std::process::id()).expect("we run");
    source(app.port, own, None)
}

fn fetcher() -> Fetcher {
    Fetcher::build(no_roots()).expect("a fetcher")
}

#[tokio::test]
async fn a_file_is_fetched_through_redirects_of_the_app_and_bounded() {
    let app = App::start(|mut wire, _, heads| async move {
        let Some(head) = wire.head().await else { return };
        let answer = match head.split(' ').nth(1) {
            Some("/") => "HTTP/1.1 302 Found\r\nLocation: /ui/\r\nContent-Length: 0\r\n\r\n",
            Some("/ui/") => {
                "HTTP/1.1 200 OK\r\nContent-Type: Text/HTML; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
            }
            Some("/login") => "HTTP/1.1 401 Unauthorized\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nin",
            _ => "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nno",
        };
        heads.add(head);
        wire.write(answer).await;
    })
    .await;
    let (fetcher, source) = (fetcher(), at(&app));
    let page = fetcher.get(&source, "/", 7).await.expect("an answer").expect("a file");
    assert_eq!((page.path.as_str(), page.kind.as_str()), ("/ui/", "text/html"));
    assert_eq!(page.bytes, "hello w");
    let login = fetcher.get(&source, "/login", 7).await.expect("an answer");
    assert_eq!(login.expect("a page").bytes, "in");
    assert_eq!(fetcher.get(&source, "/none", 7).await.expect("an answer"), None);
    let heads = app.heads();
    assert!(
        heads.iter().all(|head| !head.to_lowercase().contains("cookie")),
        "{heads:?}"
    );
}

#[tokio::test]
async fn an_app_leads_to_no_other_place_and_in_no_circle() {
    let other = App::answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
    let to = format!(
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{}/\r\n\r\n",
        other.port
    );
    let app = App::start(move |mut wire, _, _| {
        let away = to.clone();
        async move {
            let Some(head) = wire.head().await else { return };
            let circle = "HTTP/1.1 302 Found\r\nLocation: /circle\r\nContent-Length: 0\r\n\r\n";
            wire.write(if head.contains("/circle") { circle } else { &away }).await;
        }
    })
    .await;
    let source = at(&app);
    assert_eq!(fetcher().get(&source, "/", 7).await.expect("an answer"), None);
    assert_eq!(fetcher().get(&source, "/circle", 7).await.expect("an answer"), None);
    assert_eq!(other.dials(), 0);
}

#[tokio::test]
async fn a_port_whose_process_has_ended_is_asked_nothing() {
    let app = App::answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
    let mut child = std::process::Command::new("cat")
        .stdin(std::process::Stdio::piped())
        .spawn()
        .expect("cat runs");
    let process = Process::open(child.id()).expect("it is there");
    drop(child.stdin.take());
    child.wait().expect("it ended");
    let failed = fetcher().get(&source(app.port, process, None), "/", 7).await;
    assert!(matches!(failed, Err(Error::Unreachable(_))), "{failed:?}");
    assert_eq!(app.heads().len(), 0);
}
