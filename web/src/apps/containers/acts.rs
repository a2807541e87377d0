//! What can be done to a container, what follows from it, and what is under way.

use std::collections::BTreeMap;

use api::app::{App, AppState};
use api::container::{Container, ContainerState};
use api::user::Role;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::apps::adopt;
use crate::apps::logs::{self, Source};
use crate::apps::service;
use crate::client::{Error, Verb};
use crate::desktop::manager::WindowManager;
use crate::kit::Deed;
use crate::kit::dialog::{Question, Questions};
use crate::kit::icon::Glyph;
use crate::kit::menu::{Entry, Item};
use crate::kit::toast::Toasts;
use crate::store::Deck;

/// Something to do to a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Start it.
    Start,
    /// Stop it.
    Stop,
    /// Stop it and start it again.
    Restart,
    /// Remove it, stopped first where it runs.
    Remove,
}

impl Act {
    /// The word on its button.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Start => "Start",
            Self::Stop => "Stop",
            Self::Restart => "Restart",
            Self::Remove => "Remove",
        }
    }

    /// The word while it is under way.
    #[must_use]
    pub fn under_way(self) -> &'static str {
        match self {
            Self::Start => "Starting…",
            Self::Stop => "Stopping…",
            Self::Restart => "Restarting…",
            Self::Remove => "Removing…",
        }
    }

    /// Its icon.
    #[must_use]
    pub fn glyph(self) -> Glyph {
        match self {
            Self::Start => Glyph::Play,
            Self::Stop => Glyph::Stop,
            Self::Restart => Glyph::Restart,
            Self::Remove => Glyph::Trash,
        }
    }

    fn done(self, name: &str) -> String {
        match self {
            Self::Start => format!("{name} started"),
            Self::Stop => format!("{name} stopped"),
            Self::Restart => format!("{name} restarted"),
            Self::Remove => format!("{name} removed"),
        }
    }

    /// What follows from it, a sentence each; empty where nobody needs to be asked.
    fn consequences(self, container: &Container) -> Vec<String> {
        let up = container.state.is_up();
        let mut lines: Vec<String> = match self {
            Self::Start => vec![],
            Self::Stop => vec![
                "Whoever uses it is cut off.".to_owned(),
                "Nothing is removed: it can be started again at any time.".to_owned(),
            ],
            Self::Restart if up => vec![
                "It is away for a moment, and whoever uses it is cut off.".to_owned(),
                "Nothing is removed.".to_owned(),
            ],
            Self::Restart => vec![],
            Self::Remove => {
                let stop = if up { "It runs, and is stopped first. " } else { "" };
                vec![
                    format!("{stop}What it wrote outside its volumes is lost."),
                    "Its volumes and its image stay.".to_owned(),
                ]
            }
        };
        if container.foreign {
            let maker = match &container.stack {
                Some(stack) => format!("It belongs to the project {stack}, which Stardeck does not manage."),
                None => "It was not made by Stardeck: whoever made it may rely on it.".to_owned(),
            };
            lines.push(maker);
        }
        lines
    }
}

/// What can be done to a container now, the usual first.
#[must_use]
pub fn possible(container: &Container, role: Role) -> Vec<Act> {
    let may = match role {
        Role::Viewer => false,
        Role::Member => !container.foreign,
        Role::Administrator => true,
    };
    if !may {
        return vec![];
    }
    match container.state {
        ContainerState::Running | ContainerState::Paused => vec![Act::Stop, Act::Restart, Act::Remove],
        ContainerState::Created | ContainerState::Exited | ContainerState::Unknown => vec![Act::Start, Act::Remove],
        ContainerState::Stopping => vec![Act::Remove],
        ContainerState::Removing => vec![],
    }
}

/// Does things to containers; a context of the window.
#[derive(Clone, Copy)]
pub struct Acts {
    deck: Deck,
    manager: WindowManager,
    questions: Questions,
    toasts: Toasts,
    /// What is under way, by the id of the container.
    under_way: RwSignal<BTreeMap<String, Act>>,
}

