//! TLS towards browsers: a certificate authority of this machine's own, certificate files that somebody else keeps, or an
//! authority that is asked over ACME.
//!
//! The authority of our own is made at the first start that needs it. Whoever trusts it in a browser sees no warning, and
//! what it signs is for this machine's names and addresses, and for the names of apps below them.

pub(crate) mod acme;
mod authority;
mod challenge;

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use proxy::Tls;
use tokio_util::sync::CancellationToken;

use authority::Authority;

/// How often our own authority makes the certificate anew.
const RENEWAL: Duration = Duration::from_secs(30 * 24 * 3600);
/// How often certificate files are looked at.
const LOOK: Duration = Duration::from_secs(10);

/// Two files that somebody else keeps.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    /// The chain.
    pub chain: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

/// The certificate that is shown, and where the next one comes from.
pub(crate) struct Certificates {
    /// What listeners show.
    pub tls: Tls,
    source: Source,
}

enum Source {
    Files(Files),
    Own {
        authority: Box<Authority>,
        names: Vec<String>,
    },
}

impl Certificates {
    /// Those of `files`.
    pub(crate) async fn of_files(files: Files) -> Result<Self> {
        let tls = Tls::from_files(&files.chain, &files.key).await;
        let tls = tls.with_context(|| format!("reading the certificate {}", files.chain.display()))?;
        Ok(Self {
            tls,
            source: Source::Files(files),
        })
    }

    /// One for `names`, by the authority in `directory`, which is made if absent.
    pub(crate) fn own(directory: &Path, names: Vec<String>) -> Result<Self> {
        let authority = Authority::open(directory).context("preparing this machine's certificate authority")?;
        let (chain, key) = authority.certify(&names).context("making a certificate")?;
        Ok(Self {
            tls: Tls::from_pem(chain.as_bytes(), key.as_bytes())?,
            source: Source::Own {
                authority: Box::new(authority),
                names,
            },
        })
    }

    /// The authority's own certificate, to be trusted.
    pub(crate) fn authority(&self) -> Option<Arc<str>> {
        match &self.source {
            Source::Files(_) => None,
            Source::Own { authority, .. } => Some(authority.certificate.as_str().into()),
        }
    }

    /// Keeps the certificate good until `stop`.
    pub(crate) async fn keep(self, stop: CancellationToken) {
        let mut seen = self.stamp();
        let mut turn = tokio::time::interval(match self.source {
            Source::Files(_) => LOOK,
            Source::Own { .. } => RENEWAL,
        });
        turn.tick().await;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = turn.tick() => {}
            }
            let now = self.stamp();
            if now.is_some() && now == seen {
                continue;
            }
            match self.renew().await {
                Ok(()) => tracing::info!("the certificate was exchanged"),
                Err(error) => tracing::warn!(error = %format!("{error:#}"), "the certificate stays as it was"),
            }
            seen = now;
        }
    }

    async fn renew(&self) -> Result<()> {
        match &self.source {
            Source::Files(files) => self.tls.reload(&files.chain, &files.key).await?,
            Source::Own { authority, names } => {
                let (chain, key) = authority.certify(names)?;
                self.tls.replace(chain.as_bytes(), key.as_bytes())?;
            }
        }
        Ok(())
    }

    /// When the files were last changed.
    fn stamp(&self) -> Option<[Option<SystemTime>; 2]> {
        let Source::Files(files) = &self.source else {
            return None;
        };
        let changed = |path: &Path| std::fs::metadata(path).and_then(|data| data.modified()).ok();
        Some([changed(&files.chain), changed(&files.key)])
    }
}

/// What certificates are for: the names and addresses of the desktop, and the apps' names below them.
pub(crate) fn names(hosts: &[String], domain: Option<&str>, addresses: &[SocketAddr]) -> Vec<String> {
    let mut names = hosts.to_vec();
    let below = ["stardeck.localhost"].into_iter().chain(domain);
    names.extend(below.map(|name| format!("*.{name}")));
    let own = addresses.iter().map(SocketAddr::ip).filter(|ip| !ip.is_unspecified());
    let own = own.chain([Ipv4Addr::LOCALHOST.into()]).chain(outward());
    for address in own.map(|ip| ip.to_string()) {
        if !names.contains(&address) {
            names.push(address);
        }
    }
    names
}

/// The address by which this machine would reach others. Nothing is sent to find out.
fn outward() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

/// Writes a file that was not there, for nobody else to read.
fn write_new(path: &Path, text: &str) -> Result<()> {
    use std::io::Write;
    let fresh = path.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&fresh)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&fresh, path).with_context(|| format!("writing {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_for_every_name_of_the_desktop_and_of_apps() {
        let addresses = ["0.0.0.0:7070".parse().unwrap(), "10.0.0.5:7070".parse().unwrap()];
        let names = names(&["deck.lan".into()], Some("deck.example.net"), &addresses);
        for name in [
            "deck.lan",
            "*.stardeck.localhost",
            "*.deck.example.net",
            "10.0.0.5",
            "127.0.0.1",
        ] {
            assert!(names.iter().any(|found| found == name), "{name} in {names:?}");
        }
        assert!(!names.contains(&"0.0.0.0".to_owned()));
    }
}
