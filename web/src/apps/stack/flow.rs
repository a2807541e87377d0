//! What is done to a stack in its window, and what is known of it.

use std::collections::{BTreeMap, BTreeSet};

use api::job::Job;
use api::name::StackName;
use api::stack::{DeployStack, Generation, Plan, Stack, StackDetail, StackFiles, StackJob, StackState, WriteStack};
use api::update::ImageCheck;
use api::volume::Volume;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::apps::ask::{elevated, one_at_a_time};
use crate::client::{Error, Session, StackVerb};
use crate::kit::Deed;
use crate::kit::dialog::password::PasswordPrompt;
use crate::kit::dialog::{Question, Questions};
use crate::kit::toast::Toasts;
use crate::store::Deck;

/// What the window shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Page {
    /// The services, and what depends on what.
    Services,
    /// The files, to be changed.
    Files,
    /// What was deployed.
    History,
    /// What a deploy of the files, or of an older generation, would do.
    Plan(Option<u64>, Plan),
    /// What goes with the stack when it is removed: these of its volumes can.
    Remove(Vec<Volume>),
}

/// A stack in its window; cheap to copy, a context of the window.
#[derive(Clone, Copy)]
pub struct Flow {
    deck: Deck,
    name: StoredValue<StackName>,
    prompt: PasswordPrompt,
    questions: Questions,
    toasts: Toasts,
    /// What the window shows.
    pub page: RwSignal<Page>,
    /// The stack as it is; absent where it is not, or not any more.
    pub stack: Memo<Option<Stack>>,
    /// The job that works on it, or worked on it last while the window was open.
    pub job: Memo<Option<Job>>,
    followed: RwSignal<Option<String>>,
    /// Its files, as they were read last.
    pub detail: RwSignal<Option<StackDetail>>,
    /// The compose file as it is written here.
    pub compose: RwSignal<String>,
    /// The `.env` as it is written here.
    pub env: RwSignal<String>,
    /// The files that somebody else wrote meanwhile.
    pub conflict: RwSignal<Option<StackFiles>>,
    /// What was deployed, the newest first.
    pub generations: RwSignal<Vec<Generation>>,
    /// Whether a deploy builds images again though nothing that they are made of has changed.
    pub build: RwSignal<bool>,
    /// The risks that are agreed to, or the volumes that are to go.
    pub chosen: RwSignal<BTreeSet<String>>,
    /// Whether the server is asked something.
    pub busy: RwSignal<bool>,
    /// What the server refused.
    pub wrong: RwSignal<Option<String>>,
}

impl Flow {
    /// Follows a stack until the owner is gone.
    #[must_use]
    pub fn of(name: StackName, deck: Deck) -> Self {
        let key = name.to_string();
        let stack = Memo::new(move |_| deck.stacks.all().into_iter().find(|stack| stack.name.as_str() == key));
        let followed = RwSignal::new(None::<String>);
        let job = Memo::new(move |_| {
            let id = followed.get()?;
            deck.jobs.all().into_iter().find(|job| job.id == id)
        });
        let flow = Self {
            deck,
            name: StoredValue::new(name),
            prompt: expect_context(),
            questions: expect_context(),
            toasts: expect_context(),
            page: RwSignal::new(Page::Services),
            stack,
            job,
            followed,
            detail: RwSignal::new(None),
            compose: RwSignal::new(String::new()),
            env: RwSignal::new(String::new()),
            conflict: RwSignal::new(None),
            generations: RwSignal::new(vec![]),
            build: RwSignal::new(false),
            chosen: RwSignal::new(BTreeSet::new()),
            busy: RwSignal::new(false),
            wrong: RwSignal::new(None),
        };
        let working = Memo::new(move |_| stack.with(|stack| stack.as_ref()?.job.clone()));
        Effect::new(move |_| {
            if let Some(job) = working.get() {
                followed.set(Some(job));
            }
        });
        let stands = Memo::new(move |_| {
            stack.with(|stack| stack.as_ref().map(|it| (it.generation, it.changed_on_disk, it.state)))
        });
        Effect::new(move |_| {
            deck.session.track();
            if stands.get().is_some() {
                flow.read();
            }
        });
        flow
    }

    /// The stack's name.
    #[must_use]
    pub fn name(&self) -> StackName {
        self.name.get_value()
    }

