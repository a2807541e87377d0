//! Making, seeing and changing stacks, and asking for work on them.

use std::collections::BTreeMap;
use std::sync::Arc;

use api::audit::Entry;
use api::compose::{Diagnostic, Severity};
use api::job::{Job, JobKind};
use api::name::StackName;
use api::page::Listed;
use api::stack::{
    CreateStack, DeployStack, EditStack, Generation, Plan, RemoveStack, Stack, StackDetail, StackFiles, StackJob,
    WriteStack,
};

use super::disk::Disk;
use super::kept::{self, Kept};
use super::{observe, plan, sources};
use crate::actor::{Actor, Right};
use crate::error::{Error, Result};
use crate::jobs::{self, Told};
use crate::store::stacks::{GenerationRow, StackRow};
use crate::{Engine, audit, clock, store};

/// What can be done to a stack that was deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Start what it has.
    Start,
    /// Stop what it has; its containers stay.
    Stop,
    /// Stop, then start.
    Restart,
    /// Remove its containers and networks; its file and its volumes stay.
    Down,
}

impl Verb {
    fn job(self) -> (JobKind, &'static str) {
        match self {
            Self::Start => (JobKind::Start, "stack.start"),
            Self::Stop => (JobKind::Stop, "stack.stop"),
            Self::Restart => (JobKind::Restart, "stack.restart"),
            Self::Down => (JobKind::Down, "stack.down"),
        }
    }
}

impl Engine {
    /// All stacks, by name.
    pub async fn stacks(&self, actor: &Actor) -> Result<Listed<Stack>> {
        actor.require(Right::See)?;
        // What changes while the list is made is told after this number.
        let sequence = self.truth.sequence();
        let items = self.all_stacks().await?;
        Ok(Listed { items, sequence })
    }

    /// A stack, looked at closely. What is in its `.env` is for those who may change it.
    pub async fn stack(&self, actor: &Actor, name: &str) -> Result<StackDetail> {
        actor.require(Right::See)?;
        let row = self.stack_row(name).await?;
        let mut files = self.files(&row.name).await?;
        let diagnostics = self.diagnostics(&row.name, &files).await;
        if !actor.may(Right::Operate) {
            files.env.clear();
        }
        let stack = row.name.clone();
        let origin = self.store.read(move |db| store::origins::get(db, &stack)).await?;
        Ok(StackDetail {
            stack: self.show_stack(&row).await?,
            files,
            diagnostics,
            origin,
        })
    }

    /// Makes a stack, of texts or of what is found at an origin. Nothing of it runs until it is deployed.
    pub async fn create_stack(&self, actor: &Actor, mut request: CreateStack) -> Result<StackDetail> {
        actor.require(Right::Operate)?;
        let name = request.name.clone();
        // One at a time: of two who make the same stack at once, one is told that it is there.
        let turn = self.stacks.writing.lock().await;
        if self.read_row(&name).await?.is_some() {
            return Err(taken(&name));
        }
        let (beside, commit) = self.found_for(&mut request).await?;
        within_bounds(&request.compose, &request.env)?;
        // The files first: a folder without a row is nothing, a row without files would be broken.
        let (compose, env) = (request.compose, request.env);
        self.on_disk(&name, move |disk, name| {
            if disk.home(name).join("compose.yaml").exists() {
                return Err(taken(name));
            }
            disk.write(name, &compose, &env)?;
            disk.write_beside(name, &beside)
        })
        .await?;
        let (made, entry) = (name.clone(), audit::by(actor, "stack.create", name.as_str()));
        let origin = request.origin;
        let write = self.store.write(move |tx| -> Result<()> {
            if !store::stacks::insert(tx, &made, clock::now())? {
                return Err(taken(&made));
            }
            if let Some(origin) = &origin {
                store::origins::set(tx, &made, origin, commit.as_deref())?;
            }
            Ok(store::audit::insert(tx, &entry)?)
        });
        write.await?;
        drop(turn);
        self.stacks.poke();
        self.stack(actor, name.as_str()).await
    }