impl Acts {
    /// Nothing is under way.
    #[must_use]
    pub fn new(deck: Deck) -> Self {
        Self {
            deck,
            manager: expect_context(),
            questions: expect_context(),
            toasts: expect_context(),
            under_way: RwSignal::new(BTreeMap::new()),
        }
    }

    /// What is under way with a container.
    #[must_use]
    pub fn under_way(&self, id: &str) -> Option<Act> {
        self.under_way.with(|acts| acts.get(id).copied())
    }

    /// What can be done to a container by whoever is logged in.
    #[must_use]
    pub fn possible(&self, container: &Container) -> Vec<Act> {
        possible(container, self.deck.session.with(|session| session.user().role))
    }

    /// The menu of a container.
    #[must_use]
    pub fn menu(self, container: &Container) -> Vec<Entry> {
        let item = |act: Act| {
            let container = container.clone();
            let word = if asks(act, &container) {
                format!("{}…", act.word())
            } else {
                act.word().to_owned()
            };
            let item = Item::new(word, act.glyph(), move || self.ask(act, &container));
            if act == Act::Remove { item.danger() } else { item }
        };
        let mut entries: Vec<Entry> = self
            .possible(container)
            .into_iter()
            .map(|act| Entry::Item(item(act)))
            .collect();
        if let Some(at) = entries.len().checked_sub(1).filter(|at| *at > 0) {
            entries.insert(at, Entry::Rule);
        }
        let source = Source::Container(container.name.clone());
        let logs = Item::new("Logs", Glyph::Logs, move || logs::open(self.manager, &source));
        entries.insert(0, Entry::Item(logs));
        if entries.len() > 1 {
            entries.insert(1, Entry::Rule);
        }
        if container.foreign && self.deck.session.with_untracked(|it| it.user().role) == Role::Administrator {
            let adopted = container.clone();
            let adopt = Item::new("Adopt…", Glyph::Layers, move || adopt::open(self.manager, &adopted));
            entries.insert(1, Entry::Item(adopt));
        }
        if let (false, Some(stack), Some(service)) = (container.foreign, &container.stack, &container.service) {
            let (stack, service) = (stack.clone(), service.clone());
            let item = Item::new("Container settings…", Glyph::Sliders, move || {
                service::open(self.manager, &stack, &service);
            });
            entries.insert(1, Entry::Item(item));
        }
        if let Some(app) = self.app(container) {
            let open = Item::new("Open in a new tab", Glyph::External, move || self.open(app.clone()));
            entries.insert(0, Entry::Item(open));
        }
        entries
    }

    /// The app that a container serves now.
    fn app(&self, container: &Container) -> Option<App> {
        self.deck.apps.find(|app| {
            app.container.as_ref() == Some(&container.id) && matches!(app.state, AppState::Ready | AppState::Unhealthy)
        })
    }

    /// Opens an app in a tab of its own, at its own origin.
    fn open(self, app: App) {
        let session = self.deck.session_now();
        spawn_local(async move {
            match session.open_app(&app.id).await {
                Ok(opened) => {
                    // The app is no business of the desktop's, nor the other way round: the tab does not know who
                    // opened it. Whether the browser let it open is not told either.
                    let _ = window().open_with_url_and_target_and_features(&opened.url, "_blank", "noopener");
                }
                Err(Error::Ended(_)) => {}
                Err(error) => self.toasts.wrong(format!("{} was not opened", app.name), error.words()),
            }
        });
    }

    /// Says what follows and asks, or does it at once where nothing follows.
    pub fn ask(self, act: Act, container: &Container) {
        let container = container.clone();
        if !asks(act, &container) {
            return self.run(act, container);
        }
        self.questions.ask(Question {
            title: format!("{} {}?", act.word(), container.name),
            consequences: act.consequences(&container),
            go: act.word().to_owned(),
            danger: act == Act::Remove,
            run: Deed::new(move || self.run(act, container.clone())),
        });
    }

