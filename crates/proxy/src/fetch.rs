//! A small file of an app, fetched by ourselves: bounded in bytes and time, from the app's own port and nowhere else.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{self, HeaderValue};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1::Builder;
use hyper_util::rt::TokioIo;
use rustls::RootCertStore;
use tokio::time::timeout;

use crate::error::Error;
use crate::http1::app::dial;
use crate::process::Process;
use crate::route::Upstream;
use crate::tls::ToApps;

/// How long one file may take, its redirects included.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many redirects are followed.
const HOPS: usize = 4;
/// The largest head of an answer.
const LARGEST_HEAD: usize = 64 * 1024;

/// Fetches from apps.
#[derive(Clone, Debug)]
pub struct Fetcher {
    tls: ToApps,
}

/// Where an app is, and who has to hold its port for as long as it is asked.
#[derive(Clone, Debug)]
pub struct Source {
    /// Where it is.
    pub upstream: Upstream,
    /// The process behind the port.
    pub process: Process,
}

/// A file of an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Its path, after redirects.
    pub path: String,
    /// What the app says it is, in small letters and without parameters.
    pub kind: String,
    /// What it holds, up to the length that was asked for.
    pub bytes: Bytes,
}

impl Fetcher {
    /// Trusts what `roots` vouch for, and beyond that only where an upstream says so.
    pub fn build(roots: RootCertStore) -> Result<Self, Error> {
        let tls = ToApps::build(roots)?;
        Ok(Self { tls })
    }

    /// The file at `path`, or no more than its first `most` bytes; `None` where the app has no such file.
    pub async fn get(&self, source: &Source, path: &str, most: usize) -> Result<Option<Fetched>, Error> {
        let fetched = timeout(PATIENCE, self.follow(source, path, most)).await;
        fetched.unwrap_or(Err(Error::AppSilent))
    }

    async fn follow(&self, source: &Source, path: &str, most: usize) -> Result<Option<Fetched>, Error> {
        let mut path = path.to_owned();
        for _ in 0..=HOPS {
            let answer = self.ask(source, &path).await?;
            if answer.status().is_redirection() {
                let to = answer.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
                match to.and_then(|to| resolve(&source.upstream, &path, to)) {
                    Some(to) => path = to,
                    None => return Ok(None),
                }
                continue;
            }
            if answer.status().is_server_error() {
                return Err(Error::AppUnruly("it is not well"));
            }
            // A page that asks for a login shows the app's icon as any other does.
            let is_file = answer.status() == StatusCode::OK;
            let kind = kind(&answer);
            if !is_file && kind != "text/html" {
                return Ok(None);
            }
            let bytes = read(answer.into_body(), most).await?;
            return Ok(Some(Fetched { path, kind, bytes }));
        }
        Ok(None)
    }

    async fn ask(&self, source: &Source, path: &str) -> Result<Response<Incoming>, Error> {
        let stream = dial(&source.upstream, &self.tls, PATIENCE).await?;
        // A port is given up after its process has ended: if that lives now, the connection is its own.
        if !source.process.is_alive() {
            return Err(Error::Unreachable(std::io::ErrorKind::ConnectionAborted.into()));
        }
        let shaken = Builder::new()
            .max_buf_size(LARGEST_HEAD)
            .handshake(TokioIo::new(stream))
            .await;
        let (mut sender, connection) = shaken.map_err(|error| Error::App(error.into()))?;
        // Ends with its answer, or when that is dropped.
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::trace!(%error, "a connection to an app ended");
            }
        });
        let mut request = Request::new(Empty::<Bytes>::new());
        *request.uri_mut() = path.parse().map_err(|_| Error::AppUnruly("it names no path"))?;
        let host = HeaderValue::from_str(&source.upstream.authority());
        let headers = request.headers_mut();
        headers.insert(header::HOST, host.map_err(|error| Error::Ours(error.into()))?);
        headers.insert(header::USER_AGENT, HeaderValue::from_static("stardeck"));
        headers.insert(
            header::ACCEPT,
            HeaderValue::from_static("text/html,image/*;q=0.9,*/*;q=0.1"),
        );
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        let answer = sender.send_request(request).await;
        answer.map_err(|error| Error::App(error.into()))
    }
}

fn kind(answer: &Response<Incoming>) -> String {
    let kind = answer.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default();
    kind.trim().to_ascii_lowercase()
}

async fn read(mut body: Incoming, most: usize) -> Result<Bytes, Error> {
    let mut bytes = BytesMut::new();
    while bytes.len() < most {
        let Some(frame) = body.frame().await else { break };
        let frame = frame.map_err(|error| Error::App(error.into()))?;
        if let Some(data) = frame.data_ref() {
            bytes.extend_from_slice(&data[..data.len().min(most - bytes.len())]);
        }
    }
    Ok(bytes.freeze())
}

/// The path and query that `reference` means on the page at `base` of the app; `None` where it leads away from the app.
#[must_use]
pub fn resolve(upstream: &Upstream, base: &str, reference: &str) -> Option<String> {
    let reference = reference.trim().split('#').next()?;
    if reference.bytes().any(|byte| !byte.is_ascii_graphic() || byte == b'\\') {
        return None;
    }
    let rest = reference.split_once("//").and_then(|(before, rest)| {
        let is_its_own = before
            .strip_suffix(':')
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case(upstream.scheme()));
        (before.is_empty() || is_its_own).then_some(rest)
    });
    let base = base.split('?').next()?;
    let (path, query) = match rest {
        Some(rest) => {
            let end = rest.find(['/', '?']).unwrap_or(rest.len());
            if !upstream.is_at(upstream.tls.is_some(), &rest[..end]) {
                return None;
            }
            cut(&rest[end..])
        }
        None if reference.split(['/', '?']).next()?.contains(':') => return None,
        None => cut(reference),
    };
    let whole = match path {
        "" if rest.is_some() => "/".to_owned(),
        "" => base.to_owned(),
        path if path.starts_with('/') => path.to_owned(),
        path => format!("{}/{path}", base.rsplit_once('/').map_or("", |(folder, _)| folder)),
    };
    Some(format!("{}{query}", without_dots(&whole)))
}

/// A path, and its query with the question mark.
fn cut(text: &str) -> (&str, &str) {
    text.split_at(text.find('?').unwrap_or(text.len()))
}

fn without_dots(path: &str) -> String {
    let mut pieces: Vec<&str> = Vec::new();
    for piece in path.split('/').skip(1) {
        match piece {
            ".." => {
                pieces.pop();
            }
            "." => {}
            piece => pieces.push(piece),
        }
    }
    if path.ends_with("/.") || path.ends_with("/..") {
        pieces.push("");
    }
    format!("/{}", pieces.join("/"))
}

#[cfg(test)]
mod tests {
    use super::resolve;
    use crate::cases::check;
    use crate::route::Upstream;

    #[test]
    fn a_reference_stays_at_the_app_or_means_nothing() {
        let upstream = Upstream {
            port: 42001,
            inside: 8888,
            tls: None,
            generation: 1,
        };
        check(include_str!("../tests/cases/references.txt"), |case| {
            let (base, reference) = case.input.split_once(' ').unwrap_or((&case.input, ""));
            resolve(&upstream, base, reference).unwrap_or_else(|| "away".to_owned())
        });
    }
}
