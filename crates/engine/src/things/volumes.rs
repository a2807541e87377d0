//! Volumes.

use std::sync::PoisonError;

use api::page::{Page, PageQuery};
use api::thing::RemoveThing;
use api::volume::{CreateVolume, Volume, VolumeDetail};
use podman::container::Summary as Container;

use super::users::{Mounted, Users};
use super::{is_seen, may_remove, new_name, own_labels};
use crate::actor::{Actor, Right};
use crate::containers::shown::{owner_of, stack_of, whole_second};
use crate::error::{Error, Result};
use crate::{Engine, audit, page};

impl Engine {
    /// The volumes that the actor may see, by name.
    pub async fn volumes(&self, actor: &Actor, query: &PageQuery) -> Result<Page<Volume>> {
        actor.require(Right::See)?;
        let containers = self.podman.containers().list().await?;
        let mounted = self.mounted(&containers).await?;
        let listed = self.podman.volumes().list().await?;
        let mut items: Vec<Volume> = listed
            .into_iter()
            .filter(|volume| is_seen(actor, owner_of(&volume.labels, &self.deck)))
            .map(|volume| self.show_volume(actor, &volume, &containers, &mounted))
            .collect();
        items.sort_by(|a, b| a.name.cmp(&b.name));
        page::cut(
            items,
            query,
            |volume| volume.name.clone(),
            |volume| format!("{}\n{}", volume.name, volume.stack.as_deref().unwrap_or_default()).to_lowercase(),
        )
    }

    /// A volume, looked at closely.
    pub async fn volume(&self, actor: &Actor, name: &str) -> Result<VolumeDetail> {
        let volume = self.find_volume(actor, name, Right::See).await?;
        let containers = self.podman.containers().list().await?;
        let mounted = self.mounted(&containers).await?;
        Ok(VolumeDetail {
            volume: self.show_volume(actor, &volume, &containers, &mounted),
            mountpoint: volume.mountpoint,
            labels: volume.labels,
            options: volume.options.into_keys().collect(),
        })
    }

    /// Makes a volume.
    pub async fn create_volume(&self, actor: &Actor, request: CreateVolume) -> Result<VolumeDetail> {
        actor.require(Right::Operate)?;
        let create = podman::volume::Create {
            name: new_name(&request.name)?,
            labels: own_labels(&self.deck),
            ..podman::volume::Create::default()
        };
        let taken = move || Error::Conflict {
            code: "volume_exists",
            message: format!("There is a volume {} already.", request.name),
            hint: "Choose another name.",
        };
        // Podman has more than one answer to a name that is taken.
        if self
            .podman
            .volumes()
            .list()
            .await?
            .iter()
            .any(|has| has.name == create.name)
        {
            return Err(taken());
        }
        let (engine, name) = (self.clone(), create.name.clone());
        self.audited(audit::by(actor, "volume.create", &name), async move {
            let made = engine.podman.volumes().create(&create).await.map(drop);
            made.map_err(|error| if error.is_conflict() { taken() } else { error.into() })
        })
        .await?;
        self.volume(actor, &name).await
    }

    /// Removes a volume with all that is in it, if nothing uses it.
    pub async fn remove_volume(&self, actor: &Actor, name: &str, how: RemoveThing) -> Result<()> {
        let volume = self.find_volume(actor, name, Right::Operate).await?;
        may_remove("volume", name, &volume.labels, &self.deck, how)?;
        let containers = self.podman.containers().list().await?;
        let mounted = self.mounted(&containers).await?;
        let users = Users::of(self, actor, &containers, |container| has(&mounted, container, name));
        if users.any {
            return Err(users.refusal("volume", name));
        }
        let engine = self.clone();
        self.audited(audit::by(actor, "volume.remove", name), async move {
            Ok(engine.podman.volumes().remove(&volume.name).await?)
        })
        .await
    }

    /// The volume of that name, if the actor has `right` to it. Podman itself would take the beginning of a name too.
    async fn find_volume(&self, actor: &Actor, name: &str, right: Right) -> Result<podman::volume::Volume> {
        let listed = self.podman.volumes().list().await?;
        let found = listed.into_iter().find(|volume| volume.name == name);
        let seen = found.filter(|volume| actor.may(Right::See) && is_seen(actor, owner_of(&volume.labels, &self.deck)));
        let seen = seen.ok_or_else(|| Error::not_found("volume", name));
        actor.require(right)?;
        seen
    }

    fn show_volume(
        &self,
        actor: &Actor,
        volume: &podman::volume::Volume,
        containers: &[Container],
        mounted: &Mounted,
    ) -> Volume {
        let users = Users::of(self, actor, containers, |container| {
            has(mounted, container, &volume.name)
        });
        let sizes = self.things.sizes.lock().unwrap_or_else(PoisonError::into_inner);
        Volume {
            name: volume.name.clone(),
            driver: volume.driver.clone(),
            created: whole_second(volume.created),
            owner: owner_of(&volume.labels, &self.deck),
            stack: stack_of(&volume.labels),
            anonymous: volume.anonymous,
            size: sizes.get(&volume.name).copied(),
            in_use: users.any,
            used_by: users.seen,
        }
    }
}

fn has(mounted: &Mounted, container: &Container, volume: &str) -> bool {
    mounted
        .get(&container.id)
        .is_some_and(|names| names.iter().any(|name| name == volume))
}
