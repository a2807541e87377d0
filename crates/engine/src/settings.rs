//! What holds for the whole deck and is changed while it runs: kept as one value.

use std::collections::BTreeSet;

use api::settings::{MOST_FOLDERS, Settings, SettingsPatch};
use rusqlite::Connection;

use crate::actor::{Actor, Right};
use crate::error::{Error, Result};
use crate::store::meta;
use crate::{Engine, audit, store};

/// The name of the value.
const KEY: &str = "settings";

impl Engine {
    /// The settings.
    pub async fn settings(&self, actor: &Actor) -> Result<Settings> {
        actor.require(Right::Administer)?;
        self.current_settings().await
    }

    /// Changes the settings, and answers with all of them.
    pub async fn change_settings(&self, actor: &Actor, patch: SettingsPatch) -> Result<Settings> {
        actor.require_elevated(Right::Administer)?;
        let folders = match patch.folders {
            Some(folders) => Some(self.places(folders).await?),
            None => None,
        };
        let entry = audit::by(actor, "settings.change", "");
        let write = self.store.write(move |tx| -> Result<Settings> {
            let mut settings = load(tx)?;
            settings.folders = folders.unwrap_or(settings.folders);
            meta::set(tx, KEY, &serde_json::json!(settings).to_string())?;
            store::audit::insert(tx, &entry)?;
            Ok(settings)
        });
        write.await
    }

    /// The settings, for the engine's own use.
    pub(crate) async fn current_settings(&self) -> Result<Settings> {
        Ok(self.store.read(load).await?)
    }

    /// Folders as they are kept. Those that are kept already may be out of reach just now, as a disk that is not
    /// plugged in.
    async fn places(&self, folders: Vec<String>) -> Result<Vec<String>> {
        if folders.len() > MOST_FOLDERS {
            let message = format!("At most {MOST_FOLDERS} folders can be added.");
            return Err(Error::invalid("folders", message));
        }
        let kept = self.current_settings().await?.folders;
        let (mut places, new): (BTreeSet<_>, BTreeSet<_>) =
            folders.into_iter().partition(|folder| kept.contains(folder));
        for (folder, place) in self.showable(new).await? {
            let refused = || {
                let message = format!(
                    "{folder:?} cannot be shown: it is no folder that Stardeck's user can enter, or it holds keys or the machine itself."
                );
                Error::invalid("folders", message)
            };
            places.insert(place.ok_or_else(refused)?);
        }
        Ok(places.into_iter().collect())
    }
}

/// The settings as they are kept.
fn load(db: &Connection) -> rusqlite::Result<Settings> {
    let text = meta::get(db, KEY)?;
    let settings = text.map(|text| serde_json::from_str(&text)).transpose();
    let settings = settings.map_err(|error| store::users::unreadable(0, error))?;
    Ok(settings.unwrap_or_default())
}
