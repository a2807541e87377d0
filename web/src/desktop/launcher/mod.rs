//! The launcher: everything that can be opened or done, found by typing a few letters of it.
//!
//! - [`fuzzy`]: how well a text matches, pure

pub mod fuzzy;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use leptos::prelude::*;

use super::icons::item::Face;
use crate::kit::Deed;

/// How many are shown at most.
const SHOWN: usize = 12;

/// Something that can be opened or done.
#[derive(Clone)]
pub struct Command {
    /// What it is called.
    pub title: String,
    /// What it is one of, such as `Apps`.
    pub group: &'static str,
    /// What it looks like.
    pub face: Face,
    /// How it is now, or a shortcut that does the same.
    pub hint: String,
    /// Does it.
    pub run: Deed,
}

/// A command that matches, and which letters of its title do.
#[derive(Clone)]
pub struct Found {
    /// The command.
    pub command: Command,
    /// The characters of the title that match.
    pub at: Vec<usize>,
    score: i32,
}

/// The commands that match, the best first.
#[must_use]
pub fn search(commands: Vec<Command>, query: &str) -> Vec<Found> {
    let mut found: Vec<Found> = commands
        .into_iter()
        .filter_map(|command| {
            let matched = fuzzy::find(query, &command.title)?;
            Some(Found {
                command,
                at: matched.at,
                score: matched.score,
            })
        })
        .collect();
    // A stable sort: alike ones stay in their order.
    found.sort_by_key(|found| -found.score);
    found.truncate(SHOWN);
    found
}

/// Makes the commands, as they are now.
pub type Commands = Arc<dyn Fn() -> Vec<Command> + Send + Sync>;
/// Fetches what makes them: the first screen does not need it.
type Fetch = Arc<dyn Fn() -> BoxFuture<'static, Option<Commands>> + Send + Sync>;

/// A key that does something to the list. It may be pressed before the list is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Down the list.
    Next,
    /// Up the list.
    Back,
    /// Does what is chosen.
    Run,
}

/// The launcher; a context.
#[derive(Clone, Copy)]
pub struct Launcher {
    /// Whether it is open.
    pub open: RwSignal<bool>,
    /// What is typed.
    pub query: RwSignal<String>,
    /// Which of what is found is chosen.
    pub at: RwSignal<usize>,
    /// What was pressed and not done yet, in order.
    pub wishes: RwSignal<Vec<Wish>>,
    fetch: StoredValue<Fetch>,
}

impl Launcher {
    /// A launcher of these commands, open while the signal says so.
    #[must_use]
    pub fn new(
        open: RwSignal<bool>,
        fetch: impl Fn() -> BoxFuture<'static, Option<Commands>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            open,
            query: RwSignal::new(String::new()),
            at: RwSignal::new(0),
            wishes: RwSignal::new(vec![]),
            fetch: StoredValue::new(Arc::new(fetch)),
        }
    }

    /// What makes the commands; absent where it cannot be fetched.
    pub async fn commands(self) -> Option<Commands> {
        let fetch = self.fetch.get_value();
        fetch().await
    }

    /// Nothing is typed.
    pub fn clear(self) {
        self.query.set(String::new());
        self.at.set(0);
        self.wishes.set(vec![]);
    }
}
