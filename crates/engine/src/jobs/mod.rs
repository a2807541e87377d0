//! Jobs: work that takes a while, kept in the database before it is begun, and told of while it goes on.
//!
//! - [`live`]: a job that waits or is at work: its steps, its log, its being called off
//! - [`run`]: takes jobs up in order, a few at once, one for each object; after a crash it takes them up again

pub(crate) mod live;
pub(crate) mod run;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use api::audit::Entry;
use api::event::Change;
use api::job::{Job, JobDetail, JobKind, JobState};
use api::page::Listed;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::actor::{Actor, Right};
use crate::error::{Error, Result};
use crate::{Engine, audit, clock, store};
use live::Live;

/// What a job was told beside its kind and its object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Told {
    /// The generation to deploy.
    pub(crate) generation: Option<u64>,
    /// The volumes to remove.
    pub(crate) volumes: Vec<String>,
    /// The platform of the image to fetch.
    pub(crate) platform: Option<String>,
    /// The images to fetch though they are there.
    pub(crate) fetch: Vec<String>,
    /// The container to heal.
    pub(crate) heals: Option<String>,
    /// Containers of somebody else whose place is taken, in the order in which they were started.
    pub(crate) adopts: Vec<Adopted>,
    /// Whether images are built again.
    pub(crate) build: bool,
}

/// A container whose place is taken, as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Adopted {
    /// Its id.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// Whether it ran.
    pub(crate) running: bool,
}

/// The jobs that are not over.
#[derive(Default)]
pub(crate) struct Jobs {
    open: Mutex<Vec<Arc<Live>>>,
    wake: Notify,
}

impl Jobs {
    /// Takes in a job that is in the database already.
    pub(crate) fn add(&self, live: Arc<Live>) {
        let mut open = self.lock();
        // Who starts up may have read it from the database meanwhile.
        if open.iter().all(|has| has.id != live.id) {
            open.push(live);
        }
        drop(open);
        self.wake.notify_one();
    }

    /// The job that works on `object`, or waits to.
    pub(crate) fn of(&self, object: &str) -> Option<Arc<Live>> {
        let open = self.lock();
        let running = |live: &&Arc<Live>| live.object == object && live.is_running();
        let found = open.iter().find(running);
        found
            .or_else(|| open.iter().find(|live| live.object == object))
            .cloned()
    }

    /// The object of the job that takes the place of a container, or waits to.
    pub(crate) fn adopts(&self, container: &str) -> Option<String> {
        let open = self.lock();
        let takes = |live: &&Arc<Live>| live.told.adopts.iter().any(|one| one.id == container);
        open.iter().find(takes).map(|live| live.object.clone())
    }

    fn find(&self, id: &str) -> Option<Arc<Live>> {
        self.lock().iter().find(|live| live.id == id).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Live>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A job that is new.
pub(crate) fn new(kind: JobKind, object: &str, by: &str) -> Job {
    Job {
        id: uuid::Uuid::new_v4().to_string(),
        kind,
        object: object.to_owned(),
        by: by.to_owned(),
        state: JobState::Queued,
        steps: Vec::new(),
        created: clock::now(),
        started: None,
        finished: None,
        error: None,
    }
}

impl Engine {
    /// All jobs that are kept, the newest first.
    pub async fn jobs(&self, actor: &Actor) -> Result<Listed<Job>> {
        actor.require(Right::See)?;
        let sequence = self.truth.sequence();
        let mut items = self.store.read(store::jobs::list).await?;
        for job in &mut items {
            if let Some(live) = self.jobs.find(&job.id) {
                *job = live.job();
            }
        }
        Ok(Listed { items, sequence })
    }

    /// A job and what it wrote.
    pub async fn job(&self, actor: &Actor, id: &str) -> Result<JobDetail> {
        actor.require(Right::See)?;
        let live = self.jobs.find(id);
        if let Some(live) = &live {
            live.keep(self).await?;
        }
        let wanted = id.to_owned();
        let read = self.store.read(move |db| {
            let job = store::jobs::get(db, &wanted)?;
            Ok((job, store::jobs::lines(db, &wanted)?))
        });
        let (job, log) = read.await?;
        let job = live
            .map(|live| live.job())
            .or(job)
            .ok_or_else(|| Error::not_found("job", id))?;
        Ok(JobDetail { job, log })
    }

    /// Calls a job off. One that waits is over at once; a deploy at work puts back what it changed.
    pub async fn cancel_job(&self, actor: &Actor, id: &str) -> Result<Job> {
        actor.require(Right::Operate)?;
        let over = || Error::Conflict {
            code: "job_over",
            message: "That job is over already.".to_owned(),
            hint: "There is nothing to call off.",
        };
        let Some(live) = self.jobs.find(id) else {
            let wanted = id.to_owned();
            let known = self.store.read(move |db| store::jobs::get(db, &wanted)).await?;
            return Err(known.map_or_else(|| Error::not_found("job", id), |_| over()));
        };
        if live.is_running() && !matches!(live.job().kind, JobKind::Deploy | JobKind::Pull) {
            return Err(Error::Conflict {
                code: "job_at_work",
                message: "Only a deploy or a pull can be called off once it is at work.".to_owned(),
                hint: "Wait for it to end.",
            });
        }
        let entry = audit::by(actor, "job.cancel", &format!("{} {id}", live.object));
        let write = self
            .store
            .write(move |tx| -> Result<()> { Ok(store::audit::insert(tx, &entry)?) });
        write.await?;
        live.call_off();
        self.jobs.wake.notify_one();
        Ok(live.job())
    }

    /// Keeps a job and hands it over.
    pub(crate) async fn queue(&self, kind: JobKind, object: &str, by: &str, told: Told, entry: Entry) -> Result<Job> {
        let job = new(kind, object, by);
        let (kept, kept_told) = (job.clone(), told.clone());
        let write = self.store.write(move |tx| -> Result<()> {
            store::jobs::insert(tx, &kept, &kept_told)?;
            Ok(store::audit::of_job(tx, &entry, &kept)?)
        });
        write.await?;
        self.hand_over(job.clone(), told);
        Ok(job)
    }

    /// Hands over a job that is in the database already.
    pub(crate) fn hand_over(&self, job: Job, told: Told) {
        self.truth.announce(Change::Job { job: job.clone() });
        self.jobs.add(Arc::new(Live::new(job, told, 0)));
        self.stacks.poke();
    }

    /// Tells everybody how a job is.
    fn tell_job(&self, live: &Live) {
        self.truth.announce(Change::Job { job: live.job() });
    }
}
