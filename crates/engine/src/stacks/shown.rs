//! How stacks are, for a person: from what is wanted, what the texts say, and what is known of the containers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use api::container::{Container, ContainerState, Health};
use api::event::Change;
use api::name::StackName;
use api::stack::{Stack, StackService, StackState};
use api::update::ImageCheck;

use crate::error::Result;
use crate::spec::container_name;
use crate::store::stacks::{GenerationRow, Intent, StackRow};
use crate::{Engine, store};

/// How long changes are gathered before the stacks are looked at.
const GATHER: Duration = Duration::from_millis(100);

/// What the texts of a stack say of its services, as far as it shows.
#[derive(Debug, Default)]
pub(super) struct Outline {
    services: Vec<Service>,
}

#[derive(Debug)]
struct Service {
    name: String,
    image: Option<String>,
    depends_on: Vec<String>,
    /// What its containers are called.
    names: Vec<String>,
    /// Whether something waits for its end.
    one_shot: bool,
}

/// Tells of stacks that changed, until the engine stops.
pub(crate) async fn run(engine: Engine) {
    let mut told: BTreeMap<StackName, Stack> = BTreeMap::new();
    let mut listening = engine.truth.listen(None, None).told;
    engine.stacks.poke();
    loop {
        tokio::select! {
            () = engine.stopping.cancelled() => return,
            () = engine.stacks.changed.notified() => {}
            change = listening.recv() => if let Ok(told) = change {
                use Change::{Container, ContainerRemoved, Job};
                if !matches!(told.event.change, Container { .. } | ContainerRemoved { .. } | Job { .. }) {
                    continue;
                }
            },
        }
        tokio::select! {
            () = engine.stopping.cancelled() => return,
            () = tokio::time::sleep(GATHER) => {}
        }
        let stacks = match engine.all_stacks().await {
            Ok(stacks) => stacks,
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the stacks could not be looked at"
                );
                continue;
            }
        };
        let gone: Vec<StackName> = told.keys().cloned().collect();
        for name in gone {
            if stacks.iter().all(|stack| stack.name != name) {
                told.remove(&name);
                engine.stacks.outlines().remove(&name);
                engine.truth.announce(Change::StackRemoved { name });
            }
        }
        for stack in stacks {
            if told.get(&stack.name) != Some(&stack) {
                told.insert(stack.name.clone(), stack.clone());
                engine.truth.announce(Change::Stack { stack });
            }
        }
    }
}

impl Engine {
    /// All stacks, by name.
    pub(super) async fn all_stacks(&self) -> Result<Vec<Stack>> {
        let rows = self.store.read(store::stacks::all).await?;
        let mut stacks = Vec::with_capacity(rows.len());
        for row in rows {
            stacks.push(self.show_stack(&row).await?);
        }
        Ok(stacks)
    }

    /// How a stack is.
    pub(crate) async fn show_stack(&self, row: &StackRow) -> Result<Stack> {
        let (generation, beside) = match row.generation {
            Some(number) => self
                .kept(&row.name, number)
                .await?
                .map_or((None, None), |kept| (Some(kept.row), kept.files)),
            None => (None, None),
        };
        let updates = match row.generation {
            Some(number) => {
                let name = row.name.clone();
                let read = self.store.read(move |db| store::updates::get(db, &name, number));
                read.await?.map(|said| said.images).unwrap_or_default()
            }
            None => Vec::new(),
        };
        let (disk, name) = (self.stacks.disk.clone(), row.name.clone());
        let read = tokio::task::spawn_blocking(move || {
            let differs = |(path, bytes): (&String, &Vec<u8>)| disk.read_beside(&name, path).as_ref() != Some(bytes);
            (disk.read(&name), beside.iter().flatten().any(differs))
        });
        // Files that cannot be read are shown as changed; looking at the stack says why.
        let (files, differs) = read
            .await
            .map_or((None, true), |(files, differs)| (files.ok(), differs));
        let same = |generation: &GenerationRow| files.as_ref().is_some_and(|files| files.version == generation.version);
        let changed_on_disk = generation
            .as_ref()
            .is_some_and(|generation| differs || !same(generation));
        let outline = match (generation, files) {
            (Some(generation), _) => {
                let shown = generation.shown;
                self.outline(
                    &row.name,
                    &format!("generation {}", shown.number),
                    shown.compose,
                    shown.env,
                )
                .await
            }
            (None, Some(files)) => self.outline(&row.name, &files.version, files.compose, files.env).await,
            (None, None) => Arc::default(),
        };
        let (containers, ..) = self.truth.list(false);
        let ours = |container: &Container| container.stack.as_deref() == Some(row.name.as_str());
        let containers: Vec<Container> = containers.into_iter().filter(ours).collect();
        let job = self.jobs.of(row.name.as_str());
        let working = job.as_ref().is_some_and(|job| job.is_running());
        let mut services = outline.services(&containers, row.wanted);
        self.say_healing(&mut services);
        if working {
            // It is on its way to what is wanted.
            services.iter_mut().for_each(|service| service.drift = None);
        }
        let drifted = services.iter().any(|service| service.drift.is_some());
        let state = match row.wanted {
            _ if working => StackState::Working,
            Intent::Down => StackState::Down,
            Intent::Stopped if !drifted => StackState::Stopped,
            Intent::Running if !drifted => StackState::Running,
            _ => StackState::Degraded,
        };
        Ok(Stack {
            name: row.name.clone(),
            state,
            wanted: row.wanted == Intent::Running,
            generation: row.generation,
            changed_on_disk,
            services,
            job: job.map(|job| job.id.clone()),
            trouble: row.trouble.clone(),
            updates: updates.into_iter().filter(ImageCheck::is_news).collect(),
            created: row.created,
        })
    }

