//! How far a deploy has come: the text is written, its plan is agreed to, its job is followed.

use std::collections::BTreeSet;

use api::name::StackName;
use api::source::Origin;
use api::stack::{CreateStack, DeployStack, Plan, StackDetail, WriteStack};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::offer::Offer;
use crate::apps::ask::{elevated, one_at_a_time};
use crate::client::{Error, Session};
use crate::kit::dialog::password::PasswordPrompt;
use crate::reader::{self, Reading};
use crate::store::Deck;

/// Said when the chunk that reads compose files cannot be had.
pub(super) const UNREAD: &str = "What reads compose files could not be loaded. It is tried again when you type on.";

/// How far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The text is written.
    Write,
    /// The server has said what it would do.
    Review(StackName, Plan),
    /// It is done, by the job with this id.
    Follow(StackName, String),
}

/// Where the text comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Way {
    /// It is written, pasted or dropped.
    #[default]
    Text,
    /// A form makes it.
    Form,
    /// A `docker run …` line is turned into it.
    Line,
    /// It is fetched from an address or a Git repository.
    Address,
}

/// A deploy from its text to its end; a context of the window.
#[derive(Clone, Copy)]
pub struct Flow {
    deck: Deck,
    prompt: PasswordPrompt,
    /// How far it is.
    pub stage: RwSignal<Stage>,
    /// Where the text comes from.
    pub way: RwSignal<Way>,
    /// Where it is to be fetched from.
    pub origin: RwSignal<Option<Origin>>,
    /// The name of the stack.
    pub name: RwSignal<String>,
    /// The compose file.
    pub compose: RwSignal<String>,
    /// The `.env`.
    pub env: RwSignal<String>,
    /// What the text means; that of the text before until the reader has answered.
    pub reading: RwSignal<Reading>,
    /// The risks that are agreed to, by id.
    pub consents: RwSignal<BTreeSet<String>>,
    /// Whether the server is asked something.
    pub busy: RwSignal<bool>,
    /// What the server refused.
    pub wrong: RwSignal<Option<String>>,
    /// The stack that this window has made, and the version of its files.
    made: RwSignal<Option<(StackName, String)>>,
}

impl Flow {
    /// An empty text.
    #[must_use]
    pub fn new(deck: Deck) -> Self {
        let (name, compose, env) = (
            RwSignal::new(String::new()),
            RwSignal::new(String::new()),
            RwSignal::new(String::new()),
        );
        let (reading, wrong) = (RwSignal::new(Reading::default()), RwSignal::new(None));
        read_along([name, compose, env], reading, wrong);
        Self {
            deck,
            prompt: expect_context(),
            stage: RwSignal::new(Stage::Write),
            way: RwSignal::new(Way::Text),
            origin: RwSignal::new(None),
            name,
            compose,
            env,
            reading,
            consents: RwSignal::new(BTreeSet::new()),
            busy: RwSignal::new(false),
            wrong,
            made: RwSignal::new(None),
        }
    }

    /// Writes the stack and asks what a deploy of it would do.
    pub fn plan(self) {
        let name = match StackName::parse(self.name.get_untracked().trim()) {
            Ok(name) => name,
            Err(error) => return self.wrong.set(Some(format!("{error}."))),
        };
        self.ask(async move |session| {
            let detail = self.write(&session, &name).await?;
            let version = detail.files.version;
            // What was fetched is a text like any other from here on.
            if self.way.get_untracked() == Way::Address {
                self.compose.set(detail.files.compose);
                self.env.set(detail.files.env);
                self.way.set(Way::Text);
            }
            self.made.set(Some((name.clone(), version.clone())));
            let request = DeployStack {
                version: Some(version),
                ..DeployStack::default()
            };
            let plan = session.plan(&name, &request).await?;
            self.consents.set(BTreeSet::new());
            self.stage.set(Stage::Review(name, plan));
            Ok(())
        });
    }

