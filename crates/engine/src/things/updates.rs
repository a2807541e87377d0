//! Updates: what registries have that is newer than what stacks run.
//!
//! A registry is asked for the digest that a tag leads to, and, where the tag is a version, for its other tags: nothing is
//! fetched. What it said is kept with the generation that it was about, so that it is forgotten with the next one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use api::job::JobKind;
use api::name::StackName;
use api::stack::StackJob;
use api::update::{ImageCheck, ImageState, StackUpdates};
use futures_util::{StreamExt, stream};
use registry::{Client, Repository};

use super::reference::Reference;
use super::version;
use crate::actor::{Actor, Right};
use crate::error::{Error, Result};
use crate::jobs::Told;
use crate::stacks::kept::{self, Kept};
use crate::store::stacks::{Intent, StackRow};
use crate::{Engine, audit, clock, store};

/// How many registries are asked at once.
const AT_ONCE: usize = 4;
/// How long after the start nobody is asked: a machine that comes up has other work.
const QUIET: Duration = Duration::from_secs(300);
/// How often it is looked whose turn it is.
const TURN: Duration = Duration::from_secs(3600);

/// Asks for all stacks that run, each once in the time that the configuration says, until the engine stops.
pub(crate) async fn run(engine: Engine) {
    let Some(every) = engine.check_updates else {
        return;
    };
    let mut wait = QUIET + jitter();
    loop {
        tokio::select! {
            () = engine.stopping.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
        if let Err(error) = engine.check_what_is_due(every).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "updates could not be looked for"
            );
        }
        wait = TURN;
    }
}

/// Up to an hour, so that not all Stardecks ask at once.
fn jitter() -> Duration {
    let mut bytes = [0; 2];
    // Without randomness it is the same time for all, which does no harm to this one.
    let drawn = getrandom::fill(&mut bytes).map_or(0, |()| u16::from_le_bytes(bytes));
    Duration::from_secs(u64::from(drawn) % 3600)
}

/// An image of a generation.
struct Deployed {
    image: String,
    services: Vec<String>,
    /// Whether it is built, and not fetched.
    built: bool,
    /// The id of what runs.
    id: Option<String>,
}

impl Engine {
    /// Asks registries what they have for the images of a stack as it was deployed.
    pub async fn check_updates(&self, actor: &Actor, name: &str) -> Result<StackUpdates> {
        actor.require(Right::Operate)?;
        let (row, generation) = self.deployed(name).await?;
        let engine = self.clone();
        self.audited(audit::by(actor, "stack.check_updates", name), async move {
            engine.ask_registries(&row.name, &generation).await
        })
        .await
    }

    /// Asks for what a stack runs to be deployed again with what its tags lead to now. If that does not come up, what ran
    /// before comes back.
    pub async fn update_stack(&self, actor: &Actor, name: &str) -> Result<StackJob> {
        actor.require(Right::Operate)?;
        let (row, mut generation) = self.deployed(name).await?;
        let (engine, stack, asked) = (self.clone(), row.name.clone(), generation.clone());
        let said = self
            .carry_out(async move { engine.ask_registries(&stack, &asked).await })
            .await?;
        let newer = said.images.into_iter().filter(|image| image.state == ImageState::Newer);
        let fetch: Vec<String> = newer.map(|image| image.image).collect();
        if fetch.is_empty() {
            return Err(Error::Conflict {
                code: "nothing_newer",
                message: format!("No registry has anything newer for the tags that {name} names."),
                hint: "To take another version, change the tag in its file and deploy that.",
            });
        }
        // The other images stay the bytes that they are; what these are is found out when they are there.
        let old = self.images_of(&row.name, &generation).await?;
        for image in old.iter().filter(|image| fetch.contains(&image.image)) {
            for service in &image.services {
                generation.row.shown.images.remove(service);
            }
        }
        actor.user.name.as_str().clone_into(&mut generation.row.shown.by);
        generation.row.shown.created = clock::now();
        let entry = audit::by(actor, "stack.update", &format!("{name} {}", fetch.join(" ")));
        let stack = row.name.clone();
        let job = crate::jobs::new(JobKind::Deploy, name, actor.user.name.as_str());
        let (vault, queued) = (Arc::clone(&self.vault), job.clone());
        let write = self.store.write(move |tx| -> Result<Told> {
            let told = Told {
                generation: Some(kept::add(tx, &vault, &stack, &generation)?),
                fetch,
                ..Told::default()
            };
            store::jobs::insert(tx, &queued, &told)?;
            store::audit::of_job(tx, &entry, &queued)?;
            Ok(told)
        });
        let told = write.await?;
        self.hand_over(job.clone(), told);
        Ok(StackJob {
            stack: self.show_stack(&row).await?,
            job,
        })
    }

    async fn check_what_is_due(&self, every: Duration) -> Result<()> {
        for row in self.store.read(store::stacks::all).await? {
            let Some(number) = row.generation.filter(|_| row.wanted != Intent::Down) else {
                continue;
            };
            let stack = row.name.clone();
            let read = self.store.read(move |db| store::updates::get(db, &stack, number));
            let said = read.await?;
            let due = said.is_none_or(|said| clock::after(said.checked, every) <= clock::now());
            if !due || self.stopping.is_cancelled() {
                continue;
            }
            let asked = match self.kept(&row.name, number).await {
                Ok(Some(generation)) => self.ask_registries(&row.name, &generation).await.map(drop),
                Ok(None) => Ok(()),
                Err(error) => Err(error),
            };
            // Podman or a text that cannot be read any more: the next turn tries again.
            if let Err(error) = asked {
                tracing::warn!(stack = %row.name, error = &error as &dyn std::error::Error, "no look for updates");
            }
        }
        Ok(())
    }

