//! The second factor: six digits that an authenticator app makes from a secret and the time (RFC 6238).

use std::time::Instant;

use api::secret::Secret;
use api::session::{ConfirmFactor, LoginCodeRequest, NewFactor};
use api::time::Timestamp;
use data_encoding::BASE32_NOPAD;
use vault::{Place, Plaintext};

use super::Caller;
use super::challenges::Login;
use super::login::Opened;
use super::throttle::Subject;
use crate::actor::{Actor, Right};
use crate::error::{Error, Result};
use crate::secret::Hash;
use crate::store::factors::FactorRow;
use crate::store::users::Account;
use crate::{Engine, audit, clock, secret, store};

/// The length of a factor's secret: the 160 bits that RFC 4226 recommends.
const SECRET: usize = 20;

impl Engine {
    /// Begins a second factor for the actor's own account. It is in force once it is confirmed.
    pub async fn begin_factor(&self, actor: &Actor) -> Result<NewFactor> {
        actor.require_elevated(Right::OwnAccount)?;
        let mut bytes = vec![0; SECRET];
        getrandom::fill(&mut bytes).map_err(|_| Error::NoRandomness)?;
        let plaintext = Plaintext::from(bytes);
        let user = actor.user.id.clone();
        let record = self.vault.seal(&place(&user), &plaintext)?;
        let entry = audit::by(actor, "factor.begin", actor.user.name.as_str());
        let write = self.store.write(move |tx| -> Result<()> {
            if !store::factors::begin(tx, &user, &record)? {
                return Err(Error::Conflict {
                    code: "factor_in_force",
                    message: "This account has a second factor already.".into(),
                    hint: "Remove it first.",
                });
            }
            Ok(store::audit::insert(tx, &entry)?)
        });
        write.await?;
        let secret = BASE32_NOPAD.encode(plaintext.expose_secret());
        Ok(NewFactor {
            address: Secret::from(self.address(actor.user.name.as_str(), &secret)),
            secret: Secret::from(secret),
        })
    }

    /// Puts the factor that was begun in force, once its code shows that the app has it. Ends the account's other
    /// sessions.
    pub async fn confirm_factor(&self, actor: &Actor, request: ConfirmFactor) -> Result<()> {
        actor.require(Right::OwnAccount)?;
        let session = actor.session().ok_or(Error::NotLoggedIn)?.to_owned();
        let subjects = [Subject::Code(actor.user.id.clone(), None)];
        self.throttle.begin(&subjects, Instant::now())?;
        let factor = self.factor(&actor.user.id).await?.filter(|factor| !factor.confirmed);
        let Some(factor) = factor else {
            self.throttle.right(&subjects);
            return Err(Error::Conflict {
                code: "no_factor_begun",
                message: "No second factor waits to be confirmed.".into(),
                hint: "Begin one first.",
            });
        };
        let step = self.step(&factor, &request.code)?;
        let user = actor.user.id.clone();
        let entry = audit::by(actor, "factor.confirm", actor.user.name.as_str());
        let write = self.store.write(move |tx| -> Result<Vec<String>> {
            if !store::factors::use_step(tx, &factor, step)? {
                return Err(Error::WrongCode);
            }
            store::audit::insert(tx, &entry)?;
            Ok(store::sessions::delete_others(tx, &user, Some(&session))?)
        });
        for ended in write.await? {
            self.leases.end(&ended);
        }
        self.throttle.right(&subjects);
        Ok(())
    }

    /// Removes the second factor of the actor's own account, in force or begun.
    pub async fn remove_factor(&self, actor: &Actor) -> Result<()> {
        actor.require_elevated(Right::OwnAccount)?;
        let user = actor.user.clone();
        let entry = audit::by(actor, "factor.remove", user.name.as_str());
        let write = self.store.write(move |tx| -> Result<()> {
            if !store::factors::delete(tx, &user.id)? {
                return Err(Error::not_found("factor", user.name.as_str()));
            }
            Ok(store::audit::insert(tx, &entry)?)
        });
        write.await
    }

