//! The steps of a plan.
//!
//! A container is replaced beside its predecessor: that one gives up its name, and goes only when all that was started is
//! up. Until then it runs on, unless the two would get into each other's way: then it stops when its successor is there.
//! Whatever ends this in between, the next plan finds each by its labels.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use api::name::StackName;
use podman::container::Remove;

use super::plan::{Action, Has, Observed, Plan, Turn, is_up};
use super::wait::{self, Started};
use super::{flow, observe, plan};
use crate::Engine;
use crate::crash::crash_point;
use crate::error::Error;
use crate::jobs::live::Live;
use crate::spec::{Condition, PullPolicy, Wanted, WantedService};
use crate::things::build::build;
use crate::things::pull::pull;

/// How often another port is looked for.
const TRIES: u32 = 3;

/// Why a plan was not carried out to its end.
#[derive(Debug)]
pub(crate) enum Halt {
    /// Somebody called the job off.
    CalledOff,
    /// The server stops.
    Stopping,
    /// Something went wrong.
    Trouble(Trouble),
}

/// What went wrong.
#[derive(Debug)]
pub(crate) struct Trouble {
    /// The service that it is about.
    pub(crate) service: Option<String>,
    /// What happened, as a sentence.
    pub(crate) message: String,
    /// The last lines of the container that failed.
    pub(crate) log: Vec<String>,
    /// Whether Podman itself is in trouble, so that nothing is said about the stack.
    pub(crate) outage: bool,
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        let outage = matches!(&error, Error::Podman(error) if error.is_outage());
        let message = match &error {
            Error::Podman(error) => error.to_string(),
            error => error.to_string(),
        };
        Self::Trouble(Trouble {
            service: None,
            message,
            log: Vec::new(),
            outage,
        })
    }
}

impl From<podman::Error> for Halt {
    fn from(error: podman::Error) -> Self {
        Error::from(error).into()
    }
}

/// A stack that is being changed.
pub(super) struct Apply<'a> {
    pub(super) engine: &'a Engine,
    pub(super) live: &'a Live,
    pub(super) stack: &'a StackName,
    pub(super) wanted: &'a Wanted,
}

