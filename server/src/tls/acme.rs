//! Certificates by an authority that is asked over ACME (RFC 8555), such as Let's Encrypt or one of the owner's own.
//!
//! Until the first one is there, and for names that it is not for, what this machine's own authority signs is shown. What
//! was obtained is kept, and asked for anew when a third of its life is left; a failure is tried again, ever more slowly.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};
use instant_acme::{
    Account, AccountCredentials, AuthorizationStatus, Identifier, NewAccount, NewOrder, OrderStatus, RetryPolicy,
};
use proxy::Tls;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use x509_parser::pem::Pem;

use super::challenge::{ByDns, Challenge, OverHttp, Proof};
use super::write_new;

/// How the authority is shown that a name is ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// By a record that this program puts into DNS. Only so it gives a certificate for all names of apps.
    Dns(PathBuf),
    /// Over HTTP at this address, which port 80 of the names leads to.
    Http(SocketAddr),
}

/// Who is asked, and for what.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The address of the authority's directory.
    pub directory: String,
    /// Whom the authority may write to.
    pub contact: Option<String>,
    /// What vouches for the authority itself, where the system does not.
    pub roots: Option<PathBuf>,
    /// The names that the certificate is for.
    pub names: Vec<String>,
    /// How they are shown to be ours.
    pub way: Way,
}

/// The first pause after a failure, and the longest.
const PAUSE: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(6 * 3600);
/// How long the authority may take to look, and to sign.
const RETRIES: RetryPolicy = RetryPolicy::new().timeout(Duration::from_secs(120));

/// What was obtained, as it is kept.
#[derive(Deserialize, Serialize)]
struct Obtained {
    directory: String,
    names: Vec<String>,
    chain: String,
    key: String,
}

/// Keeps a certificate for the names in `tls` until `stop`; what is kept lies in `folder`.
pub(crate) async fn keep(settings: Settings, folder: PathBuf, tls: Tls, stop: CancellationToken) {
    let mut due = known(&settings, &folder, &tls).unwrap_or(SystemTime::UNIX_EPOCH);
    let mut failures = 0;
    loop {
        let wait = due.duration_since(SystemTime::now()).unwrap_or_default();
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
        let obtained = tokio::select! {
            () = stop.cancelled() => return,
            obtained = obtain(&settings, &folder) => obtained,
        };
        let taken = obtained.and_then(|obtained| {
            let due = show(&obtained, &tls)?;
            write_new(&folder.join("certificate.json"), &serde_json::to_string(&obtained)?)?;
            Ok(due)
        });
        due = match taken {
            Ok(due) => {
                failures = 0;
                tracing::info!(names = ?settings.names, "a certificate was obtained");
                due
            }
            Err(error) => {
                let pause = pause(failures);
                failures += 1;
                let error = format!("{error:#}");
                tracing::warn!(error, again_in = pause.as_secs(), "no certificate was obtained");
                SystemTime::now() + pause
            }
        };
    }
}

fn pause(failures: u32) -> Duration {
    PAUSE.saturating_mul(2_u32.saturating_pow(failures)).min(LONGEST_PAUSE)
}

/// Shows what was obtained before, if it is what the settings ask for; answers when the next is due.
fn known(settings: &Settings, folder: &Path, tls: &Tls) -> Option<SystemTime> {
    let text = std::fs::read(folder.join("certificate.json")).ok()?;
    let obtained: Obtained = serde_json::from_slice(&text).ok()?;
    let fits = obtained.directory == settings.directory && obtained.names == settings.names;
    let shown = fits.then(|| show(&obtained, tls))?;
    shown
        .inspect_err(
            |error| tracing::warn!(error = %format!("{error:#}"), "the certificate that was kept is of no use"),
        )
        .ok()
}

/// Shows a certificate to whoever asks for its names; answers when the next is due.
fn show(obtained: &Obtained, tls: &Tls) -> Result<SystemTime> {
    let (from, to) = life(&obtained.chain)?;
    tls.show_for(&obtained.names, obtained.chain.as_bytes(), obtained.key.as_bytes())?;
    let life = to.duration_since(from).unwrap_or_default();
    Ok(to - life / 3)
}

/// When the first certificate of a chain begins to hold, and when it ends.
fn life(chain: &str) -> Result<(SystemTime, SystemTime)> {
    let first = Pem::iter_from_buffer(chain.as_bytes()).next();
    let first = first.context("the authority sent no certificate")??;
    let validity = first
        .parse_x509()
        .context("reading the certificate")?
        .validity()
        .clone();
    let at = |time: i64| SystemTime::UNIX_EPOCH + Duration::from_secs(time.try_into().unwrap_or_default());
    Ok((at(validity.not_before.timestamp()), at(validity.not_after.timestamp())))
}