    /// The second step of a login: the code → a session.
    pub async fn login_with_code(&self, request: LoginCodeRequest, caller: &Caller) -> Result<Opened> {
        if self.setup_needed() {
            return Err(Error::SetupNeeded);
        }
        let challenge = Hash::of(request.challenge.expose_secret());
        let login = self
            .challenges
            .get(&challenge, Instant::now())
            .ok_or(Error::LoginOver)?;
        let subjects = [Subject::Code(login.user.clone(), login.device)];
        self.throttle.begin(&subjects, Instant::now())?;
        if !self.challenges.spend(&challenge, Instant::now()) {
            return Err(Error::LoginOver);
        }
        let id = login.user.clone();
        let account = self.store.read(move |db| store::users::by_id(db, &id)).await?;
        let still = |account: &Account| !account.user.disabled && account.password_hash == login.password_hash;
        let user = account.filter(still).ok_or(Error::LoginOver)?.user;
        let factor = self.factor(&user.id).await?.filter(|factor| factor.confirmed);
        let factor = factor.ok_or(Error::LoginOver)?;
        let used = match self.step(&factor, &request.code) {
            Ok(step) => {
                let write = self
                    .store
                    .write(move |tx| -> Result<bool> { Ok(store::factors::use_step(tx, &factor, step)?) });
                write.await?
            }
            Err(Error::WrongCode) => false,
            Err(error) => return Err(error),
        };
        if !used {
            tracing::warn!(user = %user.name, peer = %caller.peer, "a login failed at the second factor");
            return Err(Error::WrongCode);
        }
        self.challenges.end(&challenge);
        self.throttle.right(&subjects);
        self.log_in(user, caller).await
    }

    /// What a login with the right password is asked next, if anything.
    pub(super) async fn challenge(&self, account: &Account, device: Option<Hash>) -> Result<Option<Secret>> {
        let factor = self.factor(&account.user.id).await?;
        if !factor.is_some_and(|factor| factor.confirmed) {
            return Ok(None);
        }
        let challenge = secret::generate()?;
        let login = Login {
            user: account.user.id.clone(),
            password_hash: account.password_hash.clone(),
            device,
        };
        self.challenges
            .begin(Hash::of(challenge.expose_secret()), login, Instant::now());
        Ok(Some(challenge))
    }

    async fn factor(&self, user: &str) -> Result<Option<FactorRow>> {
        let user = user.to_owned();
        Ok(self.store.read(move |db| store::factors::get(db, &user)).await?)
    }

    /// The step whose code this is.
    fn step(&self, factor: &FactorRow, code: &Secret) -> Result<i64> {
        let plaintext = self.vault.unseal(&place(&factor.user), &factor.secret)?;
        step_of(&plaintext, code.expose_secret(), clock::now()).ok_or(Error::WrongCode)
    }

    /// What an authenticator app reads from a QR code.
    fn address(&self, name: &str, secret: &str) -> String {
        let whose = format!("{name}@{}", self.machine);
        let whose: String = form_urlencoded::byte_serialize(whose.as_bytes()).collect();
        format!("otpauth://totp/Stardeck:{whose}?secret={secret}&issuer=Stardeck&algorithm=SHA1&digits=6&period=30")
    }
}

/// Where the secret of an account's factor is kept.
pub(crate) fn place(user: &str) -> Place<'_> {
    Place {
        table: "factors",
        row: user,
        column: "secret",
        owner: user,
    }
}

/// The step of now, the one before or the one after, if `code` is its code.
fn step_of(secret: &Plaintext, code: &str, now: Timestamp) -> Option<i64> {
    let bytes = <[u8; SECRET]>::try_from(secret.expose_secret()).ok()?;
    // SHA-1, six digits, 30 seconds and one step to each side are what it takes when nothing else is said.
    let totp = totp_rs::Builder::new()
        .with_secret(totp_rs::Secret::new_stack(bytes))
        .build()
        .ok()?;
    // Apps show the digits in two groups, and people type them so.
    let code: String = code.chars().filter(|letter| !letter.is_whitespace()).take(7).collect();
    let seconds = u64::try_from(now.0 / 1000).ok()?;
    totp.check(&code, seconds).and_then(|step| i64::try_from(step).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(code: &str, seconds: i64) -> Option<i64> {
        let secret = Plaintext::from(b"12345678901234567890".to_vec());
        step_of(&secret, code, Timestamp(seconds * 1000))
    }

    #[test]
    fn the_codes_are_those_of_rfc_6238() {
        // Its table for SHA-1 has eight digits; six are the last of them.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(step(code, seconds), Some(seconds / 30), "{seconds}");
        }
    }

    #[test]
    fn a_code_is_good_one_step_early_and_one_late() {
        let at = 1_111_111_110;
        for (off, taken) in [
            (-60, false),
            (-30, true),
            (0, true),
            (29, true),
            (59, true),
            (60, false),
        ] {
            assert_eq!(step("050471", at + off).is_some(), taken, "{off} s");
        }
    }

    #[test]
    fn what_is_no_code_is_refused() {
        assert_eq!(step(" 050 471\n", 1_111_111_111), Some(37_037_037));
        let long = "0".repeat(1_000_000);
        for code in [
            "",
            "05047",
            "0504711",
            "50471",
            "+50471",
            "０５０４７１",
            "abcdef",
            &long,
        ] {
            assert_eq!(step(code, 1_111_111_111), None);
        }
        assert_eq!(step("050471", -1), None, "before the epoch");
    }
}
