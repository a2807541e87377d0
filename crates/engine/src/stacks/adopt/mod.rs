//! Containers that somebody else made become a stack, on an administrator's word.
//!
//! - [`derive`](mod@derive): from what Podman says of them to a compose file, in the shape of [`file`]
//! - [`aside`]: the old containers while the new ones come up
//!
//! The old containers, their names and whether they ran are kept with the job before any of them is touched, so that a
//! crash in the middle ends like a deploy: with the new ones whole, or with the old ones back.

mod aside;
mod derive;
mod file;

use std::collections::BTreeMap;
use std::sync::Arc;

use api::adopt::{Adopt, Adoptee, Adoption};
use api::compose::Diagnostic;
use api::container::Container;
use api::job::JobKind;
use api::name::StackName;
use api::stack::{Generation, Plan, PlanItem, PlanVerb, StackJob};
use podman::Podman;

use super::kept::{self, Kept};
use super::load::Meaning;
use super::manage::{taken, within_bounds};
use super::{observe, plan};
use crate::actor::{Actor, Right};
use crate::error::{Error, Result};
use crate::jobs::{self, Adopted, Told};
use crate::store::stacks::{GenerationRow, Intent};
use crate::things::reference::Reference;
use crate::{Engine, audit, clock, store};
pub use derive::Derived;
use derive::{Found, PROJECT, derive, label};

/// The label of what a Stardeck made.
const OURS: &str = "io.stardeck.deck";
/// The most containers that are adopted at once.
const MOST: usize = 50;

impl Engine {
    /// What a container that somebody else made would be as a stack, with the others of its compose project.
    pub async fn adoption(&self, actor: &Actor, id: &str) -> Result<Adoption> {
        let known = self.seen(actor, id, Right::Administer)?;
        let found = self.adoptees(&known).await?;
        let derived = derive(&found);
        let name = self.free_name(&found).await?;
        let (meaning, diagnostics) = self.meaning_of(&name, &derived.compose, &derived.env).await?;
        let mut shown = Plan {
            version: String::new(),
            items: Vec::new(),
            risks: Vec::new(),
            diagnostics: derived.diagnostics.iter().cloned().chain(diagnostics).collect(),
        };
        if let Some(meaning) = meaning {
            let pins = pins(&found, &derived, &meaning);
            let observed = observe::observe(self, &name, &meaning.wanted, &pins).await?;
            shown.items = plan::plan(&meaning.wanted, &observed).items(&meaning.wanted);
            shown.risks = meaning.refused.into_iter().chain(meaning.risks).collect();
        }
        let adoptees = found.iter().zip(&derived.services).map(|(one, service)| Adoptee {
            id: one.recipe.id.clone(),
            name: one.recipe.name.clone(),
            service: service.clone(),
        });
        let containers: Vec<Adoptee> = adoptees.collect();
        shown.items.extend(containers.iter().map(|old| PlanItem {
            verb: PlanVerb::Remove,
            kind: "container".to_owned(),
            name: old.name.clone(),
            service: Some(old.service.clone()),
            reason: "its place is taken; it is kept until the new one is up, and its volumes stay".to_owned(),
        }));
        Ok(Adoption {
            name,
            containers,
            compose: derived.compose,
            env: derived.env,
            plan: shown,
        })
    }

    /// Makes containers that somebody else made a stack: new ones take their place, with their volumes.
    pub async fn adopt(&self, actor: &Actor, id: &str, request: Adopt) -> Result<StackJob> {
        let known = self.seen(actor, id, Right::Administer)?;
        if !request.consents.is_empty() {
            actor.require_elevated(Right::Administer)?;
        }
        within_bounds(&request.compose, &request.env)?;
        let name = request.name.clone();
        // One at a time, so that no container is adopted twice.
        let turn = self.stacks.writing.lock().await;
        let found = self.adoptees(&known).await?;
        let ids = found.iter().map(|one| one.recipe.id.as_str());
        if !ids.eq(request.containers.iter().map(String::as_str)) {
            return Err(Error::Conflict {
                code: "adoption_moved",
                message: "These are not the containers that were looked at.".to_owned(),
                hint: "Look again at what would be adopted.",
            });
        }
        let row = self.read_row(&name).await?;
        // One whose adoption failed has its file still, and may try again.
        let spare = |row: &store::stacks::StackRow| row.good.is_none() && row.wanted == Intent::Down;
        if row.as_ref().is_some_and(|row| !spare(row)) || self.jobs.of(name.as_str()).is_some() {
            return Err(taken(&name));
        }
        let (meaning, diagnostics) = self.meaning_of(&name, &request.compose, &request.env).await?;
        let meaning = meaning.ok_or(Error::Unfit { diagnostics })?;
        meaning.allowed(&request.consents)?;
        let images = pins(&found, &derive(&found), &meaning);

        let is_new = row.is_none();
        let (compose, env) = (request.compose.clone(), request.env.clone());
        let files = self
            .on_disk(&name, move |disk, name| {
                if is_new && disk.home(name).join("compose.yaml").exists() {
                    return Err(taken(name));
                }
                disk.write(name, &compose, &env)
            })
            .await?;
        let kept = Kept {
            row: GenerationRow {
                shown: Generation {
                    number: 0,
                    created: clock::now(),
                    by: actor.user.name.to_string(),
                    good: false,
                    compose: request.compose,
                    env: request.env,
                    images,
                },
                version: files.version,
                consents: request.consents,
                sealed: None,
            },
            files: Some(meaning.beside),
        };
        let old = found.iter().map(|one| Adopted {
            id: one.recipe.id.clone(),
            name: one.recipe.name.clone(),
            running: one.recipe.running,
        });
        let mut told = Told {
            adopts: old.collect(),
            ..Told::default()
        };
        let names: Vec<&str> = told.adopts.iter().map(|one| one.name.as_str()).collect();
        let entry = audit::by(actor, "stack.adopt", &format!("{name} {}", names.join(" ")));
        let job = jobs::new(JobKind::Deploy, name.as_str(), actor.user.name.as_str());
        let (vault, queued, stack) = (Arc::clone(&self.vault), job.clone(), name.clone());
        let write = self.store.write(move |tx| -> Result<Told> {
            store::stacks::insert(tx, &stack, clock::now())?;
            told.generation = Some(kept::add(tx, &vault, &stack, &kept)?);
            store::jobs::insert(tx, &queued, &told)?;
            store::audit::of_job(tx, &entry, &queued)?;
            Ok(told)
        });
        let told = write.await?;
        drop(turn);
        let row = self.stack_row(name.as_str()).await?;
        self.taken_up(row, job, told).await
    }