    /// Writes the files of a stack, if they are still those that were read.
    pub async fn write_stack(&self, actor: &Actor, name: &str, request: WriteStack) -> Result<StackDetail> {
        actor.require(Right::Operate)?;
        let row = self.stack_row(name).await?;
        let disk = self.files(&row.name).await?;
        let compose = request.compose.unwrap_or_else(|| disk.compose.clone());
        let env = request.env.unwrap_or_else(|| disk.env.clone());
        let sent = StackFiles {
            version: request.version,
            compose,
            env,
        };
        let beside = request.files.into_iter();
        let beside = beside.map(|(path, text)| (path, text.into_bytes())).collect();
        self.put_files(actor, &row.name, sent, beside).await
    }

    /// Changes the compose file of a stack and leaves every byte alone that the edits do not name.
    pub async fn edit_stack(&self, actor: &Actor, name: &str, request: EditStack) -> Result<StackDetail> {
        actor.require(Right::Operate)?;
        let row = self.stack_row(name).await?;
        let disk = self.files(&row.name).await?;
        let compose = compose::edit::apply(&disk.compose, &request.edits)
            .map_err(|error| Error::invalid("edits", format!("{error}.")))?;
        let sent = StackFiles {
            version: request.version,
            compose,
            env: disk.env,
        };
        self.put_files(actor, &row.name, sent, BTreeMap::new()).await
    }

    pub(super) async fn put_files(
        &self,
        actor: &Actor,
        name: &StackName,
        sent: StackFiles,
        beside: BTreeMap<String, Vec<u8>>,
    ) -> Result<StackDetail> {
        within_bounds(&sent.compose, &sent.env)?;
        sources::check(&beside)?;
        let entry = audit::by(actor, "stack.write", name.as_str());
        let write = self
            .store
            .write(move |tx| -> Result<()> { Ok(store::audit::insert(tx, &entry)?) });
        write.await?;
        // One at a time: between the look at the version and the writing nobody else writes.
        let turn = self.stacks.writing.lock().await;
        self.on_disk(name, move |disk, name| {
            let found = disk.read(name)?;
            if found.version != sent.version {
                return Err(Error::StackChanged {
                    disk: Box::new(found),
                    sent: Box::new(sent),
                });
            }
            disk.write_beside(name, &beside)?;
            disk.write(name, &sent.compose, &sent.env)
        })
        .await?;
        drop(turn);
        self.stacks.poke();
        self.stack(actor, name.as_str()).await
    }

    /// What a deploy would do.
    pub async fn diff_stack(&self, actor: &Actor, name: &str, request: &DeployStack) -> Result<Plan> {
        actor.require(Right::See)?;
        let row = self.stack_row(name).await?;
        let kept = self.asked(&row.name, request).await?;
        let source = self.source_of(&row.name, 0, &kept);
        let asked = kept.row;
        let capabilities = self.capable().await?;
        let read = tokio::task::spawn_blocking(move || source.meaning(&capabilities)).await;
        let (meaning, diagnostics) = read.map_err(|_| Error::Stopping)?;
        let mut shown = Plan {
            version: asked.version,
            items: Vec::new(),
            risks: Vec::new(),
            diagnostics,
        };
        let Some(mut meaning) = meaning else {
            return Ok(shown);
        };
        if request.build {
            meaning.build_again();
        }
        let observed = observe::observe(self, &row.name, &meaning.wanted, &asked.shown.images).await?;
        let changed = plan::other_than_wanted(&meaning.wanted, &observed).into_iter();
        let changed = changed.map(|(path, message)| ("cannot-change", path, message));
        let unbuildable = observed.unbuildable.iter();
        let unbuildable = unbuildable.map(|(name, why)| {
            let message = format!("The image of {name} cannot be built: {why}.");
            ("cannot-build", format!("services.{name}.build"), message)
        });
        let misfits = plan::misfits(&meaning.wanted, &observed).into_iter();
        let misfits = misfits.map(|(name, message)| ("other-platform", format!("services.{name}.image"), message));
        for (code, path, message) in changed.chain(unbuildable).chain(misfits) {
            shown.diagnostics.push(Diagnostic {
                severity: Severity::Error,
                code: code.to_owned(),
                message,
                file: String::new(),
                span: None,
                path,
                hint: None,
                fix: None,
            });
        }
        shown.items = plan::plan(&meaning.wanted, &observed).items(&meaning.wanted);
        shown.risks = meaning.refused.into_iter().chain(meaning.risks).collect();
        Ok(shown)
    }