    /// The stack, and what is deployed of it.
    async fn deployed(&self, name: &str) -> Result<(StackRow, Kept)> {
        let unknown = || Error::not_found("stack", name);
        let stack = StackName::parse(name).map_err(|_| unknown())?;
        let row = self.store.read(move |db| store::stacks::get(db, &stack)).await?;
        let row = row.ok_or_else(unknown)?;
        let generation = match row.generation {
            Some(number) => self.kept(&row.name, number).await?,
            None => None,
        };
        let generation = generation.ok_or_else(|| Error::Conflict {
            code: "never_deployed",
            message: format!("{name} has nothing that was deployed."),
            hint: "Deploy it first.",
        })?;
        Ok((row, generation))
    }

    /// The images of a generation, each once.
    async fn images_of(&self, name: &StackName, generation: &Kept) -> Result<Vec<Deployed>> {
        let shown = &generation.row.shown;
        let source = self.source_of(name, shown.number, generation);
        let capabilities = self.capable().await?;
        let read = tokio::task::spawn_blocking(move || source.meaning(&capabilities)).await;
        let (meaning, diagnostics) = read.map_err(|_| Error::Stopping)?;
        let meaning = meaning.ok_or(Error::Unfit { diagnostics })?;
        let mut images: BTreeMap<String, Deployed> = BTreeMap::new();
        for service in meaning.wanted.services {
            let id = shown.images.get(&service.name).cloned();
            let entry = images.entry(service.image.clone()).or_insert_with(|| Deployed {
                image: service.image,
                services: Vec::new(),
                built: false,
                id: None,
            });
            entry.built |= service.build.is_some();
            entry.services.push(service.name);
            entry.id = entry.id.take().or(id);
        }
        Ok(images.into_values().collect())
    }

    async fn ask_registries(&self, name: &StackName, generation: &Kept) -> Result<StackUpdates> {
        let images = self.images_of(name, generation).await?;
        let engine = self.clone();
        let images: Vec<ImageCheck> = stream::iter(images)
            .map(move |image| check(engine.clone(), image))
            .buffered(AT_ONCE)
            .collect()
            .await;
        let said = StackUpdates {
            checked: clock::now(),
            images,
        };
        let (stack, number, kept) = (name.clone(), generation.row.shown.number, said.clone());
        let write = self
            .store
            .write(move |tx| -> Result<()> { Ok(store::updates::set(tx, &stack, number, &kept)?) });
        write.await?;
        self.stacks.poke();
        Ok(said)
    }
}

/// What the registry has for one image.
async fn check(engine: Engine, deployed: Deployed) -> ImageCheck {
    let mut check = ImageCheck {
        image: deployed.image,
        services: deployed.services,
        state: ImageState::Unknown,
        digest: None,
        newer_tags: Vec::new(),
        trouble: None,
    };
    let Some(reference) = Reference::parse(&check.image) else {
        return check;
    };
    if reference.digest.is_some() {
        check.state = ImageState::Pinned;
    } else if deployed.built || reference.registry == "localhost" {
        check.state = ImageState::Local;
    } else if let Err(trouble) = ask(&engine, &reference, deployed.id.as_deref(), &mut check).await {
        check.trouble = Some(trouble);
    }
    check
}

/// Asks the registry, and says why it did not tell as a sentence.
async fn ask(engine: &Engine, reference: &Reference, id: Option<&str>, check: &mut ImageCheck) -> Result<(), String> {
    let login = engine.registry_login(&reference.registry).await;
    let login = login.map_err(|_| "The password that is kept for its registry cannot be opened.".to_owned())?;
    let repository = Repository {
        registry: reference.registry.clone(),
        name: reference.repository.clone(),
        login: login.map(|login| (login.username, login.password)),
        plain: reference.is_local(),
    };
    let client = Client::new().ok_or("TLS cannot be spoken here.")?;
    let tag = reference.tag.as_deref().unwrap_or("latest");
    let said = |error: registry::Error| format!("{error}.");
    let digest = client.digest(&repository, tag).await.map_err(said)?;
    let digest = digest.ok_or_else(|| format!("{} has no tag {tag} any more.", reference.registry))?;
    if version::is_version(tag) {
        check.newer_tags = version::later(tag, &client.tags(&repository).await.map_err(said)?);
    }
    let gone = || "What runs is not among the images of this machine any more.".to_owned();
    let own = engine.podman.images().inspect(id.ok_or_else(gone)?).await;
    let own = own.map_err(|error| {
        if error.is_not_found() {
            gone()
        } else {
            format!("{error}.")
        }
    })?;
    let has = own.digest == digest || own.digests.iter().any(|name| name.ends_with(&format!("@{digest}")));
    check.state = if has { ImageState::Current } else { ImageState::Newer };
    check.digest = Some(digest);
    Ok(())
}
