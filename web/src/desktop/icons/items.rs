//! All that stands on the desk or in the dock, and what its person makes of it.

use leptos::prelude::*;

use super::arrange::{Arrangement, Touch, arrange};
use super::item::{Home, Item, Kind, Ways};
use crate::desktop::state::Window;
use crate::kit::dialog::prompt::{Prompt, Prompts};
use crate::kit::icon::Glyph;
use crate::kit::menu::{Entry, Item as Line};
use crate::store::own::Own;

/// The entry of the desk that says what is kept in the dock.
const PINS: &str = "pins";
/// What the keys of the entries begin with that say what is different about an icon.
const TOUCH: &str = "item:";
/// What the keys of the entries begin with that name a group, and the keys of the groups' icons.
const GROUP: &str = "group:";

/// Everything that can stand on the desk or in the dock; a context.
#[derive(Clone, Copy)]
pub struct Items {
    /// All of them, in their natural order.
    pub all: Memo<Vec<Item>>,
    /// The keys of those that are kept in the dock beside the built-in ones.
    pub pins: RwSignal<Vec<String>>,
    arrangement: RwSignal<Arrangement>,
    own: Own,
    ways: StoredValue<Ways>,
    prompts: Prompts,
}

impl Items {
    /// These items, as their person has arranged them.
    #[must_use]
    pub fn new(all: Memo<Vec<Item>>, own: Own, ways: Ways, prompts: Prompts) -> Self {
        let pins = RwSignal::new(own.get(PINS).unwrap_or_default());
        own.listen(PINS, move |_, kept| pins.set(kept));
        let arrangement = RwSignal::new(Arrangement {
            touches: own.all(TOUCH),
            groups: own.all(GROUP),
        });
        own.listen(TOUCH, move |key, touch| {
            arrangement.update(|own| drop(own.touches.insert(key.to_owned(), touch)));
        });
        own.listen(GROUP, move |id, name| {
            arrangement.update(|own| drop(own.groups.insert(id.to_owned(), name)));
        });
        let group = ways.group;
        Self {
            all: Memo::new(move |_| arrangement.with(|own| arrange(all.get(), own, group))),
            pins,
            arrangement,
            own,
            ways: StoredValue::new(ways),
            prompts,
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

    /// What is in a group.
    #[must_use]
    pub fn within(&self, group: &str) -> Vec<Item> {
        let inside = |item: &&Item| matches!(&item.home, Home::Group(id) if id == group);
        self.all.with(|all| all.iter().filter(inside).cloned().collect())
    }

    /// The menu of an item.
    pub async fn menu(&self, item: &Item) -> Vec<Entry> {
        let mut entries = self.ways.with_value(|ways| (ways.menu)(item)).await;
        if item.home == Home::None {
            return entries;
        }
        entries.push(Entry::Rule);
        let items = *self;
        if item.kind == Kind::App {
            let pinned = self.pins.with_untracked(|pins| pins.contains(&item.key));
            let word = if pinned {
                "Remove from the dock"
            } else {
                "Keep in the dock"
            };
            let key = item.key.clone();
            entries.push(Entry::Item(Line::new(word, Glyph::Pin, move || {
                items.pin(&key, !pinned);
            })));
        }
        entries.extend(self.arranging(item));
        entries
    }

    /// What can be made of the icon of an item.
    fn arranging(&self, item: &Item) -> Vec<Entry> {
        let items = *self;
        let line = |word: String, glyph, act: fn(&Items, &Item)| {
            let item = item.clone();
            Entry::Item(Line::new(word, glyph, move || act(&items, &item)))
        };
        let rename = || line("Rename…".to_owned(), Glyph::Pencil, Items::rename);
        if item.kind == Kind::Group {
            return vec![
                rename(),
                line("Dissolve the group".to_owned(), Glyph::Layers, Items::dissolve),
            ];
        }
        let mut entries = vec![];
        if item.kind == Kind::App {
            entries.push(rename());
        }
        entries.push(match &item.home {
            Home::Group(group) => {
                let name = self.arrangement.with_untracked(|own| own.groups.get(group).cloned());
                let word = format!("Take out of {}", name.unwrap_or_default());
                line(word, Glyph::Layers, |items, item| {
                    items.group(std::slice::from_ref(&item.key), "");
                })
            }
            _ => line("Put in a group…".to_owned(), Glyph::Layers, |items, item| {
                items.ask_for_group(vec![item.key.clone()]);
            }),
        });
        entries.push(match item.home {
            Home::Hidden => line("Show on the desk".to_owned(), Glyph::Eye, |items, item| {
                items.show(&item.key);
            }),
            _ => line("Hide from the desk".to_owned(), Glyph::EyeOff, |items, item| {
                items.touch(&item.key, |touch| touch.hidden = true);
            }),
        });
        entries
    }

    /// The menu of several items at once.
    #[must_use]
    pub fn menu_of(&self, keys: Vec<String>) -> Vec<Entry> {
        let (items, hidden) = (*self, keys.clone());
        vec![
            Entry::Item(Line::new("Put in a group…", Glyph::Layers, move || {
                items.ask_for_group(keys.clone());
            })),
            Entry::Item(Line::new("Hide from the desk", Glyph::EyeOff, move || {
                for key in hidden.iter().filter(|key| !is_group(key)) {
                    items.touch(key, |touch| touch.hidden = true);
                }
            })),
        ]
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

    /// Brings back an icon that is hidden.
    pub fn show(&self, key: &str) {
        self.touch(key, |touch| touch.hidden = false);
    }

    fn touch(&self, key: &str, change: impl FnOnce(&mut Touch)) {
        let touch = self.arrangement.try_update(|own| {
            let touch = own.touches.entry(key.to_owned()).or_default();
            change(touch);
            touch.clone()
        });
        if let Some(touch) = touch {
            self.own.put(&format!("{TOUCH}{key}"), &touch);
        }
    }

    /// Puts icons in a group, or on the desk where the id is empty. Groups are not put in groups.
    pub fn group(&self, keys: &[String], id: &str) {
        for key in keys.iter().filter(|key| !is_group(key)) {
            self.touch(key, |touch| id.clone_into(&mut touch.group));
        }
    }

    /// Makes a group of this name, and answers its id; the one that has the name already where there is one.
    fn make_group(&self, name: &str) -> String {
        let known = self.arrangement.with_untracked(|own| {
            let mut same = own.groups.iter().filter(|(_, other)| *other == name);
            same.next().map(|(id, _)| id.clone())
        });
        known.unwrap_or_else(|| {
            let id = fresh();
            self.name_group(&id, name);
            id
        })
    }

    fn name_group(&self, id: &str, name: &str) {
        self.arrangement.update(|own| {
            own.groups.insert(id.to_owned(), name.to_owned());
        });
        self.own.put(&format!("{GROUP}{id}"), &name);
    }

    /// Puts icons together with the one that they were dropped on; answers the key of the group where it is a new one.
    pub fn join(&self, mut keys: Vec<String>, onto: String) -> Option<String> {
        keys.retain(|key| !is_group(key));
        if keys.is_empty() {
            return None;
        }
        if let Some(id) = onto.strip_prefix(GROUP) {
            self.group(&keys, id);
            return None;
        }
        let id = fresh();
        self.name_group(&id, "Group");
        keys.push(onto);
        self.group(&keys, &id);
        Some(format!("{GROUP}{id}"))
    }

    fn ask_for_group(&self, keys: Vec<String>) {
        let items = *self;
        let known = self
            .arrangement
            .with_untracked(|own| own.groups.values().cloned().collect());
        self.prompts.ask(Prompt {
            title: "Put in a group".to_owned(),
            label: "Group",
            value: String::new(),
            offers: known,
            go: "Put there",
            run: Box::new(move |name| {
                let id = items.make_group(&name);
                items.group(&keys, &id);
            }),
        });
    }

    fn rename(&self, item: &Item) {
        let (items, key) = (*self, item.key.clone());
        self.prompts.ask(Prompt {
            title: format!("Rename {}", item.name),
            label: "Name",
            value: item.name.clone(),
            offers: vec![],
            go: "Rename",
            run: Box::new(move |name| match key.strip_prefix(GROUP) {
                Some(id) => items.name_group(id, &name),
                None => items.touch(&key, |touch| touch.name = name),
            }),
        });
    }

    fn dissolve(&self, item: &Item) {
        let members: Vec<String> = self
            .within(&item.spec.subject)
            .into_iter()
            .map(|item| item.key)
            .collect();
        self.group(&members, "");
    }
}

/// Whether a key is that of a group.
#[must_use]
pub fn is_group(key: &str) -> bool {
    key.starts_with(GROUP)
}

/// An id that no group has.
fn fresh() -> String {
    format!("{:08x}", rand())
}

/// Enough chance for a few groups of one person.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number below 2³²"
)]
fn rand() -> u32 {
    (js_sys::Math::random() * f64::from(u32::MAX)) as u32
}
