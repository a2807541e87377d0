//! Passwords for registries: given by an administrator, kept sealed, handed to Podman for a pull, and never answered.

use api::page::Page;
use api::registry::{Registry, SetRegistry};
use podman::image::Login;
use vault::{Place, Plaintext};

use super::reference::host;
use crate::actor::{Actor, Right};
use crate::error::{Error, Result};
use crate::{Engine, audit, clock, store};

/// The longest name and the longest password; tokens are long.
const LONGEST: usize = 8192;

impl Engine {
    /// The registries whose passwords are kept, by name.
    pub async fn registries(&self, actor: &Actor) -> Result<Page<Registry>> {
        actor.require(Right::Administer)?;
        Ok(Page {
            items: self.store.read(store::registries::list).await?,
            cursor: None,
        })
    }

    /// Keeps the password for a registry.
    pub async fn set_registry(&self, actor: &Actor, request: SetRegistry) -> Result<Registry> {
        actor.require(Right::Administer)?;
        let host = host(&request.host).ok_or_else(|| {
            Error::invalid(
                "host",
                "A registry is named as in `ghcr.io` or `registry.example.net:5000`.",
            )
        })?;
        let password = request.password.expose_secret();
        let fits = |text: &str| !text.is_empty() && text.len() <= LONGEST && !text.contains(char::is_control);
        if !fits(&request.username) || request.username.contains(':') {
            return Err(Error::invalid(
                "username",
                "A name for a registry is not empty and has no `:`.",
            ));
        }
        if !fits(password) {
            return Err(Error::invalid(
                "password",
                "A password for a registry is one line, and not empty.",
            ));
        }
        let plaintext = Plaintext::from(password.as_bytes().to_vec());
        let record = self.vault.seal(&place(&host, &self.deck), &plaintext)?;
        let registry = Registry {
            host,
            username: request.username,
            created: clock::now(),
            by: actor.user.name.to_string(),
        };
        let entry = audit::by(
            actor,
            "registry.set",
            &format!("{} as {}", registry.host, registry.username),
        );
        let kept = registry.clone();
        let write = self.store.write(move |tx| -> Result<()> {
            store::registries::set(tx, &kept, &record)?;
            Ok(store::audit::insert(tx, &entry)?)
        });
        write.await?;
        Ok(registry)
    }

    /// Forgets the password for a registry.
    pub async fn remove_registry(&self, actor: &Actor, name: &str) -> Result<()> {
        actor.require(Right::Administer)?;
        let unknown = || Error::not_found("registry", name);
        let host = host(name).ok_or_else(unknown)?;
        let entry = audit::by(actor, "registry.remove", &host);
        let write = self.store.write(move |tx| -> Result<bool> {
            let known = store::registries::delete(tx, &host)?;
            if known {
                store::audit::insert(tx, &entry)?;
            }
            Ok(known)
        });
        if write.await? { Ok(()) } else { Err(unknown()) }
    }

    /// What is kept for a registry.
    pub(crate) async fn registry_login(&self, registry: &str) -> Result<Option<Login>> {
        let host = registry.to_owned();
        let known = self.store.read(move |db| store::registries::get(db, &host)).await?;
        let Some((username, record)) = known else {
            return Ok(None);
        };
        let password = self.vault.unseal(&place(registry, &self.deck), &record)?;
        Ok(Some(Login {
            username,
            password: String::from_utf8_lossy(password.expose_secret()).into_owned(),
        }))
    }
}

/// Where the password for a registry is kept.
pub(crate) fn place<'a>(host: &'a str, deck: &'a str) -> Place<'a> {
    Place {
        table: "registries",
        row: host,
        column: "secret",
        owner: deck,
    }
}
