//! A log that is followed: its lines, how it stands, and what is shown of it.

use api::log::LogLine;
use futures_util::future::abortable;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Source;
use super::buffer::{Buffer, Filter, Line, note};
use super::follow::{Told, follow};
use super::text::{Level, Text, level};
use crate::store::Deck;

/// How a log stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is being opened.
    Opening,
    /// What is printed is shown at once.
    Live,
    /// The connection broke, and is made again.
    Lost,
    /// There is nothing to follow, and why.
    Gone(String),
}

/// A log; cheap to copy.
#[derive(Clone, Copy)]
pub struct Log {
    deck: Deck,
    /// Its lines.
    pub buffer: StoredValue<Buffer>,
    /// The names of the containers that print, in the order in which they were first heard of.
    pub names: RwSignal<Vec<String>>,
    /// The same by id.
    ids: StoredValue<Vec<String>>,
    /// How it stands.
    pub standing: RwSignal<Standing>,
    /// The text that lines must have to be shown.
    pub search: RwSignal<String>,
    /// How grave they must be.
    pub least: RwSignal<Level>,
    /// Counts up with each change of the lines.
    pub version: RwSignal<u32>,
}

impl Log {
    /// Follows the log of a container or of a stack until the owner is gone.
    #[must_use]
    pub fn of(source: Source, deck: Deck) -> Self {
        let log = Self {
            deck,
            buffer: StoredValue::new(Buffer::default()),
            names: RwSignal::new(vec![]),
            ids: StoredValue::new(vec![]),
            standing: RwSignal::new(Standing::Opening),
            search: RwSignal::new(String::new()),
            least: RwSignal::new(Level::Plain),
            version: RwSignal::new(0),
        };
        let path = Memo::new(move |_| match &source {
            Source::Stack(name) => Some(format!("/stacks/{name}/logs")),
            Source::Container(name) => {
                let container = deck
                    .containers
                    .all()
                    .into_iter()
                    .find(|container| container.name == *name);
                Some(format!("/containers/{}/logs", container?.id))
            }
        });
        Effect::new(move |_| {
            let (path, session) = (path.get(), deck.session.get());
            let Some(path) = path else {
                if deck.listed.get() {
                    log.standing
                        .set(Standing::Gone("There is no such container.".to_owned()));
                }
                return;
            };
            let (task, handle) = abortable(follow(session, path, move |told| log.hear(told)));
            on_cleanup(move || handle.abort());
            spawn_local(async move {
                // Aborted or ended by itself: either way there is nothing left to do.
                let _ = task.await;
            });
        });
        Effect::new(move |_| {
            let filter = Filter {
                search: log.search.with(|search| search.trim().to_lowercase()),
                least: log.least.get(),
            };
            log.change(|buffer| buffer.set_filter(filter));
        });
        log
    }

    /// Changes the lines, or how they are shown.
    pub fn change(&self, change: impl FnOnce(&mut Buffer)) {
        // The window may have been closed meanwhile.
        if self.buffer.try_update_value(change).is_some() {
            self.version.try_update(|version| *version = version.wrapping_add(1));
        }
    }

    fn hear(self, told: Told) {
        match told {
            Told::Open => {
                let again = self.standing.try_get_untracked() == Some(Standing::Lost);
                self.standing.try_set(Standing::Live);
                if again {
                    self.note("The connection was lost and is back.");
                }
            }
            Told::Lines(lines) => {
                let lines: Vec<Line> = lines.iter().map(|line| self.line(line)).collect();
                self.change(|buffer| lines.into_iter().for_each(|line| buffer.push(line)));
            }
            Told::Dropped(lines) => self.note(&format!(
                "{lines} lines are left out: they came faster than they were read."
            )),
            Told::Ended(id) => self.note(&format!("{} has stopped.", self.name(&id))),
            Told::Unreadable(id, why) => self.note(&format!("The log of {} cannot be read: {why}", self.name(&id))),
            Told::Lost => _ = self.standing.try_set(Standing::Lost),
            Told::Gone(why) => _ = self.standing.try_set(Standing::Gone(why)),
        }
    }

    fn note(self, words: &str) {
        self.change(|buffer| buffer.push(note(words)));
    }

    fn line(self, line: &LogLine) -> Line {
        let text = Text::read(&line.text);
        Line {
            source: Some(self.index(&line.container)),
            at: line.at.map(|at| at.0),
            level: level(&text.plain),
            text,
        }
    }

    fn index(self, id: &str) -> usize {
        let known = self
            .ids
            .try_with_value(|ids| ids.iter().position(|known| known == id))
            .flatten();
        known.unwrap_or_else(|| {
            let name = self.name(id);
            self.ids.try_update_value(|ids| ids.push(id.to_owned()));
            self.names.try_update(|names| names.push(name));
            self.ids.try_with_value(Vec::len).unwrap_or(1) - 1
        })
    }

    /// What a container is called among the others of its stack.
    fn name(self, id: &str) -> String {
        let container = self.deck.containers.row(id).and_then(|row| row.try_get_untracked());
        let name = container.map(|container| container.service.unwrap_or(container.name));
        name.unwrap_or_else(|| id.chars().take(12).collect())
    }
}