impl Apply<'_> {
    /// Fetches and builds the images that are missing, and answers what is there then.
    pub(super) async fn images(&self, pins: &BTreeMap<String, String>) -> Result<Observed, Halt> {
        let mut observed = observe::observe(self.engine, self.stack, self.wanted, pins).await?;
        // What a generation has pinned was fetched for it before.
        let pinned = |service: &WantedService| {
            let id = observed.images.get(&service.name);
            id.is_some() && id == pins.get(&service.name)
        };
        let plan = plan::plan(self.wanted, &observed);
        let (mut pulls, mut builds) = (plan.pulls, plan.builds);
        let fetched = |service: &&WantedService| self.live.told.fetch.contains(&service.image);
        pulls.extend(self.wanted.services.iter().filter(fetched));
        let mut named = BTreeSet::new();
        pulls.retain(|service| !pinned(service) && named.insert(service.image.as_str()));
        builds.retain(|service| !pinned(service));
        for service in &pulls {
            let platform = service.platform.clone();
            pull(self.engine, self.live, &service.image, platform, Some(&service.name)).await?;
        }
        if !pulls.is_empty() {
            observed = observe::observe(self.engine, self.stack, self.wanted, pins).await?;
        }
        for service in builds {
            if let Some(wanted) = &service.build {
                let id = build(self.engine, self.live, self.stack, service, wanted).await?;
                let others = self.wanted.services.iter().filter(|other| other.image == service.image);
                for other in others.filter(|other| !pins.contains_key(&other.name)) {
                    observed.images.insert(other.name.clone(), id.clone());
                }
                observed.named.insert(service.image.clone(), id);
            }
        }
        for service in &self.wanted.services {
            if !observed.images.contains_key(&service.name) {
                let never = service.pull_policy == PullPolicy::Never;
                return Err(trouble(
                    service,
                    format!(
                        "The image {} is not on this machine{}.",
                        service.image,
                        if never {
                            ", and the file says never to fetch it"
                        } else {
                            ""
                        }
                    ),
                ));
            }
        }
        if let Some((name, message)) = plan::misfits(self.wanted, &observed).into_iter().next() {
            return Err(Halt::Trouble(Trouble {
                service: Some(name),
                message,
                log: Vec::new(),
                outage: false,
            }));
        }
        Ok(observed)
    }

    /// Carries out what is left of the plan once the images are there. Where `start` is not set, nothing is started.
    pub(super) async fn carry_out(&self, observed: &Observed, start: bool) -> Result<(), Halt> {
        if let Some((_, message)) = plan::other_than_wanted(self.wanted, observed).into_iter().next() {
            return Err(Halt::Trouble(Trouble {
                service: None,
                message,
                log: Vec::new(),
                outage: false,
            }));
        }
        let plan = plan::plan(self.wanted, observed);
        self.ground(&plan).await?;
        // The id of what stands in each place, once it does.
        let ids: Vec<OnceLock<String>> = plan.turns.iter().map(|_| OnceLock::new()).collect();
        let (turns, ids) = (&plan.turns, &ids);
        let ready = |number: usize| async move {
            self.check()?;
            let turn = &turns[number];
            if start && !matches!(turn.action, Action::Keep(_)) {
                self.dependencies(turn.service, turns, ids).await?;
            }
            Ok(())
        };
        let work = |number: usize| async move {
            let id = self.turn(&turns[number], observed, start).await?;
            // Each is set once.
            let _set = ids[number].set(id);
            Ok::<(), Halt>(())
        };
        flow::each(&plan.after(), ready, work).await?;
        // One that a run before this has started counts until what it follows is gone.
        let is_new = |turn: &Turn<'_>| match &turn.action {
            Action::Keep(has) => is_up(has.state) && has.name == turn.container.name && !turn.others.is_empty(),
            _ => true,
        };
        let started = turns.iter().zip(ids);
        let started: Vec<Started<'_>> = started
            .filter(|(turn, _)| start && is_new(turn))
            .filter_map(|(turn, id)| {
                Some(Started {
                    service: turn.service,
                    container: turn.container,
                    id: id.get()?.clone(),
                    image: observed.images.get(&turn.service.name)?,
                })
            })
            .collect();
        unless_halted(self.engine, self.live, wait::all_up(self.engine, self.wanted, &started))
            .await?
            .inspect_err(|halt| self.blame(halt))?;
        crash_point("stack-up");
        self.clean(&plan).await
    }

    /// Networks and volumes.
    async fn ground(&self, plan: &Plan<'_>) -> Result<(), Halt> {
        for number in &plan.networks {
            let network = &self.wanted.networks[*number];
            let step = self.begin(format!("Create the network {}", network.name), None);
            let made = self.engine.podman.networks().create(&network.spec).await.map(drop);
            self.made(step, made)?;
            crash_point("stack-network");
        }
        for number in &plan.volumes {
            let volume = &self.wanted.volumes[*number];
            let step = self.begin(format!("Create the volume {}", volume.name), None);
            let made = self.engine.podman.volumes().create(&volume.spec).await.map(drop);
            self.made(step, made)?;
            crash_point("stack-volume");
        }
        Ok(())
    }

    /// Brings one place to what is wanted, and answers the id of the container that stands there.
    async fn turn(&self, turn: &Turn<'_>, observed: &Observed, start: bool) -> Result<String, Halt> {
        let containers = self.engine.podman.containers();
        let name = &turn.container.name;
        let (title, known) = match &turn.action {
            Action::Keep(has) if has.name == *name => return Ok(has.id.clone()),
            Action::Keep(has) => (format!("Give {name} its name back"), Some(has)),
            Action::Start(has) => (format!("Start {name}"), Some(has)),
            Action::Restart(has) => (format!("Restart {name}"), Some(has)),
            Action::Create => (format!("Create {name}"), None),
            Action::Replace(_) => (format!("Replace {name}"), None),
        };
        let step = self.begin(title, Some(turn.service));
        let work = async {
            for other in turn.others.iter().filter(|other| other.name == *name) {
                let aside = format!("{name}-old-{}", &other.id[..other.id.len().min(12)]);
                containers.rename(&other.id, &aside).await?;
                crash_point("stack-aside");
            }
            let mut id = match known {
                Some(has) if has.name != *name => {
                    containers.rename(&has.id, name).await?;
                    has.id.clone()
                }
                Some(has) => has.id.clone(),
                None => self.create(turn, observed).await?,
            };
            crash_point("stack-created");
            let in_the_way = |other: &&Has| is_up(other.state) && !turn.container.stands_beside_another();
            for other in turn.others.iter().filter(in_the_way) {
                containers.stop(&other.id, None).await?;
                crash_point("stack-stopped");
            }
            if start && !matches!(turn.action, Action::Keep(_)) {
                if matches!(turn.action, Action::Restart(_)) {
                    containers.restart(&id, None).await?;
                } else {
                    id = self.start(turn, observed, id).await?;
                }
                crash_point("stack-started");
            }
            Ok::<String, Halt>(id)
        };
        let result = work.await.map_err(|halt| about(halt, turn.service));
        match &result {
            Ok(_) => self.live.ended(step, Ok(())),
            Err(Halt::Trouble(trouble)) => self.live.ended(step, Err(&trouble.message)),
            Err(_) => self.live.ended(step, Err("called off")),
        }
        result
    }

    /// Starts a container, and answers its id. Where none that was made like this one can be started, another is made in
    /// its place.
    async fn start(&self, turn: &Turn<'_>, observed: &Observed, mut id: String) -> Result<String, Halt> {
        let containers = self.engine.podman.containers();
        for tries in 1.. {
            match containers.start(&id).await {
                Ok(()) => break,
                Err(error) if tries < TRIES && is_spoilt(&error) => {
                    self.live
                        .say(format!("{}: {error}; it is made anew.", turn.container.name));
                    let how = Remove {
                        force: true,
                        volumes: false,
                    };
                    containers.remove(&id, how).await?;
                    id = self.create(turn, observed).await?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(id)
    }

    async fn create(&self, turn: &Turn<'_>, observed: &Observed) -> Result<String, Halt> {
        let mut spec = turn.container.spec.clone();
        // The bytes that were looked at, also where the name leads to others by now.
        let image = observed.images.get(&turn.service.name);
        let named = observed.named.get(&spec.image);
        if let Some(image) = image.filter(|image| named != Some(*image)) {
            self.live.say(format!(
                "{} is not what it was when this was deployed; the image {image} is taken.",
                spec.image
            ));
            spec.image.clone_from(image);
        }
        prepare(&turn.container.needs).map_err(|source| Error::File {
            what: "what a container needs in the folder of its stack",
            source,
        })?;
        let containers = self.engine.podman.containers();
        let made = match containers.create(&spec).await {
            Err(error) if self.is_remnant(&spec.name, &error).await => {
                self.live.say(format!(
                    "{}: what a Podman that was killed left of it is removed.",
                    spec.name
                ));
                let how = Remove {
                    force: true,
                    volumes: false,
                };
                ignore_absent(containers.remove(&spec.name, how).await)?;
                containers.create(&spec).await?
            }
            made => made?,
        };
        for warning in &made.warnings {
            self.live.say(format!("{}: {warning}", spec.name));
        }
        Ok(made.id)
    }

    /// Whether a name is taken by no container at all, but by the storage of one that was never made: Podman was
    /// killed in the middle of it.
    async fn is_remnant(&self, name: &str, error: &podman::Error) -> bool {
        let said = match error {
            podman::Error::Refused { message, .. } | podman::Error::Conflict { message } => message.as_str(),
            _ => "",
        };
        let taken = said.contains("already in use");
        let known = self.engine.podman.containers().inspect(name).await;
        taken && known.is_err_and(|error| error.is_not_found())
    }

    /// Waits until what a service depends on is as it wants it.
    async fn dependencies(
        &self,
        service: &WantedService,
        turns: &[Turn<'_>],
        ids: &[OnceLock<String>],
    ) -> Result<(), Halt> {
        for needed in &service.depends_on {
            let (what, of) = (&needed.service, &service.name);
            let places = turns.iter().zip(ids);
            for (turn, id) in places.filter(|(turn, _)| turn.service.name == *what) {
                // They have ended, or this would not be asked.
                let Some(id) = id.get() else {
                    continue;
                };
                let (other, container) = (turn.service, turn.container);
                let waiting = match needed.condition {
                    Condition::Started => continue,
                    Condition::Healthy => {
                        let step = self.begin(format!("Wait until {what} is healthy, for {of}"), Some(other));
                        let limit = wait::patience(container);
                        let waited =
                            unless_halted(self.engine, self.live, wait::healthy(self.engine, other, id, limit)).await;
                        (step, waited?)
                    }
                    Condition::Completed => {
                        let step = self.begin(format!("Wait until {what} has done its work, for {of}"), Some(other));
                        let waited =
                            unless_halted(self.engine, self.live, wait::completed(self.engine, other, id)).await;
                        (step, waited?)
                    }
                };
                let (step, result) = waiting;
                match &result {
                    Err(Halt::Trouble(trouble)) => self.live.ended(step, Err(&trouble.message)),
                    _ => self.live.ended(step, Ok(())),
                }
                if let Err(halt) = result
                    && needed.required
                {
                    self.blame(&halt);
                    return Err(halt);
                }
                crash_point("stack-waited");
            }
        }
        Ok(())
    }

    /// Takes away what has no place any more.
    async fn clean(&self, plan: &Plan<'_>) -> Result<(), Halt> {
        let others = plan.turns.iter().flat_map(|turn| &turn.others);
        let gone: Vec<&Has> = others.chain(&plan.orphans).collect();
        let gone = &gone;
        let work = |number: usize| async move {
            let step = self.begin(format!("Remove {}", gone[number].name), None);
            let removed = remove(self.engine, gone[number]).await;
            self.made(step, removed)?;
            crash_point("stack-removed");
            Ok::<(), Halt>(())
        };
        let any_order = vec![Vec::new(); gone.len()];
        flow::each(&any_order, flow::at_once, work).await?;
        for name in &plan.old_networks {
            let step = self.begin(format!("Remove the network {name}"), None);
            let removed = ignore_absent(self.engine.podman.networks().remove(name).await);
            self.made(step, removed)?;
        }
        Ok(())
    }

    fn begin(&self, title: String, service: Option<&WantedService>) -> usize {
        self.live.say(&title);
        self.live.step(title, service.map(|service| service.name.as_str()))
    }

    fn made(&self, step: usize, result: podman::Result<()>) -> Result<(), Halt> {
        match &result {
            Ok(()) => self.live.ended(step, Ok(())),
            Err(error) => self.live.ended(step, Err(&error.to_string())),
        }
        Ok(result?)
    }

    /// Writes what a container printed before it failed to the log of the job.
    fn blame(&self, halt: &Halt) {
        if let Halt::Trouble(trouble) = halt {
            self.live.say(&trouble.message);
            for line in &trouble.log {
                self.live.say(format!("  {line}"));
            }
        }
    }

    fn check(&self) -> Result<(), Halt> {
        if self.engine.stopping.is_cancelled() {
            Err(Halt::Stopping)
        } else if self.live.is_called_off() {
            Err(Halt::CalledOff)
        } else {
            Ok(())
        }
    }
}

/// Does `work` to its end, unless the job is called off or the server stops.
pub(crate) async fn unless_halted<T>(engine: &Engine, live: &Live, work: impl Future<Output = T>) -> Result<T, Halt> {
    tokio::select! {
        () = engine.stopping.cancelled() => Err(Halt::Stopping),
        () = live.called_off() => Err(Halt::CalledOff),
        done = work => Ok(done),
    }
}

/// Stops a container in good order, and removes it; its named volumes stay.
pub(super) async fn remove(engine: &Engine, has: &Has) -> podman::Result<()> {
    let containers = engine.podman.containers();
    if is_up(has.state) {
        ignore_absent(containers.stop(&has.id, None).await)?;
    }
    let how = Remove {
        force: true,
        // What an anonymous volume holds is data too.
        volumes: false,
    };
    ignore_absent(containers.remove(&has.id, how).await)
}

/// Whether a container will never start, where one that is made now would: Podman looks for free ports when it makes one,
/// and somebody else took such a port since; or it was killed while it started it, and the runtime has it as begun.
fn is_spoilt(error: &podman::Error) -> bool {
    let error = error.to_string();
    error.contains("address already in use") || error.contains("already exists")
}

pub(super) fn ignore_absent(result: podman::Result<()>) -> podman::Result<()> {
    match result {
        Err(error) if error.is_not_found() => Ok(()),
        result => result,
    }
}

/// The trouble with one service.
pub(super) fn trouble(service: &WantedService, message: String) -> Halt {
    Halt::Trouble(Trouble {
        service: Some(service.name.clone()),
        message,
        log: Vec::new(),
        outage: false,
    })
}

/// The trouble, with the service that it is about.
fn about(halt: Halt, service: &WantedService) -> Halt {
    match halt {
        Halt::Trouble(mut trouble) => {
            trouble.service.get_or_insert_with(|| service.name.clone());
            Halt::Trouble(trouble)
        }
        halt => halt,
    }
}

fn prepare(needs: &crate::spec::Needs) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
    // What is there already may be a file.
    for folder in needs.folders.iter().filter(|folder| !folder.exists()) {
        std::fs::create_dir_all(folder)?;
    }
    let folders: BTreeSet<_> = needs.files.iter().filter_map(|(path, ..)| path.parent()).collect();
    for folder in folders {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    for (path, bytes, mode) in &needs.files {
        let fresh = path.with_extension("new");
        let mut options = std::fs::OpenOptions::new();
        let mut file = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&fresh)?;
        file.write_all(bytes)?;
        file.set_permissions(std::fs::Permissions::from_mode(*mode))?;
        std::fs::rename(fresh, path)?;
    }
    Ok(())
}
