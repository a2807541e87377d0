//! The certificate authority of this machine's own.

use std::path::Path;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PublicKeyData,
};
use sha2::{Digest, Sha256};

use super::write_new;

const DAY: Duration = Duration::from_secs(24 * 3600);
/// How long the authority holds, and a certificate of its; that is made anew long before.
const AUTHORITY_LIFE: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
const LIFE: Duration = Duration::from_secs(90 * 24 * 3600);

/// The authority: its certificate and what signs.
pub(super) struct Authority {
    /// What is to be trusted.
    pub certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// The one in `directory`, made if absent.
    pub(super) fn open(directory: &Path) -> Result<Self> {
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
    pub(super) fn certify(&self, names: &[String]) -> Result<(String, String)> {
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
}