    /// The containers that are adopted with one that is known.
    async fn adoptees(&self, known: &Container) -> Result<Vec<Found>> {
        if !known.foreign {
            return Err(Error::Conflict {
                code: "container_ours",
                message: format!("{} is Stardeck's already.", known.name),
                hint: "It is a part of a stack.",
            });
        }
        let found = belonging(&self.podman, &known.id).await?;
        if found.len() > MOST {
            let message = format!("At most {MOST} containers are adopted at once.");
            return Err(Error::invalid("containers", message));
        }
        for one in &found {
            self.can_be_adopted(&one.recipe)?;
        }
        Ok(found)
    }

    fn can_be_adopted(&self, recipe: &podman::container::Recipe) -> Result<()> {
        let name = &recipe.name;
        let refused = |code, message, hint| Err(Error::Conflict { code, message, hint });
        if recipe.labels.contains_key(OURS) {
            let message = format!("{name} belongs to a stack of a Stardeck.");
            return refused("adoption_of_a_deck", message, "Remove that stack there first.");
        }
        if recipe.passing {
            let message = format!("{name} was started with --rm: it is gone as soon as it stops.");
            let hint = "It could not be put back if something failed; start it without --rm.";
            return refused("adoption_of_passing", message, hint);
        }
        if let Some(stack) = self.jobs.adopts(&recipe.id) {
            let message = format!("{name} is being adopted by the stack {stack}.");
            return refused("adoption_under_way", message, "Wait for that to end.");
        }
        Ok(())
    }

    /// A name for the stack that nobody has.
    async fn free_name(&self, found: &[Found]) -> Result<StackName> {
        let first = found.first().map(|one| &one.recipe);
        let base = first.and_then(|first| label(&first.labels, &PROJECT).or(Some(&first.name)));
        let base: String = base
            .unwrap_or_default()
            .to_lowercase()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' })
            .skip_while(|c| !c.is_ascii_alphanumeric())
            .take(StackName::MAX - 4)
            .collect();
        let base = if base.is_empty() { "adopted".to_owned() } else { base };
        let numbered = (2..1000).map(|count| format!("{base}-{count}"));
        for name in std::iter::once(base.clone()).chain(numbered) {
            let name = StackName::parse(&name).map_err(|error| Error::invalid("name", error.to_string()))?;
            if self.read_row(&name).await?.is_none() {
                return Ok(name);
            }
        }
        Err(Error::invalid(
            "name",
            "There is no free name for the stack.".to_owned(),
        ))
    }

    async fn meaning_of(
        &self,
        name: &StackName,
        compose: &str,
        env: &str,
    ) -> Result<(Option<Meaning>, Vec<Diagnostic>)> {
        let source = self.source(name, 0, compose, env);
        let capabilities = self.capable().await?;
        let read = tokio::task::spawn_blocking(move || source.meaning(&capabilities)).await;
        read.map_err(|_| Error::Stopping)
    }
}

/// What a container, with the others of its compose project, would be as a stack: for who has no server at hand.
pub async fn derived(podman: &Podman, container: &str) -> Result<Derived> {
    Ok(derive(&belonging(podman, container).await?))
}

/// A container and the others of its compose project, in the order in which they were started.
async fn belonging(podman: &Podman, id: &str) -> Result<Vec<Found>> {
    let containers = podman.containers();
    let first = containers.recipe(id).await?;
    let mut recipes = Vec::new();
    if let Some(project) = label(&first.labels, &PROJECT) {
        let listed = containers.list().await?;
        let others = listed.iter().filter(|other| {
            let labels = &other.labels;
            let once = labels
                .get("com.docker.compose.oneoff")
                .is_some_and(|once| once == "True");
            let apart = once || labels.contains_key(OURS);
            other.id != first.id && label(labels, &PROJECT) == Some(project) && !apart
        });
        for other in others {
            recipes.push(containers.recipe(&other.id).await?);
        }
    }
    recipes.push(first);
    recipes.sort_by(|a, b| (a.started, &a.name).cmp(&(b.started, &b.name)));
    let mut found = Vec::new();
    for recipe in recipes {
        let image = podman.images().inspect(&recipe.image_id).await?;
        found.push(Found { recipe, image });
    }
    Ok(found)
}

/// The images that the containers have, by service: the same bytes again, unless the file names another image.
fn pins(found: &[Found], derived: &Derived, meaning: &Meaning) -> BTreeMap<String, String> {
    let mut pins = BTreeMap::new();
    for (one, name) in found.iter().zip(&derived.services) {
        let image = Reference::parse(&one.recipe.image).map(|image| image.to_string());
        let mut services = meaning.wanted.services.iter();
        if services.any(|service| service.name == *name && Some(&service.image) == image.as_ref()) {
            pins.insert(name.clone(), one.recipe.image_id.clone());
        }
    }
    pins
}
