//! Images. An image is nobody's: several stacks share it, and Podman keeps it once.

use std::collections::{BTreeMap, BTreeSet};

use api::image::{Image, ImageDetail};
use api::name::StackName;
use api::page::{Page, PageQuery};
use podman::container::Summary as Container;
use podman::image::Summary;

use super::users::Users;
use crate::actor::{Actor, Right};
use crate::containers::{ignore_absent, shown};
use crate::error::{Error, Result};
use crate::store::stacks::Intent;
use crate::{Engine, audit, page, store};

/// The stacks that were deployed with an image.
#[derive(Clone, Debug, Default)]
struct Deployed {
    /// Those, by name.
    stacks: BTreeSet<StackName>,
    /// Those of them that are not down: they count on it.
    wanted: BTreeSet<StackName>,
}

/// What is known of who needs which image.
struct Needs {
    containers: Vec<Container>,
    deployed: BTreeMap<String, Deployed>,
}

impl Engine {
    /// The images, by name, those without one last.
    pub async fn images(&self, actor: &Actor, query: &PageQuery) -> Result<Page<Image>> {
        actor.require(Right::See)?;
        let needs = self.needs().await?;
        let listed = self.podman.images().list().await?;
        let mut items: Vec<Image> = listed
            .into_iter()
            .map(|image| self.image(actor, image, &needs))
            .collect();
        items.sort_by_cached_key(key);
        page::cut(items, query, key, |image| {
            format!("{}\n{}", image.tags.join("\n"), image.digests.join("\n")).to_lowercase()
        })
    }

    /// An image, looked at closely.
    pub async fn inspect_image(&self, actor: &Actor, id: &str) -> Result<ImageDetail> {
        actor.require(Right::See)?;
        let known = self.find_image(id).await?;
        let detail = self.podman.images().inspect(&known.id).await?;
        let name = |pair: &String| pair.split_once('=').map_or(pair.as_str(), |(name, _)| name).to_owned();
        Ok(ImageDetail {
            image: self.image(actor, known, &self.needs().await?),
            architecture: detail.architecture,
            os: detail.os,
            entrypoint: detail.config.entrypoint,
            command: detail.config.command,
            environment: detail.config.environment.iter().map(name).collect(),
            ports: detail.config.ports,
            volumes: detail.config.volumes,
            labels: detail.config.labels,
            user: detail.config.user,
            working_dir: detail.config.working_dir,
        })
    }

    /// Removes an image with all its names, if nothing needs it.
    pub async fn remove_image(&self, actor: &Actor, id: &str) -> Result<()> {
        actor.require(Right::Operate)?;
        let known = self.find_image(id).await?;
        let needs = self.needs().await?;
        let called = known.references.first().unwrap_or(&known.id).clone();
        let deployed = needs.deployed.get(&known.id).cloned().unwrap_or_default();
        let users = Users::of(self, actor, &needs.containers, |container| {
            container.image_id == known.id
        });
        if users.any {
            return Err(users.refusal("image", &called));
        }
        if !deployed.wanted.is_empty() {
            let names: Vec<&str> = deployed.wanted.iter().map(StackName::as_str).collect();
            return Err(Error::InUse {
                what: "image",
                message: format!("The image {called} is what is deployed of {}.", names.join(", ")),
                used_by: Vec::new(),
                stacks: deployed.wanted.into_iter().collect(),
            });
        }
        let engine = self.clone();
        let entry = audit::by(actor, "image.remove", &format!("{called} {}", known.id));
        self.audited(entry, async move {
            // By its id, Podman would refuse one that has several names; and never by force, which takes containers along.
            for name in &known.references {
                ignore_absent(engine.podman.images().remove(name, false).await)?;
            }
            Ok(ignore_absent(engine.podman.images().remove(&known.id, false).await)?)
        })
        .await
    }

    /// The image of that id, of the only id that begins so, or of that name.
    async fn find_image(&self, id: &str) -> Result<Summary> {
        let unknown = || Error::not_found("image", id);
        let wanted = id.strip_prefix("sha256:").unwrap_or(id);
        let is_id = wanted.len() >= 12 && wanted.bytes().all(|byte| byte.is_ascii_hexdigit());
        let listed = self.podman.images().list().await?;
        let named = |image: &Summary| image.references.iter().any(|name| name == id);
        let mut found = listed
            .into_iter()
            .filter(|image| named(image) || (is_id && image.id.starts_with(wanted)));
        let first = found.next().ok_or_else(unknown)?;
        if found.next().is_some() {
            Err(unknown())
        } else {
            Ok(first)
        }
    }

    async fn needs(&self) -> Result<Needs> {
        let read = self.store.read(|db| {
            let mut deployed: BTreeMap<String, Deployed> = BTreeMap::new();
            for row in store::stacks::all(db)? {
                for number in [row.generation, row.good].into_iter().flatten() {
                    let generation = store::stacks::generation(db, &row.name, number)?;
                    for id in generation
                        .into_iter()
                        .flat_map(|generation| generation.shown.images.into_values())
                    {
                        let entry = deployed.entry(id).or_default();
                        entry.stacks.insert(row.name.clone());
                        if row.wanted != Intent::Down {
                            entry.wanted.insert(row.name.clone());
                        }
                    }
                }
            }
            Ok(deployed)
        });
        Ok(Needs {
            deployed: read.await?,
            containers: self.podman.containers().list().await?,
        })
    }

    fn image(&self, actor: &Actor, image: Summary, needs: &Needs) -> Image {
        let users = Users::of(self, actor, &needs.containers, |container| {
            container.image_id == image.id
        });
        let deployed = needs.deployed.get(&image.id).cloned().unwrap_or_default();
        Image {
            id: image.id,
            tags: image.references,
            digests: image.digests,
            size: image.size,
            created: shown::whole_second(image.created),
            in_use: users.any || !deployed.wanted.is_empty(),
            used_by: users.seen,
            stacks: deployed.stacks.into_iter().collect(),
        }
    }
}

/// What the list is sorted by; no two images share it.
fn key(image: &Image) -> String {
    // `~` comes after all that a name may begin with.
    format!("{} {}", image.tags.first().map_or("~", String::as_str), image.id)
}
