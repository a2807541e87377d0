//! Making, changing and removing accounts.

use api::name::UserName;
use api::secret::Secret;
use api::user::{CreateUser, Role, UpdateUser, User};
use rusqlite::Connection;

use super::password::Passwords;
use crate::actor::{Actor, Right};
use crate::error::{Error, Result};
use crate::store::users::Account;
use crate::{Engine, audit, clock, store};

impl Engine {
    /// All accounts, by name.
    pub async fn users(&self, actor: &Actor) -> Result<Vec<User>> {
        actor.require(Right::Accounts)?;
        Ok(self.store.read(store::users::list).await?)
    }

    /// Makes an account.
    pub async fn create_user(&self, actor: &Actor, request: CreateUser) -> Result<User> {
        actor.require_elevated(Right::Accounts)?;
        let entry = audit::by(actor, "user.create", request.name.as_str());
        self.insert_user(request, entry).await
    }

    /// Makes an account at the word of whoever has the machine's command line.
    pub async fn create_user_from_command_line(&self, request: CreateUser) -> Result<User> {
        let entry = audit::entry(
            "command line",
            "user.create",
            request.name.as_str(),
            std::net::Ipv4Addr::LOCALHOST,
        );
        let user = self.insert_user(request, entry).await?;
        self.setup_needed.store(false, std::sync::atomic::Ordering::Release);
        Ok(user)
    }

    /// Gives an account a new password, at the word of whoever has the machine's command line. Ends its sessions, and
    /// where that is asked for, takes its second factor away.
    pub async fn reset_password_from_command_line(
        &self,
        name: UserName,
        password: Secret,
        without_factor: bool,
    ) -> Result<()> {
        Passwords::check_new(&password, name.as_str())?;
        let password_hash = self.passwords.hash(&password).await?;
        let entry = |action| audit::entry("command line", action, name.as_str(), std::net::Ipv4Addr::LOCALHOST);
        let (entry, without) = (entry("user.password"), entry("factor.remove"));
        let write = self.store.write(move |tx| -> Result<String> {
            let mut account =
                store::users::by_name(tx, &name)?.ok_or_else(|| Error::not_found("user", name.as_str()))?;
            account.password_hash = password_hash;
            store::users::update(tx, &account)?;
            store::sessions::delete_others(tx, &account.user.id, None)?;
            store::audit::insert(tx, &entry)?;
            if without_factor && store::factors::delete(tx, &account.user.id)? {
                store::audit::insert(tx, &without)?;
            }
            Ok(account.user.id)
        });
        let user = write.await?;
        self.leases.end_user(&user);
        Ok(())
    }

    async fn insert_user(&self, request: CreateUser, entry: api::audit::Entry) -> Result<User> {
        Passwords::check_new(&request.password, request.name.as_str())?;
        let password_hash = self.passwords.hash(&request.password).await?;
        let user = User {
            id: uuid::Uuid::new_v4().to_string(),
            name: request.name,
            role: request.role,
            disabled: false,
            created: clock::now(),
        };
        let account = Account {
            user: user.clone(),
            password_hash,
        };
        let write = self.store.write(move |tx| -> Result<()> {
            if store::users::by_name(tx, &account.user.name)?.is_some() {
                return Err(Error::Conflict {
                    code: "user_exists",
                    message: format!("There is an account {} already.", account.user.name),
                    hint: "Choose another name.",
                });
            }
            store::users::insert(tx, &account)?;
            Ok(store::audit::insert(tx, &entry)?)
        });
        write.await?;
        Ok(user)
    }

    /// Changes an account. A change of role, password or disabling ends its sessions.
    pub async fn update_user(&self, actor: &Actor, id: &str, request: UpdateUser) -> Result<User> {
        actor.require_elevated(Right::Accounts)?;
        let password_hash = match &request.password {
            Some(password) => {
                Passwords::check_new(password, "")?;
                Some(self.passwords.hash(password).await?)
            }
            None => None,
        };
        let (user, current) = (id.to_owned(), actor.session().map(str::to_owned));
        let entry = audit::by(actor, "user.update", id);
        let write = self.store.write(move |tx| -> Result<User> {
            let mut account = store::users::by_id(tx, &user)?.ok_or_else(|| Error::not_found("user", &user))?;
            account.user.role = request.role.unwrap_or(account.user.role);
            account.user.disabled = request.disabled.unwrap_or(account.user.disabled);
            if let Some(hash) = password_hash {
                account.password_hash = hash;
            }
            if account.user.disabled || account.user.role != Role::Administrator {
                keep_an_administrator(tx, &user)?;
            }
            store::users::update(tx, &account)?;
            store::sessions::delete_others(tx, &user, current.as_deref())?;
            if account.user.disabled {
                store::tokens::delete_of_user(tx, &user)?;
            }
            store::audit::insert(tx, &entry)?;
            Ok(account.user)
        });
        let user = write.await?;
        self.leases.end_user(id);
        Ok(user)
    }

    /// Removes an account, its sessions and its tokens.
    pub async fn delete_user(&self, actor: &Actor, id: &str) -> Result<()> {
        actor.require_elevated(Right::Accounts)?;
        let user = id.to_owned();
        let entry = audit::by(actor, "user.delete", id);
        let write = self.store.write(move |tx| -> Result<()> {
            if store::users::by_id(tx, &user)?.is_none() {
                return Err(Error::not_found("user", &user));
            }
            keep_an_administrator(tx, &user)?;
            store::users::delete(tx, &user)?;
            Ok(store::audit::insert(tx, &entry)?)
        });
        write.await?;
        self.leases.end_user(id);
        Ok(())
    }
}

fn keep_an_administrator(tx: &Connection, without: &str) -> Result<()> {
    if store::users::other_administrators(tx, without)? > 0 {
        return Ok(());
    }
    Err(Error::Conflict {
        code: "last_administrator",
        message: "This is the only administrator who can log in.".into(),
        hint: "Make another administrator first.",
    })
}
