//! The desktop's files: in a folder, or inside the binary; compressed before, never while serving.
//!
//! What lies in `assets/` has its content's hash in its name and may be cached for ever; `index.html` answers every
//! other address, and is asked for anew each time by its `ETag`.

#[cfg(feature = "embed")]
mod embedded {
    include!(concat!(env!("OUT_DIR"), "/bundle.rs"));
}

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use crate::edge::error::{Fault, UNCHANGED};

const INDEX: &str = "index.html";
const NO_BUNDLE: &str = "The desktop is not there: build it with `cargo xtask web`, or say where it is with --web.\n";

/// The files by their path, without a slash in front.
pub(crate) struct Bundle {
    files: BTreeMap<String, File>,
}

struct File {
    plain: Data,
    brotli: Option<Data>,
    gzip: Option<Data>,
    etag: HeaderValue,
    kind: &'static str,
}

enum Data {
    OnDisk(PathBuf),
    #[cfg_attr(not(feature = "embed"), allow(dead_code, reason = "what the release binary carries"))]
    Inside(&'static [u8]),
}

impl Data {
    async fn read(&self) -> std::io::Result<Cow<'static, [u8]>> {
        match self {
            Self::OnDisk(path) => tokio::fs::read(path).await.map(Cow::Owned),
            Self::Inside(bytes) => Ok(Cow::Borrowed(bytes)),
        }
    }
}

impl Bundle {
    /// Finds the bundle: the named folder, what the binary carries, or a folder `web` beside the binary.
    pub(crate) fn find(named: Option<&Path>) -> Result<Self> {
        if let Some(folder) = named {
            let bundle =
                Self::in_folder(folder).with_context(|| format!("reading the desktop in {}", folder.display()))?;
            if !bundle.files.contains_key(INDEX) {
                bail!("{} is not the folder of a desktop: it has no {INDEX}", folder.display());
            }
            return Ok(bundle);
        }
        #[cfg(feature = "embed")]
        return Ok(Self::of(
            embedded::FILES
                .iter()
                .map(|(path, bytes)| ((*path).to_owned(), Data::Inside(bytes), *bytes)),
        ));
        #[cfg(not(feature = "embed"))]
        {
            let beside = std::env::current_exe()
                .ok()
                .and_then(|exe| Some(exe.parent()?.join("web")));
            match beside.filter(|folder| folder.join(INDEX).is_file()) {
                Some(folder) => Self::in_folder(&folder),
                None => Ok(Self { files: BTreeMap::new() }),
            }
        }
    }

    fn in_folder(folder: &Path) -> Result<Self> {
        let mut found = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            for entry in std::fs::read_dir(&next)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(folder)?.to_string_lossy().into_owned();
                    let bytes = std::fs::read(&path)?;
                    found.push((name, Data::OnDisk(path), bytes));
                }
            }
        }
        Ok(Self::of(found))
    }

    fn of<B: AsRef<[u8]>>(found: impl IntoIterator<Item = (String, Data, B)>) -> Self {
        let mut plain = BTreeMap::new();
        let mut compressed = BTreeMap::new();
        for (name, data, bytes) in found {
            if [".br", ".gz"].iter().any(|end| name.ends_with(end)) {
                compressed.insert(name, data);
            } else {
                plain.insert(name, (data, etag(bytes.as_ref())));
            }
        }
        let file = |(name, (data, etag)): (String, (Data, HeaderValue))| {
            let brotli = compressed.remove(&format!("{name}.br"));
            let gzip = compressed.remove(&format!("{name}.gz"));
            let kind = kind(&name);
            (
                name,
                File {
                    plain: data,
                    brotli,
                    gzip,
                    etag,
                    kind,
                },
            )
        };
        Self {
            files: plain.into_iter().map(file).collect(),
        }
    }

    /// Answers a request for `path`.
    pub(crate) async fn reply(&self, path: &str, headers: &HeaderMap) -> Response {
        let name = path.trim_start_matches('/');
        let immutable = name.starts_with("assets/");
        let file = match self.files.get(name) {
            Some(file) => file,
            // A missing piece is missing; a place in the desktop is the desktop.
            None if immutable || name.rsplit('/').next().is_some_and(|last| last.contains('.')) => {
                return Fault::NoRoute.into_response();
            }
            None => match self.files.get(INDEX) {
                Some(index) => index,
                None => return NO_BUNDLE.into_response(),
            },
        };
        let mut reply = match headers.get(header::IF_NONE_MATCH) {
            Some(known) if known == file.etag => UNCHANGED.into_response(),
            _ => match file.body(headers).await {
                Ok(reply) => reply,
                Err(error) => {
                    tracing::error!(%error, %name, "a file of the desktop could not be read");
                    return Fault::NoRoute.into_response();
                }
            },
        };
        let lasting = if immutable {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        let headers = reply.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(lasting));
        headers.insert(header::ETAG, file.etag.clone());
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        reply
    }
}

impl File {
    async fn body(&self, headers: &HeaderMap) -> std::io::Result<Response> {
        let (data, encoding) = match (&self.brotli, &self.gzip) {
            (Some(data), _) if accepts(headers, "br") => (data, Some("br")),
            (_, Some(data)) if accepts(headers, "gzip") => (data, Some("gzip")),
            _ => (&self.plain, None),
        };
        let body = match data.read().await? {
            Cow::Borrowed(bytes) => Body::from(bytes),
            Cow::Owned(bytes) => Body::from(bytes),
        };
        let mut reply = ([(header::CONTENT_TYPE, self.kind)], body).into_response();
        if let Some(encoding) = encoding {
            reply
                .headers_mut()
                .insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        Ok(reply)
    }
}

fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let lines = headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        named && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

fn etag(bytes: &[u8]) -> HeaderValue {
    let digest = Sha256::digest(bytes);
    let hex: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    HeaderValue::from_str(&format!("\"{hex}\"")).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