/// Asks for a certificate.
async fn obtain(settings: &Settings, folder: &Path) -> Result<Obtained> {
    let account = account(settings, folder).await?;
    let challenge: Box<dyn Challenge> = match &settings.way {
        Way::Dns(program) => Box::new(ByDns(program.clone())),
        Way::Http(address) => Box::new(OverHttp::listen(*address).await?),
    };
    let mut shown = Vec::new();
    let signed = order(&account, &settings.names, challenge.as_ref(), &mut shown).await;
    for proof in &shown {
        if let Err(error) = challenge.hide(proof).await {
            tracing::warn!(name = proof.name, error = %format!("{error:#}"), "a proof was not taken away");
        }
    }
    let (chain, key) = signed?;
    Ok(Obtained {
        directory: settings.directory.clone(),
        names: settings.names.clone(),
        chain,
        key,
    })
}

/// Orders a certificate for `names`; answers its chain and its key. What is `shown` is to be taken away afterwards.
async fn order(
    account: &Account,
    names: &[String],
    challenge: &dyn Challenge,
    shown: &mut Vec<Proof>,
) -> Result<(String, String)> {
    let identifiers: Vec<_> = names.iter().cloned().map(Identifier::Dns).collect();
    let mut order = account
        .new_order(&NewOrder::new(&identifiers))
        .await
        .context("ordering")?;
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let mut authorization = authorization.context("asking what is to be shown")?;
        if authorization.status == AuthorizationStatus::Valid {
            continue;
        }
        let Some(mut asked) = authorization.challenge(challenge.kind()) else {
            bail!("the authority does not take {:?} for this name", challenge.kind());
        };
        let proof = Proof::of(&asked);
        shown.push(proof.clone());
        challenge.show(&proof).await?;
        asked
            .set_ready()
            .await
            .with_context(|| format!("showing that {} is ours", proof.name))?;
    }
    let status = order
        .poll_ready(&RETRIES)
        .await
        .context("waiting for the authority to look")?;
    if status != OrderStatus::Ready {
        bail!(
            "the authority was not convinced that these names are ours: {}",
            names.join(", ")
        );
    }
    let key = order.finalize().await.context("asking for the signature")?;
    let chain = order
        .poll_certificate(&RETRIES)
        .await
        .context("waiting for the certificate")?;
    Ok((chain, key))
}

/// Our account with the authority, made at the first time.
async fn account(settings: &Settings, folder: &Path) -> Result<Account> {
    let builder = match &settings.roots {
        Some(roots) => Account::builder_with_root(roots).with_context(|| format!("reading {}", roots.display()))?,
        None => Account::builder().context("reading the system's authorities")?,
    };
    std::fs::create_dir_all(folder)?;
    let file = folder.join("account.json");
    #[derive(Deserialize, Serialize)]
    struct Kept {
        directory: String,
        account: AccountCredentials,
    }
    let kept = std::fs::read(&file)
        .ok()
        .and_then(|text| serde_json::from_slice::<Kept>(&text).ok());
    if let Some(kept) = kept.filter(|kept| kept.directory == settings.directory) {
        return builder
            .from_credentials(kept.account)
            .await
            .context("greeting the authority");
    }
    let contact = settings.contact.as_ref().map(|mail| format!("mailto:{mail}"));
    let contact: Vec<&str> = contact.as_deref().into_iter().collect();
    let wanted = NewAccount {
        contact: &contact,
        terms_of_service_agreed: true,
        only_return_existing: false,
    };
    let made = builder.create(&wanted, settings.directory.clone(), None).await;
    let (account, credentials) = made.with_context(|| format!("making an account at {}", settings.directory))?;
    let kept = Kept {
        directory: settings.directory.clone(),
        account: credentials,
    };
    write_new(&file, &serde_json::to_string(&kept)?)?;
    Ok(account)
}

#[cfg(test)]
mod tests {
    use super::{life, pause};
    use std::time::Duration;

    #[test]
    fn failures_are_tried_again_ever_more_slowly() {
        let pauses: Vec<u64> = [0, 1, 2, 9, 40].map(|failures| pause(failures).as_secs()).into();
        assert_eq!(pauses, [60, 120, 240, 21600, 21600]);
    }

    #[test]
    fn the_life_of_a_certificate_is_read() {
        let mut params = rcgen::CertificateParams::new(["deck.example.net".to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2026, 1, 1);
        params.not_after = rcgen::date_time_ymd(2026, 4, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        let chain = params.self_signed(&key).unwrap().pem();
        let (from, to) = life(&chain).unwrap();
        assert_eq!(to.duration_since(from).unwrap(), Duration::from_secs(90 * 24 * 3600));
        assert!(life("").is_err() && life("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").is_err());
    }
}