    /// Whether what is written here differs from the files.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.detail.with(|detail| {
            detail.as_ref().is_some_and(|detail| {
                self.compose.with(|text| *text != detail.files.compose)
                    || self.env.with(|text| *text != detail.files.env)
            })
        })
    }

    /// Whether it can be started now, and stopped, and taken down.
    #[must_use]
    pub fn can(&self, verb: StackVerb) -> bool {
        self.stack.with(|stack| {
            let Some(stack) = stack else { return false };
            let made = stack.generation.is_some() && stack.state != StackState::Down;
            stack.state != StackState::Working
                && match verb {
                    StackVerb::Start => stack.state == StackState::Stopped,
                    StackVerb::Stop | StackVerb::Restart => made && stack.state != StackState::Stopped,
                    StackVerb::Down => made,
                }
        })
    }

    /// Reads the files and the history. What is written here and not kept stays.
    fn read(self) {
        let (session, name) = (self.deck.session_now(), self.name());
        spawn_local(async move {
            // What cannot be read now stays as it was; the desk says that the connection is lost.
            if let Ok(detail) = session.stack(&name).await
                && self.detail.try_with_untracked(|_| ()).is_some()
            {
                if untrack(|| !self.is_changed()) {
                    self.show(detail);
                } else {
                    // The version stays that of the text that was changed: a save finds the conflict.
                    self.detail.try_update(|old| {
                        if let Some(old) = old {
                            old.stack = detail.stack;
                        }
                    });
                }
            }
            if let Ok(generations) = session.generations(&name).await {
                self.generations.try_set(generations);
            }
        });
    }

    fn show(self, detail: StackDetail) {
        self.compose.try_set(detail.files.compose.clone());
        self.env.try_set(detail.files.env.clone());
        self.detail.try_set(Some(detail));
    }

    /// Writes the files as they are here.
    pub fn save(self) {
        self.ask(async move |session| self.write(session).await);
    }

    async fn write(self, session: Session) -> Result<(), Error> {
        let Some(version) = self
            .detail
            .with_untracked(|it| Some(it.as_ref()?.files.version.clone()))
        else {
            return Ok(());
        };
        let request = WriteStack {
            version,
            compose: Some(self.compose.get_untracked()),
            env: Some(self.env.get_untracked()),
            files: BTreeMap::new(),
        };
        match session.write_stack(&self.name(), &request).await {
            Ok(detail) => {
                self.show(detail);
                Ok(())
            }
            Err(Error::Refused(refusal)) if refusal.code == "stack_changed" => {
                let disk = refusal.details.get("disk").cloned();
                let disk = disk.and_then(|disk| serde_json::from_value(disk).ok());
                self.conflict.set(Some(disk.ok_or(Error::Garbled)?));
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Ends a conflict: with the text that is here, or with the one that is there.
    pub fn settle(self, mine: bool) {
        let Some(theirs) = self.conflict.try_update(Option::take).flatten() else {
            return;
        };
        self.detail.update(|detail| {
            if let Some(detail) = detail {
                detail.files = theirs.clone();
            }
        });
        if mine {
            return self.save();
        }
        self.compose.set(theirs.compose);
        self.env.set(theirs.env);
    }

    /// Throws away what is written here and not kept.
    pub fn revert(self) {
        if let Some(detail) = self.detail.get_untracked() {
            self.show(detail);
        }
    }

    /// Asks what a deploy of the files would do, or of an older generation, and shows it. The files are written first.
    pub fn plan(self, generation: Option<u64>) {
        self.build.set(false);
        self.plan_as_wished(generation);
    }

    /// The same, with images built again or not.
    pub fn plan_building(self, build: bool) {
        self.build.set(build);
        self.plan_as_wished(None);
    }

    /// Whether anything of it is built here.
    #[must_use]
    pub fn builds(&self) -> bool {
        self.compose.with(|text| text.contains("build:"))
    }

    fn plan_as_wished(self, generation: Option<u64>) {
        let name = self.name();
        self.ask(async move |session| {
            if generation.is_none() && untrack(|| self.is_changed()) {
                self.write(session.clone()).await?;
                // The window may have been closed meanwhile, and then nobody waits for the plan.
                if self.conflict.try_with_untracked(Option::is_some) != Some(false) {
                    self.page.try_set(Page::Files);
                    return Ok(());
                }
            }
            let request = DeployStack {
                generation,
                build: self.build.get_untracked(),
                ..DeployStack::default()
            };
            let plan = session.plan(&name, &request).await?;
            self.chosen.set(BTreeSet::new());
            self.page.set(Page::Plan(generation, plan));
            Ok(())
        });
    }

    /// Does what the plan says.
    pub fn deploy(self) {
        let Page::Plan(generation, plan) = self.page.get_untracked() else {
            return;
        };
        let request = DeployStack {
            version: generation.is_none().then_some(plan.version),
            generation,
            consents: self.chosen.get_untracked().into_iter().collect(),
            build: self.build.get_untracked(),
        };
        let name = self.name();
        self.begin(async move |session: &Session| session.deploy(&name, &request).await);
    }

    /// Starts, stops, restarts or takes down; says first what follows where something does.
    pub fn operate(self, verb: StackVerb) {
        let name = self.name();
        let run = move || {
            let name = self.name();
            self.begin(async move |session: &Session| session.act_on_stack(&name, verb).await);
        };
        let (word, consequences): (_, &[&str]) = match verb {
            StackVerb::Start => return run(),
            StackVerb::Stop => (
                "Stop",
                &[
                    "Whoever uses it is cut off.",
                    "Nothing is removed: it can be started again at any time.",
                ],
            ),
            StackVerb::Restart => (
                "Restart",
                &[
                    "It is away for a moment, and whoever uses it is cut off.",
                    "Nothing is removed.",
                ],
            ),
            StackVerb::Down => (
                "Take down",
                &[
                    "Its containers and networks are removed. What they wrote outside of volumes is lost.",
                    "Its files, its volumes and its history stay: it can be deployed again.",
                ],
            ),
        };
        self.questions.ask(Question {
            title: format!("{word} {name}?"),
            consequences: consequences.iter().map(|line| (*line).to_owned()).collect(),
            go: word.to_owned(),
            danger: verb == StackVerb::Down,
            run: Deed::new(run),
        });
    }

    /// Asks registries whether they have something newer. What they have is shown with the services.
    pub fn look_for_newer(self) {
        self.ask(async move |session| {
            let said = session.check_updates(&self.name()).await?;
            let unknown = said.images.iter().find_map(|it| it.trouble.clone());
            let news = said.images.iter().any(ImageCheck::is_news);
            if news {
                self.page.try_set(Page::Services);
            }
            match unknown {
                Some(trouble) => self.toasts.wrong("Not every registry told", trouble),
                None if news => {}
                None => self.toasts.done("Every image is what its tag leads to"),
            }
            Ok(())
        });
    }

    /// Deploys what is deployed with the images that its tags lead to now.
    pub fn update(self) {
        let name = self.name();
        self.begin(async move |session: &Session| session.update_stack(&name).await);
    }

    /// Asks which of its volumes are to go with the stack.
    pub fn plan_removal(self) {
        self.ask(async move |session| {
            let name = self.name();
            let mut volumes = session.volumes().await?;
            volumes.retain(|volume| volume.stack.as_deref() == Some(name.as_str()));
            self.chosen.set(BTreeSet::new());
            self.page.set(Page::Remove(volumes));
            Ok(())
        });
    }

    /// Removes the stack, and the volumes that were chosen.
    pub fn remove(self) {
        let volumes: Vec<String> = self.chosen.get_untracked().into_iter().collect();
        let name = self.name();
        self.begin(async move |session: &Session| session.remove_stack(&name, &volumes).await);
    }

    /// Calls off the job that works on it.
    pub fn call_off(self) {
        let Some(job) = self.followed.get_untracked() else {
            return;
        };
        self.ask(async move |session| session.cancel_job(&job).await);
    }

    /// Is done with a job that is over.
    pub fn put_away(self) {
        self.followed.set(None);
    }

    /// Begins a job and follows it. Where the password is needed again, it is asked for in place.
    fn begin(self, call: impl AsyncFn(&Session) -> Result<StackJob, Error> + 'static) {
        self.ask(async move |_| {
            let Some(begun) = elevated(self.deck, self.prompt, call).await? else {
                return Ok(());
            };
            self.deck.begun(&begun.job);
            self.followed.set(Some(begun.job.id));
            self.page.set(Page::Services);
            Ok(())
        });
    }

    /// Asks the server, one thing at a time.
    fn ask(self, question: impl AsyncFnOnce(Session) -> Result<(), Error> + 'static) {
        one_at_a_time(self.deck, self.busy, self.wrong, question);
    }
}
