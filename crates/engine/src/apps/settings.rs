//! Which apps somebody sees, and what people set for them: kept beside the app, so that it outlives every container.

use api::app::{App, AppDetail, AppSettings, AppsQuery};
use api::page::Listed;
use api::user::Role;

use super::board::Standing;
use super::icon;
use super::offer::{self, LONGEST_SLEEP};
use crate::actor::{Actor, Right};
use crate::error::{Error, Result};
use crate::{Engine, audit, store};

impl Standing {
    /// The least role that hears of it. What is hidden is there for those who may show it again.
    pub(super) fn audience(&self) -> Role {
        if self.holds.hidden {
            self.holds.seen_by.max(Role::Member)
        } else {
            self.holds.seen_by
        }
    }

    /// Whether the app is there for the actor.
    fn is_for(&self, actor: &Actor) -> bool {
        actor.user.role >= self.holds.seen_by
    }
}

impl Engine {
    /// The apps that the actor may see, by name.
    pub fn apps(&self, actor: &Actor, query: AppsQuery) -> Result<Listed<App>> {
        actor.require(Right::See)?;
        if query.hidden {
            actor.require(Right::Operate)?;
        }
        // What happens in between is told once more after it, which does no harm.
        let sequence = self.truth.sequence();
        let is_listed = |one: &&Standing| one.is_for(actor) && (query.hidden || !one.holds.hidden);
        let known = self.apps.lock();
        let listed = known.standing.iter().filter(is_listed);
        let items = listed.map(|one| one.app.clone()).collect();
        Ok(Listed { items, sequence })
    }

    /// The app that `id` means: an app's, or that of a container with one.
    pub(super) fn app_meant(&self, actor: &Actor, id: &str) -> Result<Standing> {
        actor.require(Right::See)?;
        let container = self.truth.find(id).filter(|container| !container.foreign);
        let known = self.apps.lock();
        let is_meant = |one: &&Standing| {
            one.row.id == id
                || container
                    .as_ref()
                    .is_some_and(|it| one.app.container.as_ref() == Some(&it.id))
        };
        let mut meant = known
            .standing
            .iter()
            .filter(is_meant)
            .filter(|one| actor.user.role >= one.audience());
        meant.next().cloned().ok_or_else(|| Error::not_found("app", id))
    }

    /// The id of the app that `id` means.
    pub fn app_of(&self, actor: &Actor, id: &str) -> Result<String> {
        Ok(self.app_meant(actor, id)?.row.id)
    }

    /// An app.
    pub fn app(&self, actor: &Actor, id: &str) -> Result<App> {
        Ok(self.app_meant(actor, id)?.app)
    }

    /// Whether the actor may open the app of that id. One that does not stand leads nowhere.
    pub(super) fn may_open(&self, actor: &Actor, id: &str) -> bool {
        let known = self.apps.lock();
        let mut standing = known.standing.iter();
        standing.all(|one| one.row.id != id || one.is_for(actor))
    }

    /// An app, looked at closely.
    pub fn app_detail(&self, actor: &Actor, id: &str) -> Result<AppDetail> {
        let one = self.app_meant(actor, id)?;
        Ok(AppDetail {
            settings: one.row.settings,
            labels: one.labels.as_settings(),
            detected: one.row.detected,
            icon_from: one.icon.from(),
            app: one.app,
        })
    }

    /// Sets all that is set for an app.
    pub async fn set_app(&self, actor: &Actor, id: &str, settings: AppSettings) -> Result<AppDetail> {
        actor.require(Right::Operate)?;
        let before = self.app_meant(actor, id)?;
        let settings = fit(settings)?;
        // Nobody can shut out those above, nor themselves.
        if settings.seen_by.is_some_and(|least| least > actor.user.role) {
            return Err(Error::invalid("seen_by", "You would not see this app any more."));
        }
        let id = before.row.id.clone();
        let (app, kept, entry) = (id.clone(), settings.clone(), audit::by(actor, "app.settings", &id));
        let write = self.store.write(move |tx| -> Result<()> {
            if !store::apps::set(tx, &app, &kept)? {
                return Err(Error::not_found("app", &app));
            }
            Ok(store::audit::insert(tx, &entry)?)
        });
        write.await?;
        let holds = before.labels.with(&settings);
        let is_narrower = (holds.seen_by, holds.hidden) != (before.holds.seen_by, before.holds.hidden);
        self.change_row(&id, |row| row.settings = settings);
        if is_narrower {
            self.apps.passes.end(&id);
        }
        self.app_detail(actor, &id)
    }
}

/// The settings as they are kept, if they make sense.
fn fit(mut settings: AppSettings) -> Result<AppSettings> {
    if let Some(name) = &settings.name {
        let name = offer::name_for_people(name);
        settings.name = Some(name.ok_or_else(|| Error::invalid("name", "That name has nothing that shows."))?);
    }
    let refused = |field, message: &str| Err(Error::invalid(field, message));
    if settings.icon.as_ref().is_some_and(|word| !icon::is_word(word)) {
        return refused(
            "icon",
            "An icon is a path at the app that begins with one /, or the name of one of Stardeck's.",
        );
    }
    if settings.port == Some(0) {
        return refused("port", "A port is a number from 1 to 65535.");
    }
    if settings.path.as_ref().is_some_and(|path| !offer::is_path(path)) {
        return refused("path", "A path begins with one / and has no spaces.");
    }
    if settings.sleep.is_some_and(|sleep| sleep > LONGEST_SLEEP) {
        return refused("sleep", "That is longer than 30 days. Set 0 to have it never sleep.");
    }
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_no_sense_is_refused_with_its_place() {
        let none = AppSettings::default;
        let text = |text: &str| Some(text.to_owned());
        for (field, settings) in [
            (
                "name",
                AppSettings {
                    name: text("\u{202e} "),
                    ..none()
                },
            ),
            (
                "icon",
                AppSettings {
                    icon: text("http://evil.test/x"),
                    ..none()
                },
            ),
            (
                "port",
                AppSettings {
                    port: Some(0),
                    ..none()
                },
            ),
            (
                "path",
                AppSettings {
                    path: text("//evil.test"),
                    ..none()
                },
            ),
            (
                "sleep",
                AppSettings {
                    sleep: Some(u32::MAX),
                    ..none()
                },
            ),
        ] {
            let refused = fit(settings).unwrap_err();
            assert!(
                matches!(refused, Error::Invalid { field: place, .. } if place == field),
                "{refused}"
            );
        }
        let named = AppSettings {
            name: text(" The\u{200b} Lab "),
            ..none()
        };
        assert_eq!(fit(named).unwrap().name.as_deref(), Some("The Lab"));
    }
}