    /// Makes the stack, or writes its files anew where this window has made it before.
    async fn write(self, session: &Session, name: &StackName) -> Result<StackDetail, Error> {
        let (compose, env) = (self.compose.get_untracked(), self.env.get_untracked());
        if self.way.get_untracked() == Way::Address {
            let stack = CreateStack {
                name: name.clone(),
                compose: String::new(),
                env: String::new(),
                files: std::collections::BTreeMap::new(),
                origin: self.origin.get_untracked(),
            };
            return session.create_stack(&stack).await;
        }
        match self.made.get_untracked().filter(|(made, _)| made == name) {
            Some((_, version)) => {
                let request = WriteStack {
                    version,
                    compose: Some(compose),
                    env: Some(env),
                    files: std::collections::BTreeMap::new(),
                };
                session.write_stack(name, &request).await
            }
            None => {
                let name = name.clone();
                let stack = CreateStack {
                    name,
                    compose,
                    env,
                    files: std::collections::BTreeMap::new(),
                    origin: None,
                };
                session.create_stack(&stack).await
            }
        }
    }

    /// Does what the plan says.
    pub fn deploy(self) {
        let Stage::Review(name, plan) = self.stage.get_untracked() else {
            return;
        };
        let request = DeployStack {
            version: Some(plan.version),
            consents: self.consents.get_untracked().into_iter().collect(),
            ..DeployStack::default()
        };
        self.ask(async move |_| {
            // Leave that is given some time after the login needs the password again.
            let call = async |session: &Session| session.deploy(&name, &request).await;
            let Some(begun) = elevated(self.deck, self.prompt, call).await? else {
                return Ok(());
            };
            self.deck.begun(&begun.job);
            self.stage.set(Stage::Follow(name, begun.job.id));
            Ok(())
        });
    }

    /// Takes in a file that was dropped or chosen.
    pub fn open(self, offer: Offer) {
        if self.stage.with_untracked(|stage| *stage != Stage::Write) {
            self.again();
        }
        self.way.set(Way::Text);
        if offer.is_env() {
            return self.env.set(offer.text);
        }
        if let Some(name) = offer.name().filter(|_| self.name.with_untracked(String::is_empty)) {
            self.name.set(name);
        }
        self.compose.set(offer.text);
    }

    /// Whether it can be asked what a deploy would do.
    #[must_use]
    pub fn is_good(self) -> bool {
        let named = self.name.with(|name| !name.trim().is_empty());
        let there = match self.way.get() {
            Way::Address => self.origin.with(Option::is_some),
            _ => self.reading.with(Reading::is_good),
        };
        named && there
    }

    /// Back to the text.
    pub fn back(self) {
        self.wrong.set(None);
        self.stage.set(Stage::Write);
    }

    /// An empty text again.
    pub fn again(self) {
        for text in [self.name, self.compose, self.env] {
            text.set(String::new());
        }
        self.made.set(None);
        self.origin.set(None);
        self.way.set(Way::Text);
        self.back();
    }

    /// Asks the server, one thing at a time.
    fn ask(self, question: impl AsyncFnOnce(Session) -> Result<(), Error> + 'static) {
        one_at_a_time(self.deck, self.busy, self.wrong, question);
    }
}

/// Has the texts read whenever one of them changes. An answer counts only while they are still as they were asked about.
fn read_along(texts: [RwSignal<String>; 3], reading: RwSignal<Reading>, wrong: RwSignal<Option<String>>) {
    Effect::new(move |_| {
        let asked = texts.map(|text| text.get());
        if asked[1].trim().is_empty() {
            return reading.set(Reading::default());
        }
        spawn_local(async move {
            let [name, compose, env] = asked.clone();
            let answer = reader::read(name, compose, env).await;
            // The window may be closed by now.
            let now = texts.map(|text| text.try_get_untracked());
            if now.iter().zip(&asked).any(|(now, asked)| now.as_ref() != Some(asked)) {
                return;
            }
            match answer {
                Ok(answer) => reading.set(answer),
                Err(_) => wrong.set(Some(UNREAD.to_owned())),
            }
        });
    });
}