    /// The same for several at once: one question for all of them.
    pub fn ask_all(self, act: Act, containers: Vec<Container>) {
        let Some(first) = containers.iter().max_by_key(|it| act.consequences(it).len()) else {
            return;
        };
        let (count, consequences) = (containers.len(), act.consequences(first));
        let mut names: Vec<_> = containers.iter().map(|it| it.name.as_str()).collect();
        names.sort_unstable();
        let mut lines = vec![format!("{}.", names.join(", "))];
        lines.extend(consequences);
        self.questions.ask(Question {
            title: format!("{} {count} containers?", act.word()),
            consequences: lines,
            go: act.word().to_owned(),
            danger: act == Act::Remove,
            run: Deed::new(move || containers.iter().for_each(|it| self.run(act, it.clone()))),
        });
    }

    /// Does it. The row is busy until the server has answered.
    fn run(self, act: Act, container: Container) {
        if self.under_way.with_untracked(|acts| acts.contains_key(&container.id)) {
            return;
        }
        self.under_way.update(|acts| {
            acts.insert(container.id.clone(), act);
        });
        let session = self.deck.session_now();
        spawn_local(async move {
            let id = container.id.as_str();
            let result = match act {
                Act::Start => session.act(id, Verb::Start).await.map(Some),
                Act::Stop => session.act(id, Verb::Stop).await.map(Some),
                Act::Restart => session.act(id, Verb::Restart).await.map(Some),
                Act::Remove => session.remove(id, container.state.is_up()).await.map(|()| None),
            };
            match result {
                Ok(now) => {
                    self.settle(&container, now);
                    self.toasts.done(act.done(&container.name));
                }
                // The way in says so, over everything.
                Err(Error::Ended(_)) => {}
                Err(error) => {
                    let title = format!("{} was not {}", container.name, participle(act));
                    self.toasts.wrong(title, error.words());
                }
            }
            // The window may have been closed meanwhile.
            self.under_way.try_update(|acts| acts.remove(&container.id));
        });
    }

    /// The reply shows what was done a little before the event does. Where the event was first, it is newer.
    fn settle(self, before: &Container, now: Option<Container>) {
        let untouched = self
            .deck
            .containers
            .row(&before.id)
            .is_some_and(|row| row.try_with_untracked(|row| row == before).unwrap_or(false));
        match now {
            Some(now) if untouched => self.deck.containers.put(&before.id, now),
            Some(_) => {}
            None => self.deck.containers.remove(&before.id),
        }
    }
}

/// Whether it needs a word before it is done.
fn asks(act: Act, container: &Container) -> bool {
    !act.consequences(container).is_empty()
}

fn participle(act: Act) -> &'static str {
    match act {
        Act::Start => "started",
        Act::Stop => "stopped",
        Act::Restart => "restarted",
        Act::Remove => "removed",
    }
}

#[cfg(test)]
mod tests {
    use api::container::{Container, ContainerState};
    use api::user::Role;

    use super::super::say::tests::container;
    use super::{Act, asks, possible};

    #[test]
    fn what_can_be_done_depends_on_the_state_and_on_who_asks() {
        let running = container("a");
        let foreign = Container {
            foreign: true,
            ..container("b")
        };
        let stopped = Container {
            state: ContainerState::Exited,
            ..container("c")
        };
        assert_eq!(possible(&running, Role::Member), [Act::Stop, Act::Restart, Act::Remove]);
        assert_eq!(possible(&stopped, Role::Member), [Act::Start, Act::Remove]);
        assert!(possible(&running, Role::Viewer).is_empty());
        assert!(possible(&foreign, Role::Member).is_empty());
        assert!(!possible(&foreign, Role::Administrator).is_empty());
    }

    #[test]
    fn starting_asks_nothing_and_removing_says_what_is_lost_and_what_stays() {
        let stopped = Container {
            state: ContainerState::Exited,
            ..container("a")
        };
        assert!(!asks(Act::Start, &stopped));
        let said = Act::Remove.consequences(&container("a")).join(" ");
        assert!(
            said.contains("stopped first") && said.contains("volumes and its image stay"),
            "{said}"
        );
        assert!(!Act::Remove.consequences(&stopped).join(" ").contains("stopped first"));
    }

    #[test]
    fn nothing_is_done_to_a_foreign_container_without_saying_that_it_is() {
        let foreign = Container {
            foreign: true,
            ..container("a")
        };
        for act in [Act::Start, Act::Stop, Act::Restart, Act::Remove] {
            assert!(asks(act, &foreign), "{act:?}");
        }
    }
}