    /// What texts say, read once for each `key`.
    async fn outline(&self, name: &StackName, key: &str, compose: String, env: String) -> Arc<Outline> {
        if let Some((known, outline)) = self.stacks.outlines().get(name)
            && known == key
        {
            return Arc::clone(outline);
        }
        let source = self.source(name, 0, &compose, &env);
        let read = move || Outline::of(&source.stack, source.project().0.as_ref());
        let read = tokio::task::spawn_blocking(read).await;
        let outline = Arc::new(read.unwrap_or_default());
        let kept = (key.to_owned(), Arc::clone(&outline));
        self.stacks.outlines().insert(name.clone(), kept);
        outline
    }
}

impl Outline {
    fn of(stack: &StackName, project: Option<&compose::Project>) -> Self {
        let Some(project) = project else {
            return Self::default();
        };
        let awaited: BTreeSet<&str> = project
            .services
            .values()
            .flat_map(|service| &service.depends_on)
            .filter(|(_, needed)| needed.condition == "service_completed_successfully")
            .map(|(name, _)| name.as_str())
            .collect();
        let service = |(name, service): (&String, &compose::model::Service)| Service {
            name: name.clone(),
            image: Some(service.image.clone()).filter(|image| !image.is_empty()),
            depends_on: service.depends_on.keys().cloned().collect(),
            names: names(stack, name, service),
            one_shot: awaited.contains(name.as_str()),
        };
        Self {
            services: project.services.iter().map(service).collect(),
        }
    }

    fn services(&self, containers: &[Container], wanted: Intent) -> Vec<StackService> {
        let shown = |service: &Service| {
            let own = |container: &&Container| container.service.as_deref() == Some(service.name.as_str());
            let own: Vec<&Container> = containers.iter().filter(own).collect();
            StackService {
                name: service.name.clone(),
                image: service.image.clone(),
                depends_on: service.depends_on.clone(),
                containers: own.iter().map(|container| container.id.clone()).collect(),
                drift: service.drift(&own, wanted),
            }
        };
        self.services.iter().map(shown).collect()
    }
}

impl Service {
    /// How what is there differs from what is wanted, as a sentence.
    fn drift(&self, own: &[&Container], wanted: Intent) -> Option<String> {
        if wanted == Intent::Down {
            return None;
        }
        let wants = self.names.len();
        if own.len() < wants {
            let missing = wants - own.len();
            return Some(match missing {
                1 if wants == 1 => "Its container is gone.".to_owned(),
                _ => format!("{missing} of its {wants} containers are gone."),
            });
        }
        let does = own.iter().find_map(|container| {
            let name = &container.name;
            match (wanted, container.state) {
                (Intent::Running, ContainerState::Running) => {
                    (container.health == Some(Health::Unhealthy)).then(|| format!("{name} is unhealthy."))
                }
                (Intent::Running, ContainerState::Exited) => {
                    let done = container.exit_code == Some(0) && self.one_shot;
                    (!done).then(|| format!("{name} does not run."))
                }
                (Intent::Running, _) => Some(format!("{name} does not run.")),
                (Intent::Stopped, state) => state.is_up().then(|| format!("{name} runs.")),
                (Intent::Down, _) => None,
            }
        });
        does.or_else(|| {
            let missing = self
                .names
                .iter()
                .find(|name| own.iter().all(|has| has.name != **name))?;
            let other = own.iter().find(|has| !self.names.contains(&has.name))?;
            Some(format!("{missing} was renamed: it is called {}.", other.name))
        })
    }
}

/// What the containers of a service are called.
fn names(stack: &StackName, name: &str, service: &compose::model::Service) -> Vec<String> {
    let deploy = service.deploy.as_ref().and_then(|deploy| deploy.replicas);
    let wanted = u32::try_from(service.scale.or(deploy).unwrap_or(1)).unwrap_or(1);
    (1..=wanted)
        .map(|index| container_name(stack, name, service, index))
        .collect()
}