    /// Asks for a deploy: of the files as they are, or of an older generation.
    pub async fn deploy_stack(&self, actor: &Actor, name: &str, request: DeployStack) -> Result<StackJob> {
        actor.require(Right::Operate)?;
        if !request.consents.is_empty() {
            actor.require_elevated(Right::Administer)?;
        }
        let row = self.stack_row(name).await?;
        let mut kept = self.asked(&row.name, &request).await?;
        let source = self.source_of(&row.name, 0, &kept);
        let capabilities = self.capable().await?;
        let read = tokio::task::spawn_blocking(move || source.meaning(&capabilities)).await;
        let (meaning, diagnostics) = read.map_err(|_| Error::Stopping)?;
        let meaning = meaning.ok_or(Error::Unfit { diagnostics })?;
        meaning.allowed(&request.consents)?;
        kept.files = Some(meaning.beside);
        let asked = &mut kept.row;
        asked.consents = request.consents;
        asked.shown.by = actor.user.name.to_string();
        asked.shown.created = clock::now();
        let what = match request.generation {
            Some(generation) => format!("{name} as generation {generation}"),
            None => name.to_owned(),
        };
        let (entry, stack) = (audit::by(actor, "stack.deploy", &what), row.name.clone());
        let job = jobs::new(JobKind::Deploy, row.name.as_str(), actor.user.name.as_str());
        let (vault, queued) = (Arc::clone(&self.vault), job.clone());
        let write = self.store.write(move |tx| -> Result<Told> {
            let told = Told {
                generation: Some(kept::add(tx, &vault, &stack, &kept)?),
                build: request.build,
                ..Told::default()
            };
            store::jobs::insert(tx, &queued, &told)?;
            store::audit::of_job(tx, &entry, &queued)?;
            Ok(told)
        });
        let told = write.await?;
        self.taken_up(row, job, told).await
    }

    /// Asks for something to be done to what a stack has.
    pub async fn operate_stack(&self, actor: &Actor, name: &str, verb: Verb) -> Result<StackJob> {
        actor.require(Right::Operate)?;
        let row = self.stack_row(name).await?;
        if row.generation.is_none() && verb != Verb::Down {
            return Err(Error::Conflict {
                code: "never_deployed",
                message: format!("{name} has nothing that was deployed."),
                hint: "Deploy it first.",
            });
        }
        let (kind, action) = verb.job();
        let entry = audit::by(actor, action, name);
        let job = self
            .enqueue(kind, &row.name, actor.user.name.as_str(), Told::default(), entry)
            .await?;
        self.stack_job(row, job).await
    }

