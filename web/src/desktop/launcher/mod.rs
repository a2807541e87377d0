//! The launcher: everything that can be opened or done, found by typing a few letters of it.
//!
//! - [`fuzzy`]: how well a text matches, pure

pub mod fuzzy;

use std::sync::Arc;

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
type Commands = Arc<dyn Fn() -> Vec<Command> + Send + Sync>;

/// The launcher; a context.
#[derive(Clone, Copy)]
pub struct Launcher {
    /// Whether it is open.
    pub open: RwSignal<bool>,
    commands: StoredValue<Commands>,
}

impl Launcher {
    /// A launcher of these commands, open while the signal says so.
    #[must_use]
    pub fn new(open: RwSignal<bool>, commands: impl Fn() -> Vec<Command> + Send + Sync + 'static) -> Self {
        Self {
            open,
            commands: StoredValue::new(Arc::new(commands)),
        }
    }

    /// The commands, as they are now; tracks what they are made of.
    #[must_use]
    pub fn commands(&self) -> Vec<Command> {
        let commands = self.commands.get_value();
        commands()
    }
}
