//! The first administrator, by a one-time token that stands in a file only the machine's user can read.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use api::secret::Secret;
use api::session::{SetupRequest, SetupState};
use api::user::{Role, User};
use subtle::ConstantTimeEq;

use super::Caller;
use super::login::Opened;
use super::password::Passwords;
use super::throttle::Subject;
use crate::error::{Error, Result};
use crate::store::users::Account;
use crate::{Engine, audit, clock, secret, store};

/// How long a token is good.
const LIFE: Duration = Duration::from_secs(30 * 60);

impl Engine {
    /// Whether the first administrator is still to be made.
    #[must_use]
    pub fn setup_needed(&self) -> bool {
        self.setup_needed.load(std::sync::atomic::Ordering::Acquire)
    }

    /// Writes a new setup token while there is no administrator.
    pub fn prepare_setup(&self) -> Result<Option<Secret>> {
        self.setup_needed().then(|| write_token(&self.data_dir)).transpose()
    }

    /// What the setup screen may know; gone once there is an administrator.
    pub fn setup_state(&self) -> Result<SetupState> {
        if !self.setup_needed() {
            return Err(Error::SetupOver);
        }
        Ok(SetupState {
            machine: self.machine.clone(),
        })
    }

    /// Makes the first administrator and logs it in.
    pub async fn setup(&self, request: SetupRequest, caller: &Caller) -> Result<Opened> {
        if !self.setup_needed() {
            return Err(Error::SetupOver);
        }
        let subjects = [Subject::AccountFrom("(setup)".into(), caller.peer.into())];
        self.throttle.begin(&subjects, std::time::Instant::now())?;
        let path = token_path(&self.data_dir);
        if !token_is_right(&path, &request.token)? {
            return Err(Error::WrongSetupToken);
        }
        self.throttle.right(&subjects);
        Passwords::check_new(&request.password, request.name.as_str())?;
        let password_hash = self.passwords.hash(&request.password).await?;
        let user = User {
            id: uuid::Uuid::new_v4().to_string(),
            name: request.name,
            role: Role::Administrator,
            disabled: false,
            created: clock::now(),
        };
        let account = Account {
            user: user.clone(),
            password_hash,
        };
        let entry = audit::entry("setup", "user.create", user.name.as_str(), caller.peer);
        let first = self.store.write(move |tx| -> Result<bool> {
            if store::users::count(tx)? > 0 {
                return Ok(false);
            }
            store::users::insert(tx, &account)?;
            store::audit::insert(tx, &entry)?;
            Ok(true)
        });
        let first = first.await?;
        self.setup_needed.store(false, std::sync::atomic::Ordering::Release);
        if !first {
            return Err(Error::SetupOver);
        }
        if let Err(error) = std::fs::remove_file(&path) {
            tracing::warn!(%error, "the used setup token could not be removed; it opens nothing any more");
        }
        tracing::info!(user = %user.name, peer = %caller.peer, "the first administrator was made");
        self.open_session(user, caller).await
    }
}

/// Where the token stands.
#[must_use]
pub fn token_path(data_dir: &Path) -> PathBuf {
    data_dir.join("setup-token")
}

/// Writes a new token, in place of the one before, and answers it.
pub fn write_token(data_dir: &Path) -> Result<Secret> {
    let failed = |source| Error::File {
        what: "the setup token",
        source,
    };
    let token = secret::generate_short()?;
    let path = token_path(data_dir);
    let fresh = path.with_extension("new");
    if let Err(error) = std::fs::remove_file(&fresh)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        return Err(failed(error));
    }
    let mut file = std::fs::File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&fresh)
        .map_err(failed)?;
    writeln!(file, "{}", token.expose_secret()).map_err(failed)?;
    std::fs::rename(&fresh, &path).map_err(failed)?;
    Ok(token)
}

fn token_is_right(path: &Path, given: &Secret) -> Result<bool> {
    let failed = |source| Error::File {
        what: "the setup token",
        source,
    };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(failed(error)),
    };
    let written = std::fs::metadata(path)
        .and_then(|file| file.modified())
        .map_err(failed)?;
    // A clock that was set back makes a token old, not eternal.
    let fresh = written.elapsed().is_ok_and(|age| age < LIFE);
    let same = text.trim().as_bytes().ct_eq(given.expose_secret().trim().as_bytes());
    Ok(fresh && bool::from(same))
}