    /// Asks for a stack to be removed. Its volumes stay, but those that are named.
    pub async fn remove_stack(&self, actor: &Actor, name: &str, request: &RemoveStack) -> Result<StackJob> {
        actor.require(Right::Operate)?;
        let row = self.stack_row(name).await?;
        let named = request
            .volumes
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty());
        let mut told = Told::default();
        let own = observe::volumes(self, &row.name).await?;
        for volume in named {
            if !own.iter().any(|own| own == volume) {
                let message = format!("{volume:?} is not a volume of {name}. Nothing was removed.");
                return Err(Error::invalid("volumes", message));
            }
            told.volumes.push(volume.to_owned());
        }
        let entry = audit::by(actor, "stack.remove", format!("{name} {}", request.volumes).trim_end());
        let by = actor.user.name.as_str();
        let job = self.enqueue(JobKind::Remove, &row.name, by, told, entry).await?;
        self.stack_job(row, job).await
    }

    /// What was deployed, the newest first. What was in `.env` is for those who may change it.
    pub async fn generations(&self, actor: &Actor, name: &str) -> Result<Listed<Generation>> {
        actor.require(Right::See)?;
        let sequence = self.truth.sequence();
        let row = self.stack_row(name).await?;
        let stack = row.name.clone();
        let read = self.store.read(move |db| store::stacks::generations(db, &stack));
        let rows = read.await?.into_iter();
        let open = rows.map(|known| Ok(kept::open(&self.vault, &row.name, known)?.row.shown));
        let mut items: Vec<Generation> = open.collect::<Result<_>>()?;
        if !actor.may(Right::Operate) {
            items.iter_mut().for_each(|generation| generation.env.clear());
        }
        Ok(Listed { items, sequence })
    }

    /// Keeps a job on a stack and hands it over.
    pub(crate) async fn enqueue(
        &self,
        kind: JobKind,
        stack: &StackName,
        by: &str,
        told: Told,
        entry: Entry,
    ) -> Result<Job> {
        self.queue(kind, stack.as_str(), by, told, entry).await
    }

    pub(super) async fn taken_up(&self, row: StackRow, job: Job, told: Told) -> Result<StackJob> {
        self.hand_over(job.clone(), told);
        self.stack_job(row, job).await
    }

    async fn stack_job(&self, row: StackRow, job: Job) -> Result<StackJob> {
        Ok(StackJob {
            stack: self.show_stack(&row).await?,
            job,
        })
    }

    /// The texts that a request means: those on the disk, or those of a generation with its images.
    async fn asked(&self, name: &StackName, request: &DeployStack) -> Result<Kept> {
        if let Some(number) = request.generation {
            return self.kept_or_missing(name, number).await;
        }
        let files = self.files(name).await?;
        if let Some(version) = request.version.as_ref().filter(|version| **version != files.version) {
            let sent = StackFiles {
                version: version.clone(),
                ..files.clone()
            };
            return Err(Error::StackChanged {
                disk: Box::new(files),
                sent: Box::new(sent),
            });
        }
        let row = GenerationRow {
            shown: Generation {
                number: 0,
                created: clock::now(),
                by: String::new(),
                good: false,
                compose: files.compose,
                env: files.env,
                images: BTreeMap::new(),
            },
            version: files.version,
            consents: Vec::new(),
            sealed: None,
        };
        Ok(Kept { row, files: None })
    }

    async fn diagnostics(&self, name: &StackName, files: &StackFiles) -> Vec<Diagnostic> {
        let source = self.source(name, 0, &files.compose, &files.env);
        let capabilities = self.known_capabilities();
        let read = tokio::task::spawn_blocking(move || match capabilities {
            Some(capabilities) => source.meaning(&capabilities).1,
            None => source.project().1,
        });
        read.await.unwrap_or_default()
    }

    pub(super) async fn files(&self, name: &StackName) -> Result<StackFiles> {
        self.on_disk(name, Disk::read).await
    }

    pub(super) async fn on_disk<T: Send + 'static>(
        &self,
        name: &StackName,
        work: impl FnOnce(&Disk, &StackName) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (disk, name) = (self.stacks.disk.clone(), name.clone());
        let done = tokio::task::spawn_blocking(move || work(&disk, &name)).await;
        done.map_err(|_| Error::Stopping)?
    }

    pub(super) async fn stack_row(&self, name: &str) -> Result<StackRow> {
        let unknown = || Error::not_found("stack", name);
        let name = StackName::parse(name).map_err(|_| unknown())?;
        self.read_row(&name).await?.ok_or_else(unknown)
    }

    pub(super) async fn read_row(&self, name: &StackName) -> Result<Option<StackRow>> {
        let name = name.clone();
        Ok(self.store.read(move |db| store::stacks::get(db, &name)).await?)
    }
}

pub(super) fn taken(name: &StackName) -> Error {
    Error::Conflict {
        code: "stack_exists",
        message: format!("There is a stack {name} already, or its folder is not empty."),
        hint: "Choose another name.",
    }
}

pub(super) fn within_bounds(compose: &str, env: &str) -> Result<()> {
    let most = compose::limits::FILE_BYTES;
    if compose.len() > most || env.len() > most {
        let message = format!("A file of a stack has at most {most} bytes.");
        return Err(Error::invalid("compose", message));
    }
    Ok(())
}
