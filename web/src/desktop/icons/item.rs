//! What stands on the desk and in the dock: something that opens a window, with a face, a name, and how it is.

use std::sync::Arc;

use leptos::prelude::*;

use crate::desktop::state::{Spec, Window};
use crate::kit::icon::Glyph;
use crate::kit::menu::{Entry, Item as Line};
use crate::store::own::Own;

/// The entry of the desk that says what is kept in the dock.
const PINS: &str = "pins";

/// What something looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Face {
    /// A drawing on a tile, whose colour the style sheet has under this name.
    Glyph(Glyph, &'static str),
    /// A picture, by the path that it is fetched from. Until it is there, and where it never comes, the monogram.
    Picture(String),
    /// The first letter of its name.
    Monogram,
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// It is always there, and nothing need be said.
    Plain,
    /// It runs.
    Up,
    /// It runs, and is to be looked at.
    Doubtful,
    /// Something is at work on it; how far that is in percent, where it is known.
    Busy(Option<u8>),
    /// It does not run.
    Off,
}

impl Life {
    /// The words for those who cannot see it; empty where nothing need be said.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Up => "running",
            Self::Doubtful => "needs a look",
            Self::Busy(_) => "being worked on",
            Self::Off => "stopped",
        }
    }

    /// The name that the style sheet has for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Up => "up",
            Self::Doubtful => "doubtful",
            Self::Busy(_) => "busy",
            Self::Off => "off",
        }
    }
}

/// Something that stands on the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its stable name: the key of the windows that it opens.
    pub key: String,
    /// Its name for people.
    pub name: String,
    /// What it looks like.
    pub face: Face,
    /// How it is.
    pub life: Life,
    /// What it opens.
    pub spec: Spec,
    /// Whether the desk has an icon of it; the others are only in the dock, while they are open.
    pub on_desk: bool,
}

/// What makes the menu of an item.
type Menu = Arc<dyn Fn(&Item) -> Vec<Entry> + Send + Sync>;

/// Everything that can stand on the desk or in the dock; a context.
#[derive(Clone, Copy)]
pub struct Items {
    /// All of them, in their natural order.
    pub all: Memo<Vec<Item>>,
    /// The keys of those that are kept in the dock beside the built-in ones.
    pub pins: RwSignal<Vec<String>>,
    own: Own,
    menu: StoredValue<Menu>,
}

impl Items {
    /// These items, with what makes the menu of one.
    #[must_use]
    pub fn new(all: Memo<Vec<Item>>, own: Own, menu: impl Fn(&Item) -> Vec<Entry> + Send + Sync + 'static) -> Self {
        let pins = RwSignal::new(own.get(PINS).unwrap_or_default());
        own.listen(PINS, move |news| {
            if let Some(kept) = news.get("") {
                pins.set(Vec::clone(kept));
            }
        });
        Self {
            all,
            pins,
            own,
            menu: StoredValue::new(Arc::new(menu)),
        }
    }

    /// The item of a key, as it is now.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Item> {
        self.all.with(|all| all.iter().find(|item| item.key == key).cloned())
    }

    /// The same, untracked.
    #[must_use]
    pub fn now(&self, key: &str) -> Option<Item> {
        untrack(|| self.get(key))
    }

    /// The key of the item that a window belongs to: the one of its subject, else the one of its app.
    #[must_use]
    pub fn key_of(&self, window: &Window) -> String {
        let key = window.key();
        let known = self.all.with(|all| all.iter().any(|item| item.key == key));
        if known { key } else { window.app.clone() }
    }

    /// The menu of an item.
    #[must_use]
    pub fn menu(&self, item: &Item) -> Vec<Entry> {
        let menu = self.menu.get_value();
        let mut entries = untrack(|| menu(item));
        if item.on_desk && item.life != Life::Plain {
            let pinned = self.pins.with_untracked(|pins| pins.contains(&item.key));
            let (items, key) = (*self, item.key.clone());
            let word = if pinned {
                "Remove from the dock"
            } else {
                "Keep in the dock"
            };
            let pin = Line::new(word, Glyph::Pin, move || items.pin(&key, !pinned));
            entries.extend([Entry::Rule, Entry::Item(pin)]);
        }
        entries
    }

    /// Keeps something in the dock, or no longer.
    fn pin(&self, key: &str, kept: bool) {
        self.pins.update(|pins| {
            pins.retain(|pin| pin != key);
            if kept {
                pins.push(key.to_owned());
            }
        });
        self.pins.with_untracked(|pins| self.own.put(PINS, pins));
    }
}

/// The hue of a monogram: the same name has the same one everywhere.
#[must_use]
pub fn hue(name: &str) -> u16 {
    const HUES: [u16; 9] = [18, 45, 75, 145, 185, 225, 262, 300, 340];
    let sum = name
        .bytes()
        .fold(7_usize, |sum, byte| sum.wrapping_mul(31) + usize::from(byte));
    HUES[sum % HUES.len()]
}
