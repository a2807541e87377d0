//! TLS towards browsers: a certificate authority of this machine's own, or certificate files that somebody else keeps.
//!
//! The authority is made at the first start that needs it. Whoever trusts it in a browser sees no warning, and what it
//! signs is for this machine's names and addresses, and for the names of apps below them.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use proxy::Tls;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PublicKeyData,
};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

const DAY: Duration = Duration::from_secs(24 * 3600);
/// How long the authority holds, and a certificate of its; that is made anew long before.
const AUTHORITY_LIFE: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
const LIFE: Duration = Duration::from_secs(90 * 24 * 3600);
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

/// The authority: its certificate and what signs.
struct Authority {
    certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn open(directory: &Path) -> Result<Self> {
        std::fs::create_dir_all(directory)?;
        let (key_file, file) = (directory.join("authority.key"), directory.join("authority.pem"));
        let key = match std::fs::read_to_string(&key_file) {
            Ok(text) => KeyPair::from_pem(&text).with_context(|| format!("reading {}", key_file.display()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let key = KeyPair::generate()?;
                write_new(&key_file, &key.serialize_pem())?;
                key
            }
            Err(error) => return Err(error).with_context(|| format!("reading {}", key_file.display())),
        };
        let params = Self::params(&key);
        let certificate = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(_) => {
                let made = params.self_signed(&key)?.pem();
                write_new(&file, &made)?;
                made
            }
        };
        let issuer = Issuer::new(params, key);
        Ok(Self { certificate, issuer })
    }

    /// What the authority is called follows from its key, so that what it signs at any time leads back to it.
    fn params(key: &KeyPair) -> CertificateParams {
        let digest = Sha256::digest(key.der_bytes());
        let mark: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::CommonName, format!("Stardeck on this machine, {mark}"));
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.not_before = (SystemTime::now() - DAY).into();
        params.not_after = (SystemTime::now() + AUTHORITY_LIFE).into();
        params
    }

    /// A certificate for `names` and its key.
    fn certify(&self, names: &[String]) -> Result<(String, String)> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name.push(DnType::CommonName, "Stardeck");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        params.not_before = (SystemTime::now() - DAY).into();
        params.not_after = (SystemTime::now() + LIFE).into();
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok((
            format!("{}{}", certificate.pem(), self.certificate),
            key.serialize_pem(),
        ))
    }
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
    fn an_authority_is_made_once_and_known_again() {
        let directory = tempfile::tempdir().unwrap();
        let first = Authority::open(directory.path()).unwrap();
        let again = Authority::open(directory.path()).unwrap();
        assert_eq!(first.certificate, again.certificate);
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(directory.path().join("authority.key"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::write(directory.path().join("authority.key"), "no key").unwrap();
        assert!(
            Authority::open(directory.path()).is_err(),
            "what cannot be read is not replaced"
        );
    }

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
